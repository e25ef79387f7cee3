#include "src/record/subject_public_key.h"

#include <algorithm>

#include "src/record/encodings.h"
#include "src/record/sha256.h"

namespace noroshi::record {
namespace {

constexpr std::string_view head("\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00", 12);

}  // namespace

std::optional<PublicKey> raw_key(std::string_view subject_public_key) {
  PublicKey key;
  if (subject_public_key.size() != head.size() + key.size() || !subject_public_key.starts_with(head))
    return std::nullopt;
  std::copy(subject_public_key.begin() + head.size(), subject_public_key.end(), key.begin());
  return key;
}

std::string subject_public_key(const PublicKey& key) {
  return std::string(head).append(key.begin(), key.end());
}

std::string key_id(const PublicKey& key) {
  return to_hex(bytes_of(sha256({subject_public_key(key)})).substr(0, 8));
}

}  // namespace noroshi::record
