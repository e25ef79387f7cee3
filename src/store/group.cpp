#include "src/store/group.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include <fmt/format.h>

#include "src/codec/answers.h"
#include "src/codec/endpoint_views.h"
#include "src/codec/header_notice.h"
#include "src/codec/json_writer.h"
#include "src/codec/record_views.h"
#include "src/codec/response_answers.h"
#include "src/codec/sealed_annex.h"
#include "src/core/canary.h"
#include "src/core/decide_delivery.h"
#include "src/core/four_eyes.h"
#include "src/record/checkpoint.h"
#include "src/record/encodings.h"
#include "src/record/receipt.h"
#include "src/store/bytes.h"
#include "src/store/decided.h"
#include "src/store/known.h"
#include "src/store/known_information.h"
#include "src/store/known_staff.h"
#include "src/store/own_acts.h"
#include "src/store/writer.h"

namespace noroshi::store {
namespace {

constexpr Statement open_group{"open_group", "SELECT * FROM open_group($1::jsonb)"};
constexpr Statement apply{"apply", "SELECT apply($1::jsonb)"};
// Of each tree that has one of that size, the newest first: which it is of, the signature tells.
constexpr Statement find_checkpoints{
    "find_checkpoints_to_cosign",
    "SELECT c.origin, o.name, c.note FROM checkpoint c JOIN record_origin o ON o.ordinal = c.origin WHERE c.size = $1 "
    "ORDER BY c.origin DESC LIMIT 16"};
constexpr Statement find_witness_key{"find_witness_key",
                                     "SELECT public_key FROM witness WHERE name = $1 AND removed_at IS NULL"};
constexpr Statement keep_cosignature{"keep_cosignature", "SELECT keep_cosignature($1, $2, $3, $4, $5) AS cosigned_at"};
constexpr Statement lock_body{"lock_body", "SELECT lock_body($1)"};
constexpr Statement find_applicant{"find_applicant", "SELECT person, asked_at FROM applicant_of($1, $2::uuid)"};
constexpr Statement incident_of_cymat{"incident_of_cymat_request", "SELECT incident_of_cymat_request($1::uuid) AS incident"};
constexpr Statement incident_of_delivery{"incident_of_delivery", "SELECT incident_of_delivery($1::uuid) AS incident"};
constexpr Statement incident_of_information{"incident_of_information", "SELECT incident_of_information($1::uuid) AS incident"};
constexpr Statement annexes_are_here{"group_annexes_are_here", "SELECT annexes_are_here() AS here"};
constexpr Statement select_annex_content{"group_annex_content", "SELECT content FROM annex_content WHERE annex_id = $1::uuid"};
constexpr Statement notice_was_given{"notice_was_given", "SELECT notice_was_given($1::uuid, $2) AS given"};
constexpr Statement endpoint_is_active{"endpoint_is_active", "SELECT endpoint_is_active($1::uuid) AS active"};
constexpr Statement lock_staffs{"lock_staffs", "SELECT lock_staffs($1)"};

std::string number_of(const std::string& organization, int year, std::int64_t n) {
  std::string slug = organization;
  std::transform(slug.begin(), slug.end(), slug.begin(), [](unsigned char c) { return std::toupper(c); });
  return fmt::format("{}-{}-{}", slug, year, n);
}

// The cases of requests for CYMAT, deliveries, annexes, inquiries and withholdings that commands name: each is of one for ever.
using IncidentsOf = std::map<core::Uuid, std::string>;

// What open_group() wants to know of a member.
struct MemberOf {
  const core::Actor& actor;
  codec::JsonWriter& json;
  const IncidentsOf& incidents;

