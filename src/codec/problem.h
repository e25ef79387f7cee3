// Problem documents (RFC 9457): the one form in which a refusal leaves the program.
//
//   {"type":"urn:noroshi:problem:role_required","title":"…","status":403,"detail":"…","code":"role_required",
//    "errors":[{"pointer":"/times/recognized/value","code":"in_the_future","message":"…"}]}
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "src/codec/language.h"

namespace noroshi::codec {

inline constexpr std::string_view problem_media_type = "application/problem+json";

// A sentence in both languages. Never holds a value taken from the request.
struct Text {
  std::string ja;
  std::string en;
};
const std::string& in(const Text& text, Language language);

// One mistake of a request body. `pointer` is a JSON pointer (RFC 6901) into the body, empty for the body as
// a whole.
struct ProblemError {
  std::string pointer;
  std::string code;  // stable, snake_case
  Text message;
};

struct Problem {
  unsigned status = 500;
  std::string code;                  // stable, snake_case; `type` is urn:noroshi:problem:<code>
  Text title;                        // the same for every occurrence of the code
  Text detail;                       // what to do now; may be empty, then the member is left out
  std::vector<ProblemError> errors;  // left out where empty
};

// The document's bytes: UTF-8 JSON on one line, members in the order shown above.
std::string render(const Problem& problem, Language language);

}  // namespace noroshi::codec
