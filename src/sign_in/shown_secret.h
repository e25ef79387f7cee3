// The secret of one-time codes that a set-up page was shown, held by nobody: it goes out with a state in which it is sealed, and is kept
// for the account only by who brings that state back. So whoever else looked at the link has another secret, which is nobody's. Times and
// secrets are given, the IV is drawn; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "src/sealing/jwe.h"

namespace noroshi::sign_in {

constexpr std::int64_t shown_secret_lifetime = 30 * 60;  // seconds: a set-up link's

// AES-256-GCM of the time (seconds since 1970, real clock) and the secret (`totp_secret_length` bytes), bound to the link's code; base64url.
// `key`: 32 bytes. Nothing where the library failed.
std::optional<std::string> seal_shown_secret(std::string_view key, std::string_view code, std::string_view secret, std::int64_t now);
// Nothing where the state is another key's, another link's, or older than its lifetime.
std::optional<sealing::Secret> open_shown_secret(std::string_view key, std::string_view code, std::string_view state, std::int64_t now);

}  // namespace noroshi::sign_in
