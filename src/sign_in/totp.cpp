#include "src/sign_in/totp.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

namespace noroshi::sign_in {
namespace {

constexpr std::string_view issuer = "Noroshi";

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view hexadecimal = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~").find(c) != std::string_view::npos;
    if (plain) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += hexadecimal[byte >> 4];
    out += hexadecimal[byte & 15];
  }
  return out;
}

}  // namespace

std::string totp_code(std::string_view secret, std::int64_t step, int digits) {
  std::array<unsigned char, 8> counter{};
  for (std::size_t i = 0; i < counter.size(); ++i)
    counter[counter.size() - 1 - i] = static_cast<unsigned char>(static_cast<std::uint64_t>(step) >> (8 * i));
  std::array<unsigned char, 20> mac{};
  unsigned int length = 0;
  if (!HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()), counter.data(), counter.size(), mac.data(), &length) ||
      length != mac.size())
    return {};
  // Dynamic truncation (RFC 4226 section 5.3).
  const std::size_t offset = mac.back() & 15;
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) number = number << 8 | mac[offset + i];
  number &= 0x7fffffff;
  std::string code(static_cast<std::size_t>(digits), '0');
  for (auto digit = code.rbegin(); digit != code.rend(); ++digit, number /= 10) *digit = static_cast<char>('0' + number % 10);
  return code;
}

std::optional<std::int64_t> totp_step_of(std::string_view secret, std::string_view code, std::int64_t now) {
  std::optional<std::int64_t> found;
  for (const std::int64_t beside : {-1, 0, 1}) {
    const auto step = now / totp_step_length + beside;
    const auto expected = totp_code(secret, step);
    // All three, whichever it is.
    if (!expected.empty() && expected.size() == code.size() && CRYPTO_memcmp(expected.data(), code.data(), code.size()) == 0)
      found = step;
  }
  return found;
}

std::string to_base32(std::string_view bytes) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string out;
  std::uint32_t held = 0;
  int bits = 0;
  for (const char c : bytes) {
    held = held << 8 | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 5; bits -= 5) out += alphabet[held >> (bits - 5) & 31];
  }
  if (bits > 0) out += alphabet[held << (5 - bits) & 31];
  return out;
}

std::string totp_uri(std::string_view secret, std::string_view account) {
  std::string uri = "otpauth://totp/";
  uri.append(issuer).append(":").append(percent_encoded(account));
  return uri.append("?secret=").append(to_base32(secret)).append("&issuer=").append(issuer);
}

}  // namespace noroshi::sign_in
