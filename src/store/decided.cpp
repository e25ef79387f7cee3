#include "src/store/decided.h"

#include <algorithm>
#include <map>
#include <optional>

#include "src/codec/incident_category.h"
#include "src/codec/json_writer.h"
#include "src/core/clocks.h"
#include "src/record/encodings.h"
#include "src/store/bytes.h"

namespace noroshi::store {
namespace {

using codec::JsonWriter;

std::vector<std::string> cells_of(const routing::Judgement& judgement) {
  std::vector<std::string> cells;
  for (const auto& cell : judgement.large_scale) {
    std::string text(routing::to_string(cell.criterion));
    text.append("/").append(routing::to_string(cell.harm)).append("/").append(routing::to_string(cell.certainty));
    cells.push_back(std::move(text));
  }
  return cells;
}

std::string_view role_of(const core::Actor& actor) {
  return actor.role ? core::to_string(*actor.role) : std::string_view{};
}

bool opens_case(const core::Decision& decision) {
  return std::any_of(decision.events.begin(), decision.events.end(),
                     [](const core::Event& event) { return std::holds_alternative<core::IncidentOpened>(event.what); });
}

// What an event speaks of, and whom it concerns where not everybody who sees the incident.
struct Concern {
  std::optional<core::Uuid> subject;
  std::optional<std::vector<std::string>> parties;
};

struct ConcernOf {
  const core::Incident& after;

