// Passphrases: what is taken for one, and what is kept of it. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "src/sealing/jwe.h"

namespace noroshi::sign_in {

constexpr std::size_t least_characters = 15;     // NIST SP 800-63B-4 3.1.1.2: where nothing else is asked of its composition
constexpr std::size_t longest_passphrase = 1024;  // bytes, before and after normalization
constexpr int passphrase_rounds = 600'000;
constexpr std::size_t passphrase_salt_length = 16;  // bytes
constexpr std::size_t passphrase_hash_length = 32;  // bytes

enum class PassphraseFault {
  not_text,    // no UTF-8, or a control character
  too_short,   // less than `least_characters`, counted after normalization
  too_long,
  has_login,   // contains the login: whole, or what stands behind its body where that is four characters or more; in whatever case
  repeats,     // one group of at most four characters again and again
  is_run,      // digits, letters or keys beside each other, with few jumps
  is_common,   // one of those that are tried first (common_passphrases.h)
};

// As it is hashed: in the form NFKC, so that two keyboards that write the same write the same bytes.
tl::expected<sealing::Secret, PassphraseFault> normalize_passphrase(std::string_view text);
// And whether a new one may be that of this login ("jps/duty-1").
tl::expected<sealing::Secret, PassphraseFault> accept_passphrase(std::string_view text, std::string_view login);

// PBKDF2 (SP 800-132, RFC 8018 5.2) with HMAC-SHA-256: 32 bytes. About a third of a second at `passphrase_rounds`: never on a
// thread that others wait for. Empty where the library failed.
std::string derive_passphrase(const sealing::Secret& passphrase, std::string_view salt, int rounds);

// In a time that tells nothing of where they differ.
bool same_bytes(std::string_view a, std::string_view b);

}  // namespace noroshi::sign_in