  void operator()(const SubmitReport& action) const {
    const auto& report = action.submission.report;
    json.member("body", reporting_body(action, actor))
        .member("reference", report.reference)
        .member("first", report.stage == core::Stage::first);
  }
  void operator()(const Assess& action) const { json.member("incident", core::to_string(action.incident)); }
  void operator()(const Move& action) const { json.member("incident", core::to_string(action.incident)); }
  void operator()(const AddRecipient& action) const { json.member("incident", core::to_string(action.incident)); }
  void operator()(const Fulfill& action) const { json.member("obligation", core::to_string(action.obligation)); }
  void operator()(const AskWaiver& action) const { json.member("obligation", core::to_string(action.obligation)); }
  void operator()(const DecideWaiver& action) const { json.member("obligation", core::to_string(action.obligation)); }
  void operator()(const Acknowledge& action) const { json.member("message", core::to_string(action.message)); }
  void operator()(const AskErasure& action) const { json.member("incident", core::to_string(action.incident)); }
  void operator()(const DecideErasure& action) const { json.member("incident", core::to_string(action.incident)); }
  void operator()(const AskRelaySwitch&) const {}
  void operator()(const DecideRelaySwitch&) const {}
  void operator()(const ChangeEndpoint&) const {}
  void operator()(const ReplayDelivery& action) const {
    // One that is not there is looked for as what it is not: an incident.
    const auto found = incidents.find(action.delivery.value);
    json.member("incident", found == incidents.end() ? core::to_string(action.delivery) : found->second);
  }
  void operator()(const ChangeStaff&) const {}
  void operator()(const Respond& action) const {
    const auto request = core::cymat_request_of(action.command);
    const auto found = request ? incidents.find(request->value) : incidents.end();
    json.member("incident", found == incidents.end() ? core::to_string(action.incident) : found->second);
  }
  void operator()(const HandleInformation& action) const {
    const auto found = action.thing ? incidents.find(*action.thing) : incidents.end();
    json.member("incident", found != incidents.end() ? found->second
                            : action.thing           ? core::to_string(*action.thing)
                                                     : core::to_string(action.incident));
  }
  void operator()(const ChangeBodyInformation&) const {}
  void operator()(const Cosign&) const {}
};

std::string describe(const std::vector<const Command*>& members, const IncidentsOf& incidents) {
  std::string text;
  codec::JsonWriter json(text);
  json.begin_array();
  for (std::size_t slot = 0; slot < members.size(); ++slot) {
    const auto& command = *members[slot];
    json.begin_object().member("slot", slot);
    if (!command.idempotency_key.empty())
      json.member("caller", core::tenant_of(command.actor))
          .member("key", command.idempotency_key)
          .member("sha256", record::to_hex(command.request_sha256));
    std::visit(MemberOf{command.actor, json, incidents}, command.action);
    json.end_object();
  }
  json.end_array();
  return text;
}

core::Refusal not_found() { return {core::RefusalCode::not_found, {"見つかりません。", "Not found."}, {}}; }

core::Refusal invalid(std::vector<core::FieldError> errors) {
  return {core::RefusalCode::invalid,
          {"送信内容に誤りがあります。errors の各項目を直して再送してください。",
           "The submission has mistakes. Mend each one listed in errors and send it again."},
          std::move(errors)};
}

core::Refusal mistake(std::string pointer, std::string code, core::Reason message) {
  return invalid({{std::move(pointer), std::move(code), std::move(message)}});
}

bool states(const codec::Submission& submission, std::string_view member) {
  return submission.complete ||
         std::find(submission.members.begin(), submission.members.end(), member) != submission.members.end();
}

// How a decision is answered for; with the receipt, where a report was received and somebody signs.
using AnswerFor =
    std::function<std::string(const core::Decision&, const codec::AnswerContext&, const codec::SignedReceipt*)>;

// Of a decision that received no report.
template <class Answer>
AnswerFor without_receipt(Answer answer) {
  return [answer](const core::Decision& decision, const codec::AnswerContext& context, const codec::SignedReceipt*) {
    return answer(decision, context);
  };
}

// What a member's decision on an incident came to, and how to answer for it.
struct Ruling {
  core::Outcome outcome;
  AnswerFor answer;
  std::function<int(const core::Incident&)> revision;
};

int incident_revision(const core::Incident& incident) { return incident.revision; }

// Of the annex or inquiry with that id, which have revisions of their own; of the incident else.
int revision_of_thing(const core::Incident& incident, const core::Uuid& thing) {
  if (const auto* annex = incident.find(core::AnnexId{thing})) return annex->revision;
  if (const auto* inquiry = incident.find(core::InquiryId{thing})) return inquiry->revision;
  return incident.revision;
}

core::ResponseCommand command_of(const Respond& action, const core::Actor& actor) {
  auto command = action.command;
  std::visit([&](auto& what) { what.actor = actor; }, command);
  return command;
}
core::StaffCommand command_of(const ChangeStaff& action, const core::Actor& actor) {
  auto command = action.command;
  std::visit([&](auto& what) { what.actor = actor; }, command);
  return command;
}

// With who acts, and of a decision of two persons with whose powers each does.
template <class Command>
Command completed(Command command, const core::Actor& actor, const core::Authority& applicant, const core::Authority& approver) {
  std::visit(
      [&](auto& what) {
        what.actor = actor;
        if constexpr (requires { what.applicant; }) {
          what.applicant = applicant;
          what.approver = approver;
        }
      },
      command);
  return command;
}

// Decides one action on what is known.
struct Decider {
  const core::Law& law;
  const core::Actor& actor;
  const core::Incident* known;
  const std::string& number;
  const core::ResponseContext& response;
  core::Moment moment;
  const core::Authority& applicant;  // of a decision of two persons
  const core::Authority& approver;
  bool endpoint_active = false;  // of the delivery that the command names
  bool people_registered = false;  // of the actor's body, where it was asked
  const std::vector<core::LabelMapping>& label_mappings;  // of the reporting body, where its own label is named
  const core::AnnexContext& annex_context;                // where an annex is decided on

