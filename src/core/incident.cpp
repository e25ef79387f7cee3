#include "src/core/incident.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "src/core/clocks.h"
#include "src/core/evolve_information.h"
#include "src/core/evolve_response.h"

namespace noroshi::core {
namespace {

template <class Enum>
struct Name {
  Enum value;
  std::string_view text;
};
// clang before 17 makes none of an aggregate.
template <class Enum>
Name(Enum, std::string_view) -> Name<Enum>;
constexpr std::array methods = {
    Name{FulfillmentMethod::relay, "relay"},
    Name{FulfillmentMethod::report, "report"},
    Name{FulfillmentMethod::telephone, "telephone"},
    Name{FulfillmentMethod::in_person, "in_person"},
    Name{FulfillmentMethod::police_report, "police_report"},
    Name{FulfillmentMethod::consultation, "consultation"},
    Name{FulfillmentMethod::decided_not_needed, "decided_not_needed"},
    Name{FulfillmentMethod::done, "done"},
    Name{FulfillmentMethod::judgement, "judgement"},
};
constexpr std::array<std::string_view, 4> kinds = {"report", "relay", "notice", "alarm"};
constexpr std::array<std::string_view, 6> clock_kinds = {"duty", "acknowledgement", "followup", "handover", "permission", "inquiry"};

// A broken invariant is a defect of this program: going on could only spread it.
template <class T>
T& must(T* value) {
  if (!value) std::abort();
  return *value;
}

template <class List, class Id>
auto find_by_id(List& list, const Id& id) -> decltype(&list.front()) {
  auto found = std::find_if(list.begin(), list.end(), [&](const auto& entry) { return entry.id == id; });
  return found == list.end() ? nullptr : &*found;
}

void move(Obligation& obligation, ObligationEvent event) {
  auto state = next(obligation.state, event);
  if (!state) std::abort();
  obligation.state = *state;
  ++obligation.revision;
}

void move(Delivery& delivery, std::optional<MessageEvent> event) {
  auto state = event ? next(delivery.state, *event) : std::nullopt;
  if (!state) std::abort();
  delivery.state = *state;
  ++delivery.revision;
}

// One overload for each happening: what it does to the state.
struct Evolution {
  Incident& incident;
  const Event& event;

