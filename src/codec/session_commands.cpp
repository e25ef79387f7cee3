#include "src/codec/session_commands.h"

#include <array>

#include "src/codec/decoding.h"
#include "src/codec/field_reader.h"
#include "src/codec/strict_json.h"

namespace noroshi::codec {
namespace {

constexpr TextRule login_text{.longest = 200};
constexpr TextRule passphrase_text{.longest = 1024, .one_line = false};
constexpr TextRule code_text{.longest = 40};
constexpr TextRule encoded_text{.longest = 8192};

std::string string_or_empty(std::optional<std::string_view> text) { return std::string(text.value_or("")); }

int value_of(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '-' ? 62 : c == '_' ? 63 : -1;
}

// RFC 4648 section 5, without padding, in its one form.
std::optional<std::string> from_base64url(std::string_view text) {
  std::string bytes;
  std::uint32_t held = 0;
  int bits = 0;
  for (const char c : text) {
    const int value = value_of(c);
    if (value < 0) return std::nullopt;
    held = (held << 6 | static_cast<std::uint32_t>(value)) & 0xffff;
    if ((bits += 6) >= 8) bytes += static_cast<char>(held >> (bits -= 8) & 0xff);
  }
  const bool whole = text.size() % 4 != 1 && (held & ((1u << bits) - 1)) == 0;
  return whole ? std::optional(std::move(bytes)) : std::nullopt;
}

std::string bytes_at(ObjectReader& in, std::string_view name, Need need = Need::required) {
  const auto text = in.text(name, encoded_text, need);
  if (!text) return {};
  auto bytes = from_base64url(*text);
  if (!bytes)
    in.mistakes().add(in.at(name).pointer(), "value",
                      {"base64url（RFC 4648 第5節、パディングなし）で書いてください。", "Write it in base64url (RFC 4648 section 5) without padding."});
  return std::move(bytes).value_or("");
}

}  // namespace

Decoded<PassphraseSignIn> decode_passphrase_sign_in(std::string_view body) {
  return decode<PassphraseSignIn>(body, [](ObjectReader& in, PassphraseSignIn& command) {
    command.login = string_or_empty(in.text("login", login_text, Need::required));
    command.passphrase = string_or_empty(in.text("passphrase", passphrase_text, Need::required));
    command.code = string_or_empty(in.text("code", code_text, Need::required));
  });
}

Decoded<PasskeySignIn> decode_passkey_sign_in(std::string_view body) {
  return decode<PasskeySignIn>(body, [](ObjectReader& in, PasskeySignIn& command) {
    command.state = string_or_empty(in.text("state", encoded_text, Need::required));
    command.id = bytes_at(in, "id");
    command.client_data_json = bytes_at(in, "client_data_json");
    command.authenticator_data = bytes_at(in, "authenticator_data");
    command.signature = bytes_at(in, "signature");
    command.user_handle = bytes_at(in, "user_handle");
  });
}

Decoded<PassphraseSetUp> decode_passphrase_set_up(std::string_view body) {
  return decode<PassphraseSetUp>(body, [](ObjectReader& in, PassphraseSetUp& command) {
    command.passphrase = string_or_empty(in.text("passphrase", passphrase_text, Need::required));
    command.code = string_or_empty(in.text("code", code_text, Need::required));
    command.state = string_or_empty(in.text("state", encoded_text, Need::required));
  });
}

Decoded<PasskeySetUp> decode_passkey_set_up(std::string_view body) {
  return decode<PasskeySetUp>(body, [](ObjectReader& in, PasskeySetUp& command) {
    command.state = string_or_empty(in.text("state", encoded_text, Need::required));
    command.id = bytes_at(in, "id");
    command.client_data_json = bytes_at(in, "client_data_json");
    command.attestation_object = bytes_at(in, "attestation_object");
  });
}

Decoded<NoMembers> decode_no_members(std::string_view body) {
  return decode<NoMembers>(body, [](ObjectReader&, NoMembers&) {});
}

}  // namespace noroshi::codec