  Concern operator()(const core::IncidentOpened&) const { return {}; }
  Concern operator()(const core::ReportReceived& what) const {
    std::vector<std::string> parties{after.organization, what.submitted_by};
    for (const auto& message : after.messages)
      if (message.report == what.report) parties.push_back(message.recipient);
    return {what.report.value, parties};
  }
  Concern operator()(const core::JudgementMade& what) const {
    const auto& organization = what.held.judgement.organization;
    if (organization == after.organization) return {what.id.value, std::nullopt};
    return {what.id.value, std::vector{organization}};
  }
  Concern operator()(const core::IncidentMoved&) const { return {}; }
  Concern operator()(const core::AccessGranted&) const { return {}; }
  Concern operator()(const core::RecipientAdded&) const { return {}; }
  Concern operator()(const core::ObligationOpened& what) const { return {what.obligation.id.value, {}}; }
  Concern operator()(const core::ObligationFulfilled& what) const { return {what.fulfillment.obligation.value, {}}; }
  Concern operator()(const core::ObligationSuperseded& what) const { return {what.obligation.value, {}}; }
  Concern operator()(const core::ObligationReopened& what) const { return {what.obligation.value, {}}; }
  Concern operator()(const core::ObligationWaived& what) const { return {what.obligation.value, {}}; }
  Concern operator()(const core::ObligationRecurred& what) const { return {what.obligation.value, {}}; }
  Concern operator()(const core::ObligationPassed& what) const { return {what.obligation.value, {}}; }
  Concern operator()(const core::MessageSent& what) const {
    return {what.message.id.value, std::vector{what.message.sender, what.message.recipient}};
  }
  Concern operator()(const core::MessageAcknowledged& what) const {
    const auto* message = after.find(what.message);
    return {what.message.value, std::vector{message->sender, message->recipient}};
  }
  Concern operator()(const core::MessagePassed& what) const {
    const auto* message = after.find(what.message);
    return {what.message.value, std::vector{message->sender, message->recipient, what.recipient}};
  }
  Concern operator()(const core::IncidentPassed&) const { return {}; }
  Concern operator()(const core::WaiverAsked& what) const {
    return {what.waiver.value, std::vector{after.find(what.obligation)->holder}};
  }
  Concern operator()(const core::WaiverDecided& what) const {
    return {what.waiver.value, std::vector{after.find(what.obligation)->holder}};
  }
  // That it was asked for, or refused, is the body's own; that the content is gone concerns all who had it.
  Concern operator()(const core::ErasureAsked& what) const {
    return {what.erasure.value, std::vector{after.organization}};
  }
  Concern operator()(const core::ErasureDecided& what) const {
    if (what.approved) return {what.erasure.value, std::nullopt};
    return {what.erasure.value, std::vector{after.organization}};
  }
  Concern operator()(const core::AlarmRung& what) const {
    return {what.alarm.value, std::vector{what.organization, what.holder}};
  }
  Concern operator()(const core::RelaySwitchAsked& what) const {
    return {what.id.value, std::vector{what.organization}};
  }
  Concern operator()(const core::RelaySwitchDecided& what) const {
    return {what.id.value, std::vector{what.organization}};
  }
  // Of the record itself, which concerns everybody.
  Concern operator()(const core::RecordContinued&) const { return {}; }
  Concern operator()(const core::KeyRegistered&) const { return {}; }
  Concern operator()(const core::KeyRetired&) const { return {}; }
  // How a body handles it inside is its own; a platform concerns its operator too.
  Concern operator()(const core::HandlingStepTaken& what) const {
    return {what.step.id.value, std::vector{what.step.organization}};
  }
  Concern operator()(const core::InstructionGiven& what) const {
    return {what.instruction.id.value, std::vector{what.instruction.organization}};
  }
  Concern operator()(const core::InstructionAnswered& what) const {
    return {what.instruction.value, std::vector{after.find(what.instruction)->organization}};
  }
  Concern operator()(const core::PlatformLinked& what) const {
    std::vector parties{what.link.affected_organization};
    if (!what.link.operator_organization.empty()) parties.push_back(what.link.operator_organization);
    return {what.link.id.value, parties};
  }
  // Of the staff of a body, which alone they concern: add_event() says so.
  Concern operator()(const core::PersonRegistered& what) const { return {what.person.id.value, {}}; }
  Concern operator()(const core::PersonChanged& what) const { return {what.person.id.value, {}}; }
  Concern operator()(const core::PersonLeft& what) const { return {what.person.value, {}}; }
  Concern operator()(const core::AppointmentMade& what) const { return {what.appointment.id.value, {}}; }
  Concern operator()(const core::AppointmentEnded& what) const { return {what.appointment.value, {}}; }
  Concern operator()(const core::DelegationMade& what) const { return {what.delegation.id.value, {}}; }
  Concern operator()(const core::DelegationEnded& what) const { return {what.delegation.value, {}}; }
  Concern operator()(const core::TrainingRecorded& what) const { return {what.training.id.value, {}}; }
  Concern operator()(const core::ShiftSet& what) const { return {what.shift.id.value, {}}; }
  Concern operator()(const core::ShiftCancelled& what) const { return {what.shift.value, {}}; }
  // Who responds is the body's own.
  Concern operator()(const core::AssignmentProposed& what) const { return of_assignment(what.assignment.id); }
  Concern operator()(const core::AssignmentAccepted& what) const { return of_assignment(what.assignment); }
  Concern operator()(const core::AssignmentDeclined& what) const { return of_assignment(what.assignment); }
  Concern operator()(const core::AssignmentActivated& what) const { return of_assignment(what.assignment); }
  Concern operator()(const core::AssignmentHandedOver& what) const { return of_assignment(what.assignment); }
  Concern operator()(const core::AssignmentReleased& what) const { return of_assignment(what.assignment); }
  Concern operator()(const core::AssignmentDutyMoved& what) const { return of_assignment(what.assignment); }
  Concern of_assignment(core::AssignmentId id) const {
    return {id.value, std::vector{after.find(id)->organization}};
  }
  // Who asked, whose case it is, who forwards, the centre, the team; home agencies see their persons by other means.
  Concern of_cymat(core::CymatRequestId id) const {
    const auto* request = after.find(id);
    std::vector<std::string> parties{request->organization, request->supported, request->center, core::team_of(id)};
    if (!request->through.empty()) parties.push_back(request->through);
    return {id.value, std::move(parties)};
  }
  Concern operator()(const core::CymatRequested& what) const { return of_cymat(what.request.id); }
  Concern operator()(const core::CymatForwarded& what) const { return of_cymat(what.request); }
  Concern operator()(const core::CymatReceived& what) const { return of_cymat(what.request); }
  Concern operator()(const core::CymatDecided& what) const { return of_cymat(what.request); }
  Concern operator()(const core::CymatMemberProposed& what) const { return of_cymat(what.request); }
  Concern operator()(const core::CymatMemberAnswered& what) const { return of_cymat(what.request); }
  Concern operator()(const core::CymatMemberWithdrawn& what) const { return of_cymat(what.request); }
  Concern operator()(const core::CymatFormed& what) const { return of_cymat(what.request); }
  Concern operator()(const core::CymatDispatched& what) const { return of_cymat(what.request); }
  Concern operator()(const core::CymatBegun& what) const { return of_cymat(what.request); }
  Concern operator()(const core::CymatLogged& what) const { return of_cymat(what.request); }
  Concern operator()(const core::CymatEnded& what) const { return of_cymat(what.request); }
  Concern operator()(const core::CymatReported& what) const { return of_cymat(what.request); }
  // Where a body wants its messages is its own.
  Concern operator()(const core::EndpointProposed& what) const {
    return {what.endpoint.id.value, std::vector{what.endpoint.organization}};
  }
  Concern operator()(const core::EndpointDecided& what) const { return of_endpoint(what); }
  Concern operator()(const core::EndpointDisabled& what) const { return of_endpoint(what); }
  Concern operator()(const core::EndpointResumed& what) const { return of_endpoint(what); }
  Concern operator()(const core::EndpointWithdrawn& what) const { return of_endpoint(what); }
  template <class OfEndpoint>
  static Concern of_endpoint(const OfEndpoint& what) {
    return {what.endpoint.value, std::vector{what.organization}};
  }
  // Whose endpoint it is, and who sent the message.
  Concern operator()(const core::DeliveryQueued& what) const { return of_delivery(what.delivery.id); }
  Concern operator()(const core::DeliverySettled& what) const { return of_delivery(what.delivery); }
  Concern operator()(const core::DeliveryReplayed& what) const { return of_delivery(what.delivery); }
  Concern of_delivery(core::DeliveryId id) const {
    const auto* delivery = after.find(id);
    std::vector parties{delivery->organization};
    const auto& sender = after.find(delivery->message)->sender;
    if (!sender.empty() && sender != delivery->organization) parties.push_back(sender);
    return {id.value, std::move(parties)};
  }
  Concern operator()(const core::AccessEnded&) const { return {}; }
  // The label goes with the content; a request to change it is the body's own.
  Concern operator()(const core::LabelGiven& what) const { return {what.label.id.value, std::nullopt}; }
  Concern operator()(const core::LabelChangeAsked& what) const {
    return {what.change.id.value, std::vector{after.organization}};
  }
  Concern operator()(const core::LabelChangeDecided& what) const { return {what.change.value, std::vector{after.organization}}; }
  Concern operator()(const core::ConsentStated&) const { return {}; }
  // An annex is its body's until it is sealed, and then of those too who have a key of it.
  Concern operator()(const core::AnnexAsked& what) const { return of_annex(what.annex.id); }
  Concern operator()(const core::AnnexDecided& what) const { return of_annex(what.annex); }
  Concern operator()(const core::AnnexSealed& what) const { return of_annex(what.annex); }
  Concern operator()(const core::AnnexRewrapped& what) const { return of_annex(what.annex); }
  Concern operator()(const core::AnnexUnreadable& what) const { return of_annex(what.annex); }
  Concern of_annex(core::AnnexId id) const {
    const auto* annex = after.find(id);
    std::vector parties{annex->organization};
    for (const auto& key : annex->keys) parties.push_back(key.organization);
    std::sort(parties.begin(), parties.end());
    parties.erase(std::unique(parties.begin(), parties.end()), parties.end());
    return {id.value, std::move(parties)};
  }
  Concern operator()(const core::AttachmentAdded& what) const { return {what.attachment.id.value, std::nullopt}; }
  // That something is withheld its receiver sees where it lacks; why is the body's own.
  Concern operator()(const core::ContentWithheld& what) const {
    return {what.withholding.id.value, std::vector{what.withholding.organization}};
  }
  Concern operator()(const core::ContentReleased& what) const {
    return {what.withholding.value, std::vector{after.find(what.withholding)->organization}};
  }
  Concern operator()(const core::InquiryAsked& what) const { return of_inquiry(what.inquiry.id); }
  Concern operator()(const core::InquiryAnswered& what) const { return of_inquiry(what.inquiry); }
  Concern operator()(const core::InquiryWithdrawn& what) const { return of_inquiry(what.inquiry); }
  Concern of_inquiry(core::InquiryId id) const {
    const auto* inquiry = after.find(id);
    return {id.value, std::vector{inquiry->from, inquiry->to}};
  }
  Concern operator()(const core::NoticeLinked& what) const { return {what.notice.value, std::nullopt}; }
  // How a body handles information is its own; a notice is of two.
  Concern operator()(const core::LabelMappingSet& what) const {
    return {what.mapping.id.value, std::vector{what.mapping.organization}};
  }
  Concern operator()(const core::LabelMappingWithdrawn& what) const {
    return {what.mapping.value, std::vector{what.organization}};
  }
  Concern operator()(const core::SealingKeyProposed& what) const {
    return {what.key.id.value, std::vector{what.key.organization}};
  }
  Concern operator()(const core::SealingKeyDecided& what) const { return {what.key.value, std::vector{what.organization}}; }
  Concern operator()(const core::SealingKeyRevoked& what) const { return {what.key.value, std::vector{what.organization}}; }
  Concern operator()(const core::NoticeGiven& what) const {
    return {what.notice.id.value, std::vector{what.notice.from, what.notice.to}};
  }
  Concern operator()(const core::NoticeAnswered& what) const { return {what.notice.value, std::vector{what.from, what.to}}; }
  // What a receiving agency holds of the case is its own, and so is the alarm about it.
  Concern operator()(const core::AlarmRaised& what) const {
    if (what.code == core::alarm_codes::delivery_dead || what.code == core::alarm_codes::annex_unreadable ||
        (what.code.starts_with("large_scale_") && what.organization != after.organization))
      return {what.alarm.value, std::vector{what.organization}};
    return {what.alarm.value, std::nullopt};
  }
};

}  // namespace

namespace {

template <class What>
concept OfRecordItself = std::is_same_v<What, core::RecordContinued> || std::is_same_v<What, core::KeyRegistered> ||
                         std::is_same_v<What, core::KeyRetired>;
template <class What>
concept OfSwitch = std::is_same_v<What, core::RelaySwitchAsked> || std::is_same_v<What, core::RelaySwitchDecided>;
template <class What>
concept OfStaff =
    std::is_same_v<What, core::PersonRegistered> || std::is_same_v<What, core::PersonChanged> ||
    std::is_same_v<What, core::PersonLeft> || std::is_same_v<What, core::AppointmentMade> ||
    std::is_same_v<What, core::AppointmentEnded> || std::is_same_v<What, core::DelegationMade> ||
    std::is_same_v<What, core::DelegationEnded> || std::is_same_v<What, core::TrainingRecorded> ||
    std::is_same_v<What, core::ShiftSet> || std::is_same_v<What, core::ShiftCancelled>;
template <class What>
concept OfEndpoint =
    std::is_same_v<What, core::EndpointProposed> || std::is_same_v<What, core::EndpointDecided> ||
    std::is_same_v<What, core::EndpointDisabled> || std::is_same_v<What, core::EndpointResumed> ||
    std::is_same_v<What, core::EndpointWithdrawn>;
template <class What>
concept OfBodyInformation =
    std::is_same_v<What, core::LabelMappingSet> || std::is_same_v<What, core::LabelMappingWithdrawn> ||
    std::is_same_v<What, core::SealingKeyProposed> || std::is_same_v<What, core::SealingKeyDecided> ||
    std::is_same_v<What, core::SealingKeyRevoked> || std::is_same_v<What, core::NoticeGiven> ||
    std::is_same_v<What, core::NoticeAnswered>;
template <class What>
concept OfNoIncident =
    OfRecordItself<What> || OfSwitch<What> || OfStaff<What> || OfEndpoint<What> || OfBodyInformation<What>;

// A hash as its column has it; of what was erased, what stands in its place.
std::string hash_column(const std::string& sha256) {
  return sha256 == core::erased_text ? sha256 : record::to_hex(sha256);
}

}  // namespace

// Rows of one decision. Things that several events change (the incident, obligations, access) become one row each, as
// they are after the decision, naming the last event that changed them.
struct RowWriter {
  Decided& lists;
  const core::Decision& decision;
  const record::ActorSignature* signature;  // of who brought it about; may be null
  std::map<core::ObligationId, core::EventId> changed_obligations;
  std::map<core::ObligationId, core::EventId> rung_obligations;
  std::map<core::MessageId, core::EventId> watched_messages;  // whose clock rang, or passed to a successor
  std::map<std::string, core::EventId> changed_access;
  std::map<core::AssignmentId, core::EventId> changed_assignments;
  bool retention_changed = false;
  std::map<core::CymatRequestId, core::EventId> changed_cymat;
  std::map<core::CymatMemberId, core::EventId> changed_members;
  std::map<core::AnnexId, core::EventId> rung_annexes;
  std::map<core::InquiryId, core::EventId> rung_inquiries;

  const core::Incident& after() const { return decision.after; }

  void write() {
    write_clock();
    for (const auto& event : decision.events) {
      write_event(event);
      std::visit([&](const auto& what) { row(event, what); }, event.what);
    }
    if (std::any_of(decision.events.begin(), decision.events.end(), changes_incident)) write_incident();
    if (retention_changed) write_retention();
    for (const auto& [organization, event] : changed_access) write_access(organization, event);
    for (const auto& [obligation, event] : changed_obligations) write_obligation(*after().find(obligation), event);
    for (const auto& [obligation, event] : rung_obligations)
      if (!changed_obligations.contains(obligation)) write_clock_of(*after().find(obligation), event);
    for (const auto& [message, event] : watched_messages) write_clock_of(*after().find(message), event);
    for (const auto& [assignment, event] : changed_assignments) write_assignment(*after().find(assignment), event);
    for (const auto& [annex, event] : rung_annexes) write_alarms_of(lists.annex_alarms_, annex, after().find(annex)->ladder, event);
    for (const auto& [inquiry, event] : rung_inquiries)
      write_alarms_of(lists.inquiry_alarms_, inquiry, after().find(inquiry)->ladder, event);
    for (const auto& request : after().cymat_requests) write_cymat(request);
  }

