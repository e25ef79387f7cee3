// How a body handles its incident inside: steps that meet its inner duties, instructions and their answers, shared platforms.
#pragma once

#include <optional>
#include <string>

#include "src/core/decide_assignment.h"

namespace noroshi::core {

// Meets the duty of its clause where it is open, by the method `done`: (c) by ciso_told, (j) by situation, (k) by record, (f) by
// rules_followed, (3)(a) by cause_reported, (b) by measures_ordered, (c) by lessons_shared.
// ciso_told and cause_reported name the CISO, or who has his power to be told by a delegation; by the head of the CSIRT (c), an information
// security officer or the head (3)(a). measures_ordered is of the CISO or a delegate who may decide.
struct TakeHandlingStep {
  Actor actor;
  HandlingStepKind kind{};
  std::string text;
  std::optional<PersonId> person;
};
// The first of emergency measures or recovery meets (d).
struct GiveInstruction {
  Actor actor;
  InstructionKind kind{};
  InstructionForce force{};
  std::string addressee;
  std::string text;
  std::optional<Timestamp> answer_by;
};
struct AnswerInstruction {
  Actor actor;
  InstructionId instruction;
  bool carried_out = false;
  std::string text;
};
// Opens (f) for the affected body, and for the operator its own duties by its own incident.
struct LinkPlatform {
  Actor actor;
  std::string platform;
  std::string operator_organization;
};

Outcome decide_handling(const Law& law, const Incident& known, const ResponseContext& context,
                        const TakeHandlingStep& command, Moment moment);
Outcome decide_handling(const Law& law, const Incident& known, const ResponseContext& context,
                        const GiveInstruction& command, Moment moment);
Outcome decide_handling(const Law& law, const Incident& known, const ResponseContext& context,
                        const AnswerInstruction& command, Moment moment);
Outcome decide_handling(const Law& law, const Incident& known, const ResponseContext& context, const LinkPlatform& command,
                        Moment moment);

}  // namespace noroshi::core
