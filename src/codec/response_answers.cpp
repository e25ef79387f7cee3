#include "src/codec/response_answers.h"

#include "src/codec/cymat.h"

namespace noroshi::codec {

std::string answer_staff(const core::StaffDecision&, const AnswerContext&) { return "{}"; }
std::string answer_response(const core::Decision& decision, const AnswerContext&) {
  if (auto of_cymat = answer_cymat(decision)) return std::move(*of_cymat);
  return "{}";
}

}  // namespace noroshi::codec
