// Base64, hexadecimal and SHA-256, for what the witness reads and writes. Pure; any number of threads.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace noroshi::witness {

using Hash = std::array<std::uint8_t, 32>;

// RFC 4648 section 4, with padding. Reading accepts what writing makes, and nothing else.
std::string to_base64(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text);

std::string to_hex(std::string_view bytes);  // lower case

// Of the parts, one after the other.
Hash sha256(std::initializer_list<std::string_view> parts);

inline std::string_view as_text(const Hash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}
// Nothing unless there are 32 bytes.
std::optional<Hash> as_hash(std::string_view bytes);

}  // namespace noroshi::witness