  // -- CYMAT: requests and members as they are after the decision ---------------------------------------------------

  void write_cymat(const core::CymatRequest& request) {
    if (const auto event = changed_cymat.find(request.id); event != changed_cymat.end())
      write_request(request, event->second);
    for (const auto& member : request.members)
      if (const auto event = changed_members.find(member.id); event != changed_members.end())
        write_member(request, member, event->second);
  }
  void write_request(const core::CymatRequest& request, core::EventId event) {
    const auto ruling = request.ruling ? std::optional(core::to_string(*request.ruling)) : std::nullopt;
    RowObject(lists.cymat_requests_)
        .column("id", request.id)
        .column("incident_id", after().id)
        .column("organization", request.organization)
        .column("supported", request.supported)
        .column("through", request.through)
        .column("center", request.center)
        .column("reason", lists.written(ContentField::cymat_request_reason, request.reason))
        .column("priority", core::to_string(request.priority))
        .column("state", core::to_string(request.state))
        .column("requested_at", request.requested_at)
        .column("requested_by_name", decision.events.front().actor.name)
        .column("forwarded_at", request.forwarded_at)
        .column("received_at", request.received_at)
        .column("ruling", ruling)
        .column("united_response", request.united_response)
        .column("decision_reason", lists.written(ContentField::cymat_request_decision_reason, request.decision_reason))
        .column("decided_at", request.decided_at)
        .column("dispatched_at", request.dispatched_at)
        .column("ended_at", request.ended_at)
        .column("end_reason", lists.written(ContentField::cymat_request_end_reason, request.end_reason))
        .column("report", lists.written(ContentField::cymat_request_report, request.report))
        .column("revision", request.revision)
        .column("event_id", event);
  }
  void write_member(const core::CymatRequest& request, const core::CymatMember& member, core::EventId event) {
    RowObject(lists.cymat_members_)
        .column("id", member.id)
        .column("request_id", request.id)
        .column("incident_id", after().id)
        .column("organization", member.organization)
        .column("person", member.person)
        .column("name", member.name)
        .column("lead", member.lead)
        .column("trained", member.trained)
        .column("cleared", member.cleared)
        .column("of_affected_body", member.of_affected_body)
        .column("state", core::to_string(member.state))
        .column("reason", lists.written(ContentField::cymat_member_reason, member.reason))
        .column("proposed_at", decision.events.front().at)
        .column("since", member.since)
        .column("until", member.until)
        .column("event_id", event);
  }

  // Alarms of duties and messages leave the row of the incident as it is.
  static bool changes_incident(const core::Event& event) {
    const auto* alarm = std::get_if<core::AlarmRung>(&event.what);
    return alarm ? alarm->clock == core::ClockKind::followup : !core::is_of_clock(event.what);
  }

  void write_clock() {
    RowObject(lists.clocks_).column("incident_id", after().id).column("rings_at", decision.rings_at);
  }

  void write_event(const core::Event& event) {
    lists.add_event(event, after(), &event == &decision.events.front() ? signature : nullptr);
  }

  void write_incident() {
    RowObject(lists.incidents_)
        .column("id", after().id)
        .column("number", after().number)
        .column("organization", after().organization)
        .column("reference", after().reference)
        .column("title", lists.written(ContentField::incident_title, after().title))
        .column("exercise", after().exercise)
        .column("recognized_at", after().recognized)
        .column("police", after().police)
        .column("state", core::to_string(after().state))
        .column("version", after().version)
        .column("latest_report", after().latest_report)
        .column("submitted_by", after().submitted_by)
        .column("opened_at", decision.events.front().at)
        .column("revision", after().revision)
        .column("followup_due", after().followup_due)
        .column("followup_round", after().followup_ladder.round)
        .column("followup_level", after().followup_ladder.level)
        .column("followup_from", after().followup_ladder.from)
        .column("successor", after().successor)
        .column("confidentiality", after().confidentiality)
        .column("event_id", decision.events.back().id);
  }

  void write_retention() {
    RowObject(lists.retentions_)
        .column("incident_id", after().id)
        .column("confidentiality", after().confidentiality)
        .column("ended_at", after().ended_at)
        .column("erased_at", after().erased_at)
        .column("erased_by", after().erased_by);
  }

  void write_access(const std::string& organization, core::EventId event) {
    const auto& access = after().access.at(organization);
    std::vector<std::string> stands_for{organization};
    if (!access.in_place_of.empty()) stands_for.push_back(access.in_place_of);
    RowObject(lists.access_)
        .column("incident_id", after().id)
        .column("organization", organization)
        .column("scope", core::to_string(access.scope))
        .column("stands_for", stands_for)
        .column("since", decision.events.front().at)
        .column("because", because_of_access(organization))
        .column("event_id", event);
  }

  std::string because_of_access(const std::string& organization) const {
    std::string because;
    for (const auto& event : decision.events)
      if (const auto* granted = std::get_if<core::AccessGranted>(&event.what))
        if (granted->organization == organization) because = granted->because;
    return because;
  }

  void write_obligation(const core::Obligation& obligation, core::EventId event) {
    RowObject(lists.obligations_)
        .column("id", obligation.id)
        .column("incident_id", obligation.incident)
        .column("edition", obligation.edition)
        .column("rule", obligation.rule)
        .column("clause", obligation.clause)
        .column("sentence", obligation.sentence)
        .column("holder", obligation.holder)
        .column("recipient", obligation.recipient)
        .column("self", obligation.self)
        .column("inner_duty", obligation.inner)
        .column("opens_on", routing::to_string(obligation.opens_on))
        .column("opened_at", obligation.opened_at)
        .column("due_at", obligation.due_at)
        .column("target_seconds", obligation.target.count())
        .column("state", core::to_string(obligation.state))
        .column("occasion", obligation.occasion)
        .column("formerly", obligation.formerly)
        .column("recipient_formerly", obligation.recipient_formerly)
        .column("because", obligation.because)
        .column("fulfilled_at", obligation.fulfilled_at)
        .column("acknowledged_at", obligation.acknowledged_at)
        .column("revision", obligation.revision)
        .column("alarm_round", obligation.ladder.round)
        .column("alarm_level", obligation.ladder.level)
        .column("alarm_from", obligation.ladder.from)
        .column("alarm_due", obligation.alarm_due)
        .column("event_id", event);
  }

  void write_assignment(const core::Assignment& assignment, core::EventId event) {
    RowObject row(lists.assignments_);
    row.column("incident_id", after().id)
        .column("organization", assignment.organization)
        .column("person", assignment.person)
        .column("name", assignment.name)
        .column("function", core::to_string(assignment.function))
        .column("trained", assignment.trained)
        .column("replaces", assignment.replaces)
        .column("note", lists.written(ContentField::assignment_note, assignment.note))
        .column("proposed_at", assignment.proposed_at)
        .column("state", core::to_string(assignment.state))
        .column("accepted_at", assignment.accepted_at)
        .column("activated_at", assignment.activated_at)
        .column("ended_at", assignment.ended_at)
        .column("duty_until", assignment.duty_until)
        .column("revision", assignment.revision);
    write_ladder(row, assignment.id, assignment.ladder, event);
  }

  // Of a duty whose clock rang and of which nothing else changed.
  void write_clock_of(const core::Obligation& obligation, core::EventId event) {
    RowObject row(lists.obligation_alarms_);
    write_ladder(row, obligation.id, obligation.ladder, event);
  }
  void write_clock_of(const core::Message& message, core::EventId event) {
    RowObject row(lists.message_alarms_);
    write_ladder(row, message.id, message.ladder, event);
    row.column("successor", message.successor);
  }
  template <class Id>
  static void write_ladder(RowObject& row, const Id& id, const core::Ladder& ladder, core::EventId event) {
    row.column("id", id)
        .column("alarm_round", ladder.round)
        .column("alarm_level", ladder.level)
        .column("alarm_from", ladder.from)
        .column("event_id", event);
  }

