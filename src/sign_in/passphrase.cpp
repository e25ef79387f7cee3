#include "src/sign_in/passphrase.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace noroshi::sign_in {
namespace {

std::string lower_case(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return result;
}

// Wiped: it held a passphrase.
struct FreeNormalized {
  std::size_t size = 0;
  void operator()(utf8proc_uint8_t* text) const {
    OPENSSL_cleanse(text, size);
    std::free(text);
  }
};

std::size_t characters_of(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

}  // namespace

tl::expected<sealing::Secret, PassphraseFault> normalize_passphrase(std::string_view text) {
  if (text.size() > longest_passphrase) return tl::unexpected(PassphraseFault::too_long);
  if (std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }))
    return tl::unexpected(PassphraseFault::not_text);
  utf8proc_uint8_t* mapped = nullptr;
  const auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()),
                                 &mapped, static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT));
  if (size < 0) return tl::unexpected(PassphraseFault::not_text);
  const std::unique_ptr<utf8proc_uint8_t, FreeNormalized> held(mapped, FreeNormalized{static_cast<std::size_t>(size)});
  if (static_cast<std::size_t>(size) > longest_passphrase) return tl::unexpected(PassphraseFault::too_long);
  return sealing::Secret(std::string(reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(size)));
}

tl::expected<sealing::Secret, PassphraseFault> accept_passphrase(std::string_view text, std::string_view login) {
  auto passphrase = normalize_passphrase(text);
  if (!passphrase) return passphrase;
  if (characters_of(passphrase->view()) < least_characters) return tl::unexpected(PassphraseFault::too_short);
  const auto small = lower_case(passphrase->view());
  if (small == login || small == login.substr(login.find('/') + 1)) return tl::unexpected(PassphraseFault::is_login);
  return passphrase;
}

std::string derive_passphrase(const sealing::Secret& passphrase, std::string_view salt, int rounds) {
  std::string hash(passphrase_hash_length, '\0');
  const auto text = passphrase.view();
  const bool derived =
      PKCS5_PBKDF2_HMAC(text.data(), static_cast<int>(text.size()), reinterpret_cast<const unsigned char*>(salt.data()),
                        static_cast<int>(salt.size()), rounds, EVP_sha256(), static_cast<int>(hash.size()),
                        reinterpret_cast<unsigned char*>(hash.data())) == 1;
  return derived ? hash : std::string();
}

bool same_bytes(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace noroshi::sign_in
