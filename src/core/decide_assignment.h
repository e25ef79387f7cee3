// Who responds: propose, answer, activate, hand over, release. A body whose response has a head never loses it but to another or
// to the end of the case.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "src/core/decision.h"
#include "src/core/staff.h"

namespace noroshi::core {

// What decisions on the response have to know beside the incident: the staff of the bodies they concern, and who of them serves in
// a CYMAT for another case.
struct ResponseContext {
  std::map<std::string, Staff> staffs;                 // by body
  std::map<PersonId, CymatRequestId> serving;          // proposed, agreed or at work: of which request, of this case too
  const Staff* staff_of(const std::string& organization) const;
};

// With `replaces` it is the offer of a hand-over: by who holds that assignment, or the head. Accepting it acknowledges the hand-over.
// By the head of the CSIRT or of the response; while it has no head, or that one is gone, by any member of the CSIRT: a head.
// Refused: who left the body, holds no post of its CSIRT, serves in a CYMAT, or has an assignment in the case that is not over.
struct ProposeAssignment {
  Actor actor;
  PersonId person;
  std::optional<Function> function;  // nothing: that of the assignment it replaces
  std::optional<AssignmentId> replaces;
  std::string note;
};
// By the person alone. An accepted hand-over is active at once, and the one before is handed over in the same decision.
struct AnswerAssignment {
  Actor actor;
  AssignmentId assignment;
  bool accepted = false;
  std::string reason;  // required to decline
};
// By the person, or the head. A second head is refused: the first hands over. Others who were asked to lead and have not begun
// are released with it.
struct ActivateAssignment {
  Actor actor;
  AssignmentId assignment;
};
// By the person, or the head. A head is released with the case alone. An offer to take over what is released ends with it.
struct ReleaseAssignment {
  Actor actor;
  AssignmentId assignment;
  std::string reason;
};

Outcome decide_assignment(const Law& law, const Incident& known, const ResponseContext& context,
                          const ProposeAssignment& command, Moment moment);
Outcome decide_assignment(const Law& law, const Incident& known, const ResponseContext& context,
                          const AnswerAssignment& command, Moment moment);
Outcome decide_assignment(const Law& law, const Incident& known, const ResponseContext& context,
                          const ActivateAssignment& command, Moment moment);
Outcome decide_assignment(const Law& law, const Incident& known, const ResponseContext& context,
                          const ReleaseAssignment& command, Moment moment);

// Why somebody who is assigned untrained is marked; shown in answers and beside the assignment.
routing::Reason untrained_warning(const std::string& name);

// Whom to propose, the best first: on duty, trained, with the skills asked for, with few other cases; each with its reasons.
// Those with a post of the CSIRT, who have no assignment in the case that is not over. `active`: other cases by person.
struct Candidate {
  PersonId person;
  std::string name;
  bool on_duty = false;
  bool trained = false;
  bool cleared = false;
  int active = 0;  // other cases that the person works on
  std::vector<std::string> matching_skills;
  std::vector<routing::Reason> because;
};
std::vector<Candidate> candidates_for(const Incident& known, const Staff& staff, const std::map<PersonId, int>& active,
                                      Function function, const std::vector<std::string>& skills, Timestamp at);

}  // namespace noroshi::core
