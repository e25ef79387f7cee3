// A sealed annex as the daemon reads it: a JWE in general JSON (RFC 7516 7.2.1), of which it looks at the names of the
// recipients' keys and at what the sealer bound it to. It holds no key that opens one, and the rest is opaque to it.
//
// Strict: protected header {"alg":"ECDH-ES+A256KW","enc":"A256GCM"} and nothing else ("alg" may stand at every
// recipient instead); each recipient a header with kid, epk (a public point of P-384) and no more than alg beside them,
// and a wrapped key; no member is unknown or stands twice; all is base64url without padding, of the length that it has.
// Pure; any number of threads.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "src/core/refusal.h"

namespace noroshi::codec {

inline constexpr std::size_t most_annex_recipients = 64;
inline constexpr std::size_t longest_annex_aad = 4096;  // bytes, decoded

struct SealedAnnex {
  std::vector<std::string> key_ids;  // of its recipients, in their order
  std::string
      authenticated_data;  // AAD; empty where there is none. What anybody may claim: only who opens it knows better
};
// Every mistake with its pointer; never a value.
tl::expected<SealedAnnex, std::vector<core::FieldError>> read_sealed_annex(std::string_view jwe);

// Whether `sent` is `kept` with further recipients: everything but `recipients` is the same, and each recipient that
// was there stands in it unchanged. Both have been read by read_sealed_annex().
bool adds_recipients_alone(std::string_view kept, std::string_view sent);

}  // namespace noroshi::codec
