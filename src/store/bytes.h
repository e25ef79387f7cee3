// Bytes as text, digests and randomness, by libsodium. For src/store and src/http.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "src/core/identifier.h"
#include "src/record/event_codec.h"

namespace noroshi::store {

std::string base64(std::string_view bytes);       // RFC 4648 section 4
std::optional<std::string> from_base64(std::string_view text);  // padded, canonical, nothing around it
std::string base64url(std::string_view bytes);    // section 5, without padding
std::string sha256(std::string_view bytes);       // 32 bytes
std::string random_bytes(std::size_t count);

class RandomSalts : public record::SaltSource {
 public:
  record::Salt next() override;
};

core::IdentifierSequence fresh_identifiers(Timestamp now);

}  // namespace noroshi::store