  Ruling operator()(const SubmitReport& action) const {
    const auto& submission = action.submission;
    core::SubmitReport command{actor, submission.report, false, false, false, action.bytes, sha256(action.bytes),
                               label_mappings};
    if (!submission.complete && known && !known->erased_at) {
      auto completed = codec::complete_report(submission, known->document);
      if (!completed) return refused(invalid(std::move(completed.error())));
      command.in_force = std::move(*completed);
    }
    command.states_assessment = states(submission, "assessment");
    command.states_cyberattack = states(submission, "cyberattack");
    command.states_large_scale = states(submission, "large_scale");
    auto outcome = core::decide_report(law, known, number, command, moment);
    // Last: whoever may not report is told so, and nothing of what he wrote.
    if (outcome)
      if (auto refusal = codec::refuse_beyond_header(command.in_force)) return refused(std::move(*refusal));
    return {std::move(outcome), codec::answer_report, incident_revision};
  }
  Ruling operator()(const Assess& action) const {
    const auto& body = action.body;
    const core::MakeJudgement command{actor,          body.assessment,        body.cyberattack,
                                      body.large_scale, body.assessment_reason, body.cyberattack_reason};
    return {core::decide_judgement(law, *known, command, moment), without_receipt(codec::answer_incident),
            incident_revision};
  }
  Ruling operator()(const Move& action) const {
    return {core::decide_transition(law, *known, {actor, action.body.to, action.body.reason}, moment),
            without_receipt(codec::answer_incident), incident_revision};
  }
  Ruling operator()(const AddRecipient& action) const {
    return {core::decide_recipient(law, *known, {actor, action.body.organization, action.body.reason}, moment),
            without_receipt(codec::answer_incident), incident_revision};
  }
  Ruling operator()(const Fulfill& action) const {
    const auto id = action.obligation;
    const core::FulfillObligation command{actor, id, action.body.method, action.body.at, action.body.note,
                                          action.body.reference, people_registered};
    static const core::Staff nobody;
    const auto* staff = response.staff_of(actor.organization);
    return {core::decide_fulfillment(law, *known, staff ? *staff : nobody, command, moment),
            without_receipt([id](const auto& decision, const auto& context) {
              return codec::answer_fulfillment(decision, id, context);
            }),
            revision_of(id)};
  }
  Ruling operator()(const AskWaiver& action) const {
    const auto id = action.obligation;
    return {core::decide_waiver_request(law, *known, {actor, id, action.body.reason}, moment), answer_waiver(),
            revision_of(id)};
  }
  Ruling operator()(const DecideWaiver& action) const {
    const auto id = action.obligation;
    return {core::decide_waiver(law, *known,
                                {actor, id, action.waiver, action.body.approved, action.body.reason, applicant, approver},
                                moment),
            answer_waiver(), revision_of(id)};
  }
  Ruling operator()(const Acknowledge& action) const {
    const auto id = action.message;
    return {core::decide_acknowledgement(law, *known, {actor, id, action.body.by, action.body.note}, moment),
            without_receipt([id](const auto& decision, const auto& context) {
              return codec::answer_acknowledgement(decision, id, context);
            }),
            [id](const core::Incident& incident) { return incident.find(id)->revision; }};
  }
  Ruling operator()(const AskErasure& action) const {
    return {core::decide_erasure_request(law, *known, {actor, action.body.reason}, moment),
            without_receipt(codec::answer_erasure), incident_revision};
  }
  Ruling operator()(const DecideErasure& action) const {
    return {core::decide_erasure(
                law, *known, {actor, action.erasure, action.body.approved, action.body.reason, applicant, approver}, moment),
            without_receipt(codec::answer_erasure), incident_revision};
  }
  Ruling operator()(const Respond& action) const {
    return {core::decide_response(law, *known, response, command_of(action, actor), moment),
            without_receipt(codec::answer_response), revision_of_response(action)};
  }
  static std::function<int(const core::Incident&)> revision_of_response(const Respond& action) {
    if (const auto id = core::cymat_request_of(action.command))
      return [id = *id](const core::Incident& incident) { return incident.find(id)->revision; };
    if (std::holds_alternative<core::RequestCymat>(action.command))
      return [](const core::Incident& incident) { return incident.cymat_requests.back().revision; };
    return incident_revision;
  }
  Ruling operator()(const ReplayDelivery& action) const {
    const auto id = action.delivery;
    return {core::decide_replay(law, *known, {actor, id, action.body.reason, endpoint_active}, moment),
            without_receipt([id](const auto& decision, const auto& context) {
              return codec::answer_replay(decision, id, context);
            }),
            [id](const core::Incident& incident) { return incident.find(id)->revision; }};
  }
  Ruling operator()(const HandleInformation& action) const {
    auto answer = action.answer ? without_receipt(action.answer) : without_receipt(codec::answer_incident);
    auto revision = std::function<int(const core::Incident&)>(incident_revision);
    if (action.thing)
      revision = [thing = *action.thing](const core::Incident& incident) { return revision_of_thing(incident, thing); };
    return {core::decide_information(law, *known, annex_context, completed(action.command, actor, applicant, approver), moment),
            std::move(answer), std::move(revision)};
  }
  // Of a body and no incident: Switching, change_endpoint(), change_information() and change_staff() decide them.
  Ruling operator()(const ChangeBodyInformation&) const { std::abort(); }
  Ruling operator()(const ChangeEndpoint&) const { std::abort(); }
  Ruling operator()(const ChangeStaff&) const { std::abort(); }
  Ruling operator()(const AskRelaySwitch&) const { std::abort(); }
  Ruling operator()(const DecideRelaySwitch&) const { std::abort(); }
  // Of the record: nothing is decided.
  Ruling operator()(const Cosign&) const { std::abort(); }

 private:
  static Ruling refused(core::Refusal refusal) { return {tl::unexpected(std::move(refusal)), {}, {}}; }
  static std::function<int(const core::Incident&)> revision_of(core::ObligationId id) {
    return [id](const core::Incident& incident) { return incident.find(id)->revision; };
  }
  // The waiver that the decision made or decided.
  static AnswerFor answer_waiver() {
    return without_receipt([](const core::Decision& decision, const codec::AnswerContext& context) {
      core::WaiverId waiver;
      for (const auto& event : decision.events) {
        if (const auto* asked = std::get_if<core::WaiverAsked>(&event.what)) waiver = asked->waiver;
        if (const auto* decided = std::get_if<core::WaiverDecided>(&event.what)) waiver = decided->waiver;
      }
      return codec::answer_waiver(decision, waiver, context);
    });
  }
};

// Decides one action on the switches of the actor's body; nothing for an action on an incident.
struct Switching {
  const core::Law& law;
  const core::Actor& actor;
  const std::vector<core::RelaySwitchRequest>& known;
  core::Moment moment;
  const core::Authority& applicant;
  const core::Authority& approver;

