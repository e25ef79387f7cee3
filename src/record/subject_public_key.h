// An Ed25519 key as a SubjectPublicKeyInfo in DER (RFC 8410): a head that is always the same before the 32 bytes of the
// key. Pure; safe from any number of threads.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "src/record/checkpoint.h"

namespace noroshi::record {

// Nothing where it is no such key.
std::optional<PublicKey> raw_key(std::string_view subject_public_key);
std::string subject_public_key(const PublicKey& key);

// As key.registered and key.retired name it: the first 8 bytes of the SHA-256 of its SubjectPublicKeyInfo, 16
// hexadecimal digits.
std::string key_id(const PublicKey& key);

}  // namespace noroshi::record
