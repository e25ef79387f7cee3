#include "src/core/clocks.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "src/core/canary.h"

namespace noroshi::core {
namespace {

// From the judgement that it is an incident until the last report or the end: whoever was told waits for news.
bool is_handled(IncidentState state) {
  using enum IncidentState;
  return state == assessed || state == contained || state == recovered || state == reviewed;
}

}  // namespace

std::vector<const Message*> unacknowledged(const Incident& incident) {
  std::vector<const Message*> waiting;
  // Who acknowledged a later version has the earlier ones too, its predecessor's among them.
  std::set<std::string_view> recipients;
  std::set<std::string_view> acknowledging;
  for (auto message = incident.messages.rbegin(); message != incident.messages.rend(); ++message) {
    if (!message->acknowledge_by) continue;
    // A word about the case brings no version: nothing covers it, and it covers nothing.
    if (!message->report) {
      if (!message->acknowledged_at) waiting.push_back(&*message);
      continue;
    }
    if (message->acknowledged_at) {
      recipients.insert(message->recipient);
      acknowledging.insert(message->awaited_from());
    }
    if (!recipients.contains(message->recipient) && !acknowledging.contains(message->awaited_from()))
      waiting.push_back(&*message);
  }
  std::reverse(waiting.begin(), waiting.end());
  return waiting;
}

std::vector<Clock> running_clocks(const Incident& incident) {
  std::vector<Clock> clocks;
  if (is_canary(incident)) return clocks;
  for (const auto& obligation : incident.obligations) {
    if (obligation.state != ObligationState::open) continue;
    if (obligation.inner && incident.state == IncidentState::dismissed) continue;
    clocks.push_back(
        {ClockKind::duty, obligation.id.value, obligation.holder, obligation.alarm_due, obligation.ladder});
  }
  for (const auto* message : unacknowledged(incident))
    clocks.push_back({ClockKind::acknowledgement, message->id.value, message->awaited_from(),
                      *message->acknowledge_by, message->ladder});
  if (incident.followup_due && is_handled(incident.state))
    clocks.push_back({ClockKind::followup, incident.id.value, incident.followup_from(), *incident.followup_due,
                      incident.followup_ladder});
  for (const auto& assignment : incident.assignments)
    if (assignment.function == Function::head && assignment.state == AssignmentState::active && assignment.duty_until)
      clocks.push_back({ClockKind::handover, assignment.id.value, assignment.organization, *assignment.duty_until,
                        assignment.ladder});
  for (const auto& annex : incident.annexes)
    if (annex.state == AnnexState::asked && !incident.erased_at)  // nothing is permitted any more
      clocks.push_back({ClockKind::permission, annex.id.value, annex.organization, annex.permit_by, annex.ladder});
  for (const auto& inquiry : incident.inquiries)
    if (inquiry.is_open() && !incident.erased_at)  // nothing is answered any more
      clocks.push_back({ClockKind::inquiry, inquiry.id.value, inquiry.to, inquiry.due_at, inquiry.ladder});
  return clocks;
}

std::optional<Timestamp> reaches(const Clock& clock, int level, const ClockPolicy& policy) {
  if (level > static_cast<int>(policy.steps.size())) return std::nullopt;
  return std::max(clock.due_at, clock.ladder.from) + policy.steps[static_cast<std::size_t>(level - 1)];
}

std::optional<Timestamp> next_ring(const Incident& incident, const ClockPolicy& policy) {
  std::optional<Timestamp> earliest;
  for (const auto& clock : running_clocks(incident)) {
    const auto at = reaches(clock, clock.ladder.level + 1, policy);
    if (at && (!earliest || *at < *earliest)) earliest = at;
  }
  return earliest;
}

}  // namespace noroshi::core
