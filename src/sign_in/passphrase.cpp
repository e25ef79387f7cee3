#include "src/sign_in/passphrase.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <optional>
#include <vector>

#include "src/sign_in/common_passphrases.h"

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

std::vector<std::string_view> in_characters(std::string_view utf8) {
  std::vector<std::string_view> characters;
  for (std::size_t begin = 0, end = 0; begin < utf8.size(); begin = end) {
    do ++end;
    while (end < utf8.size() && (utf8[end] & 0xc0) == 0x80);
    characters.push_back(utf8.substr(begin, end - begin));
  }
  return characters;
}

bool repeats(std::string_view text) {
  constexpr std::size_t longest_group = 4;
  const auto characters = in_characters(text);
  for (std::size_t group = 1; group <= longest_group; ++group) {
    if (std::equal(characters.begin() + static_cast<std::ptrdiff_t>(group), characters.end(), characters.begin())) return true;
  }
  return false;
}

// One after the other in the alphabet or among the digits, or beside each other on a keyboard, or the same.
bool are_neighbours(char a, char b) {
  constexpr std::string_view rows[] = {"1234567890-^", "qwertyuiop@[", "asdfghjkl;:]", "zxcvbnm,./"};
  if (a == b) return true;
  const bool letters = a >= 'a' && a <= 'z' && b >= 'a' && b <= 'z', digits = a >= '0' && a <= '9' && b >= '0' && b <= '9';
  if ((letters || digits) && (a - b == 1 || b - a == 1)) return true;
  struct Key {
    int row, column;
  };
  const auto key_of = [&](char c) {
    for (int row = 0; row < 4; ++row)
      if (const auto column = rows[row].find(c); column != std::string_view::npos) return Key{row, static_cast<int>(column)};
    return Key{-9, -9};
  };
  const auto first = key_of(a), second = key_of(b);
  if (first.row < 0 || second.row < 0) return false;
  const int rows_apart = std::abs(first.row - second.row), columns_apart = std::abs(first.column - second.column);
  return rows_apart == 0 ? columns_apart == 1 : rows_apart == 1 && columns_apart == 0;
}

// Of four steps at most one leads elsewhere.
bool is_run(std::string_view text) {
  std::size_t jumps = 0;
  for (std::size_t i = 1; i < text.size(); ++i) jumps += are_neighbours(text[i - 1], text[i]) ? 0 : 1;
  return jumps * 4 <= text.size() - 1;
}

// Spaces, punctuation, and digits at the end make no other passphrase of it.
bool is_common(std::string_view text) {
  std::string bare;
  for (const char c : text)
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c & 0x80) != 0) bare += c;
  while (!bare.empty() && bare.back() >= '0' && bare.back() <= '9') bare.pop_back();
  const bool found = std::find(std::begin(common_passphrases), std::end(common_passphrases), bare) != std::end(common_passphrases);
  OPENSSL_cleanse(bare.data(), bare.size());
  return found;
}

bool has_login(std::string_view text, std::string_view login) {
  constexpr std::size_t shortest = 4;  // of what is no word by chance
  const auto alone = login.substr(login.find('/') + 1);
  return text.find(login) != std::string_view::npos || (alone.size() >= shortest && text.find(alone) != std::string_view::npos);
}

std::optional<PassphraseFault> guessed_easily(std::string_view text, std::string_view login) {
  if (has_login(text, login)) return PassphraseFault::has_login;
  if (repeats(text)) return PassphraseFault::repeats;
  if (is_run(text)) return PassphraseFault::is_run;
  if (is_common(text)) return PassphraseFault::is_common;
  return std::nullopt;
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
  auto small = lower_case(passphrase->view());
  const auto fault = guessed_easily(small, login);
  OPENSSL_cleanse(small.data(), small.size());
  if (fault) return tl::unexpected(*fault);
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