  void row(const core::Event&, const core::IncidentOpened&) {}
  void row(const core::Event& event, const core::IncidentMoved& what) {
    retention_changed = true;
    if (what.from != core::IncidentState::dismissed) return;
    // The clocks of inner duties that stood still start again.
    for (const auto& obligation : after().obligations)
      if (obligation.inner && obligation.state == core::ObligationState::open)
        changed_obligations[obligation.id] = event.id;
  }
  void row(const core::Event& event, const core::ReportReceived& what) {
    RowObject(lists.reports_)
        .column("id", what.report)
        .column("incident_id", event.incident)
        .column("organization", after().organization)
        .column("version", what.version)
        .column("stage", core::to_string(what.content.stage))
        .column("submitted_by", what.submitted_by)
        .column("received_at", event.at)
        .column("bytes", lists.written_bytes(ContentField::report_bytes, what.bytes))
        .column("length", what.bytes.size())
        .column("sha256", base64(what.sha256))
        .column("document", lists.written(ContentField::report_document, what.content.document))
        .column("changes", lists.written(ContentField::report_changes, what.content.changes))
        .column("category", codec::category_in(what.content.document))
        .column("event_id", event.id);
    // A later version may have moved the recognised time, and with it what is due from it.
    if (what.version > 1)
      for (const auto& obligation : after().obligations)
        if (obligation.opens_on == routing::OpensOn::assessment) changed_obligations[obligation.id] = event.id;
  }
  void row(const core::Event& event, const core::JudgementMade& what) {
    const auto& judgement = what.held.judgement;
    RowObject(lists.judgements_)
        .column("id", what.id)
        .column("incident_id", event.incident)
        .column("organization", judgement.organization)
        .column("of_originator", judgement.organization == after().organization)
        .column("revision", after().revision)
        .column("assessment", routing::to_string(judgement.assessment))
        .column("cyberattack", routing::to_string(judgement.cyberattack))
        .column("large_scale", cells_of(judgement))
        .column("assessment_reason", lists.written(ContentField::judgement_assessment_reason, what.held.assessment_reason))
        .column("cyberattack_reason", lists.written(ContentField::judgement_cyberattack_reason, what.held.cyberattack_reason))
        .column("made_at", event.at)
        .column("event_id", event.id);
  }
  void row(const core::Event& event, const core::AccessGranted& what) {
    changed_access[what.organization] = event.id;
  }
  void row(const core::Event& event, const core::RecipientAdded& what) {
    RowObject(lists.added_recipients_)
        .column("incident_id", event.incident)
        .column("organization", what.organization)
        .column("police", what.police)
        .column("reason", lists.written(ContentField::added_recipient_reason, what.reason))
        .column("added_at", event.at)
        .column("event_id", event.id);
  }
  void row(const core::Event& event, const core::ObligationOpened& what) {
    changed_obligations[what.obligation.id] = event.id;
  }
  void row(const core::Event& event, const core::ObligationFulfilled& what) {
    changed_obligations[what.fulfillment.obligation] = event.id;
    RowObject(lists.fulfillments_)
        .column("id", what.fulfillment.id)
        .column("obligation_id", what.fulfillment.obligation)
        .column("incident_id", event.incident)
        .column("method", core::to_string(what.fulfillment.method))
        .column("at", what.fulfillment.at)
        .column("note", lists.written(ContentField::fulfillment_note, what.fulfillment.note))
        .column("reference", lists.written(ContentField::fulfillment_reference, what.fulfillment.reference))
        .column("late_seconds", what.late_by.count())
        .column("organization", event.actor.organization)
        .column("role", role_of(event.actor))
        .column("name", event.actor.name)
        .column("token", event.actor.token)
        .column("recorded_at", event.at)
        .column("event_id", event.id);
  }
  void row(const core::Event& event, const core::ObligationSuperseded& what) {
    changed_obligations[what.obligation] = event.id;
  }
  void row(const core::Event& event, const core::ObligationReopened& what) {
    changed_obligations[what.obligation] = event.id;
  }
  void row(const core::Event& event, const core::ObligationWaived& what) {
    changed_obligations[what.obligation] = event.id;
  }
  void row(const core::Event& event, const core::ObligationRecurred& what) {
    changed_obligations[what.obligation] = event.id;
  }
  void row(const core::Event& event, const core::ObligationPassed& what) {
    changed_obligations[what.obligation] = event.id;
  }
  void row(const core::Event& event, const core::MessageSent& what) {
    const auto& message = what.message;
    RowObject(lists.messages_)
        .column("id", message.id)
        .column("incident_id", message.incident)
        .column("report_id", message.report)
        .column("kind", core::to_string(message.kind))
        .column("sender", message.sender)
        .column("recipient", message.recipient)
        .column("obligation_id", message.obligation)
        .column("clause", message.clause)
        .column("sentence", message.sentence)
        .column("note", lists.written(ContentField::message_note, message.note))
        .column("automatic", message.automatic)
        .column("sent_at", message.sent_at)
        .column("acknowledge_by", message.acknowledge_by)
        .column("state", core::to_string(message.state))
        .column("event_id", event.id);
  }
  void row(const core::Event& event, const core::MessageAcknowledged& what) {
    if (what.obligation) changed_obligations[*what.obligation] = event.id;
    RowObject(lists.acknowledgements_)
        .column("id", what.message)
        .column("acknowledged_at", event.at)
        .column("acknowledged_by", what.by)
        .column("note", lists.written(ContentField::message_acknowledgement_note, what.note))
        .column("event_id", event.id);
  }
  void row(const core::Event& event, const core::MessagePassed& what) { watched_messages[what.message] = event.id; }
  void row(const core::Event&, const core::IncidentPassed&) {}
  void row(const core::Event& event, const core::WaiverAsked& what) {
    RowObject(lists.waivers_)
        .column("id", what.waiver)
        .column("obligation_id", what.obligation)
        .column("incident_id", event.incident)
        .column("reason", lists.written(ContentField::waiver_reason, what.reason))
        .column("asked_by", event.actor.token)
        .column("asked_by_name", event.actor.name)
        .column("asked_at", event.at)
        .column("event_id", event.id);
  }
  void row(const core::Event& event, const core::WaiverDecided& what) {
    RowObject(lists.waiver_decisions_)
        .column("id", what.waiver)
        .column("decision", what.approved ? "approved" : "rejected")
        .column("decided_by", event.actor.token)
        .column("decided_by_name", event.actor.name)
        .column("decision_reason", lists.written(ContentField::waiver_decision_reason, what.reason))
        .column("decided_at", event.at)
        .column("event_id", event.id);
  }
  void row(const core::Event& event, const core::AlarmRaised& what) {
    RowObject(lists.alarms_)
        .column("id", what.alarm)
        .column("code", what.code)
        .column("incident_id", event.incident)
        .column("organization", what.organization)
        .column("role", std::string_view{})
        .column("level", 0)
        .column("raised_at", event.at)
        .column("reason_ja", what.reason.ja)
        .column("reason_en", what.reason.en)
        .column("holder", std::string_view{})
        .column("event_id", event.id);
  }
  void row(const core::Event& event, const core::AlarmRung& what) {
    std::optional<core::ObligationId> obligation;
    if (what.clock == core::ClockKind::duty) {
      obligation = core::ObligationId{what.subject};
      rung_obligations[*obligation] = event.id;
    } else if (what.clock == core::ClockKind::acknowledgement) {
      obligation = after().find(core::MessageId{what.subject})->obligation;
      watched_messages[core::MessageId{what.subject}] = event.id;
    } else if (what.clock == core::ClockKind::handover) {
      changed_assignments[core::AssignmentId{what.subject}] = event.id;
    } else if (what.clock == core::ClockKind::permission) {
      rung_annexes[core::AnnexId{what.subject}] = event.id;
    } else if (what.clock == core::ClockKind::inquiry) {
      rung_inquiries[core::InquiryId{what.subject}] = event.id;
    }
    RowObject(lists.alarms_)
        .column("id", what.alarm)
        .column("code", what.code)
        .column("incident_id", event.incident)
        .column("obligation_id", obligation)
        .column("organization", what.organization)
        .column("role", core::to_string(what.role))
        .column("level", what.level)
        .column("raised_at", event.at)
        .column("due_at", what.due_at)
        .column("reached_at", what.reached_at)
        .column("reason_ja", what.reason.ja)
        .column("reason_en", what.reason.en)
        .column("clock", core::to_string(what.clock))
        .column("subject", core::to_string(what.subject))
        .column("round", what.round)
        .column("holder", what.holder)
        .column("event_id", event.id);
  }
  void row(const core::Event& event, const core::ErasureAsked& what) {
    RowObject(lists.erasures_)
        .column("id", what.erasure)
        .column("incident_id", event.incident)
        .column("organization", after().organization)
        .column("reason", what.reason)
        .column("asked_by", event.actor.token)
        .column("asked_by_name", event.actor.name)
        .column("asked_at", event.at)
        .column("event_id", event.id);
  }
  void row(const core::Event& event, const core::ErasureDecided& what) {
    retention_changed = true;
    RowObject(lists.erasure_decisions_)
        .column("id", what.erasure)
        .column("decision", what.approved ? "approved" : "rejected")
        .column("decided_by", event.actor.token)
        .column("decided_by_name", event.actor.name)
        .column("decision_reason", what.reason)
        .column("decided_at", event.at)
        .column("retention_class", what.retention_class)
        .column("retained_until", what.retained_until)
        .column("event_id", event.id);
  }
  void row(const core::Event&, const core::RelaySwitchAsked&) {}
  void row(const core::Event&, const core::RelaySwitchDecided&) {}
  void row(const core::Event&, const core::RecordContinued&) {}
  void row(const core::Event&, const core::KeyRegistered&) {}
  void row(const core::Event&, const core::KeyRetired&) {}
  void row(const core::Event& event, const core::AssignmentProposed& what) {
    changed_assignments[what.assignment.id] = event.id;
  }
  void row(const core::Event& event, const core::AssignmentAccepted& what) { changed_assignments[what.assignment] = event.id; }
  void row(const core::Event& event, const core::AssignmentDeclined& what) { changed_assignments[what.assignment] = event.id; }
  void row(const core::Event& event, const core::AssignmentActivated& what) { changed_assignments[what.assignment] = event.id; }
  void row(const core::Event& event, const core::AssignmentHandedOver& what) {
    changed_assignments[what.assignment] = event.id;
  }
  void row(const core::Event& event, const core::AssignmentReleased& what) { changed_assignments[what.assignment] = event.id; }
  void row(const core::Event& event, const core::AssignmentDutyMoved& what) { changed_assignments[what.assignment] = event.id; }
  void row(const core::Event& event, const core::HandlingStepTaken& what) {
    RowObject(lists.handling_steps_)
        .column("id", what.step.id)
        .column("incident_id", event.incident)
        .column("organization", what.step.organization)
        .column("kind", core::to_string(what.step.kind))
        .column("text", lists.written(ContentField::handling_step_text, what.step.text))
        .column("person", what.step.person)
        .column("name", what.step.name)
        .column("by_delegate", what.step.by_delegate)
        .column("taken_by", event.actor.name)
        .column("role", role_of(event.actor))
        .column("taken_at", event.at)
        .column("event_id", event.id);
  }
  void row(const core::Event& event, const core::InstructionGiven& what) {
    RowObject(lists.instructions_)
        .column("id", what.instruction.id)
        .column("incident_id", event.incident)
        .column("organization", what.instruction.organization)
        .column("kind", core::to_string(what.instruction.kind))
        .column("force", core::to_string(what.instruction.force))
        .column("addressee", lists.written(ContentField::instruction_addressee, what.instruction.addressee))
        .column("text", lists.written(ContentField::instruction_text, what.instruction.text))
        .column("answer_by", what.instruction.answer_by)
        .column("given_by", event.actor.name)
        .column("given_at", event.at)
        .column("event_id", event.id);
  }
  void row(const core::Event& event, const core::InstructionAnswered& what) {
    RowObject(lists.instruction_answers_)
        .column("id", what.instruction)
        .column("answered_at", event.at)
        .column("answered_by", event.actor.name)
        .column("carried_out", what.carried_out)
        .column("answer", lists.written(ContentField::instruction_answer, what.text))
        .column("event_id", event.id);
  }
  void row(const core::Event& event, const core::PlatformLinked& what) {
    RowObject(lists.platform_links_)
        .column("id", what.link.id)
        .column("incident_id", event.incident)
        .column("platform", lists.written(ContentField::platform_link_platform, what.link.platform))
        .column("operator_organization", what.link.operator_organization)
        .column("affected_organization", what.link.affected_organization)
        .column("linked_by", event.actor.name)
        .column("linked_at", event.at)
        .column("event_id", event.id);
  }
  void row(const core::Event& event, const core::CymatRequested& what) { changed_cymat[what.request.id] = event.id; }
  void row(const core::Event& event, const core::CymatForwarded& what) { changed_cymat[what.request] = event.id; }
  void row(const core::Event& event, const core::CymatReceived& what) { changed_cymat[what.request] = event.id; }
  void row(const core::Event& event, const core::CymatDecided& what) {
    changed_cymat[what.request] = event.id;
    RowObject(lists.cymat_rulings_).column("id", what.request).column("decided_by_name", event.actor.name);
  }
  void row(const core::Event& event, const core::CymatMemberProposed& what) {
    changed_cymat[what.request] = event.id;
    changed_members[what.member.id] = event.id;
  }
  void row(const core::Event& event, const core::CymatMemberAnswered& what) {
    changed_cymat[what.request] = event.id;
    changed_members[what.member] = event.id;
  }
  void row(const core::Event& event, const core::CymatMemberWithdrawn& what) {
    changed_cymat[what.request] = event.id;
    changed_members[what.member] = event.id;
  }
  void row(const core::Event& event, const core::CymatFormed& what) { changed_cymat[what.request] = event.id; }
  void row(const core::Event& event, const core::CymatDispatched& what) {
    changed_cymat[what.request] = event.id;
    for (const auto& member : after().find(what.request)->members)
      if (member.state == core::CymatMemberState::serving) changed_members[member.id] = event.id;
  }
  void row(const core::Event& event, const core::CymatBegun& what) { changed_cymat[what.request] = event.id; }
  void row(const core::Event& event, const core::CymatLogged& what) {
    changed_cymat[what.request] = event.id;
    RowObject(lists.cymat_entries_)
        .column("id", what.entry)
        .column("request_id", what.request)
        .column("incident_id", event.incident)
        .column("kind", core::to_string(what.kind))
        .column("text", lists.written(ContentField::cymat_entry_text, what.text))
        .column("confidentiality", what.confidentiality)
        .column("organization", event.actor.organization)
        .column("name", event.actor.name)
        .column("at", event.at)
        .column("event_id", event.id);
  }
  void row(const core::Event& event, const core::CymatEnded& what) {
    changed_cymat[what.request] = event.id;
    for (const auto& member : after().find(what.request)->members)
      if (member.state == core::CymatMemberState::ended) changed_members[member.id] = event.id;
  }
  void row(const core::Event& event, const core::CymatReported& what) { changed_cymat[what.request] = event.id; }
  void row(const core::Event& event, const core::AccessEnded& what) {
    RowObject(lists.access_ended_).column("incident_id", event.incident).column("organization", what.organization);
  }
  void row(const core::Event& event, const core::DeliveryQueued& what) {
    RowObject(lists.deliveries_)
        .column("id", what.delivery.id)
        .column("message_id", what.delivery.message)
        .column("incident_id", event.incident)
        .column("endpoint_id", what.delivery.endpoint)
        .column("organization", what.delivery.organization)
        .column("channel", what.delivery.channel)
        .column("queued_at", event.at)
        .column("event_id", event.id);
  }
  void row(const core::Event& event, const core::DeliverySettled& what) {
    RowObject(lists.delivery_settlements_)
        .column("id", what.delivery)
        .column("state", core::to_string(what.state))
        .column("attempts", what.attempts)
        .column("cause", what.cause)
        .column("revision", after().find(what.delivery)->revision)
        .column("event_id", event.id);
  }
  void row(const core::Event& event, const core::DeliveryReplayed& what) {
    RowObject(lists.delivery_replays_)
        .column("id", what.delivery)
        .column("state", core::to_string(core::MessageState::queued))
        .column("queued_at", event.at)
        .column("revision", after().find(what.delivery)->revision)
        .column("event_id", event.id);
  }

