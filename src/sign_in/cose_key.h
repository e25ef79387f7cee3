// The public key of a passkey: COSE_Key (RFC 9052 section 7, RFC 9053) of the three algorithms that are asked for. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "src/sign_in/cbor.h"

namespace noroshi::sign_in {

enum class Algorithm { es256 = -7, eddsa = -8, rs256 = -257 };  // ECDSA on P-256 with SHA-256, Ed25519, PKCS #1 v1.5 with SHA-256
std::optional<Algorithm> parse_algorithm(int number);

struct PasskeyKey {
  Algorithm algorithm{};
  std::string der;  // SubjectPublicKeyInfo
};

// Nothing where it is of another algorithm, no point of its curve, or of RSA with less than 2,048 or more than 4,096 bits.
std::optional<PasskeyKey> read_cose_key(const CborItem& key);

// Whether that key signed that text. False too where the key cannot be read.
bool verify_signature(const PasskeyKey& key, std::string_view text, std::string_view signature);

}  // namespace noroshi::sign_in
