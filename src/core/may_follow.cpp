#include <algorithm>

#include "src/core/event.h"

namespace noroshi::core {
namespace {

// The preconditions of evolve(), and of the rows that follow from an event, one overload for each happening that has
// any.
struct MayFollow {
  const Incident& incident;

  bool has(ObligationId obligation) const { return incident.find(obligation) != nullptr; }
  bool has(MessageId message) const { return incident.find(message) != nullptr; }
  bool can(ObligationId obligation, ObligationEvent event) const {
    const auto* found = incident.find(obligation);
    return found && next(found->state, event);
  }

  bool operator()(const IncidentOpened&) const { return incident.number.empty(); }
  bool operator()(const ObligationOpened& what) const { return !has(what.obligation.id); }
  bool operator()(const ObligationFulfilled& what) const {
    return can(what.fulfillment.obligation, ObligationEvent::fulfill);
  }
  bool operator()(const ObligationSuperseded& what) const { return can(what.obligation, ObligationEvent::supersede); }
  bool operator()(const ObligationReopened& what) const { return can(what.obligation, ObligationEvent::reopen); }
  bool operator()(const ObligationWaived& what) const { return can(what.obligation, ObligationEvent::waive); }
  bool operator()(const ObligationRecurred& what) const { return has(what.obligation); }
  bool operator()(const ObligationPassed& what) const { return has(what.obligation); }
  bool operator()(const MessageSent& what) const { return !has(what.message.id); }
  bool operator()(const MessageAcknowledged& what) const {
    return has(what.message) && (!what.obligation || has(*what.obligation));
  }
  bool operator()(const WaiverAsked& what) const { return has(what.obligation); }
  bool operator()(const WaiverDecided& what) const {
    return has(what.obligation) && incident.find(what.waiver) != nullptr;
  }
  bool operator()(const MessagePassed& what) const { return has(what.message); }
  bool operator()(const ErasureAsked& what) const { return incident.find(what.erasure) == nullptr; }
  bool operator()(const ErasureDecided& what) const { return incident.find(what.erasure) != nullptr; }
  bool operator()(const AlarmRung& what) const {
    switch (what.clock) {
      case ClockKind::duty:
        return has(ObligationId{what.subject});
      case ClockKind::acknowledgement:
        return has(MessageId{what.subject});
      case ClockKind::followup:
        return true;
    }
    return false;
  }
  bool operator()(const RelaySwitchAsked&) const { return false; }
  bool operator()(const RelaySwitchDecided&) const { return false; }
  bool operator()(const RecordContinued&) const { return false; }
  bool operator()(const KeyRegistered&) const { return false; }
  bool operator()(const KeyRetired&) const { return false; }
  template <class Other>
  bool operator()(const Other&) const {
    return true;
  }
};

}  // namespace

bool may_follow(const Incident& incident, const Event& event) {
  const bool opens = std::holds_alternative<IncidentOpened>(event.what);
  if (!opens && (incident.number.empty() || incident.id != event.incident)) return false;
  return std::visit(MayFollow{incident}, event.what);
}

}  // namespace noroshi::core