  // -- Information: labels, annexes, files, what is withheld, inquiries ------------------------------------------------

  void row(const core::Event& event, const core::LabelGiven& what) {
    const auto& label = what.label;
    auto restrictions = label.restrictions;
    for (auto& each : restrictions) each = lists.written(ContentField::label_restrictions, each);
    RowObject(lists.labels_)
        .column("id", label.id)
        .column("incident_id", event.incident)
        .column("own_label", lists.written(ContentField::label_own_label, label.own_label))
        .column("confidentiality", label.grades.confidentiality)
        .column("integrity", label.grades.integrity)
        .column("availability", label.grades.availability)
        .column("rule", core::to_string(label.rule))
        .column("ground", core::to_string(label.ground))
        .column("restrictions", restrictions)
        .column("given_by", event.actor.token)
        .column("given_by_name", event.actor.name)
        .column("given_at", event.at)
        .column("event_id", event.id);
  }
  void row(const core::Event& event, const core::LabelChangeAsked& what) {
    const auto& change = what.change;
    RowObject(lists.label_changes_)
        .column("id", change.id)
        .column("incident_id", event.incident)
        .column("organization", after().organization)
        .column("own_label", lists.written(ContentField::label_change_own_label, change.own_label))
        .column("confidentiality", change.grades.confidentiality)
        .column("integrity", change.grades.integrity)
        .column("availability", change.grades.availability)
        .column("reason", lists.written(ContentField::label_change_reason, change.reason))
        .column("asked_by", event.actor.token)
        .column("asked_by_name", event.actor.name)
        .column("asked_at", event.at)
        .column("event_id", event.id);
  }
  void row(const core::Event& event, const core::LabelChangeDecided& what) {
    RowObject(lists.label_change_decisions_)
        .column("id", what.change)
        .column("decision", what.granted ? "approved" : "rejected")
        .column("decided_by", event.actor.token)
        .column("decided_by_name", event.actor.name)
        .column("decision_reason", lists.written(ContentField::label_change_decision_reason, what.reason))
        .column("decided_at", event.at)
        .column("event_id", event.id);
  }
  void row(const core::Event& event, const core::ConsentStated& what) {
    RowObject(lists.consents_)
        .column("incident_id", event.incident)
        .column("consents", what.consents)
        .column("stated_at", event.at)
        .column("event_id", event.id);
  }
  void row(const core::Event& event, const core::AnnexAsked& what) {
    const auto& annex = what.annex;
    RowObject(lists.annexes_)
        .column("id", annex.id)
        .column("incident_id", event.incident)
        .column("organization", annex.organization)
        .column("title", lists.written(ContentField::annex_title, annex.name))
        .column("permit_by", annex.permit_by)
        .column("asked_by", event.actor.token)
        .column("asked_by_name", event.actor.name)
        .column("asked_at", event.at)
        .column("event_id", event.id);
  }
  void row(const core::Event& event, const core::AnnexDecided& what) {
    const auto state = what.permitted ? core::AnnexState::permitted : core::AnnexState::refused;
    RowObject(lists.annex_decisions_)
        .column("id", what.annex)
        .column("state", core::to_string(state))
        .column("decided_by", event.actor.token)
        .column("decided_by_name", event.actor.name)
        .column("decision_reason", lists.written(ContentField::annex_decision_reason, what.reason))
        .column("decided_at", event.at)
        .column("revision", after().find(what.annex)->revision)
        .column("event_id", event.id);
  }
  void row(const core::Event& event, const core::AnnexSealed& what) { row_of_seal(event, what); }
  void row(const core::Event& event, const core::AnnexRewrapped& what) { row_of_seal(event, what); }
  template <class Seal>
  void row_of_seal(const core::Event& event, const Seal& what) {
    const auto& annex = *after().find(what.annex);
    std::vector<std::string> receivers;
    std::vector<std::string> key_ids;
    for (const auto& key : what.keys) {
      receivers.push_back(key.organization);
      key_ids.push_back(key.key_id);
    }
    RowObject(lists.annex_seals_)
        .column("id", what.annex)
        .column("state", core::to_string(core::AnnexState::sealed))
        .column("sealed_at", event.at)
        .column("sealed_by_name", event.actor.name)
        .column("sha256", hash_column(what.sha256))
        .column("size", what.size)
        .column("receivers", receivers)
        .column("key_ids", key_ids)
        .column("unreadable_to", annex.unreadable_to)
        .column("revision", annex.revision)
        .column("event_id", event.id);
    // What the event says of the bytes is their hash: that is what they are compared by. Of an erased annex there are none.
    if (!lists.salts_ && what.sha256 == core::erased_text) return;
    RowObject(lists.annex_contents_)
        .column("annex_id", what.annex)
        .column("incident_id", event.incident)
        .column("content", lists.salts_ ? base64(what.content) : record::to_hex(what.sha256));
  }
  void row(const core::Event& event, const core::AnnexUnreadable& what) {
    const auto& annex = *after().find(what.annex);
    RowObject(lists.annex_unreadables_)
        .column("id", what.annex)
        .column("unreadable_to", annex.unreadable_to)
        .column("revision", annex.revision)
        .column("event_id", event.id);
  }
  void row(const core::Event& event, const core::AttachmentAdded& what) {
    const auto& attachment = what.attachment;
    RowObject(lists.attachments_)
        .column("id", attachment.id)
        .column("incident_id", event.incident)
        .column("organization", attachment.organization)
        .column("name", lists.written(ContentField::attachment_name, attachment.name))
        .column("media_type", lists.written(ContentField::attachment_media_type, attachment.media_type))
        .column("sha256", hash_column(attachment.sha256))
        .column("size", attachment.size)
        .column("added_by_name", event.actor.name)
        .column("added_at", event.at)
        .column("event_id", event.id);
  }
  void row(const core::Event& event, const core::ContentWithheld& what) {
    const auto& withholding = what.withholding;
    RowObject(lists.withholdings_)
        .column("id", withholding.id)
        .column("incident_id", event.incident)
        .column("organization", withholding.organization)
        .column("from_organization", withholding.from)
        .column("members", withholding.members)
        .column("reason", lists.written(ContentField::withholding_reason, withholding.reason))
        .column("until", withholding.until)
        .column("withheld_by_name", event.actor.name)
        .column("withheld_at", event.at)
        .column("event_id", event.id);
  }
  void row(const core::Event& event, const core::ContentReleased& what) {
    RowObject(lists.releases_)
        .column("id", what.withholding)
        .column("released_at", event.at)
        .column("released_by_name", event.actor.name)
        .column("release_reason", lists.written(ContentField::withholding_release_reason, what.reason))
        .column("event_id", event.id);
  }
  void row(const core::Event& event, const core::InquiryAsked& what) {
    const auto& inquiry = what.inquiry;
    RowObject(lists.inquiries_)
        .column("id", inquiry.id)
        .column("incident_id", event.incident)
        .column("from_organization", inquiry.from)
        .column("to_organization", inquiry.to)
        .column("text", lists.written(ContentField::inquiry_text, inquiry.text))
        .column("passes_on", inquiry.passes_on)
        .column("asked_by_name", event.actor.name)
        .column("asked_at", event.at)
        .column("due_at", inquiry.due_at)
        .column("event_id", event.id);
  }
  void row(const core::Event& event, const core::InquiryAnswered& what) {
    RowObject(lists.inquiry_answers_)
        .column("id", what.inquiry)
        .column("answered_at", event.at)
        .column("answered_by_name", event.actor.name)
        .column("answer", lists.written(ContentField::inquiry_answer, what.text))
        .column("revision", after().find(what.inquiry)->revision)
        .column("event_id", event.id);
  }
  void row(const core::Event& event, const core::InquiryWithdrawn& what) {
    RowObject(lists.inquiry_withdrawals_)
        .column("id", what.inquiry)
        .column("withdrawn_at", event.at)
        .column("withdrawn_by_name", event.actor.name)
        .column("withdrawal_reason", lists.written(ContentField::inquiry_withdrawal_reason, what.reason))
        .column("revision", after().find(what.inquiry)->revision)
        .column("event_id", event.id);
  }
  void row(const core::Event& event, const core::NoticeLinked& what) {
    RowObject(lists.notice_links_)
        .column("incident_id", event.incident)
        .column("notice_id", what.notice)
        .column("linked_by_name", event.actor.name)
        .column("linked_at", event.at)
        .column("event_id", event.id);
  }
  template <class Id>
  void write_alarms_of(RowList& list, const Id& id, const core::Ladder& ladder, core::EventId event) {
    RowObject(list)
        .column("id", id)
        .column("alarm_round", ladder.round)
        .column("alarm_level", ladder.level)
        .column("alarm_from", ladder.from)
        .column("event_id", event);
  }
  // Of the staff of a body (StaffRows), of its switch, of its endpoints, of the record itself: of no incident. Each by its name,
  // so that an event that nobody thought of does not compile.
  template <class What>
    requires OfNoIncident<What>
  void row(const core::Event&, const What&) {}
};

void Decided::add_event(const core::Event& event, const core::Incident& after,
                        const record::ActorSignature* signature) {
  auto concern = std::visit(ConcernOf{after}, event.what);
  if (core::is_of_staff(event.what)) concern.parties = {event.actor.organization};
  RowObject row(events_);
  row.column("id", event.id)
      .column("type", core::type_of(event.what))
      .column("at", event.at)
      .column("incident_id", event.incident)
      .column("organization", event.actor.organization)
      .column("role", role_of(event.actor))
      .column("subject", concern.subject ? std::optional(core::to_string(*concern.subject)) : std::nullopt);
  if (concern.parties) row.column("parties", *concern.parties);
  if (!salts_) return;
  const auto encoded = record::encode(event, *salts_, signature);
  if (std::holds_alternative<core::ReportReceived>(event.what)) report_leaf_ = record::leaf_hash(encoded.leaf);
  row.column("leaf", base64(encoded.leaf));
  for (const auto& opening : encoded.openings) {
    const std::string_view salt(reinterpret_cast<const char*>(opening.salt.data()), opening.salt.size());
    // With the salt in clear a short text could be guessed from its commitment, which stands in the leaf.
    const bool sealed = key_ && !record::outlives_erasure(core::type_of(event.what), opening.field);
    RowObject(openings_)
        .column("event_id", event.id)
        .column("field", opening.field)
        .column("salt", sealed ? std::string() : base64(salt))
        .column("value", sealed ? written_bytes(ContentField::event_opening_value, std::string(salt).append(opening.value))
                                : base64(opening.value));
  }
}

std::shared_ptr<const CaseKey> Decided::key_for(const core::Decision& decision) {
  const auto& after = decision.after;
  if (!transaction_ || !transaction_->content_keys() || after.erased_at) return nullptr;
  auto& known = case_keys_[after.id];
  // A case that opens has none yet: the database need not be asked.
  if (!known && !opens_case(decision)) known = transaction_->case_key(after.id);
  if (known) return known;
  auto made = transaction_->content_keys()->make(after.id, after.organization);
  RowObject(content_keys_)
      .column("incident_id", after.id)
      .column("organization", made.wrapped.organization)
      .column("epoch", made.wrapped.epoch)
      .column("wrapped", base64(made.wrapped.wrapped));
  return known = std::move(made.key);
}

std::string Decided::written(ContentField field, const std::string& text) const {
  return key_ ? key_->seal_text(field, text) : text;
}
std::string Decided::written_bytes(ContentField field, std::string_view bytes) const {
  return base64(key_ ? key_->seal_bytes(field, bytes) : bytes);
}

void Decided::add(const core::Decision& decision, const record::ActorSignature* signature) {
  report_leaf_.reset();
  if (!decision.events.empty()) key_ = key_for(decision);
  RowWriter writer{.lists = *this, .decision = decision, .signature = signature};
  writer.write();
  key_.reset();  // what comes next is another's
}

void Decided::add(const core::SwitchDecision& decision, const record::ActorSignature* signature) {
  const auto& after = decision.after;
  for (const auto& event : decision.events) {
    add_event(event, {}, &event == &decision.events.front() ? signature : nullptr);
    if (const auto* asked = std::get_if<core::RelaySwitchAsked>(&event.what))
      RowObject(relay_switches_)
          .column("id", asked->id)
          .column("organization", asked->organization)
          .column("switched_on", asked->switched_on)
          .column("reason", asked->reason)
          .column("asked_by", event.actor.token)
          .column("asked_by_name", event.actor.name)
          .column("asked_role", core::to_string(after.asked_role))
          .column("asked_at", event.at)
          .column("event_id", event.id);
    if (const auto* decided = std::get_if<core::RelaySwitchDecided>(&event.what))
      RowObject(relay_switch_decisions_)
          .column("id", decided->id)
          .column("decision", decided->approved ? "approved" : "rejected")
          .column("decided_by", event.actor.token)
          .column("decided_by_name", event.actor.name)
          .column("decision_reason", decided->reason)
          .column("decided_at", event.at)
          .column("event_id", event.id);
  }
}

namespace {

// Names and values by turns.
std::vector<std::string> words_of(const core::EndpointSettings& settings) {
  std::vector<std::string> words;
  for (const auto& [name, value] : settings) {
    words.push_back(name);
    words.push_back(value);
  }
  return words;
}

}  // namespace

// One row an endpoint, as it is after the decision; who decided on it, and who changed it last, stand apart.
struct EndpointRows {
  Decided& lists;
  const core::Endpoint& after;

