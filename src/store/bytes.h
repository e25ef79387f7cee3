// Bytes as text, digests and randomness, by libsodium; for src/store and src/http.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "src/core/identifier.h"
#include "src/record/event_codec.h"

namespace noroshi::store {

std::string base64(std::string_view bytes);  // RFC 4648 section 4; by OpenSSL, fast and not in constant time: no secrets
std::optional<std::string> from_base64(std::string_view text);  // padded, canonical, nothing around it
std::string base64url(std::string_view bytes);  // section 5, without padding; in constant time
std::string sha256(std::string_view bytes);       // 32 bytes
std::string random_bytes(std::size_t count);

// Takes its randomness many salts at a time: an accepted report needs forty, and each call of the system costs.
class RandomSalts : public record::SaltSource {
 public:
  record::Salt next() override;

 private:
  std::array<record::Salt, 64> drawn_;
  std::size_t left_ = 0;  // of drawn_, from its end
};

core::IdentifierSequence fresh_identifiers(Timestamp now);

}  // namespace noroshi::store
