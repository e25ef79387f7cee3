// The challenge of a passkey (WebAuthn Level 2, 13.4.3), held by nobody: it goes out with a state that is signed, and comes back
// with it. That it is used once, the caller looks up. Pure: times and randomness are given; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace noroshi::sign_in {

constexpr std::size_t challenge_length = 32;                 // bytes
constexpr std::int64_t challenge_lifetime = 5 * 60;          // seconds
constexpr std::size_t longest_state = 128;                   // characters

// What the state says: when the challenge was made (seconds since 1970, real clock) and which it is; for what, its signature
// binds (`purpose`: "assertion", or a set-up link). base64url.
std::string write_state(std::string_view key, std::string_view purpose, std::string_view challenge, std::int64_t now);
// The challenge; nothing where the state is another's, of another purpose, or older than its lifetime.
std::optional<std::string> read_state(std::string_view key, std::string_view purpose, std::string_view state, std::int64_t now);

}  // namespace noroshi::sign_in