  core::SwitchOutcome operator()(const AskRelaySwitch& action) const {
    return core::decide_relay_switch_request(law, known, {actor, action.body.switched_on, action.body.reason}, moment);
  }
  core::SwitchOutcome operator()(const DecideRelaySwitch& action) const {
    return core::decide_relay_switch(
        known, {actor, action.id, action.body.approved, action.body.reason, applicant, approver}, moment);
  }
  template <class OnIncident>
  core::SwitchOutcome operator()(const OnIncident&) const {
    std::abort();
  }
};

// What a decision of two persons is about, as applicant_of() of the schema names it; nothing for other actions.
struct RequestDecided {
  std::string_view kind;
  std::string id;
};
struct RequestOf {
  std::optional<RequestDecided> operator()(const DecideWaiver& action) const {
    return RequestDecided{"waiver", core::to_string(action.waiver)};
  }
  std::optional<RequestDecided> operator()(const DecideErasure& action) const {
    return RequestDecided{"erasure", core::to_string(action.erasure)};
  }
  std::optional<RequestDecided> operator()(const DecideRelaySwitch& action) const {
    return RequestDecided{"relay_switch", core::to_string(action.id)};
  }
  std::optional<RequestDecided> operator()(const ChangeEndpoint& action) const {
    const auto* decide = std::get_if<core::DecideEndpoint>(&action.command);
    if (!decide) return std::nullopt;
    return RequestDecided{"endpoint", core::to_string(decide->endpoint)};
  }
  std::optional<RequestDecided> operator()(const HandleInformation& action) const {
    if (const auto* label = std::get_if<core::DecideLabelChange>(&action.command))
      return RequestDecided{"label_change", core::to_string(label->change)};
    if (const auto* annex = std::get_if<core::DecideAnnex>(&action.command))
      return RequestDecided{"annex", core::to_string(annex->annex)};
    return std::nullopt;
  }
  std::optional<RequestDecided> operator()(const ChangeBodyInformation& action) const {
    const auto* key = std::get_if<core::DecideSealingKey>(&action.command);
    if (!key) return std::nullopt;
    return RequestDecided{"sealing_key", core::to_string(key->key)};
  }
  template <class Other>
  std::optional<RequestDecided> operator()(const Other&) const {
    return std::nullopt;
  }
};

struct Approving {
  bool operator()(const DecideWaiver& action) const { return action.body.approved; }
  bool operator()(const DecideErasure& action) const { return action.body.approved; }
  bool operator()(const DecideRelaySwitch& action) const { return action.body.approved; }
  bool operator()(const ChangeEndpoint& action) const {
    const auto* decide = std::get_if<core::DecideEndpoint>(&action.command);
    return decide && decide->approved;
  }
  bool operator()(const HandleInformation& action) const {
    if (const auto* label = std::get_if<core::DecideLabelChange>(&action.command)) return label->granted;
    const auto* annex = std::get_if<core::DecideAnnex>(&action.command);
    return annex && annex->permitted;
  }
  bool operator()(const ChangeBodyInformation& action) const {
    const auto* key = std::get_if<core::DecideSealingKey>(&action.command);
    return key && key->approved;
  }
  template <class Other>
  bool operator()(const Other&) const {
    return false;
  }
};

// Two persons have to act: this is what the one asks for, or what the other decides.
bool proposes_endpoint(const Action& action) {
  const auto* change = std::get_if<ChangeEndpoint>(&action);
  return change && std::holds_alternative<core::ProposeEndpoint>(change->command);
}

bool asks_about_information(const Action& action) {
  if (const auto* handle = std::get_if<HandleInformation>(&action))
    return std::holds_alternative<core::AskLabelChange>(handle->command) || std::holds_alternative<core::AskAnnex>(handle->command);
  const auto* change = std::get_if<ChangeBodyInformation>(&action);
  return change && std::holds_alternative<core::ProposeSealingKey>(change->command);
}

bool is_of_four_eyes(const Action& action) {
  return std::visit(RequestOf{}, action).has_value() || std::holds_alternative<AskWaiver>(action) ||
         std::holds_alternative<AskErasure>(action) || std::holds_alternative<AskRelaySwitch>(action) ||
         proposes_endpoint(action) || asks_about_information(action);
}

bool is_of_body(const Action& action) {
  return std::holds_alternative<AskRelaySwitch>(action) || std::holds_alternative<DecideRelaySwitch>(action);
}

// The revision an If-Match speaks of; nothing where the resource is not there.
std::optional<int> revision_before(const Action& action, const core::Incident& known) {
  if (std::holds_alternative<SubmitReport>(action)) return known.revision;
  if (const auto* message = std::get_if<Acknowledge>(&action)) {
    const auto* found = known.find(message->message);
    return found ? std::optional(found->revision) : std::nullopt;
  }
  if (const auto* replay = std::get_if<ReplayDelivery>(&action)) {
    const auto* found = known.find(replay->delivery);
    return found ? std::optional(found->revision) : std::nullopt;
  }
  if (const auto* handle = std::get_if<HandleInformation>(&action); handle && handle->thing)
    return revision_of_thing(known, *handle->thing);
  if (const auto* respond = std::get_if<Respond>(&action))
    if (const auto id = core::cymat_request_of(respond->command)) {
      const auto* request = known.find(*id);
      return request ? std::optional(request->revision) : std::nullopt;
    }
  const auto obligation = [&]() -> std::optional<core::ObligationId> {
    if (const auto* fulfill = std::get_if<Fulfill>(&action)) return fulfill->obligation;
    if (const auto* ask = std::get_if<AskWaiver>(&action)) return ask->obligation;
    if (const auto* decide = std::get_if<DecideWaiver>(&action)) return decide->obligation;
    return std::nullopt;
  }();
  if (!obligation) return known.revision;
  const auto* found = known.find(*obligation);
  return found ? std::optional(found->revision) : std::nullopt;
}

bool if_match_holds(const Command& command, const core::Incident* known) {
  if (command.if_match.empty()) return true;
  const auto revision = known ? revision_before(command.action, *known) : std::nullopt;
  return revision && codec::names_revision(command.if_match, *revision);
}

// An alarm that reached a body which sees the rows of duties only.
bool is_alarm_to(const core::Incident& known, const Action& action, const std::string& body, const core::Access& access) {
  const auto* acknowledge = std::get_if<Acknowledge>(&action);
  const auto* message = acknowledge ? known.find(acknowledge->message) : nullptr;
  return message && message->kind == core::MessageKind::alarm &&
         (message->recipient == body || message->recipient == access.in_place_of);
}

// Whether the caller may know of the incident. Reports name their incident by reference, so they decide for themselves;
// a duty is known to everybody with a row of access, an alarm to whom it was sent, the rest to those who see content.
bool visible(const Command& command, const core::Incident& known) {
  if (std::holds_alternative<SubmitReport>(command.action)) return true;
  const auto* respond = std::get_if<Respond>(&command.action);
  if (respond && core::may_act_unseeing(known, command_of(*respond, command.actor))) return true;
  const auto access = known.access.find(core::tenant_of(command.actor));
  if (access == known.access.end()) return false;
  const bool about_duty = std::holds_alternative<Fulfill>(command.action) ||
                          std::holds_alternative<AskWaiver>(command.action) ||
                          std::holds_alternative<DecideWaiver>(command.action) ||
                          // An alarm's too, of which decide_replay() knows the parties.
                          std::holds_alternative<ReplayDelivery>(command.action);
  return about_duty || access->second.scope == core::AccessScope::content ||
         is_alarm_to(known, command.action, access->first, access->second);
}

// A group in its transaction.
class Group {
 public:
  Group(Connection& connection, const core::Law& law, const record::RecordSigner* receipts,
        const std::vector<const Command*>& members)
      : law_(law), receipts_(receipts), members_(members), transaction_(connection), decided_(salts_, transaction_) {}

