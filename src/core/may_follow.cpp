#include <algorithm>

#include "src/core/clocks.h"
#include "src/core/evolve_information.h"
#include "src/core/decide_delivery.h"
#include "src/core/duties.h"
#include "src/core/relay_switch.h"
#include "src/core/retention.h"

namespace noroshi::core {
namespace {

// The preconditions of evolve(), and of the rows that follow from an event, one overload for each happening that has
// any.
struct MayFollow {
  const Incident& incident;
  const Event& event;

  bool has(ObligationId obligation) const { return incident.find(obligation) != nullptr; }
  bool has(MessageId message) const { return incident.find(message) != nullptr; }
  bool can(ObligationId obligation, ObligationEvent happening) const {
    const auto* found = incident.find(obligation);
    return found && next(found->state, happening);
  }

  bool operator()(const IncidentOpened&) const { return incident.number.empty(); }
  bool operator()(const ObligationOpened& what) const { return !has(what.obligation.id); }
  bool operator()(const ObligationFulfilled& what) const {
    return can(what.fulfillment.obligation, ObligationEvent::fulfill);
  }
  bool operator()(const ObligationSuperseded& what) const { return can(what.obligation, ObligationEvent::supersede); }
  bool operator()(const ObligationReopened& what) const { return can(what.obligation, ObligationEvent::reopen); }
  bool operator()(const ObligationWaived& what) const {
    const auto* waiver = incident.find(what.waiver);
    return can(what.obligation, ObligationEvent::waive) && waiver && waiver->obligation == what.obligation &&
           waiver->decision == Waiver::Decision::approved;
  }
  bool operator()(const ObligationRecurred& what) const { return has(what.obligation); }
  bool operator()(const ObligationPassed& what) const { return has(what.obligation); }
  bool operator()(const MessageSent& what) const { return !has(what.message.id); }
  bool operator()(const MessageAcknowledged& what) const {
    return has(what.message) && (!what.obligation || has(*what.obligation));
  }
  bool operator()(const WaiverAsked& what) const {
    return has(what.obligation) && incident.find(what.waiver) == nullptr && event.actor.token.has_value();
  }
  // What a decision looks at stands in the leaves: a decision that one person made alone, or in no office, was not made
  // by this program. Which body stands for which is of the registry of that day, and is not looked at.
  bool operator()(const WaiverDecided& what) const {
    const auto* waiver = incident.find(what.waiver);
    return has(what.obligation) && waiver && waiver->obligation == what.obligation &&
           waiver->decision == Waiver::Decision::pending && event.actor.role == Role::exception_officer &&
           !same_person(waiver->asked_by, waiver->asked_by_name, event.actor);
  }
  bool operator()(const MessagePassed& what) const { return has(what.message); }
  bool operator()(const ErasureAsked& what) const {
    const bool pending = std::any_of(incident.erasures.begin(), incident.erasures.end(), [](const Erasure& erasure) {
      return erasure.decision == Erasure::Decision::pending;
    });
    return !pending && incident.find(what.erasure) == nullptr && !incident.erased_at && has_ended(incident.state) &&
           (event.actor.role == Role::csirt_head || event.actor.role == Role::csirt_member);
  }
  bool operator()(const ErasureDecided& what) const {
    const auto* erasure = incident.find(what.erasure);
    if (!erasure || erasure->decision != Erasure::Decision::pending || event.actor.role != Role::section_officer ||
        same_person(erasure->asked_by, erasure->asked_by_name, event.actor))
      return false;
    return !what.approved || may_be_erased(what);
  }
  // The years of that day are the operator's and in no leaf: no retention is shorter than one.
  bool may_be_erased(const ErasureDecided& what) const {
    return has_ended(incident.state) && incident.ended_at && !incident.erased_at && what.retained_until &&
           *what.retained_until <= event.at && *what.retained_until >= retained_until(*incident.ended_at, 1) &&
           what.retention_class == to_string(retention_class(incident.exercise, incident.confidentiality)) &&
           !has_open_duty(incident) && unacknowledged(incident).empty();
  }
  bool operator()(const AlarmRung& what) const {
    switch (what.clock) {
      case ClockKind::duty:
        return has(ObligationId{what.subject});
      case ClockKind::acknowledgement:
        return has(MessageId{what.subject});
      case ClockKind::followup:
        return true;
      case ClockKind::handover:
        return incident.find(AssignmentId{what.subject}) != nullptr;
      case ClockKind::permission:
        return incident.find(AnnexId{what.subject}) != nullptr;
      case ClockKind::inquiry:
        return incident.find(InquiryId{what.subject}) != nullptr;
    }
    return false;
  }
  // Who answered is bound to a token and in no leaf; what must never be is looked at: a case without its head, two heads, a
  // person with two assignments that are not over.
  const Assignment* in_state_for(AssignmentId id, AssignmentEvent happening) const {
    const auto* assignment = incident.find(id);
    return assignment && next(assignment->state, happening) ? assignment : nullptr;
  }
  static bool is_live(const Assignment& assignment) {
    return assignment.state == AssignmentState::proposed || assignment.state == AssignmentState::accepted ||
           assignment.state == AssignmentState::active;
  }
  bool operator()(const AssignmentProposed& what) const {
    const auto& proposed = what.assignment;
    const auto* before = proposed.replaces ? incident.find(*proposed.replaces) : nullptr;
    const bool takes_over = before && before->state == AssignmentState::active &&
                            before->organization == proposed.organization && before->function == proposed.function;
    if (incident.find(proposed.id) || has_ended(incident.state) || (proposed.replaces && !takes_over) ||
        proposed.state != AssignmentState::proposed || event.actor.organization != proposed.organization)
      return false;
    return std::none_of(incident.assignments.begin(), incident.assignments.end(), [&](const Assignment& other) {
      return is_live(other) && other.organization == proposed.organization &&
             (other.person == proposed.person || (proposed.replaces && other.replaces == proposed.replaces));
    });
  }
  bool operator()(const AssignmentAccepted& what) const {
    return in_state_for(what.assignment, AssignmentEvent::accept) != nullptr;
  }
  bool operator()(const AssignmentDeclined& what) const {
    return in_state_for(what.assignment, AssignmentEvent::decline) != nullptr;
  }
  bool operator()(const AssignmentActivated& what) const {
    const auto* assignment = in_state_for(what.assignment, AssignmentEvent::activate);
    if (!assignment) return false;
    const auto* before = assignment->replaces ? incident.find(*assignment->replaces) : nullptr;
    if (before && before->state != AssignmentState::handed_over) return false;
    return assignment->function != Function::head || !incident.head_of(assignment->organization);
  }
  bool operator()(const AssignmentHandedOver& what) const {
    const auto* to = incident.find(what.to);
    return in_state_for(what.assignment, AssignmentEvent::hand_over) && to && to->replaces == what.assignment &&
           to->state == AssignmentState::accepted;
  }
  bool operator()(const AssignmentReleased& what) const {
    const auto* assignment = in_state_for(what.assignment, AssignmentEvent::release);
    const bool head = assignment && assignment->function == Function::head && assignment->state == AssignmentState::active;
    return assignment && (!head || has_ended(incident.state));
  }
  bool operator()(const AssignmentDutyMoved& what) const {
    const auto* assignment = incident.find(what.assignment);
    return assignment && assignment->function == Function::head && assignment->state == AssignmentState::active;
  }
  bool operator()(const AccessEnded& what) const {
    return is_of_cymat(what.organization) && incident.access.contains(what.organization);
  }
  bool can(CymatRequestId request, std::optional<CymatRuling> ruling, CymatEvent happening) const {
    const auto* found = incident.find(request);
    return found && next(found->state, ruling ? ruling : found->ruling, happening);
  }
  const CymatMember* member(CymatRequestId request, CymatMemberId id) const {
    const auto* found = incident.find(request);
    if (!found) return nullptr;
    for (const auto& member : found->members)
      if (member.id == id) return &member;
    return nullptr;
  }
  bool of_center() const { return event.actor.role == Role::center_liaison; }
  bool of_head() const { return event.actor.role == Role::csirt_head || event.actor.role == Role::ciso; }
  bool operator()(const CymatRequested& what) const { return !incident.find(what.request.id) && of_head(); }
  bool operator()(const CymatForwarded& what) const {
    const auto* found = incident.find(what.request);
    return found && !found->through.empty() && !found->forwarded_at && of_head();
  }
  bool operator()(const CymatReceived& what) const {
    return can(what.request, std::nullopt, CymatEvent::receive) && of_center();
  }
  bool operator()(const CymatDecided& what) const {
    const auto happening = what.ruling == CymatRuling::dispatch ? CymatEvent::rule_dispatch
                           : what.ruling == CymatRuling::advice ? CymatEvent::rule_advice
                                                                : CymatEvent::decline;
    return (what.ruling != CymatRuling::dispatch || what.united_response) && of_center() &&
           can(what.request, std::nullopt, happening);
  }
  bool operator()(const CymatMemberProposed& what) const {
    return incident.find(what.request) && !member(what.request, what.member.id) && of_center();
  }
  bool operator()(const CymatMemberAnswered& what) const {
    const auto* found = member(what.request, what.member);
    return found && found->state == CymatMemberState::proposed && of_head();
  }
  bool operator()(const CymatMemberWithdrawn& what) const {
    const auto* found = member(what.request, what.member);
    return found && core::is_live(found->state);
  }
  bool operator()(const CymatFormed& what) const { return can(what.request, std::nullopt, CymatEvent::form); }
  bool operator()(const CymatDispatched& what) const { return can(what.request, std::nullopt, CymatEvent::dispatch); }
  bool operator()(const CymatBegun& what) const { return can(what.request, std::nullopt, CymatEvent::begin); }
  bool operator()(const CymatLogged& what) const { return incident.find(what.request) != nullptr; }
  bool operator()(const CymatEnded& what) const { return can(what.request, std::nullopt, CymatEvent::end); }
  bool operator()(const CymatReported& what) const { return can(what.request, std::nullopt, CymatEvent::report); }
  // By the daemon alone, but for a replay; whether the endpoint was active its body's own events tell.
  bool operator()(const DeliveryQueued& what) const {
    const auto& queued = what.delivery;
    const auto* message = incident.find(queued.message);
    return message && message->awaited_from() == queued.organization && !event.actor.role &&
           queued.state == MessageState::queued && !incident.find(queued.id) &&
           std::none_of(incident.deliveries.begin(), incident.deliveries.end(), [&](const Delivery& other) {
             return other.message == queued.message && other.endpoint == queued.endpoint;
           });
  }
  bool operator()(const DeliverySettled& what) const {
    const auto* delivery = incident.find(what.delivery);
    const auto happening = event_leading_to(what.state);
    return delivery && happening && next(delivery->state, *happening) && what.attempts >= delivery->attempts &&
           !event.actor.role && (what.cause.empty() ? what.state != MessageState::dead : is_cause(what.cause));
  }
  bool operator()(const DeliveryReplayed& what) const {
    const auto* delivery = incident.find(what.delivery);
    const auto* message = delivery ? incident.find(delivery->message) : nullptr;
    return message && !message->acknowledged_at && next(delivery->state, MessageEvent::replay) &&
           event.actor.role && is_of_delivery(*event.actor.role);
  }
  bool operator()(const EndpointProposed&) const { return false; }
  bool operator()(const EndpointDecided&) const { return false; }
  bool operator()(const EndpointDisabled&) const { return false; }
  bool operator()(const EndpointResumed&) const { return false; }
  bool operator()(const EndpointWithdrawn&) const { return false; }
  bool operator()(const LabelMappingSet&) const { return false; }
  bool operator()(const LabelMappingWithdrawn&) const { return false; }
  bool operator()(const SealingKeyProposed&) const { return false; }
  bool operator()(const SealingKeyDecided&) const { return false; }
  bool operator()(const SealingKeyRevoked&) const { return false; }
  bool operator()(const NoticeGiven&) const { return false; }
  bool operator()(const NoticeAnswered&) const { return false; }
  bool operator()(const RelaySwitchAsked&) const { return false; }
  bool operator()(const RelaySwitchDecided&) const { return false; }
  bool operator()(const RecordContinued&) const { return false; }
  bool operator()(const KeyRegistered&) const { return false; }
  bool operator()(const KeyRetired&) const { return false; }
  // A step that its body took; the order is the CISO's, or of who has his power to decide.
  bool operator()(const HandlingStepTaken& what) const {
    return what.step.organization == event.actor.organization && event.actor.role && !incident.erased_at;
  }
  bool operator()(const InstructionGiven& what) const {
    return incident.find(what.instruction.id) == nullptr && what.instruction.organization == event.actor.organization &&
           event.actor.role && is_csirt(*event.actor.role) && !incident.erased_at;
  }
  bool operator()(const InstructionAnswered& what) const {
    const auto* instruction = incident.find(what.instruction);
    return instruction && !instruction->answered_at && !incident.erased_at;
  }
  bool operator()(const PlatformLinked& what) const {
    return !what.link.affected_organization.empty() && !incident.erased_at &&
           std::none_of(incident.platforms.begin(), incident.platforms.end(),
                        [&](const PlatformLink& link) { return link.id == what.link.id; });
  }
  template <class OfInformation>
    requires requires(const Incident& i, const Event& e, const OfInformation& w) { information_may_follow(i, e, w); }
  bool operator()(const OfInformation& what) const {
    return information_may_follow(incident, event, what);
  }
  template <class Other>
  bool operator()(const Other&) const {
    return true;
  }
};

bool may_decide(const RelaySwitchRequest& asked, const Actor& actor) {
  return asked.decision == RelaySwitchRequest::Decision::pending &&
         !same_person(asked.asked_by, asked.asked_by_name, actor) &&
         (asked.asked_role == Role::ciso || actor.role == Role::ciso);
}

}  // namespace

bool may_follow(const Incident& incident, const Event& event) {
  const bool opens = std::holds_alternative<IncidentOpened>(event.what);
  if (!opens && (incident.number.empty() || incident.id != event.incident)) return false;
  return std::visit(MayFollow{incident, event}, event.what);
}

bool may_follow(const std::vector<RelaySwitchRequest>& known, const Event& event) {
  if (const auto* asked = std::get_if<RelaySwitchAsked>(&event.what))
    return asked->organization == event.actor.organization &&
           std::none_of(known.begin(), known.end(), [&](const RelaySwitchRequest& before) {
             return before.id == asked->id || (before.organization == asked->organization &&
                                               before.decision == RelaySwitchRequest::Decision::pending);
           });
  if (const auto* decided = std::get_if<RelaySwitchDecided>(&event.what))
    return decided->organization == event.actor.organization &&
           std::any_of(known.begin(), known.end(), [&](const RelaySwitchRequest& before) {
             return before.id == decided->id && before.organization == decided->organization &&
                    may_decide(before, event.actor);
           });
  return false;
}

void evolve(std::vector<RelaySwitchRequest>& known, const Event& event) {
  if (const auto* asked = std::get_if<RelaySwitchAsked>(&event.what))
    known.push_back({asked->id,
                     asked->organization,
                     asked->switched_on,
                     asked->reason,
                     event.actor.token,
                     event.actor.name,
                     event.actor.role.value_or(Role::reporter),
                     {}});
  if (const auto* decided = std::get_if<RelaySwitchDecided>(&event.what))
    for (auto& before : known)
      if (before.id == decided->id)
        before.decision =
            decided->approved ? RelaySwitchRequest::Decision::approved : RelaySwitchRequest::Decision::rejected;
}

}  // namespace noroshi::core
