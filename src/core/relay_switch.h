// Whether a report that an agency received is relayed to the centre by the daemon when the agency stays silent. Asked by one
// person and decided by another (standard 2.1.1(8)), one of the two the CISO.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "src/core/authority.h"
#include "src/core/decision.h"

namespace noroshi::core {

struct RelaySwitchRequest {
  RelaySwitchId id;
  std::string organization;
  bool switched_on = false;
  std::string reason;
  std::optional<TokenId> asked_by;
  std::string asked_by_name;
  Role asked_role{};
  enum class Decision { pending, approved, rejected } decision = Decision::pending;
  friend bool operator==(const RelaySwitchRequest&, const RelaySwitchRequest&) = default;
};

// What was decided of a body's switch. Its events are of no incident.
struct SwitchDecision {
  std::vector<Event> events;
  RelaySwitchRequest after;
};
using SwitchOutcome = tl::expected<SwitchDecision, Refusal>;

struct AskRelaySwitch {
  Actor actor;
  bool switched_on = false;
  std::string reason;
};
// `known` are the switches of the actor's body, in any order.
SwitchOutcome decide_relay_switch_request(const Law& law, const std::vector<RelaySwitchRequest>& known,
                                          const AskRelaySwitch& command, Moment moment);

struct DecideRelaySwitch {
  Actor actor;
  RelaySwitchId id;
  bool approved = false;
  std::string reason;
  Authority applicant{};  // of who asked, when he asked and now; of nobody where the staff is not known
  Authority approver{};   // of the actor, likewise
};
SwitchOutcome decide_relay_switch(const std::vector<RelaySwitchRequest>& known, const DecideRelaySwitch& command,
                                  Moment moment);

// The same of the requests and decisions of switches as of the events of an incident (src/core/event.h): whether the event
// may follow, for a record that others may have altered, and what is known after it. `known` may be of many bodies.
bool may_follow(const std::vector<RelaySwitchRequest>& known, const Event& event);
void evolve(std::vector<RelaySwitchRequest>& known, const Event& event);

}  // namespace noroshi::core
