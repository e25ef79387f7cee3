// A POST that its sender signs with a key of his own (Noroshi-Signature; src/record/actor_signature.h).
#pragma once

#include <string>

#include <tl/expected.hpp>

#include "src/cli/api_client.h"

namespace noroshi::cli {

// What the header carries: base64 of the signature by the private key of that PEM file (Ed25519, or ECDSA on P-256 or
// P-384) over the path and the body. Else why it cannot be made; never anything of the key.
tl::expected<std::string, Text> sign_act(const std::string& key_file, const std::string& target,
                                         const std::string& body);

// As ApiClient::post(), of JSON, with that header.
tl::expected<Answer, NoAnswer> post_signed(const ApiClient& client, const std::string& target, const std::string& body,
                                           const std::string& idempotency_key, const std::string& signature,
                                           Language language);

}  // namespace noroshi::cli
