#include "src/core/clocks.h"

#include <algorithm>

namespace noroshi::core {
namespace {

// From the judgement that it is an incident until the last report or the end: whoever was told waits for news.
bool is_handled(IncidentState state) {
  using enum IncidentState;
  return state == assessed || state == contained || state == recovered || state == reviewed;
}

}  // namespace

std::vector<Clock> running_clocks(const Incident& incident) {
  std::vector<Clock> clocks;
  for (const auto& obligation : incident.obligations) {
    if (obligation.state != ObligationState::open) continue;
    if (obligation.inner && incident.state == IncidentState::dismissed) continue;
    clocks.push_back(
        {ClockKind::duty, obligation.id.value, obligation.holder, obligation.due_at, obligation.ladder});
  }
  for (const auto& message : incident.messages)
    if (message.acknowledge_by && !message.acknowledged_at)
      clocks.push_back({ClockKind::acknowledgement, message.id.value, message.recipient, *message.acknowledge_by,
                        message.ladder});
  if (incident.followup_due && is_handled(incident.state))
    clocks.push_back({ClockKind::followup, incident.id.value, incident.organization, *incident.followup_due,
                      incident.followup_ladder});
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
