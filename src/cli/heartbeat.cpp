#include "src/cli/heartbeat.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <vector>

#include "routing/time.h"
#include "src/cli/json_view.h"

namespace noroshi::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto longest_silence = 150s;  // two that did not come

std::vector<unsigned char> from_base64(const std::string& text) {
  std::vector<unsigned char> bytes(text.size() / 4 * 3 + 3);
  const int length = EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()));
  if (length < 0) return {};
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  bytes.resize(static_cast<std::size_t>(length) - padding);
  return bytes;
}

// The value of a line of the text, "name value".
std::string signed_member(const std::string& text, std::string_view name) {
  const auto line = "\n" + std::string(name) + " ";
  const auto begin = text.find(line);
  if (begin == std::string::npos) return {};
  const auto value = begin + line.size();
  return text.substr(value, text.find('\n', value) - value);
}

}  // namespace

bool is_signed(const std::string& text, const std::string& signature, const std::string& public_key) {
  const auto der = from_base64(public_key);
  const auto bytes = from_base64(signature);
  const unsigned char* position = der.data();
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      d2i_PUBKEY(nullptr, &position, static_cast<long>(der.size())), EVP_PKEY_free);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  return key && EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_ED25519 && context &&
         EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), bytes.data(), bytes.size(),
                          reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
}

std::string HeartbeatWatch::key(const std::string& id) {
  if (!keys_.contains(id)) {
    const auto answer = client_.get("/api/v1/keys");
    const auto keys = answer && answer->good() ? parse_json(answer->body) : boost::json::value();
    for (const auto& known : array_at(keys, "/items")) keys_[text_at(known, "/id")] = text_at(known, "/public_key");
  }
  const auto found = keys_.find(id);
  return found == keys_.end() ? std::string() : found->second;
}

std::optional<codec::Text> HeartbeatWatch::become(State state, codec::Text text) {
  if (state == state_) return std::nullopt;
  state_ = state;
  return text;
}

std::optional<codec::Text> HeartbeatWatch::beat(const boost::json::value& heartbeat,
                                                std::chrono::steady_clock::time_point now) {
  const auto public_key = key(text_at(heartbeat, "/key_id"));
  if (public_key.empty() || !is_signed(text_at(heartbeat, "/text"), text_at(heartbeat, "/signature"), public_key))
    return become(State::wrong, {"生存通知の署名が正しくありません。サーバーの運用者に連絡してください。",
                                  "the signature of a heartbeat is wrong; tell the daemon's operator"});
  // What is not signed tells nothing.
  const auto text = text_at(heartbeat, "/text");
  const auto at = signed_member(text, "at");
  if (parse_rfc3339(at) <= parse_rfc3339(latest_))  // nothing sorts before every time
    return become(State::wrong, {"古い生存通知が再び届きました。サーバーの運用者に連絡してください。",
                                 "an old heartbeat came again; tell the daemon's operator"});
  latest_ = at;
  heard_at_ = now;
  if (signed_member(text, "clocks_behind") != "false")
    return become(State::behind, {"期限の警報が遅れています。義務の一覧（noroshi obligations）も確認してください。",
                                  "alarms come late; look at the list of duties (noroshi obligations) too"});
  return become(State::well, {"生存通知は正常に戻りました。", "heartbeats are well again"});
}

std::optional<codec::Text> HeartbeatWatch::missed(std::chrono::steady_clock::time_point now) {
  if (!heard_at_ || now - *heard_at_ < longest_silence) return std::nullopt;
  return become(State::missed, {"生存通知が2分以上届いていません。警報が届かない恐れがあります。電話でも確認してください。",
                                "no heartbeat for over two minutes: alarms may not reach you; telephone too"});
}

}  // namespace noroshi::cli
