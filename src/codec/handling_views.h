// How a body handles its incident inside, as callers are shown it, and the answers to commands on it. As views.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "src/codec/answer_context.h"
#include "src/codec/json_writer.h"
#include "src/core/decision.h"

namespace noroshi::codec {

struct HandlingStepView {
  std::string id;
  std::string organization;
  std::string kind;
  std::string text;
  std::optional<std::string> person;  // who was told, or ordered
  std::string name;                   // as the staff named the person then; null where empty
  bool by_delegate = false;
  std::string taken_by;  // null where empty
  std::string role;
  Timestamp taken_at;
};

struct InstructionView {
  std::string id;
  std::string organization;
  std::string kind;
  std::string force;
  std::string addressee;
  std::string text;
  std::string given_by;  // null where empty
  Timestamp given_at;
  std::optional<Timestamp> answer_by;
  std::optional<Timestamp> answered_at;
  std::string answered_by;  // null where empty
  bool carried_out = false;
  std::string answer;  // null where empty
};
// Its answer is awaited, and the time for it is over.
bool overdue(const InstructionView& view, Timestamp now);

struct PlatformLinkView {
  std::string id;
  std::string platform;
  std::string operator_organization;  // null where empty
  std::string affected_organization;
  std::string linked_by;  // null where empty
  Timestamp linked_at;
};

void encode(JsonWriter& out, const HandlingStepView& view, const AnswerContext& context);
void encode(JsonWriter& out, const InstructionView& view, const AnswerContext& context);
void encode(JsonWriter& out, const PlatformLinkView& view, const AnswerContext& context);

// Nothing where the decision is none on handling inside. Else {"step"|"instruction"|"answer"|"platform", "incident", "met": the
// duties that the act met, "opened": those that it opened, "warnings"}.
std::optional<std::string> answer_handling(const core::Decision& decision, const AnswerContext& context);

}  // namespace noroshi::codec
