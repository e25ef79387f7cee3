// What the guards say when they refuse: one problem document for each reason, in both languages, with what to
// do.
#pragma once

#include <string_view>

#include "src/codec/problem.h"
#include "src/http/framing.h"

namespace noroshi::http {

// Closed list; the name is the code of the problem document.
enum class Refusal {
  header_too_large,            // 431
  header_timeout,              // 408
  target_not_decodable,        // 400
  token_missing,               // 401
  token_invalid,               // 401
  no_session,                  // 401
  csrf_token_required,         // 403
  foreign_origin,              // 403
  authentication_unavailable,  // 503
  not_found,           // 404, also for what the caller may not see: handlers answer with the same document
  method_not_allowed,  // 405
  role_required,       // 403
  media_type_not_supported,  // 415
  body_too_large,            // 413
  body_timeout,              // 408
  handler_timeout,           // 503
  internal_error,            // 500
  too_many_connections,      // 429
  too_many_requests,         // 429
  too_many_failed_tokens,    // 429
  overloaded,                // 503
};
std::string_view to_string(Refusal refusal);

// References to constants of the program.
const codec::Problem& problem_of(Refusal refusal);
const codec::Problem& problem_of(FramingFault fault);

}  // namespace noroshi::http