  void operator()(const IncidentOpened& what) {
    incident.id = event.incident;
    incident.number = what.number;
    incident.organization = what.organization;
    incident.reference = what.reference;
    incident.exercise = what.exercise;
    incident.recognized = what.recognized;
  }
  void operator()(const ReportReceived& what) {
    incident.version = what.version;
    incident.latest_report = what.report;
    incident.title = what.content.title;
    incident.document = what.content.document;
    move_recognition(what.content.recognized.value);
    incident.police = what.content.police;
    incident.exercise = what.content.exercise;
    incident.confidentiality = std::max(incident.confidentiality, what.content.confidentiality);
    if (what.version == 1) incident.submitted_by = what.submitted_by;
    // A correction (訂正) is no news of the case: who waits for the next 続報 waits on.
    if (what.content.stage != Stage::correction) set_followup(what.followup_due);
  }
  // 速やかに counts from 認知: what was due by the time stated before is due by the one stated now. A duty that was
  // reopened counts from its reopening.
  void move_recognition(Timestamp recognized) {
    const auto before = std::exchange(incident.recognized, recognized);
    if (before == recognized) return;
    for (auto& obligation : incident.obligations) {
      if (obligation.opens_on != routing::OpensOn::assessment) continue;
      if (obligation.due_at != before + obligation.target) continue;
      obligation.due_at = recognized + obligation.target;
      ++obligation.revision;
      if (obligation.ladder.level == 0 || obligation.due_at < obligation.alarm_due) obligation.alarm_due = obligation.due_at;
    }
  }
  void set_followup(std::optional<Timestamp> due) {
    incident.followup_due = due;
    incident.followup_ladder.restart(event.at);
  }
  void operator()(const JudgementMade& what) {
    incident.judgements[what.held.judgement.organization] = what.held;
  }
  void operator()(const IncidentMoved& what) {
    incident.state = what.to;
    incident.ended_at = has_ended(what.to) ? std::optional(event.at) : std::nullopt;
    if (what.followup_due) set_followup(what.followup_due);
    if (what.from != IncidentState::dismissed) return;
    // What stood still while there was no case goes on from here.
    for (auto& obligation : incident.obligations)
      if (obligation.inner && obligation.state == ObligationState::open) obligation.ladder.restart(event.at);
  }
  void operator()(const AccessGranted& what) {
    Access& access = incident.access[what.organization];
    if (what.scope == AccessScope::content) access.scope = AccessScope::content;
    if (!what.in_place_of.empty()) access.in_place_of = what.in_place_of;
  }
  void operator()(const RecipientAdded& what) {
    (what.police ? incident.added_police : incident.added_supervisors).push_back(what.organization);
  }
  void operator()(const ObligationOpened& what) {
    incident.obligations.push_back(what.obligation);
    incident.obligations.back().ladder.from = event.at;
    incident.obligations.back().alarm_due = what.obligation.due_at;
  }
  void operator()(const ObligationFulfilled& what) {
    auto& obligation = must(incident.find(what.fulfillment.obligation));
    move(obligation, ObligationEvent::fulfill);
    obligation.fulfilled_at = what.fulfillment.at;
  }
  void operator()(const ObligationSuperseded& what) {
    move(must(incident.find(what.obligation)), ObligationEvent::supersede);
  }
  void operator()(const ObligationReopened& what) {
    auto& obligation = must(incident.find(what.obligation));
    move(obligation, ObligationEvent::reopen);
    obligation.opened_at = event.at;
    obligation.fulfilled_at.reset();
    obligation.acknowledged_at.reset();
    obligation.due_at = what.due_at;
    obligation.alarm_due = what.due_at;
    obligation.target = std::chrono::floor<std::chrono::seconds>(what.due_at - event.at);
    obligation.because = what.because;
    obligation.ladder.restart(event.at);
    ++obligation.occasion;
  }
  void operator()(const ObligationWaived& what) {
    move(must(incident.find(what.obligation)), ObligationEvent::waive);
  }
  void operator()(const ObligationRecurred& what) {
    auto& obligation = must(incident.find(what.obligation));
    obligation.occasion = what.occasion;
    if (what.rings_anew) obligation.ladder.restart(event.at);
    ++obligation.revision;
  }
  void operator()(const ObligationPassed& what) {
    auto& obligation = must(incident.find(what.obligation));
    // Nobody of the successor has heard an alarm of it.
    if (obligation.holder != what.holder) obligation.ladder.restart(event.at);
    obligation.holder = what.holder;
    obligation.recipient = what.recipient;
    obligation.formerly = what.formerly;
    obligation.recipient_formerly = what.recipient_formerly;
    ++obligation.revision;
  }
  void operator()(const MessageSent& what) {
    incident.messages.push_back(what.message);
    incident.messages.back().ladder.from = event.at;
  }
  void operator()(const MessageAcknowledged& what) {
    auto& message = must(incident.find(what.message));
    message.acknowledged_at = event.at;
    message.acknowledged_by = what.by;
    ++message.revision;
    if (!what.obligation) return;
    auto& obligation = must(incident.find(*what.obligation));
    obligation.acknowledged_at = event.at;
    ++obligation.revision;
  }
  // Nobody of the successor has heard an alarm of what passes to it.
  void operator()(const MessagePassed& what) {
    auto& message = must(incident.find(what.message));
    message.successor = what.recipient;
    message.ladder.restart(event.at);
  }
  void operator()(const IncidentPassed& what) {
    incident.successor = what.organization;
    if (incident.followup_due) incident.followup_ladder.restart(event.at);
  }
  void operator()(const WaiverAsked& what) {
    incident.waivers.push_back(Waiver{.id = what.waiver,
                                      .obligation = what.obligation,
                                      .asked_by = event.actor.token,
                                      .asked_by_name = event.actor.name});
  }
  void operator()(const WaiverDecided& what) {
    must(find_by_id(incident.waivers, what.waiver)).decision =
        what.approved ? Waiver::Decision::approved : Waiver::Decision::rejected;
  }
  void operator()(const AlarmRaised& what) { incident.alarms.emplace(what.code, what.organization); }
  void operator()(const AlarmRung& what) {
    auto& level = ladder_of(what).level;
    level = std::max(level, what.level);
    incident.alarms.emplace(what.code, what.holder);
  }
  void operator()(const ErasureAsked& what) {
    incident.erasures.push_back(
        Erasure{.id = what.erasure, .asked_by = event.actor.token, .asked_by_name = event.actor.name});
  }
  void operator()(const ErasureDecided& what) {
    must(find_by_id(incident.erasures, what.erasure)).decision =
        what.approved ? Erasure::Decision::approved : Erasure::Decision::rejected;
    if (!what.approved) return;
    incident.erased_at = event.at;
    incident.erased_by = event.actor.organization;
    erase(incident.title);
    erase(incident.document);
    for (auto& [organization, held] : incident.judgements) {
      erase(held.assessment_reason);
      erase(held.cyberattack_reason);
    }
    for (auto& message : incident.messages) erase(message.note);
    for (auto& assignment : incident.assignments) erase(assignment.note);
    for (auto& instruction : incident.instructions) {
      erase(instruction.addressee);
      erase(instruction.text);
    }
    for (auto& link : incident.platforms) erase(link.platform);
    for (auto& request : incident.cymat_requests) {
      erase(request.reason);
      erase(request.decision_reason);
      erase(request.end_reason);
      erase(request.report);
      for (auto& member : request.members) erase(member.reason);
    }
    erase_information(incident);
  }
  static void erase(std::string& text) {
    if (!text.empty()) text = erased_text;
  }
  void operator()(const RelaySwitchAsked&) { std::abort(); }
  void operator()(const RelaySwitchDecided&) { std::abort(); }
  void operator()(const RecordContinued&) { std::abort(); }
  void operator()(const KeyRegistered&) { std::abort(); }
  void operator()(const KeyRetired&) { std::abort(); }
  void operator()(const EndpointProposed&) { std::abort(); }
  void operator()(const EndpointDecided&) { std::abort(); }
  void operator()(const EndpointDisabled&) { std::abort(); }
  void operator()(const EndpointResumed&) { std::abort(); }
  void operator()(const EndpointWithdrawn&) { std::abort(); }
  void operator()(const LabelMappingSet&) { std::abort(); }
  void operator()(const LabelMappingWithdrawn&) { std::abort(); }
  void operator()(const SealingKeyProposed&) { std::abort(); }
  void operator()(const SealingKeyDecided&) { std::abort(); }
  void operator()(const SealingKeyRevoked&) { std::abort(); }
  void operator()(const NoticeGiven&) { std::abort(); }
  void operator()(const NoticeAnswered&) { std::abort(); }
  void operator()(const DeliveryQueued& what) { incident.deliveries.push_back(what.delivery); }
  void operator()(const DeliverySettled& what) {
    auto& delivery = must(incident.find(what.delivery));
    move(delivery, event_leading_to(what.state));
    delivery.attempts = what.attempts;
    delivery.cause = what.cause;
  }
  void operator()(const DeliveryReplayed& what) { move(must(incident.find(what.delivery)), MessageEvent::replay); }
  // Labels, annexes, files, what is withheld, inquiries.
  template <class OfInformation>
    requires requires(Incident& i, const Event& e, const OfInformation& w) { evolve_information(i, e, w); }
  void operator()(const OfInformation& what) {
    evolve_information(incident, event, what);
  }
  // Who responds, CYMAT, handling inside. Each has an overload of its own there: one that has none does not compile.
  template <class OfResponse>
  void operator()(const OfResponse& what) {
    evolve_response(incident, event, what);
  }
  Ladder& ladder_of(const AlarmRung& what) {
    switch (what.clock) {
      case ClockKind::duty: return must(incident.find(ObligationId{what.subject})).ladder;
      case ClockKind::acknowledgement: return must(incident.find(MessageId{what.subject})).ladder;
      case ClockKind::followup: return incident.followup_ladder;
      case ClockKind::handover: return must(incident.find(AssignmentId{what.subject})).ladder;
      case ClockKind::permission: return must(incident.find(AnnexId{what.subject})).ladder;
      case ClockKind::inquiry: return must(incident.find(InquiryId{what.subject})).ladder;
    }
    std::abort();
  }
};

struct TypeName {
  std::string_view operator()(const IncidentOpened&) const { return "incident.opened"; }
  std::string_view operator()(const ReportReceived&) const { return "report.received"; }
  std::string_view operator()(const JudgementMade&) const { return "judgement.made"; }
  std::string_view operator()(const IncidentMoved&) const { return "incident.moved"; }
  std::string_view operator()(const AccessGranted&) const { return "access.granted"; }
  std::string_view operator()(const RecipientAdded&) const { return "recipient.added"; }
  std::string_view operator()(const ObligationOpened&) const { return "obligation.opened"; }
  std::string_view operator()(const ObligationFulfilled&) const { return "obligation.fulfilled"; }
  std::string_view operator()(const ObligationSuperseded&) const { return "obligation.superseded"; }
  std::string_view operator()(const ObligationReopened&) const { return "obligation.reopened"; }
  std::string_view operator()(const ObligationWaived&) const { return "obligation.waived"; }
  std::string_view operator()(const ObligationRecurred&) const { return "obligation.recurred"; }
  std::string_view operator()(const ObligationPassed&) const { return "obligation.passed"; }
  std::string_view operator()(const MessageSent&) const { return "message.sent"; }
  std::string_view operator()(const MessageAcknowledged&) const { return "message.acknowledged"; }
  std::string_view operator()(const MessagePassed&) const { return "message.passed"; }
  std::string_view operator()(const IncidentPassed&) const { return "incident.passed"; }
  std::string_view operator()(const WaiverAsked&) const { return "waiver.asked"; }
  std::string_view operator()(const WaiverDecided&) const { return "waiver.decided"; }
  std::string_view operator()(const AlarmRaised&) const { return "alarm.raised"; }
  std::string_view operator()(const AlarmRung&) const { return "alarm.rung"; }
  std::string_view operator()(const ErasureAsked&) const { return "erasure.asked"; }
  std::string_view operator()(const ErasureDecided&) const { return "erasure.decided"; }
  std::string_view operator()(const RelaySwitchAsked&) const { return "relay_switch.asked"; }
  std::string_view operator()(const RelaySwitchDecided&) const { return "relay_switch.decided"; }
  std::string_view operator()(const RecordContinued&) const { return "record.continued"; }
  std::string_view operator()(const KeyRegistered&) const { return "key.registered"; }
  std::string_view operator()(const KeyRetired&) const { return "key.retired"; }
  std::string_view operator()(const PersonRegistered&) const { return "person.registered"; }
  std::string_view operator()(const PersonChanged&) const { return "person.changed"; }
  std::string_view operator()(const PersonLeft&) const { return "person.left"; }
  std::string_view operator()(const AppointmentMade&) const { return "appointment.made"; }
  std::string_view operator()(const AppointmentEnded&) const { return "appointment.ended"; }
  std::string_view operator()(const DelegationMade&) const { return "delegation.made"; }
  std::string_view operator()(const DelegationEnded&) const { return "delegation.ended"; }
  std::string_view operator()(const TrainingRecorded&) const { return "training.recorded"; }
  std::string_view operator()(const ShiftSet&) const { return "shift.set"; }
  std::string_view operator()(const ShiftCancelled&) const { return "shift.cancelled"; }
  std::string_view operator()(const AssignmentProposed&) const { return "assignment.proposed"; }
  std::string_view operator()(const AssignmentAccepted&) const { return "assignment.accepted"; }
  std::string_view operator()(const AssignmentDeclined&) const { return "assignment.declined"; }
  std::string_view operator()(const AssignmentActivated&) const { return "assignment.activated"; }
  std::string_view operator()(const AssignmentHandedOver&) const { return "assignment.handed_over"; }
  std::string_view operator()(const AssignmentReleased&) const { return "assignment.released"; }
  std::string_view operator()(const AssignmentDutyMoved&) const { return "assignment.duty_moved"; }
  std::string_view operator()(const CymatRequested&) const { return "cymat.requested"; }
  std::string_view operator()(const CymatForwarded&) const { return "cymat.forwarded"; }
  std::string_view operator()(const CymatReceived&) const { return "cymat.received"; }
  std::string_view operator()(const CymatDecided&) const { return "cymat.decided"; }
  std::string_view operator()(const CymatMemberProposed&) const { return "cymat.member_proposed"; }
  std::string_view operator()(const CymatMemberAnswered&) const { return "cymat.member_answered"; }
  std::string_view operator()(const CymatMemberWithdrawn&) const { return "cymat.member_withdrawn"; }
  std::string_view operator()(const CymatFormed&) const { return "cymat.formed"; }
  std::string_view operator()(const CymatDispatched&) const { return "cymat.dispatched"; }
  std::string_view operator()(const CymatBegun&) const { return "cymat.begun"; }
  std::string_view operator()(const CymatLogged&) const { return "cymat.logged"; }
  std::string_view operator()(const CymatEnded&) const { return "cymat.ended"; }
  std::string_view operator()(const CymatReported&) const { return "cymat.reported"; }
  std::string_view operator()(const AccessEnded&) const { return "access.ended"; }
  std::string_view operator()(const HandlingStepTaken&) const { return "handling.step_taken"; }
  std::string_view operator()(const InstructionGiven&) const { return "instruction.given"; }
  std::string_view operator()(const InstructionAnswered&) const { return "instruction.answered"; }
  std::string_view operator()(const PlatformLinked&) const { return "platform.linked"; }
  std::string_view operator()(const EndpointProposed&) const { return "endpoint.proposed"; }
  std::string_view operator()(const EndpointDecided&) const { return "endpoint.decided"; }
  std::string_view operator()(const EndpointDisabled&) const { return "endpoint.disabled"; }
  std::string_view operator()(const EndpointResumed&) const { return "endpoint.resumed"; }
  std::string_view operator()(const EndpointWithdrawn&) const { return "endpoint.withdrawn"; }
  std::string_view operator()(const DeliveryQueued&) const { return "delivery.queued"; }
  std::string_view operator()(const DeliverySettled&) const { return "delivery.settled"; }
  std::string_view operator()(const DeliveryReplayed&) const { return "delivery.replayed"; }
  std::string_view operator()(const LabelGiven&) const { return "label.given"; }
  std::string_view operator()(const LabelChangeAsked&) const { return "label.change_asked"; }
  std::string_view operator()(const LabelChangeDecided&) const { return "label.change_decided"; }
  std::string_view operator()(const ConsentStated&) const { return "consent.stated"; }
  std::string_view operator()(const LabelMappingSet&) const { return "label_mapping.set"; }
  std::string_view operator()(const LabelMappingWithdrawn&) const { return "label_mapping.withdrawn"; }
  std::string_view operator()(const SealingKeyProposed&) const { return "sealing_key.proposed"; }
  std::string_view operator()(const SealingKeyDecided&) const { return "sealing_key.decided"; }
  std::string_view operator()(const SealingKeyRevoked&) const { return "sealing_key.revoked"; }
  std::string_view operator()(const AnnexAsked&) const { return "annex.asked"; }
  std::string_view operator()(const AnnexDecided&) const { return "annex.decided"; }
  std::string_view operator()(const AnnexSealed&) const { return "annex.sealed"; }
  std::string_view operator()(const AnnexRewrapped&) const { return "annex.rewrapped"; }
  std::string_view operator()(const AnnexUnreadable&) const { return "annex.unreadable"; }
  std::string_view operator()(const AttachmentAdded&) const { return "attachment.added"; }
  std::string_view operator()(const ContentWithheld&) const { return "content.withheld"; }
  std::string_view operator()(const ContentReleased&) const { return "content.released"; }
  std::string_view operator()(const InquiryAsked&) const { return "inquiry.asked"; }
  std::string_view operator()(const InquiryAnswered&) const { return "inquiry.answered"; }
  std::string_view operator()(const InquiryWithdrawn&) const { return "inquiry.withdrawn"; }
  std::string_view operator()(const NoticeGiven&) const { return "notice.given"; }
  std::string_view operator()(const NoticeAnswered&) const { return "notice.answered"; }
  std::string_view operator()(const NoticeLinked&) const { return "notice.linked"; }
};

}  // namespace

std::string_view to_string(FulfillmentMethod method) { return methods[static_cast<std::size_t>(method)].text; }
std::optional<FulfillmentMethod> parse_fulfillment_method(std::string_view text) {
  for (const auto& method : methods)
    if (method.text == text) return method.value;
  return std::nullopt;
}
std::string_view to_string(MessageKind kind) { return kinds[static_cast<std::size_t>(kind)]; }
std::optional<MessageKind> parse_message_kind(std::string_view text) {
  using enum MessageKind;
  for (const auto kind : {report, relay, notice, alarm})
    if (to_string(kind) == text) return kind;
  return std::nullopt;
}
std::string_view to_string(ClockKind kind) { return clock_kinds[static_cast<std::size_t>(kind)]; }
std::string_view to_string(AccessScope scope) { return scope == AccessScope::content ? "content" : "duties"; }

Obligation* Incident::find(ObligationId obligation) { return find_by_id(obligations, obligation); }
const Obligation* Incident::find(ObligationId obligation) const { return find_by_id(obligations, obligation); }
Message* Incident::find(MessageId message) { return find_by_id(messages, message); }
const Message* Incident::find(MessageId message) const { return find_by_id(messages, message); }
const Waiver* Incident::find(WaiverId waiver) const { return find_by_id(waivers, waiver); }
const Erasure* Incident::find(ErasureId erasure) const { return find_by_id(erasures, erasure); }
Assignment* Incident::find(AssignmentId assignment) { return find_by_id(assignments, assignment); }
const Assignment* Incident::find(AssignmentId assignment) const { return find_by_id(assignments, assignment); }
CymatRequest* Incident::find(CymatRequestId request) { return find_by_id(cymat_requests, request); }
const CymatRequest* Incident::find(CymatRequestId request) const { return find_by_id(cymat_requests, request); }
const Instruction* Incident::find(InstructionId instruction) const { return find_by_id(instructions, instruction); }
const LabelChange* Incident::find(LabelChangeId change) const { return find_by_id(label_changes, change); }
Annex* Incident::find(AnnexId annex) { return find_by_id(annexes, annex); }
const Annex* Incident::find(AnnexId annex) const { return find_by_id(annexes, annex); }
const Attachment* Incident::find(AttachmentId attachment) const { return find_by_id(attachments, attachment); }
const Withholding* Incident::find(WithholdingId withholding) const { return find_by_id(withholdings, withholding); }
Inquiry* Incident::find(InquiryId inquiry) { return find_by_id(inquiries, inquiry); }
const Inquiry* Incident::find(InquiryId inquiry) const { return find_by_id(inquiries, inquiry); }
Delivery* Incident::find(DeliveryId delivery) { return find_by_id(deliveries, delivery); }
const Delivery* Incident::find(DeliveryId delivery) const { return find_by_id(deliveries, delivery); }
const Assignment* Incident::head_of(std::string_view body) const {
  for (const auto& assignment : assignments)
    if (assignment.organization == body && assignment.function == Function::head &&
        assignment.state == AssignmentState::active)
      return &assignment;
  return nullptr;
}

bool Incident::content_visible_to(std::string_view body) const {
  auto found = access.find(std::string(body));
  return found != access.end() && found->second.scope == AccessScope::content;
}

const Message* Incident::latest_version_to(std::string_view body) const {
  for (const auto& message : messages)
    if (message.recipient == body && message.report == latest_report) return &message;
  return nullptr;
}

routing::Facts facts_of(const Incident& incident) {
  routing::Facts facts;
  facts.organization = incident.organization;
  facts.recognized = incident.recognized;
  facts.police = incident.police;
  facts.added_supervisors = incident.added_supervisors;
  facts.added_police = incident.added_police;
  facts.shared_platform = !incident.platforms.empty();
  for (const auto& [organization, held] : incident.judgements) {
    if (organization != incident.organization) {
      facts.judgements_of_others.push_back(held.judgement);
      continue;
    }
    facts.assessment = held.judgement.assessment;
    facts.cyberattack = held.judgement.cyberattack;
    facts.large_scale = held.judgement.large_scale;
  }
  return facts;
}

std::string_view type_of(const Happening& happening) { return std::visit(TypeName{}, happening); }

// Who read the case before a clock rang may still say If-Match.
bool is_of_clock(const Happening& happening) {
  const auto* message = std::get_if<MessageSent>(&happening);
  const auto* access = std::get_if<AccessGranted>(&happening);
  const auto* alarm = std::get_if<AlarmRaised>(&happening);
  return std::holds_alternative<AlarmRung>(happening) || std::holds_alternative<AssignmentDutyMoved>(happening) ||
         std::holds_alternative<DeliveryQueued>(happening) || std::holds_alternative<DeliverySettled>(happening) ||
         std::holds_alternative<DeliveryReplayed>(happening) || (alarm && alarm->code == alarm_codes::delivery_dead) ||
         (message && message->message.kind == MessageKind::alarm) ||
         (access && access->because == access_by_alarm);
}

void evolve(Incident& incident, const Event& event) {
  std::visit(Evolution{incident, event}, event.what);
  if (!is_of_clock(event.what)) ++incident.revision;
}

}  // namespace noroshi::core