  GroupResult run() {
    incidents_ = incidents_named();
    const auto rows = transaction_.execute(open_group, {describe(members_, incidents_)});
    known_ = load_incidents(transaction_, incidents_in(rows));
    if (std::any_of(members_.begin(), members_.end(), replays)) load_deliveries(transaction_, known_);
    lock_and_load_staffs();
    GroupResult result;
    result.results.resize(members_.size(), Failed{});
    for (const auto& row : rows) {
      const auto slot = static_cast<std::size_t>(row.get<std::int32_t>("slot"));
      if (auto decided = serve(*members_[slot], row, slot)) {
        result.results[slot] = std::move(*decided);
      } else {
        result.deferred.push_back(slot);
      }
    }
    answer_decided(result);
    for (const auto& [body, used] : numbers_) decided_.add_number(body.first, body.second, used);
    if (!decided_.empty()) transaction_.execute(apply, {decided_.json()});
    transaction_.commit();
    return result;
  }

 private:
  static bool replays(const Command* member) { return std::holds_alternative<ReplayDelivery>(member->action); }

  // What is of one case for ever may be looked up before the locks.
  IncidentsOf incidents_named() {
    IncidentsOf found;
    const auto look_up = [&](const Statement& statement, const core::Uuid& id) {
      if (found.contains(id)) return;
      const Rows rows = transaction_.execute(statement, {core::to_string(id)});
      if (auto incident = rows.one().get<std::optional<std::string>>("incident")) found.emplace(id, std::move(*incident));
    };
    for (const auto* member : members_) {
      if (const auto* replay = std::get_if<ReplayDelivery>(&member->action))
        look_up(incident_of_delivery, replay->delivery.value);
      if (const auto* handle = std::get_if<HandleInformation>(&member->action); handle && handle->thing)
        look_up(incident_of_information, *handle->thing);
      const auto* respond = std::get_if<Respond>(&member->action);
      if (const auto request = respond ? core::cymat_request_of(respond->command) : std::nullopt)
        look_up(incident_of_cymat, request->value);
    }
    return found;
  }

  bool meets_inner_duty(const Action& action) const {
    const auto* fulfill = std::get_if<Fulfill>(&action);
    return fulfill && std::any_of(known_.begin(), known_.end(), [&](const auto& known) {
             const auto* obligation = known.second.find(fulfill->obligation);
             return obligation && obligation->inner;
           });
  }

  // After the incidents, and in one order for all writers.
  void lock_and_load_staffs() {
    std::map<std::string, core::StaffNeeded> needed;
    for (const auto* member : members_) {
      const auto& own = member->actor.organization;
      // Who asks and who decides differ through delegations too, which stand still while it is decided.
      if (is_of_four_eyes(member->action)) needed[own].all_delegations = true;
      if (const auto* staff = std::get_if<ChangeStaff>(&member->action))
        needed[own].merge(core::needed_by(command_of(*staff, member->actor)));
      if (const auto* respond = std::get_if<Respond>(&member->action))
        for (const auto& [body, of_body] : core::needed_by(command_of(*respond, member->actor), incident_of(*respond)))
          needed[body].merge(of_body);
      // An inner duty is met by who holds the office for it; the CISO may have to be told.
      if (meets_inner_duty(member->action)) {
        needed[own].posts.insert(core::Post::ciso);
        if (member->actor.person) needed[own].people.insert(*member->actor.person);
      }
    }
    if (needed.empty()) return;
    std::vector<std::string> sorted;
    for (const auto& [body, of_body] : needed) sorted.push_back(body);
    transaction_.execute(lock_staffs, {sorted});
    response_ = load_response_context(transaction_, needed);
    for (const auto* member : members_)
      if ((is_of_four_eyes(member->action) || meets_inner_duty(member->action)) &&
          !people_registered_.contains(member->actor.organization))
        people_registered_[member->actor.organization] = has_people(transaction_, member->actor.organization);
  }

  // Where the group asked.
  bool people_registered(const std::string& body) const {
    const auto found = people_registered_.find(body);
    return found != people_registered_.end() && found->second;
  }

  const core::Incident* incident_of(const Respond& action) {
    auto id = action.incident;
    if (const auto request = core::cymat_request_of(action.command)) {
      const auto found = incidents_.find(request->value);
      if (found == incidents_.end()) return nullptr;
      id = id_of<core::IncidentId>(found->second);
    }
    const auto found = known_.find(id);
    return found == known_.end() ? nullptr : &found->second;
  }

  static std::vector<core::IncidentId> incidents_in(const Rows& rows) {
    std::vector<core::IncidentId> ids;
    for (const auto& row : rows)
      if (auto id = row.get<std::optional<std::string>>("incident_id")) ids.push_back(id_of<core::IncidentId>(*id));
    return ids;
  }

  // Nothing: the member has to wait for the next group.
  std::optional<Result> serve(const Command& command, const Row& row, std::size_t slot) {
    if (auto stored = stored_answer(row)) return stored;
    const auto at = row.get<Timestamp>("at");
    if (is_of_body(command.action)) return switch_relay(command, at);
    if (const auto* endpoint = std::get_if<ChangeEndpoint>(&command.action)) return change_endpoint(command, *endpoint, at);
    if (const auto* information = std::get_if<ChangeBodyInformation>(&command.action))
      return change_information(command, *information, at);
    if (const auto* staff = std::get_if<ChangeStaff>(&command.action)) return change_staff(command, *staff, at);
    if (const auto* cosign = std::get_if<Cosign>(&command.action)) return keep(command, cosign->body, at);
    const core::Incident* known = nullptr;
    if (auto id = row.get<std::optional<std::string>>("incident_id")) {
      known = &known_.at(id_of<core::IncidentId>(*id));
      if (changed_.contains(known->id)) return std::nullopt;
    }
    if (!std::holds_alternative<SubmitReport>(command.action) && (!known || !visible(command, *known)))
      return not_found();
    if (auto refusal = right_refused(command, known, at)) return std::move(*refusal);
    if (known && core::is_canary(*known) && command.actor.token && !std::holds_alternative<Acknowledge>(command.action) &&
        !std::holds_alternative<ReplayDelivery>(command.action))
      return core::Refusal{core::RefusalCode::not_the_holder,
                           {"疎通確認はシステムのものです。届いたかを自ら調べるため、人が評価、終結、追記することはできません。",
                            "The canary is the daemon's, which looks whether it arrives: nobody assesses, ends or adds to it."},
                           {}};
    return decide(command, known, row, at, slot);
  }

