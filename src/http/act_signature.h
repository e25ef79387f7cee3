// The signature of who acts: Noroshi-Signature, base64 of what his own key made over the path and the body
// (src/record/actor_signature.h). It is not asked for; where it is given it must be right.
#pragma once

#include <optional>

#include <tl/expected.hpp>

#include "src/http/request.h"
#include "src/http/response.h"

namespace noroshi::http {

// Nothing where none was sent. 422 signature_key_unknown where the token has no key, signature_invalid where it is not by
// that key over this request.
tl::expected<std::optional<record::ActorSignature>, Response> act_signature_of(const Request& request);

}  // namespace noroshi::http
