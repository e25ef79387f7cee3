#include "src/delivery/standard_webhooks.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <stdexcept>

#include "src/record/encodings.h"

namespace noroshi::delivery {
namespace {

// Wiped when it is done with.
class Secret {
 public:
  Secret(const Keys& keys, std::string_view receiver, int generation)
      : bytes_(keys.derive("webhook/" + std::to_string(generation) + '/' + std::string(receiver))) {}
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

std::string hmac_sha256(const std::string& key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (!HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
            text.size(), digest.data(), &size))
    throw std::runtime_error("no HMAC can be made");
  return std::string(reinterpret_cast<const char*>(digest.data()), size);
}

}  // namespace

std::string secret_text(const Keys& keys, std::string_view receiver, int generation) {
  return "whsec_" + record::to_base64(Secret(keys, receiver, generation).bytes());
}

std::string public_key_text(const Keys& keys) {
  return "whpk_" + record::to_base64(keys.public_key());
}

std::string webhook_signatures(const Keys& keys, const WebhookSecret& secret, std::string_view id,
                               std::int64_t timestamp, std::string_view body) {
  std::string text(id);
  text += '.';
  text += std::to_string(timestamp);
  text += '.';
  text += body;
  const auto by_secret = [&](int generation) {
    return "v1," + record::to_base64(hmac_sha256(Secret(keys, secret.receiver, generation).bytes(), text));
  };
  std::string signatures = by_secret(secret.generation);
  if (secret.overlap && secret.generation > 1) signatures += ' ' + by_secret(secret.generation - 1);
  return signatures + " v1a," + record::to_base64(keys.sign(text));
}

}  // namespace noroshi::delivery