  // Before anything is compared with what is known: a stranger learns nothing of it.
  std::optional<core::Refusal> right_refused(const Command& command, const core::Incident* known, Timestamp at) const {
    const auto* report = std::get_if<SubmitReport>(&command.action);
    if (!report) return std::nullopt;
    return core::check_right_to_report(law_, known, report->submission.report, command.actor, at);
  }

  static std::optional<Result> stored_answer(const Row& row) {
    const auto status = row.get<std::optional<std::int32_t>>("answered_status");
    if (!status) return std::nullopt;
    // Whether they were the same is no longer known of an answer whose incident was erased: its mark is for whoever has
    // the key.
    if (!row.get<std::optional<bool>>("same_bytes").value_or(true))
      return core::Refusal{core::RefusalCode::idempotency_key_reused,
                           {"この Idempotency-Key は別の内容で使われています。新しいキーを付けてください。",
                            "This Idempotency-Key was used with other bytes. Use a new key."},
                           {}};
    const auto body = row.get<Bytes>("answered_body");
    return Answered{*status, std::string(reinterpret_cast<const char*>(body.data()), body.size()),
                    row.get<std::string>("answered_etag"), true};
  }

  Result switch_relay(const Command& command, Timestamp at) {
    const auto& organization = command.actor.organization;
    transaction_.execute(lock_body, {organization});
    auto identifiers = fresh_identifiers(at);
    const auto known = load_relay_switches(transaction_);
    const auto [applicant, approver] = authorities(command, at);
    auto decided =
        std::visit(Switching{law_, command.actor, known, {at, identifiers}, applicant, approver}, command.action);
    if (!decided) return std::move(decided.error());
    if (auto refusal = unbound_refused(command, applicant, approver)) return std::move(*refusal);
    decided_.add(*decided, signature_of(command));
    Answered answered{201, codec::answer_relay_switch(*decided), codec::etag_of(1), false};
    store_answer(command, answered, at, std::nullopt);
    return answered;
  }

  Result change_endpoint(const Command& command, const ChangeEndpoint& action, Timestamp at) {
    transaction_.execute(lock_body, {command.actor.organization});
    auto identifiers = fresh_identifiers(at);
    const auto known = load_endpoints_of_locked_body(transaction_);
    auto change = action.command;
    std::visit([&](auto& what) { what.actor = command.actor; }, change);
    const auto [applicant, approver] = authorities(command, at);
    if (auto* decide = std::get_if<core::DecideEndpoint>(&change)) {
      decide->applicant = applicant;
      decide->approver = approver;
    }
    auto decided = core::decide_endpoint_command(known, change, {at, identifiers});
    if (!decided) return std::move(decided.error());
    if (auto refusal = internet_refused(decided->after)) return std::move(*refusal);
    if (auto refusal = unbound_refused(command, applicant, approver)) return std::move(*refusal);
    decided_.add(*decided, signature_of(command));
    Answered answered{201, codec::answer_endpoint(*decided), codec::etag_of(decided->after.revision), false};
    store_answer(command, answered, at, std::nullopt);
    return answered;
  }

  // Where annexes are held, nothing of the internet is asked for, approved or resumed (3.1.1(4)(d)). The database holds that too.
  std::optional<core::Refusal> internet_refused(const core::Endpoint& after) {
    const bool live = after.state == core::EndpointState::proposed || after.state == core::EndpointState::active;
    if (after.zone != core::Zone::internet || !live) return std::nullopt;
    if (!transaction_.execute(annexes_are_here).one().get<bool>("here")) return std::nullopt;
    return core::Refusal{core::RefusalCode::annex_zone,
                         {"このデータベースは機密性3の別紙を保管しています。インターネットの宛先は使えません（統一基準 3.1.1(4)(d)）。区域が "
                          "government_lan 又は closed の宛先にしてください。",
                          "This database holds annexes of confidentiality 3: it takes no endpoint of the internet (standard 3.1.1(4)(d)). "
                          "Use one of zone government_lan or closed."},
                         {}};
  }

  Result change_information(const Command& command, const ChangeBodyInformation& action, Timestamp at) {
    transaction_.execute(lock_body, {command.actor.organization});
    auto identifiers = fresh_identifiers(at);
    const auto known = load_body_information(transaction_);
    const auto [applicant, approver] = authorities(command, at);
    auto decided = core::decide_body_information(law_, known, completed(action.command, command.actor, applicant, approver),
                                                 {at, identifiers});
    if (!decided) return std::move(decided.error());
    if (auto refusal = unbound_refused(command, applicant, approver)) return std::move(*refusal);
    decided_.add(*decided, signature_of(command));
    const codec::AnswerContext context{law_, command.language, at};
    Answered answered{201, action.answer ? action.answer(*decided, context) : "{}", codec::etag_of(1), false};
    store_answer(command, answered, at, std::nullopt);
    return answered;
  }

  // Who asked for what the command decides, and who decides it, with whose powers each acts by delegation.
  std::pair<core::Authority, core::Authority> authorities(const Command& command, Timestamp at) {
    if (!is_of_four_eyes(command.action)) return {};
    const auto& body = command.actor.organization;
    const auto& staff = response_.staffs.at(body);
    const auto request = std::visit(RequestOf{}, command.action);
    if (!request) return {core::authority_of(staff, command.actor.person, at), {}};
    const Rows rows = transaction_.execute(find_applicant, {request->kind, request->id});
    const auto row = rows.maybe_one();
    if (!row) return {};
    const auto asked_at = row->get<Timestamp>("asked_at");
    std::optional<core::PersonId> applicant;
    if (const auto person = row->get<std::optional<std::string>>("person")) applicant = id_of<core::PersonId>(*person);
    return {core::authority_of(staff, applicant, asked_at, at),
            core::authority_of(staff, command.actor.person, asked_at, at)};
  }

  // Of what would be decided as it was asked for.
  std::optional<core::Refusal> unbound_refused(const Command& command, const core::Authority& applicant,
                                               const core::Authority& approver) const {
    if (!is_of_four_eyes(command.action) || !people_registered_.at(command.actor.organization)) return std::nullopt;
    if (!std::visit(RequestOf{}, command.action)) return core::refuse_unbound_applicant(applicant);
    return core::refuse_unbound_eyes(applicant, approver, std::visit(Approving{}, command.action));
  }

