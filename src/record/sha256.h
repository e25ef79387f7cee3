// SHA-256 (FIPS 180-4) and the two hashes that the record makes with it. Pure; safe from any number of
// threads.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace noroshi::record {

using Digest = std::array<std::uint8_t, 32>;

// Of the parts, one after the other. Out of memory aborts: there is no other way in which this can fail.
Digest sha256(std::initializer_list<std::string_view> parts);

// SHA-256(0x00 || leaf): RFC 6962 section 2.1.
Digest leaf_hash(std::string_view leaf);

// The bytes of a digest or a salt as text that other functions take. Lives as long as `bytes`.
inline std::string_view bytes_of(const std::array<std::uint8_t, 32>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace noroshi::record