  void row(const core::Event& event, const core::EndpointProposed& what) {
    std::vector<std::string> kinds;
    for (const auto kind : what.endpoint.filter.kinds) kinds.emplace_back(core::to_string(kind));
    const auto& filter = what.endpoint.filter;
    RowObject(lists.endpoints_)
        .column("id", what.endpoint.id)
        .column("organization", what.endpoint.organization)
        .column("channel", what.endpoint.channel)
        .column("name", what.endpoint.name)
        .column("zone", core::to_string(what.endpoint.zone))
        .column("settings", words_of(what.endpoint.settings))
        .column("kinds", kinds)
        .column("role", filter.role ? core::to_string(*filter.role) : std::string_view{})
        .column("least_severity", filter.least ? routing::to_string(*filter.least) : std::string_view{})
        .column("asked_by", event.actor.token)
        .column("asked_by_name", event.actor.name)
        .column("asked_at", event.at)
        .column("event_id", event.id);
  }
  void row(const core::Event& event, const core::EndpointDecided& what) {
    RowObject(lists.endpoint_decisions_)
        .column("id", what.endpoint)
        .column("state", core::to_string(after.state))
        .column("decided_by", event.actor.token)
        .column("decided_by_name", event.actor.name)
        .column("decision_reason", what.reason)
        .column("decided_at", event.at)
        .column("revision", after.revision)
        .column("event_id", event.id);
  }
  void row(const core::Event& event, const core::EndpointDisabled& what) { change(event, what.endpoint, what.reason); }
  void row(const core::Event& event, const core::EndpointResumed& what) { change(event, what.endpoint, what.reason); }
  void row(const core::Event& event, const core::EndpointWithdrawn& what) { change(event, what.endpoint, what.reason); }
  template <class Other>
  void row(const core::Event&, const Other&) {}