  Result change_staff(const Command& command, const ChangeStaff& action, Timestamp at) {
    auto identifiers = fresh_identifiers(at);
    auto& known = response_.staffs.at(command.actor.organization);
    auto decided = std::visit(
        [&](const auto& what) { return core::decide_staff(law_, known, what, {at, identifiers}); },
        command_of(action, command.actor));
    if (!action.mistakes.empty()) {
      if (!decided && decided.error().code != core::RefusalCode::invalid) return std::move(decided.error());
      auto mistakes = action.mistakes;
      if (!decided) mistakes.insert(mistakes.end(), decided.error().errors.begin(), decided.error().errors.end());
      return invalid(std::move(mistakes));
    }
    if (!decided) return std::move(decided.error());
    const bool imported = std::holds_alternative<core::ImportPeople>(action.command);
    if (action.dry_run) return Answered{200, codec::answer_import(*decided, false), codec::etag_of(1), false};
    decided_.add(*decided, signature_of(command));
    const codec::AnswerContext context{law_, command.language, at};
    Answered answered{201, imported ? codec::answer_import(*decided, true) : codec::answer_staff(*decided, context),
                      codec::etag_of(1), false};
    store_answer(command, answered, at, std::nullopt);
    return answered;
  }

  // A cosignature is kept where a witness that the operator registered made it over what was signed here.
  Result keep(const Command& command, const codec::CosignatureCommand& body, Timestamp at) {
    const auto signature = record::parse_note_signature(body.line);
    if (!signature)
      return mistake("/line", "value", {"ノートの署名行（— 名前 base64）ではありません。",
                                        "This is no line of a note (— name base64)."});
    const auto key = witness_key(signature->name);
    if (!key)
      return mistake("/line", "unknown_witness",
                     {"登録されていない証人です。運用者が noroshi record witness add で登録します。",
                      "No such witness is registered. The operator does that by noroshi record witness add."});
    const auto seconds = record::time_of(*signature);
    const Rows checkpoints = transaction_.execute(find_checkpoints, {body.size});
    for (const Row row : checkpoints) {
      const auto note = record::parse_note(row.get<std::string>("note"));
      if (!note || !seconds || !record::verify(note->text, *signature, *key)) continue;
      return kept(command, row, *signature, body.size, *seconds, at);
    }
    if (checkpoints.empty())
      return mistake("/size", "unknown_checkpoint",
                     {"この大きさのチェックポイントはありません。", "There is no checkpoint of that size."});
    return mistake("/line", "signature", {"このチェックポイントに対する、登録された鍵による署名ではありません。",
                                          "It is no signature of that checkpoint by the key that is registered."});
  }

  std::optional<record::NoteKey> witness_key(const std::string& name) {
    const Rows rows = transaction_.execute(find_witness_key, {name});
    const auto row = rows.maybe_one();
    if (!row) return std::nullopt;
    record::NoteKey key{name, record::KeyKind::cosignature, {}};
    const auto bytes = row->get<Bytes>("public_key");
    std::transform(bytes.begin(), bytes.end(), key.key.begin(), std::to_integer<std::uint8_t>);
    return key;
  }

  Result kept(const Command& command, const Row& checkpoint, const record::NoteSignature& signature, std::int64_t size,
              std::int64_t seconds, Timestamp at) {
    const Timestamp cosigned_at{std::chrono::seconds(seconds)};
    const Rows rows = transaction_.execute(keep_cosignature, {checkpoint.get<std::int32_t>("origin"), size, signature.name,
                                                              to_string(signature), cosigned_at});
    const auto first = rows.one().get<std::optional<Timestamp>>("cosigned_at");
    if (!first)  // removed in this moment
      return mistake("/line", "unknown_witness", {"登録されていない証人です。", "No such witness is registered."});
    Answered answered{201, codec::answer_cosignature(checkpoint.get<std::string>("name"), size, {signature.name, *first}),
                      codec::etag_of(1), false};
    store_answer(command, answered, at, std::nullopt);
    return answered;
  }

  // The promise that the event of the report will stand in the record.
  std::optional<codec::SignedReceipt> receipt_for(const core::Decision& decision) const {
    if (!receipts_ || !decided_.report_leaf()) return std::nullopt;
    record::Receipt receipt;
    receipt.origin = receipts_->origin();
    receipt.leaf_hash = *decided_.report_leaf();
    for (const auto& event : decision.events) {
      const auto* received = std::get_if<core::ReportReceived>(&event.what);
      if (!received) continue;
      receipt.event = event.id;
      receipt.received_at = event.at;
      std::copy(received->sha256.begin(), received->sha256.end(), receipt.report_sha256.begin());
    }
    const auto made = receipts_->sign(record::receipt_text(receipt));
    if (!made) return std::nullopt;  // the report counts for more than its receipt
    return codec::SignedReceipt{receipt.origin, record::to_hex(record::bytes_of(receipt.leaf_hash)), made->key,
                                record::to_base64(made->signature)};
  }

  static const record::ActorSignature* signature_of(const Command& command) {
    return command.signature ? &*command.signature : nullptr;
  }

  void store_answer(const Command& command, const Answered& answered, Timestamp at,
                    std::optional<core::IncidentId> incident, std::optional<std::string> receipt = std::nullopt) {
    if (command.idempotency_key.empty()) return;
    decided_.add(StoredAnswer{core::tenant_of(command.actor), command.idempotency_key, command.request_sha256,
                              answered.status, answered.etag, answered.body, at, incident, std::move(receipt)});
  }

