// Signatures of those who act: made by their own key over what they send, so that not even whoever runs the daemon can
// make an act in their name.
//
// Pure; safe from any number of threads.
#pragma once

#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "src/record/event_codec.h"

namespace noroshi::record {

struct ActorKey {
  SignatureAlgorithm algorithm{};
  std::string public_key;  // SubjectPublicKeyInfo, DER (RFC 5280)
};

// Of a SubjectPublicKeyInfo: Ed25519 (RFC 8410), or ECDSA on P-256 or P-384 (RFC 5480), the curve named. The error says
// what it is instead. At most 200 bytes.
tl::expected<ActorKey, std::string> parse_actor_key(std::string_view der);

// SHA-256 of the SubjectPublicKeyInfo: how a leaf names the key.
Digest id_of(const ActorKey& key);

// What is signed, three lines, each with its line feed: "noroshi-act/v1", the path, the SHA-256 of the body in
// hexadecimal. `call` holds no line feed.
std::string act_text(std::string_view call, const Digest& body_sha256);

// Whether the signature is by that key: over act_text() with SHA-256 (P-256), SHA-384 (P-384) or as Ed25519 has it.
bool verify(const ActorSignature& signature, const ActorKey& key);

}  // namespace noroshi::record
