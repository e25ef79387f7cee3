// An Ed25519 key as a SubjectPublicKeyInfo in DER (RFC 8410): a head that is always the same before the 32 bytes of the
// key. Private to src/store. Safe from any number of threads.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "src/record/checkpoint.h"

namespace noroshi::store {

// Nothing where it is no such key.
std::optional<record::PublicKey> raw_key(std::string_view subject_public_key);
std::string subject_public_key(const record::PublicKey& key);

}  // namespace noroshi::store
