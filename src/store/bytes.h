// Bytes as text, digests and randomness, by libsodium. Private to src/store.
#pragma once

#include <string>
#include <string_view>

#include "src/core/identifier.h"
#include "src/record/event_codec.h"

namespace noroshi::store {

std::string base64(std::string_view bytes);       // RFC 4648 section 4
std::string base64url(std::string_view bytes);    // section 5, without padding
std::string hexadecimal(std::string_view bytes);  // lower case
std::string sha256(std::string_view bytes);       // 32 bytes
std::string random_bytes(std::size_t count);

class RandomSalts : public record::SaltSource {
 public:
  record::Salt next() override;
};

core::IdentifierSequence fresh_identifiers(Timestamp now);

}  // namespace noroshi::store