  // The answer is made when all are decided: by then it is known which endpoints are told too.
  Result decide(const Command& command, const core::Incident* known, const Row& row, Timestamp at, std::size_t slot) {
    auto identifiers = fresh_identifiers(at);
    std::int64_t* last = nullptr;
    std::string number;
    if (const auto* report = std::get_if<SubmitReport>(&command.action); report && !known) {
      const std::pair key{reporting_body(*report, command.actor), static_cast<int>(row.get<std::int32_t>("year"))};
      const auto stored = row.get<std::optional<std::int64_t>>("last_number");
      last = &next_numbers_.try_emplace(key, stored.value_or(0)).first->second;
      number = number_of(key.first, key.second, *last + 1);
    }
    const auto [applicant, approver] = authorities(command, at);
    const auto mappings = label_mappings_for(command, known);
    const auto annex_context = annex_context_for(command, known);
    const auto amended = amended_action(command);
    auto decided = std::visit(
        Decider{law_, command.actor, known, number, response_, {at, identifiers}, applicant, approver,
                reaches_endpoint(command), people_registered(command.actor.organization), mappings, annex_context},
        amended ? *amended : command.action);
    // What the caller may not know of is not there, whatever revision he names.
    if (!decided.outcome && decided.outcome.error().code == core::RefusalCode::not_found)
      return std::move(decided.outcome.error());
    if (!if_match_holds(command, known))
      return core::Refusal{core::RefusalCode::precondition_failed,
                           {"この間に変更されています。最新の状態を読み直してください。",
                            "It has changed meanwhile. Read it again."},
                           {}};
    if (!decided.outcome) return std::move(decided.outcome.error());
    if (auto refusal = unbound_refused(command, applicant, approver)) return std::move(*refusal);

    if (last) {
      const auto* report = std::get_if<SubmitReport>(&command.action);
      numbers_[{reporting_body(*report, command.actor), static_cast<int>(row.get<std::int32_t>("year"))}] = ++*last;
    }
    changed_.insert(decided.outcome->after.id);
    to_answer_.push_back({slot, at, std::move(decided), std::move(identifiers)});
    return Failed{};  // until answer_decided()
  }

  // Where the body uses words of its own.
  std::vector<core::LabelMapping> label_mappings_for(const Command& command, const core::Incident* known) {
    const auto* report = std::get_if<SubmitReport>(&command.action);
    if (!report) return {};
    // A later version is laid over the one before: of what it says of its label no more than that it does is known here.
    const auto& submission = report->submission;
    const bool stated = submission.complete ? !submission.report.own_label.empty() : states(submission, "classification");
    const bool before = known && std::any_of(known->labels.begin(), known->labels.end(),
                                             [](const core::Label& label) { return !label.own_label.empty(); });
    if (!stated && !before) return {};
    return load_label_mappings(transaction_, reporting_body(*report, command.actor));
  }
  core::AnnexContext annex_context_for(const Command& command, const core::Incident* known) {
    const auto* handle = std::get_if<HandleInformation>(&command.action);
    if (!handle || !known || !core::is_of_annex(handle->command)) return {};
    return load_annex_context(transaction_, *known);
  }
  // With what only the database tells; nothing where it is as it came.
  std::optional<Action> amended_action(const Command& command) {
    const auto* handle = std::get_if<HandleInformation>(&command.action);
    if (!handle) return std::nullopt;
    auto amended = *handle;
    if (auto* link = std::get_if<core::LinkNotice>(&amended.command)) {
      link->was_given =
          transaction_.execute(notice_was_given, {core::to_string(link->notice), command.actor.organization}).one().get<bool>("given");
      return amended;
    }
    if (auto* rewrap = std::get_if<core::RewrapAnnex>(&amended.command)) {
      rewrap->same_ciphertext = adds_recipients_alone(*rewrap);
      return amended;
    }
    return std::nullopt;
  }
  // To what is kept of the annex, which is locked with its incident.
  bool adds_recipients_alone(const core::RewrapAnnex& rewrap) {
    const Rows rows = transaction_.execute(select_annex_content, {core::to_string(rewrap.annex)});
    const auto row = rows.maybe_one();
    if (!row) return false;
    const auto kept = row->get<Bytes>("content");
    return codec::adds_recipients_alone({reinterpret_cast<const char*>(kept.data()), kept.size()}, rewrap.content);
  }

  bool reaches_endpoint(const Command& command) {
    const auto* replay = std::get_if<ReplayDelivery>(&command.action);
    return replay &&
           transaction_.execute(endpoint_is_active, {core::to_string(replay->delivery)}).one().get<bool>("active");
  }

  // One question for the endpoints of all whom the group tells.
  void answer_decided(GroupResult& result) {
    std::vector<const core::Decision*> all;
    for (const auto& each : to_answer_) all.push_back(&*each.ruling.outcome);
    const auto endpoints = endpoints_for(transaction_, all);
    for (auto& [slot, at, ruling, identifiers] : to_answer_) {
      const auto& command = *members_[slot];
      auto& decision = *ruling.outcome;
      core::queue_deliveries(law_, decision, endpoints, {at, identifiers});
      decided_.add(decision, signature_of(command));  // before the answer: its receipt promises the leaf
      const codec::AnswerContext context{law_, command.language, at};
      const auto receipt = receipt_for(decision);
      Answered answered{201, ruling.answer(decision, context, receipt ? &*receipt : nullptr),
                        codec::etag_of(ruling.revision(decision.after)), false};
      store_answer(command, answered, at, decision.after.id,
                   codec::lasting_receipt(decision, receipt ? &*receipt : nullptr));
      result.results[slot] = std::move(answered);
    }
  }

  // What was decided of an incident and waits for its answer.
  struct ToAnswer {
    std::size_t slot;
    Timestamp at;
    Ruling ruling;
    core::IdentifierSequence identifiers;
  };

  const core::Law& law_;
  const record::RecordSigner* receipts_;
  const std::vector<const Command*>& members_;
  Transaction transaction_;
  RandomSalts salts_;
  Decided decided_;
  std::map<core::IncidentId, core::Incident> known_;
  core::ResponseContext response_;
  IncidentsOf incidents_;
  std::map<std::string, bool> people_registered_;  // of the bodies of members where two persons have to act
  std::set<core::IncidentId> changed_;
  std::vector<ToAnswer> to_answer_;
  std::map<std::pair<std::string, int>, std::int64_t> next_numbers_;  // (body, year): last number given
  std::map<std::pair<std::string, int>, std::int64_t> numbers_;       // those of them that were used
};

}  // namespace

GroupResult run_group(Connection& connection, const core::Law& law, const record::RecordSigner* receipts,
                      const std::vector<const Command*>& members) {
  return Group(connection, law, receipts, members).run();
}

}  // namespace noroshi::store
