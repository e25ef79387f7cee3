// Who of a body's CSIRT responds to an incident: proposed, accepted, active, handed over or released (standard 2.1.1(7),
// 2.2.4(2)). Values; the decisions are those of decide_assignment.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "routing/time.h"
#include "src/core/clock_kind.h"
#include "src/core/identifier.h"
#include "src/core/states.h"

namespace noroshi::core {

enum class Function {
  head,              // leads the response for its body
  deputy,            // stands in for the head
  handler,           // 対処担当
  external_contact,  // 外部との連絡等を行う担当
};
std::string_view to_string(Function function);
std::optional<Function> parse_function(std::string_view text);

struct Assignment {
  AssignmentId id;
  std::string organization;  // whose CSIRT
  PersonId person;
  std::string name;  // as the staff named the person then
  Function function{};
  bool trained = true;  // false: the training of a CSIRT (2.2.3(2)(c)) was not recorded or not valid: allowed, and marked
  std::optional<AssignmentId> replaces;  // the one that this one takes over: accepting it is the acknowledgement of the hand-over
  std::string note;
  Timestamp proposed_at;
  AssignmentState state = AssignmentState::proposed;
  std::optional<Timestamp> accepted_at;
  std::optional<Timestamp> activated_at;
  std::optional<Timestamp> ended_at;    // declined, handed over or released
  std::optional<Timestamp> duty_until;  // of an active head: when the turn of duty ends; nothing where no roster says
  Ladder ladder;                        // of the clock that asks for the hand-over then
  int revision = 1;
  friend bool operator==(const Assignment&, const Assignment&) = default;
};

}  // namespace noroshi::core
