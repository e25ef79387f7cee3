#include "tests/simulation/translation.h"

#include "src/core/label_words.h"

namespace noroshi::simulation {
namespace {

using namespace core;
using Facts = std::vector<std::pair<std::string_view, std::string>>;

std::string word(bool value) {
  return value ? "yes" : "no";
}
std::string word(Timestamp at) {
  return std::to_string(plain(at));
}
std::string word(const std::optional<Timestamp>& at) {
  return at ? word(*at) : std::string();
}
std::string word(std::chrono::microseconds span) {
  return std::to_string(span.count());
}
template <class Tag>
std::string word(const Identifier<Tag>& id) {
  return to_string(id);
}
template <class Tag>
std::string word(const std::optional<Identifier<Tag>>& id) {
  return id ? to_string(*id) : std::string();
}
std::string joined(const std::vector<std::string>& words) {
  std::string all;
  for (const auto& one : words) all += (all.empty() ? "" : ",") + one;
  return all;
}

struct FactsOf {
  Facts operator()(const IncidentOpened& e) const {
    return {{"number", e.number},           {"organization", e.organization},   {"reference", e.reference},
            {"exercise", word(e.exercise)}, {"recognized", word(e.recognized)}, {"edition", e.edition}};
  }
  Facts operator()(const ReportReceived& e) const {
    return {{"report", word(e.report)},
            {"version", std::to_string(e.version)},
            {"submitted_by", e.submitted_by},
            {"stage", std::string(to_string(e.content.stage))},
            {"recognized", word(e.content.recognized.value)},
            {"police", e.content.police},
            {"exercise", word(e.content.exercise)},
            {"confidentiality", std::to_string(e.content.confidentiality)},
            {"title", e.content.title},
            {"followup_due", word(e.followup_due)}};
  }
  Facts operator()(const JudgementMade& e) const {
    const auto& judgement = e.held.judgement;
    return {{"organization", judgement.organization},
            {"assessment", std::string(routing::to_string(judgement.assessment))},
            {"cyberattack", std::string(routing::to_string(judgement.cyberattack))},
            {"cells", std::to_string(judgement.large_scale.size())}};
  }
  Facts operator()(const IncidentMoved& e) const {
    return {{"from", std::string(to_string(e.from))},
            {"to", std::string(to_string(e.to))},
            {"followup_due", word(e.followup_due)}};
  }
  Facts operator()(const AccessGranted& e) const {
    return {{"organization", e.organization},
            {"scope", std::string(to_string(e.scope))},
            {"because", e.because},
            {"in_place_of", e.in_place_of}};
  }
  Facts operator()(const AccessEnded& e) const { return {{"organization", e.organization}}; }
  Facts operator()(const RecipientAdded& e) const {
    return {{"organization", e.organization}, {"police", word(e.police)}};
  }
  Facts operator()(const ObligationOpened& e) const {
    const auto& duty = e.obligation;
    return {{"obligation", word(duty.id)},
            {"edition", duty.edition},
            {"rule", duty.rule},
            {"clause", duty.clause},
            {"sentence", std::to_string(duty.sentence)},
            {"holder", duty.holder},
            {"recipient", duty.recipient},
            {"self", word(duty.self)},
            {"inner", word(duty.inner)},
            {"on_receipt", word(duty.opens_on == routing::OpensOn::receipt)},
            {"due", word(duty.due_at)},
            {"target", word(duty.target)},
            {"opened_at", word(duty.opened_at)},
            {"reasons", std::to_string(duty.because.size())}};
  }
  Facts operator()(const ObligationFulfilled& e) const {
    return {{"obligation", word(e.fulfillment.obligation)},
            {"method", std::string(to_string(e.fulfillment.method))},
            {"done_at", word(e.fulfillment.at)},
            {"late_by", word(e.late_by)}};
  }
  Facts operator()(const ObligationSuperseded& e) const { return {{"obligation", word(e.obligation)}}; }
  Facts operator()(const ObligationReopened& e) const {
    return {{"obligation", word(e.obligation)}, {"due", word(e.due_at)}};
  }
  Facts operator()(const ObligationWaived& e) const {
    return {{"obligation", word(e.obligation)}, {"waiver", word(e.waiver)}};
  }
  Facts operator()(const ObligationRecurred& e) const {
    return {{"obligation", word(e.obligation)},
            {"occasion", std::to_string(e.occasion)},
            {"rings_anew", word(e.rings_anew)}};
  }
  Facts operator()(const ObligationPassed& e) const {
    return {{"obligation", word(e.obligation)},
            {"holder", e.holder},
            {"recipient", e.recipient},
            {"formerly", e.formerly},
            {"recipient_formerly", e.recipient_formerly}};
  }
  Facts operator()(const MessageSent& e) const {
    const auto& message = e.message;
    return {{"message", word(message.id)},
            {"report", word(message.report)},
            {"kind", std::string(to_string(message.kind))},
            {"sender", message.sender},
            {"recipient", message.recipient},
            {"obligation", word(message.obligation)},
            {"clause", message.clause},
            {"automatic", word(message.automatic)},
            {"acknowledge_by", word(message.acknowledge_by)}};
  }
  Facts operator()(const MessageAcknowledged& e) const {
    return {{"message", word(e.message)}, {"obligation", word(e.obligation)}};
  }
  Facts operator()(const MessagePassed& e) const {
    return {{"message", word(e.message)}, {"recipient", e.recipient}, {"formerly", e.formerly}};
  }
  Facts operator()(const IncidentPassed& e) const {
    return {{"organization", e.organization}, {"formerly", e.formerly}};
  }
  Facts operator()(const WaiverAsked& e) const {
    return {{"waiver", word(e.waiver)}, {"obligation", word(e.obligation)}};
  }
  Facts operator()(const WaiverDecided& e) const {
    return {{"waiver", word(e.waiver)}, {"obligation", word(e.obligation)}, {"approved", word(e.approved)}};
  }
  Facts operator()(const AlarmRaised& e) const { return {{"code", e.code}, {"organization", e.organization}}; }
  Facts operator()(const AlarmRung& e) const {
    return {{"clock", std::string(to_string(e.clock))},
            {"subject", to_string(e.subject)},
            {"round", std::to_string(e.round)},
            {"level", std::to_string(e.level)},
            {"code", e.code},
            {"holder", e.holder},
            {"organization", e.organization},
            {"role", std::string(to_string(e.role))},
            {"due", word(e.due_at)},
            {"reached", word(e.reached_at)}};
  }
  Facts operator()(const ErasureAsked& e) const { return {{"erasure", word(e.erasure)}}; }
  Facts operator()(const ErasureDecided& e) const {
    return {{"erasure", word(e.erasure)}, {"approved", word(e.approved)}};
  }
  Facts operator()(const RelaySwitchAsked& e) const {
    return {{"switch", word(e.id)}, {"organization", e.organization}, {"on", word(e.switched_on)}};
  }
  Facts operator()(const RelaySwitchDecided& e) const {
    return {{"switch", word(e.id)}, {"organization", e.organization}, {"approved", word(e.approved)}};
  }
  Facts operator()(const EndpointProposed& e) const {
    std::vector<std::string> kinds;
    for (const auto kind : e.endpoint.filter.kinds) kinds.emplace_back(to_string(kind));
    return {{"endpoint", word(e.endpoint.id)}, {"organization", e.endpoint.organization}, {"kinds", joined(kinds)}};
  }
  Facts operator()(const EndpointDecided& e) const {
    return {{"endpoint", word(e.endpoint)}, {"organization", e.organization}, {"approved", word(e.approved)}};
  }
  Facts operator()(const EndpointDisabled& e) const {
    return {{"endpoint", word(e.endpoint)}, {"organization", e.organization}};
  }
  Facts operator()(const EndpointResumed& e) const {
    return {{"endpoint", word(e.endpoint)}, {"organization", e.organization}};
  }
  Facts operator()(const EndpointWithdrawn& e) const {
    return {{"endpoint", word(e.endpoint)}, {"organization", e.organization}};
  }
  Facts operator()(const DeliveryQueued& e) const {
    return {{"delivery", word(e.delivery.id)},
            {"message", word(e.delivery.message)},
            {"endpoint", word(e.delivery.endpoint)},
            {"organization", e.delivery.organization}};
  }
  Facts operator()(const DeliverySettled& e) const {
    return {{"delivery", word(e.delivery)},
            {"state", std::string(to_string(e.state))},
            {"attempts", std::to_string(e.attempts)}};
  }
  Facts operator()(const DeliveryReplayed& e) const { return {{"delivery", word(e.delivery)}}; }
  Facts operator()(const LabelGiven& e) const {
    return {{"no_forward", word(restricts(e.label, Restriction::no_forward))}};
  }
  Facts operator()(const LabelChangeAsked& e) const { return {{"change", word(e.change.id)}}; }
  Facts operator()(const LabelChangeDecided& e) const {
    return {{"change", word(e.change)}, {"granted", word(e.granted)}};
  }
  Facts operator()(const ConsentStated& e) const { return {{"consents", word(e.consents)}}; }
  Facts operator()(const ContentWithheld& e) const {
    return {{"withholding", word(e.withholding.id)},
            {"organization", e.withholding.organization},
            {"from", e.withholding.from},
            {"members", joined(e.withholding.members)},
            {"until", word(e.withholding.until)}};
  }
  Facts operator()(const ContentReleased& e) const { return {{"withholding", word(e.withholding)}}; }
  Facts operator()(const InquiryAsked& e) const {
    return {{"inquiry", word(e.inquiry.id)},
            {"from", e.inquiry.from},
            {"to", e.inquiry.to},
            {"due", word(e.inquiry.due_at)}};
  }
  Facts operator()(const InquiryAnswered& e) const { return {{"inquiry", word(e.inquiry)}}; }
  Facts operator()(const InquiryWithdrawn& e) const { return {{"inquiry", word(e.inquiry)}}; }
  Facts operator()(const PlatformLinked& e) const { return {{"operator", e.link.operator_organization}}; }
  Facts operator()(const AssignmentProposed& e) const {
    return {{"assignment", word(e.assignment.id)},
            {"organization", e.assignment.organization},
            {"person", word(e.assignment.person)},
            {"function", std::string(to_string(e.assignment.function))},
            {"replaces", word(e.assignment.replaces)}};
  }
  Facts operator()(const AssignmentAccepted& e) const { return {{"assignment", word(e.assignment)}}; }
  Facts operator()(const AssignmentDeclined& e) const { return {{"assignment", word(e.assignment)}}; }
  Facts operator()(const AssignmentActivated& e) const { return {{"assignment", word(e.assignment)}}; }
  Facts operator()(const AssignmentHandedOver& e) const { return {{"assignment", word(e.assignment)}}; }
  Facts operator()(const AssignmentReleased& e) const { return {{"assignment", word(e.assignment)}}; }
  Facts operator()(const AssignmentDutyMoved& e) const { return {{"assignment", word(e.assignment)}}; }
  Facts operator()(const CymatRequested& e) const {
    return {{"request", word(e.request.id)},
            {"center", e.request.center},
            {"through", e.request.through},
            {"supported", e.request.supported}};
  }
  Facts operator()(const CymatDecided& e) const {
    return {{"request", word(e.request)},
            {"ruling", std::string(to_string(e.ruling))},
            {"united", word(e.united_response)}};
  }
  Facts operator()(const CymatMemberProposed& e) const {
    return {{"request", word(e.request)},
            {"member", word(e.member.id)},
            {"organization", e.member.organization},
            {"person", word(e.member.person)}};
  }
  Facts operator()(const CymatMemberAnswered& e) const {
    return {{"request", word(e.request)}, {"member", word(e.member)}, {"agreed", word(e.agreed)}};
  }
  Facts operator()(const CymatMemberWithdrawn& e) const {
    return {{"request", word(e.request)}, {"member", word(e.member)}};
  }
  template <class Other>
  Facts operator()(const Other& e) const {
    if constexpr (requires { CymatRequestId{e.request}; }) return {{"request", word(e.request)}};
    return {};
  }
};

}  // namespace

Instant plain(Timestamp at) {
  return at.time_since_epoch().count();
}

Who plain(const core::Actor& actor) {
  return {word(actor.token), actor.organization, actor.role ? std::string(to_string(*actor.role)) : std::string(),
          actor.name, word(actor.person)};
}

Happened plain(const core::Event& event) {
  return {std::string(type_of(event.what)),
          to_string(event.id),
          event.incident.value.is_nil() ? std::string() : to_string(event.incident),
          plain(event.at),
          plain(event.actor),
          std::visit(FactsOf{}, event.what)};
}

Seen plain(const core::Incident& incident) {
  Seen seen;
  seen.incident = to_string(incident.id);
  seen.state = to_string(incident.state);
  seen.title = incident.title;
  seen.revision = incident.revision;
  seen.version = incident.version;
  for (const auto& [body, access] : incident.access) seen.access[body] = to_string(access.scope);
  for (const auto& duty : incident.obligations)
    seen.duties.push_back({to_string(duty.id), duty.clause, duty.holder, duty.recipient,
                           std::string(to_string(duty.state)), duty.sentence, duty.occasion, plain(duty.due_at)});
  return seen;
}

}  // namespace noroshi::simulation
