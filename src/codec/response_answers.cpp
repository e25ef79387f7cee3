#include "src/codec/response_answers.h"

namespace noroshi::codec {

std::string answer_response(const core::Decision&, const AnswerContext&) { return "{}"; }

}  // namespace noroshi::codec
