// HMAC-SHA-256 (RFC 2104, FIPS 198-1). Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace noroshi::sign_in {

// 32 bytes; throws std::bad_alloc where the library has no memory.
std::string keyed_hash(std::string_view key, std::string_view text);
// SHA-256 (FIPS 180-4); as above.
std::string sha256(std::string_view bytes);

}  // namespace noroshi::sign_in
