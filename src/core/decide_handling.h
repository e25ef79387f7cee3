// How a body handles its incident inside: steps that meet its inner duties, instructions and their answers, shared platforms.
#pragma once

#include <optional>
#include <string>

#include "src/core/decide_assignment.h"

namespace noroshi::core {

// Which duty a step meets the edition says (Rule::met_by). A step is taken, and stands in the record, whether or not that duty is
// open; where it is, the step meets it by the method `done`. All of it is of the body whose incident it is, or its successor,
// while the case is neither closed nor dismissed.
//
// `situation` meets (j), which is opened anew at once and due after another target, as long as the case has not recovered.
// ciso_told and cause_reported name the CISO in force, or who has his power to be told by a delegation; only where the staff names
// no CISO at all does the text alone say who was told. By whom:
//   ciso_told, lessons_shared                head of the CSIRT, or who has its power to decide by a delegation
//   cause_reported                           the same, or an information security officer
//   measures_ordered                         CISO, or who has his power to decide by a delegation; `person`: who was ordered
//   procedure_followed, rules_followed       the CSIRT, or a system security officer
//   situation, record, information_shared    the CSIRT
// Offices are those of the token's role, and those of the staff where the token is bound to a person.
struct TakeHandlingStep {
  Actor actor;
  HandlingStepKind kind{};
  std::string text;
  std::optional<PersonId> person;
};
// By the CSIRT. The first of emergency measures or recovery meets (d).
struct GiveInstruction {
  Actor actor;
  InstructionKind kind{};
  InstructionForce force{};
  std::string addressee;
  std::string text;
  std::optional<Timestamp> answer_by;
};
// Once; by the CSIRT, a section officer, or an information or system security officer.
struct AnswerInstruction {
  Actor actor;
  InstructionId instruction;
  bool carried_out = false;
  std::string text;
};
// By the CSIRT. Opens (f) for the body whose incident it is. The operator is told by the newest version of the report, where its
// label allows (機密性2 at most), and sees the case from then on; what it owes itself opens by its own incident, which it reports.
struct LinkPlatform {
  Actor actor;
  std::string platform;
  std::string operator_organization;
};
// AccessGranted::because of the operator of a shared platform.
inline constexpr std::string_view access_by_platform = "2.2.4(2)(f)";

Outcome decide_handling(const Law& law, const Incident& known, const ResponseContext& context,
                        const TakeHandlingStep& command, Moment moment);
Outcome decide_handling(const Law& law, const Incident& known, const ResponseContext& context,
                        const GiveInstruction& command, Moment moment);
Outcome decide_handling(const Law& law, const Incident& known, const ResponseContext& context,
                        const AnswerInstruction& command, Moment moment);
Outcome decide_handling(const Law& law, const Incident& known, const ResponseContext& context, const LinkPlatform& command,
                        Moment moment);

// What meets the duty, and by which call.
Reason how_to_meet(const Law& law, const Obligation& obligation);

}  // namespace noroshi::core
