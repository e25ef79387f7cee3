// Answers to commands on the staff of a body and on the response to an incident. Each describes what the decision made or
// changed. Pure; any number of threads.
#pragma once

#include <string>

#include "src/codec/answer_context.h"
#include "src/core/response.h"
#include "src/core/staff.h"

namespace noroshi::codec {

std::string answer_staff(const core::StaffDecision& decision, const AnswerContext& context);
// Of a list of people: {"stored","people","appointments","trainings"}, numbers.
std::string answer_import(const core::StaffDecision& decision, bool stored);
std::string answer_response(const core::Decision& decision, const AnswerContext& context);

}  // namespace noroshi::codec