 private:
  void change(const core::Event& event, core::EndpointId id, const std::string& reason) {
    RowObject(lists.endpoint_changes_)
        .column("id", id)
        .column("state", core::to_string(after.state))
        .column("cause", after.cause)
        .column("changed_by_name", event.actor.name)
        .column("change_reason", reason)
        .column("changed_at", event.at)
        .column("revision", after.revision)
        .column("event_id", event.id);
  }
};

void Decided::add(const core::EndpointDecision& decision, const record::ActorSignature* signature) {
  EndpointRows rows{*this, decision.after};
  for (const auto& event : decision.events) {
    add_event(event, {}, &event == &decision.events.front() ? signature : nullptr);
    std::visit([&](const auto& what) { rows.row(event, what); }, event.what);
  }
}

// Rows of a decision on how a body handles information.
struct BodyInformationRows {
  Decided& lists;
  const core::BodyInformation& after;

  void row(const core::Event& event, const core::LabelMappingSet& what) {
    const auto& mapping = what.mapping;
    RowObject(lists.label_mappings_)
        .column("id", mapping.id)
        .column("organization", mapping.organization)
        .column("own_label", mapping.own_label)
        .column("confidentiality", mapping.grades.confidentiality)
        .column("integrity", mapping.grades.integrity)
        .column("availability", mapping.grades.availability)
        .column("set_by_name", event.actor.name)
        .column("set_at", event.at)
        .column("event_id", event.id);
  }
  void row(const core::Event& event, const core::LabelMappingWithdrawn& what) {
    RowObject(lists.label_mapping_withdrawals_)
        .column("id", what.mapping)
        .column("withdrawn_at", event.at)
        .column("withdrawn_by_name", event.actor.name)
        .column("withdrawal_reason", what.reason)
        .column("event_id", event.id);
  }
  void row(const core::Event& event, const core::SealingKeyProposed& what) {
    const auto& key = what.key;
    RowObject(lists.sealing_keys_)
        .column("id", key.id)
        .column("organization", key.organization)
        .column("key_id", key.key_id)
        .column("public_key", record::to_hex(key.public_key))
        .column("name", key.name)
        .column("asked_by", event.actor.token)
        .column("asked_by_name", event.actor.name)
        .column("asked_at", event.at)
        .column("event_id", event.id);
  }
  void row(const core::Event& event, const core::SealingKeyDecided& what) {
    const auto& key = find(after.keys, what.key);
    RowObject(lists.sealing_key_decisions_)
        .column("id", what.key)
        .column("state", core::to_string(key.state))
        .column("decided_by", event.actor.token)
        .column("decided_by_name", event.actor.name)
        .column("decision_reason", what.reason)
        .column("decided_at", event.at)
        .column("revision", key.revision)
        .column("event_id", event.id);
  }
  void row(const core::Event& event, const core::SealingKeyRevoked& what) {
    const auto& key = find(after.keys, what.key);
    RowObject(lists.sealing_key_revocations_)
        .column("id", what.key)
        .column("state", core::to_string(key.state))
        .column("revoked_at", event.at)
        .column("revoked_by_name", event.actor.name)
        .column("revocation_reason", what.reason)
        .column("revision", key.revision)
        .column("event_id", event.id);
  }
  void row(const core::Event& event, const core::NoticeGiven& what) {
    const auto& notice = what.notice;
    RowObject(lists.notices_)
        .column("id", notice.id)
        .column("from_organization", notice.from)
        .column("to_organization", notice.to)
        .column("text", notice.text)
        .column("passes_on", notice.passes_on)
        .column("given_by_name", event.actor.name)
        .column("given_at", event.at)
        .column("event_id", event.id);
  }
  void row(const core::Event& event, const core::NoticeAnswered& what) {
    RowObject(lists.notice_answers_)
        .column("id", what.notice)
        .column("answered_at", event.at)
        .column("answered_by_name", event.actor.name)
        .column("answer", what.text)
        .column("revision", find(after.notices, what.notice).revision)
        .column("event_id", event.id);
  }
  // An event of it that nobody thought of does not compile.
  template <class What>
    requires(!OfBodyInformation<What>)
  void row(const core::Event&, const What&) {}

 private:
  template <class List, class Id>
  static const typename List::value_type& find(const List& list, const Id& id) {
    return *std::find_if(list.begin(), list.end(), [&](const auto& entry) { return entry.id == id; });
  }
};

void Decided::add(const core::BodyInformationDecision& decision, const record::ActorSignature* signature) {
  BodyInformationRows rows{*this, decision.after};
  for (const auto& event : decision.events) {
    add_event(event, {}, &event == &decision.events.front() ? signature : nullptr);
    std::visit([&](const auto& what) { rows.row(event, what); }, event.what);
  }
}

// Rows of a decision on the staff of a body: a person becomes one row, as he is after the decision.
struct StaffRows {
  Decided& lists;
  const core::Staff& after;
  std::map<core::PersonId, const core::Event*> people;

