#include "src/codec/response_answers.h"

#include "src/codec/handling_views.h"

namespace noroshi::codec {

std::string answer_staff(const core::StaffDecision&, const AnswerContext&) { return "{}"; }
std::string answer_response(const core::Decision& decision, const AnswerContext& context) {
  return answer_handling(decision, context).value_or("{}");
}

}  // namespace noroshi::codec
