// One-time codes that follow from a shared secret and the time (TOTP, RFC 6238 over HOTP, RFC 4226): HMAC-SHA-1, six digits,
// steps of 30 seconds, as every authenticator app has them. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace noroshi::sign_in {

constexpr std::size_t totp_secret_length = 20;  // bytes (RFC 4226 section 4, R6)
constexpr std::int64_t totp_step_length = 30;   // seconds

// The code of a step, which counts from 1970 (RFC 6238 section 4.2). Six digits where nothing else is said; at most 9. Empty
// where the library failed.
std::string totp_code(std::string_view secret, std::int64_t step, int digits = 6);

// The step whose code that is, at that time or one step beside it (RFC 6238 section 5.2: clocks differ); nothing where it is
// none. Whether the step was used before the caller looks up: a code is good once. `now`: seconds since 1970, of the real
// clock, for a phone knows no other.
std::optional<std::int64_t> totp_step_of(std::string_view secret, std::string_view code, std::int64_t now);

// RFC 4648 section 6, without padding: how a person types a secret.
std::string to_base32(std::string_view bytes);
// otpauth://totp/… as authenticator apps read it from a square code. `account`: shown beside the code.
std::string totp_uri(std::string_view secret, std::string_view account);

}  // namespace noroshi::sign_in