  void row(const core::Event& event, const core::PersonRegistered& what) { people[what.person.id] = &event; }
  void row(const core::Event& event, const core::PersonChanged& what) { people[what.person.id] = &event; }
  void row(const core::Event& event, const core::PersonLeft& what) { people[what.person] = &event; }
  void row(const core::Event& event, const core::AppointmentMade& what) {
    const auto& made = what.appointment;
    RowObject(lists.appointments_)
        .column("id", made.id)
        .column("organization", after.organization)
        .column("person", made.person)
        .column("post", core::to_string(made.post))
        .column("ground", core::to_string(made.ground))
        .column("reason", made.reason)
        .column("valid_from", made.from)
        .column("valid_until", made.until)
        .column("made_by", event.actor.token)
        .column("made_by_name", event.actor.name)
        .column("made_at", event.at)
        .column("event_id", event.id);
  }
  void row(const core::Event& event, const core::AppointmentEnded& what) {
    end(lists.appointment_ends_, event, what.appointment, what.reason);
  }
  void row(const core::Event& event, const core::DelegationMade& what) {
    const auto& made = what.delegation;
    std::vector<std::string> powers;
    for (const auto power : made.powers) powers.emplace_back(core::to_string(power));
    RowObject(lists.delegations_)
        .column("id", made.id)
        .column("organization", after.organization)
        .column("from_person", made.from_person)
        .column("to_person", made.to_person)
        .column("post", core::to_string(made.post))
        .column("powers", powers)
        .column("reason", made.reason)
        .column("valid_from", made.from)
        .column("valid_until", made.until)
        .column("made_by", event.actor.token)
        .column("made_by_name", event.actor.name)
        .column("made_at", event.at)
        .column("event_id", event.id);
  }
  void row(const core::Event& event, const core::DelegationEnded& what) {
    end(lists.delegation_ends_, event, what.delegation, what.reason);
  }
  void row(const core::Event& event, const core::TrainingRecorded& what) {
    const auto& training = what.training;
    RowObject(lists.trainings_)
        .column("id", training.id)
        .column("organization", after.organization)
        .column("person", training.person)
        .column("kind", core::to_string(training.kind))
        .column("course", training.course)
        .column("completed_at", training.completed_at)
        .column("valid_until", training.valid_until)
        .column("recorded_by_name", event.actor.name)
        .column("recorded_at", event.at)
        .column("event_id", event.id);
  }
  void row(const core::Event& event, const core::ShiftSet& what) {
    const auto& shift = what.shift;
    RowObject(lists.shifts_)
        .column("id", shift.id)
        .column("organization", after.organization)
        .column("person", shift.person)
        .column("post", core::to_string(shift.post))
        .column("valid_from", shift.from)
        .column("valid_until", shift.until)
        .column("overrides", shift.overrides)
        .column("set_at", event.at)
        .column("event_id", event.id);
  }
  void row(const core::Event& event, const core::ShiftCancelled& what) {
    end(lists.shift_ends_, event, what.shift, what.reason);
  }
  // Of no body's staff. An event of one that nobody thought of does not compile.
  template <class What>
    requires(!OfStaff<What>)
  void row(const core::Event&, const What&) {}

  void write_people() {
    for (const auto& [id, event] : people) {
      const auto& known = *after.find(id);
      const auto* left = std::get_if<core::PersonLeft>(&event->what);
      RowObject(lists.people_)
          .column("id", id)
          .column("organization", after.organization)
          .column("name", known.person.name)
          .column("employment", core::to_string(known.person.employment))
          .column("skills", known.person.skills)
          .column("cleared", known.person.cleared)
          .column("registered_at", event->at)
          .column("left_at", known.left_at)
          .column("leaving_reason", left ? std::string_view(left->reason) : std::string_view{})
          .column("revision", known.revision)
          .column("event_id", event->id);
    }
  }

 private:
  template <class Id>
  static void end(RowList& list, const core::Event& event, const Id& id, const std::string& reason) {
    RowObject(list)
        .column("id", id)
        .column("ended_at", event.at)
        .column("ended_by_name", event.actor.name)
        .column("end_reason", reason)
        .column("event_id", event.id);
  }
};

void Decided::add(const core::StaffDecision& decision, const record::ActorSignature* signature) {
  StaffRows rows{*this, decision.after, {}};
  for (const auto& event : decision.events) {
    add_event(event, {}, &event == &decision.events.front() ? signature : nullptr);
    std::visit([&](const auto& what) { rows.row(event, what); }, event.what);
  }
  rows.write_people();
}

void Decided::add(const StoredAnswer& answer) {
  if (const auto found = answer.incident ? case_keys_.find(*answer.incident) : case_keys_.end(); found != case_keys_.end())
    key_ = found->second;
  RowObject(answers_)
      .column("organization", answer.organization)
      .column("key", answer.key)
      .column("sha256", record::to_hex(answer.request_sha256))
      .column("status", answer.status)
      .column("etag", answer.etag)
      .column("body", written_bytes(ContentField::idempotency_body, answer.body))
      .column("receipt", answer.receipt)
      .column("answered_at", answer.answered_at)
      .column("incident_id", answer.incident);
  key_.reset();
}

void Decided::add_number(const std::string& organization, int year, std::int64_t last) {
  RowObject(numbers_).column("organization", organization).column("year", year).column("last", last);
}

template <class Self, class Visit>
void Decided::each_list(Self& self, const Visit& visit) {
  visit("events", self.events_);
  visit("openings", self.openings_);
  visit("incidents", self.incidents_);
  visit("content_keys", self.content_keys_);
  visit("reports", self.reports_);
  visit("judgements", self.judgements_);
  visit("access", self.access_);
  visit("added_recipients", self.added_recipients_);
  visit("obligations", self.obligations_);
  visit("fulfillments", self.fulfillments_);
  visit("waivers", self.waivers_);
  visit("waiver_decisions", self.waiver_decisions_);
  visit("messages", self.messages_);
  visit("acknowledgements", self.acknowledgements_);
  visit("obligation_alarms", self.obligation_alarms_);
  visit("message_alarms", self.message_alarms_);
  visit("alarms", self.alarms_);
  visit("clocks", self.clocks_);
  visit("relay_switches", self.relay_switches_);
  visit("relay_switch_decisions", self.relay_switch_decisions_);
  visit("erasures", self.erasures_);
  visit("erasure_decisions", self.erasure_decisions_);
  visit("retentions", self.retentions_);
  visit("handling_steps", self.handling_steps_);
  visit("instructions", self.instructions_);
  visit("instruction_answers", self.instruction_answers_);
  visit("platform_links", self.platform_links_);
  visit("people", self.people_);
  visit("appointments", self.appointments_);
  visit("appointment_ends", self.appointment_ends_);
  visit("delegations", self.delegations_);
  visit("delegation_ends", self.delegation_ends_);
  visit("trainings", self.trainings_);
  visit("shifts", self.shifts_);
  visit("shift_ends", self.shift_ends_);
  visit("assignments", self.assignments_);
  visit("cymat_requests", self.cymat_requests_);
  visit("cymat_rulings", self.cymat_rulings_);
  visit("cymat_members", self.cymat_members_);
  visit("cymat_entries", self.cymat_entries_);
  visit("access_ended", self.access_ended_);
  visit("endpoints", self.endpoints_);
  visit("endpoint_decisions", self.endpoint_decisions_);
  visit("endpoint_changes", self.endpoint_changes_);
  visit("deliveries", self.deliveries_);
  visit("delivery_settlements", self.delivery_settlements_);
  visit("delivery_replays", self.delivery_replays_);
  visit("labels", self.labels_);
  visit("label_changes", self.label_changes_);
  visit("label_change_decisions", self.label_change_decisions_);
  visit("consents", self.consents_);
  visit("label_mappings", self.label_mappings_);
  visit("label_mapping_withdrawals", self.label_mapping_withdrawals_);
  visit("sealing_keys", self.sealing_keys_);
  visit("sealing_key_decisions", self.sealing_key_decisions_);
  visit("sealing_key_revocations", self.sealing_key_revocations_);
  visit("annexes", self.annexes_);
  visit("annex_alarms", self.annex_alarms_);
  visit("annex_decisions", self.annex_decisions_);
  visit("annex_seals", self.annex_seals_);
  visit("annex_unreadables", self.annex_unreadables_);
  visit("annex_contents", self.annex_contents_);
  visit("attachments", self.attachments_);
  visit("withholdings", self.withholdings_);
  visit("releases", self.releases_);
  visit("inquiries", self.inquiries_);
  visit("inquiry_alarms", self.inquiry_alarms_);
  visit("inquiry_answers", self.inquiry_answers_);
  visit("inquiry_withdrawals", self.inquiry_withdrawals_);
  visit("notices", self.notices_);
  visit("notice_answers", self.notice_answers_);
  visit("notice_links", self.notice_links_);
  visit("numbers", self.numbers_);
  visit("answers", self.answers_);
}

std::string Decided::json() const {
  std::size_t length = 2;
  each_list(*this, [&](std::string_view name, const RowList& list) {
    if (!list.empty()) length += name.size() + list.json().size() + 6;
  });
  std::string json;
  json.reserve(length);  // megabytes, where many reports go together
  json = "{";
  // Most decisions fill few of them; apply() leaves out the parts that it is given nothing for.
  each_list(*this, [&](std::string_view name, const RowList& list) {
    if (list.empty()) return;
    if (json.size() > 1) json += ',';
    json.append("\"").append(name).append("\":[").append(list.json()).append("]");
  });
  json += '}';
  return json;
}

Decided Decided::as_values() {
  Decided decided;
  each_list(decided, [](std::string_view, RowList& list) { list.keep_values(); });
  return decided;
}

std::vector<ImpliedRow> Decided::take_values() {
  std::vector<ImpliedRow> rows;
  each_list(*this, [&](std::string_view name, RowList& list) {
    for (auto& columns : list.take_values()) rows.push_back({name, std::move(columns)});
  });
  return rows;
}

}  // namespace noroshi::store
