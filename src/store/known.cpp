#include "src/store/known.h"
#include "src/store/known_information.h"

#include <boost/algorithm/string/split.hpp>
#include <boost/algorithm/string/classification.hpp>
#include <cstdlib>

namespace noroshi::store {
namespace {

constexpr Statement select_cymat_requests{
    "known_cymat_requests",
    "SELECT id, incident_id, organization, supported, through, center, reason, priority, state, requested_at, forwarded_at, "
    "received_at, ruling, united_response, decision_reason, decided_at, dispatched_at, ended_at, end_reason, report, "
    "revision FROM cymat_request WHERE incident_id = ANY ($1::uuid[]) ORDER BY requested_at, id"};
constexpr Statement select_cymat_members{
    "known_cymat_members",
    "SELECT id, request_id, incident_id, organization, person, name, lead, trained, cleared, of_affected_body, state, "
    "reason, since, until FROM cymat_member WHERE incident_id = ANY ($1::uuid[]) ORDER BY proposed_at, id"};

using Known = std::map<core::IncidentId, core::Incident>;

constexpr Statement select_incidents{
    "known_incidents",
    "SELECT i.id, i.number, i.organization, i.reference, i.title, i.exercise, i.recognized_at, i.police, i.state, "
    "i.version, i.latest_report, i.submitted_by, i.revision, i.followup_due, i.followup_round, i.followup_level, "
    "i.followup_from, i.successor, i.confidentiality, i.ended_at, i.erased_at, i.erased_by, r.document FROM incident i "
    "JOIN report r ON r.id = i.latest_report WHERE i.id = ANY ($1::uuid[])"};
constexpr Statement select_judgements{
    "known_judgements",
    "SELECT DISTINCT ON (incident_id, organization) incident_id, organization, assessment, cyberattack, large_scale, "
    "assessment_reason, cyberattack_reason FROM judgement WHERE incident_id = ANY ($1::uuid[]) "
    "ORDER BY incident_id, organization, revision DESC"};
constexpr Statement select_access{"known_access",
                                  "SELECT incident_id, organization, scope, stands_for FROM incident_access "
                                  "WHERE incident_id = ANY ($1::uuid[])"};
constexpr Statement select_added{"known_added_recipients",
                                 "SELECT incident_id, organization, police FROM added_recipient "
                                 "WHERE incident_id = ANY ($1::uuid[]) ORDER BY event_id"};
constexpr Statement select_obligations{
    "known_obligations",
    "SELECT id, incident_id, edition, rule, clause, sentence, holder, recipient, self, inner_duty, opens_on, opened_at, "
    "due_at, extract(epoch FROM target)::bigint AS target, state, occasion, formerly, recipient_formerly, fulfilled_at, "
    "acknowledged_at, revision, alarm_round, alarm_level, alarm_from, alarm_due FROM obligation "
    "WHERE incident_id = ANY ($1::uuid[]) ORDER BY id"};
constexpr Statement select_reasons{
    "known_reasons",
    "SELECT o.id, o.incident_id, b.value->>'ja' AS ja, b.value->>'en' AS en FROM obligation o, "
    "jsonb_array_elements(o.because) WITH ORDINALITY AS b(value, place) WHERE o.incident_id = ANY ($1::uuid[]) "
    "ORDER BY o.id, b.place"};
constexpr Statement select_messages{
    "known_messages",
    "SELECT id, incident_id, report_id, kind, sender, recipient, obligation_id, clause, sentence, note, automatic, sent_at, "
    "acknowledge_by, state, acknowledged_at, acknowledged_by, revision, alarm_round, alarm_level, alarm_from, "
    "successor FROM message WHERE incident_id = ANY ($1::uuid[]) ORDER BY sent_at, id"};
constexpr Statement select_waivers{"known_waivers",
                                   "SELECT id, incident_id, obligation_id, asked_by, asked_by_name, decision "
                                   "FROM waiver WHERE incident_id = ANY ($1::uuid[]) ORDER BY asked_at, id"};
constexpr Statement select_erasures{"known_erasures",
                                    "SELECT id, incident_id, asked_by, asked_by_name, decision "
                                    "FROM erasure WHERE incident_id = ANY ($1::uuid[]) ORDER BY asked_at, id"};
constexpr Statement select_assignments{
    "known_assignments",
    "SELECT id, incident_id, organization, person, name, function, trained, replaces, note, proposed_at, state, accepted_at, "
    "activated_at, ended_at, duty_until, alarm_round, alarm_level, alarm_from, revision FROM assignment "
    "WHERE incident_id = ANY ($1::uuid[]) ORDER BY id"};
// In the order in which they were given and linked.
constexpr Statement select_instructions{
    "known_instructions",
    "SELECT id, incident_id, organization, kind, force, addressee, text, answer_by, answered_at, carried_out "
    "FROM instruction WHERE incident_id = ANY ($1::uuid[]) ORDER BY given_at, id"};
constexpr Statement select_platforms{
    "known_platforms",
    "SELECT id, incident_id, platform, operator_organization, affected_organization FROM platform_link "
    "WHERE incident_id = ANY ($1::uuid[]) ORDER BY linked_at, id"};
constexpr Statement select_alarms{"known_alarms",
                                  "SELECT incident_id, code, CASE WHEN clock IS NULL THEN organization ELSE holder END AS "
                                  "organization FROM alarm WHERE incident_id = ANY ($1::uuid[])"};

constexpr Statement select_switches{
    "known_relay_switches",
    "SELECT id, organization, switched_on, reason, asked_by, asked_by_name, asked_role, decision "
    "FROM relay_switch ORDER BY asked_at, id"};

constexpr Statement select_deliveries{
    "known_deliveries",
    "SELECT id, incident_id, message_id, endpoint_id, organization, channel, state, attempts, cause, revision FROM delivery "
    "WHERE incident_id = ANY ($1::uuid[]) ORDER BY id"};
constexpr Statement select_endpoints{
    "known_endpoints",
    "SELECT id, organization, channel, name, zone, ARRAY(SELECT u.word FROM jsonb_each_text(settings) AS s, "
    "unnest(ARRAY[s.key, s.value]) WITH ORDINALITY AS u(word, place) ORDER BY s.key COLLATE \"C\", u.place) AS settings, "
    "kinds, role, least_severity, state, cause, asked_by, asked_by_name, revision FROM endpoint ORDER BY asked_at, id"};
constexpr Statement select_active_endpoints{
    "active_endpoints", "SELECT id, organization, channel, zone, kinds, role, least_severity FROM active_endpoints($1::text[])"};

// A word of a closed list that the schema's CHECK holds: another one is a broken invariant.
template <class Value>
Value must(std::optional<Value> value) {
  if (!value) std::abort();
  return *value;
}

core::Incident& incident_of(Known& known, const Row& row) {
  return known.at(id_of<core::IncidentId>(row.get<std::string_view>("incident_id")));
}

core::Ladder read_ladder(const Row& row, const char* round, const char* level, const char* from) {
  return {row.get<std::int32_t>(round), row.get<std::int32_t>(level), row.get<Timestamp>(from)};
}

core::Incident read_incident(const Row& row) {
  core::Incident incident;
  incident.id = id_of<core::IncidentId>(row.get<std::string_view>("id"));
  incident.number = row.get<std::string>("number");
  incident.organization = row.get<std::string>("organization");
  incident.reference = row.get<std::string>("reference");
  incident.title = row.get<std::string>("title");
  incident.exercise = row.get<bool>("exercise");
  incident.recognized = row.get<Timestamp>("recognized_at");
  incident.police = row.get<std::string>("police");
  incident.state = must(core::parse_incident_state(row.get<std::string_view>("state")));
  incident.version = row.get<std::int32_t>("version");
  incident.latest_report = id_of<core::ReportId>(row.get<std::string_view>("latest_report"));
  incident.submitted_by = row.get<std::string>("submitted_by");
  incident.revision = row.get<std::int32_t>("revision");
  incident.document = row.get<std::string>("document");
  incident.followup_due = row.get<std::optional<Timestamp>>("followup_due");
  incident.confidentiality = row.get<std::int32_t>("confidentiality");
  incident.ended_at = row.get<std::optional<Timestamp>>("ended_at");
  incident.erased_at = row.get<std::optional<Timestamp>>("erased_at");
  incident.erased_by = row.get<std::string>("erased_by");
  incident.followup_ladder = read_ladder(row, "followup_round", "followup_level", "followup_from");
  incident.successor = row.get<std::string>("successor");
  return incident;
}

routing::LargeScaleCell read_cell(const std::string& text) {
  std::vector<std::string> parts;
  boost::split(parts, text, boost::is_any_of("/"));
  if (parts.size() != 3) std::abort();
  return {must(routing::parse_criterion(parts[0])), must(routing::parse_harm(parts[1])),
          must(routing::parse_certainty(parts[2]))};
}

core::HeldJudgement read_held_judgement(const Row& row) {
  core::HeldJudgement held;
  held.judgement = read_judgement(row);
  held.assessment_reason = row.get<std::string>("assessment_reason");
  held.cyberattack_reason = row.get<std::string>("cyberattack_reason");
  return held;
}

core::Access read_access(const Row& row) {
  core::Access access;
  access.scope =
      row.get<std::string_view>("scope") == "content" ? core::AccessScope::content : core::AccessScope::duties;
  const auto organization = row.get<std::string>("organization");
  for (auto& stands_for : row.get<std::vector<std::string>>("stands_for"))
    if (stands_for != organization) access.in_place_of = std::move(stands_for);
  return access;
}

core::Obligation read_obligation(const Row& row) {
  core::Obligation obligation;
  obligation.id = id_of<core::ObligationId>(row.get<std::string_view>("id"));
  obligation.incident = id_of<core::IncidentId>(row.get<std::string_view>("incident_id"));
  obligation.edition = row.get<std::string>("edition");
  obligation.rule = row.get<std::string>("rule");
  obligation.clause = row.get<std::string>("clause");
  obligation.sentence = row.get<std::int32_t>("sentence");
  obligation.holder = row.get<std::string>("holder");
  obligation.recipient = row.get<std::string>("recipient");
  obligation.self = row.get<bool>("self");
  obligation.inner = row.get<bool>("inner_duty");
  obligation.opens_on = row.get<std::string_view>("opens_on") == "receipt" ? routing::OpensOn::receipt
                                                                            : routing::OpensOn::assessment;
  obligation.opened_at = row.get<Timestamp>("opened_at");
  obligation.due_at = row.get<Timestamp>("due_at");
  obligation.target = std::chrono::seconds(row.get<std::int64_t>("target"));
  obligation.state = must(core::parse_obligation_state(row.get<std::string_view>("state")));
  obligation.occasion = row.get<std::int32_t>("occasion");
  obligation.formerly = row.get<std::string>("formerly");
  obligation.recipient_formerly = row.get<std::string>("recipient_formerly");
  obligation.fulfilled_at = row.get<std::optional<Timestamp>>("fulfilled_at");
  obligation.acknowledged_at = row.get<std::optional<Timestamp>>("acknowledged_at");
  obligation.revision = row.get<std::int32_t>("revision");
  obligation.ladder = read_ladder(row, "alarm_round", "alarm_level", "alarm_from");
  obligation.alarm_due = row.get<Timestamp>("alarm_due");
  return obligation;
}

core::Message read_message(const Row& row) {
  core::Message message;
  message.id = id_of<core::MessageId>(row.get<std::string_view>("id"));
  message.incident = id_of<core::IncidentId>(row.get<std::string_view>("incident_id"));
  if (auto report = row.get<std::optional<std::string>>("report_id")) message.report = id_of<core::ReportId>(*report);
  message.kind = must(core::parse_message_kind(row.get<std::string_view>("kind")));
  message.sender = row.get<std::string>("sender");
  message.recipient = row.get<std::string>("recipient");
  if (auto obligation = row.get<std::optional<std::string>>("obligation_id"))
    message.obligation = id_of<core::ObligationId>(*obligation);
  message.clause = row.get<std::string>("clause");
  message.sentence = row.get<std::int32_t>("sentence");
  message.note = row.get<std::string>("note");
  message.automatic = row.get<bool>("automatic");
  message.sent_at = row.get<Timestamp>("sent_at");
  message.acknowledge_by = row.get<std::optional<Timestamp>>("acknowledge_by");
  message.state = must(core::parse_message_state(row.get<std::string_view>("state")));
  message.acknowledged_at = row.get<std::optional<Timestamp>>("acknowledged_at");
  message.acknowledged_by = row.get<std::string>("acknowledged_by");
  message.revision = row.get<std::int32_t>("revision");
  message.ladder = read_ladder(row, "alarm_round", "alarm_level", "alarm_from");
  message.successor = row.get<std::string>("successor");
  return message;
}

core::Waiver read_waiver(const Row& row) {
  core::Waiver waiver;
  waiver.id = id_of<core::WaiverId>(row.get<std::string_view>("id"));
  waiver.obligation = id_of<core::ObligationId>(row.get<std::string_view>("obligation_id"));
  if (auto token = row.get<std::optional<std::string>>("asked_by")) waiver.asked_by = id_of<core::TokenId>(*token);
  waiver.asked_by_name = row.get<std::string>("asked_by_name");
  const auto decision = row.get<std::string_view>("decision");
  waiver.decision = decision == "pending"    ? core::Waiver::Decision::pending
                    : decision == "approved" ? core::Waiver::Decision::approved
                                             : core::Waiver::Decision::rejected;
  return waiver;
}

core::Erasure read_erasure(const Row& row) {
  core::Erasure erasure;
  erasure.id = id_of<core::ErasureId>(row.get<std::string_view>("id"));
  if (auto token = row.get<std::optional<std::string>>("asked_by")) erasure.asked_by = id_of<core::TokenId>(*token);
  erasure.asked_by_name = row.get<std::string>("asked_by_name");
  const auto decision = row.get<std::string_view>("decision");
  erasure.decision = decision == "pending"    ? core::Erasure::Decision::pending
                     : decision == "approved" ? core::Erasure::Decision::approved
                                              : core::Erasure::Decision::rejected;
  return erasure;
}

core::Assignment read_assignment(const Row& row) {
  core::Assignment assignment;
  assignment.id = id_of<core::AssignmentId>(row.get<std::string_view>("id"));
  assignment.organization = row.get<std::string>("organization");
  assignment.person = id_of<core::PersonId>(row.get<std::string_view>("person"));
  assignment.name = row.get<std::string>("name");
  assignment.function = must(core::parse_function(row.get<std::string_view>("function")));
  assignment.trained = row.get<bool>("trained");
  if (auto replaces = row.get<std::optional<std::string>>("replaces"))
    assignment.replaces = id_of<core::AssignmentId>(*replaces);
  assignment.note = row.get<std::string>("note");
  assignment.proposed_at = row.get<Timestamp>("proposed_at");
  assignment.state = must(core::parse_assignment_state(row.get<std::string_view>("state")));
  assignment.accepted_at = row.get<std::optional<Timestamp>>("accepted_at");
  assignment.activated_at = row.get<std::optional<Timestamp>>("activated_at");
  assignment.ended_at = row.get<std::optional<Timestamp>>("ended_at");
  assignment.duty_until = row.get<std::optional<Timestamp>>("duty_until");
  assignment.ladder = read_ladder(row, "alarm_round", "alarm_level", "alarm_from");
  assignment.revision = row.get<std::int32_t>("revision");
  return assignment;
}
core::Instruction read_instruction(const Row& row) {
  core::Instruction instruction;
  instruction.id = id_of<core::InstructionId>(row.get<std::string_view>("id"));
  instruction.organization = row.get<std::string>("organization");
  instruction.kind = must(core::parse_instruction_kind(row.get<std::string_view>("kind")));
  instruction.force = must(core::parse_instruction_force(row.get<std::string_view>("force")));
  instruction.addressee = row.get<std::string>("addressee");
  instruction.text = row.get<std::string>("text");
  instruction.answer_by = row.get<std::optional<Timestamp>>("answer_by");
  instruction.answered_at = row.get<std::optional<Timestamp>>("answered_at");
  instruction.carried_out = row.get<bool>("carried_out");
  return instruction;
}

// What queueing looks at.
core::Endpoint read_endpoint(const Row& row) {
  core::Endpoint endpoint;
  endpoint.id = id_of<core::EndpointId>(row.get<std::string_view>("id"));
  endpoint.organization = row.get<std::string>("organization");
  endpoint.channel = row.get<std::string>("channel");
  endpoint.zone = must(core::parse_zone(row.get<std::string_view>("zone")));
  for (const auto& kind : row.get<std::vector<std::string>>("kinds")) endpoint.filter.kinds.push_back(must(core::parse_message_kind(kind)));
  if (const auto role = row.get<std::string>("role"); !role.empty()) endpoint.filter.role = must(core::parse_role(role));
  if (const auto least = row.get<std::string>("least_severity"); !least.empty())
    endpoint.filter.least = must(routing::parse_severity(least));
  return endpoint;
}

core::PlatformLink read_platform(const Row& row) {
  return {id_of<core::PlatformLinkId>(row.get<std::string_view>("id")), row.get<std::string>("platform"),
          row.get<std::string>("operator_organization"), row.get<std::string>("affected_organization")};
}

}  // namespace

core::CymatRequest read_cymat_request(const Row& row) {
  core::CymatRequest request;
  request.id = id_of<core::CymatRequestId>(row.get<std::string_view>("id"));
  request.organization = row.get<std::string>("organization");
  request.supported = row.get<std::string>("supported");
  request.through = row.get<std::string>("through");
  request.center = row.get<std::string>("center");
  request.reason = row.get<std::string>("reason");
  request.priority = must(core::parse_cymat_priority(row.get<std::string_view>("priority")));
  request.state = must(core::parse_cymat_state(row.get<std::string_view>("state")));
  request.requested_at = row.get<Timestamp>("requested_at");
  request.forwarded_at = row.get<std::optional<Timestamp>>("forwarded_at");
  request.received_at = row.get<std::optional<Timestamp>>("received_at");
  if (const auto ruling = row.get<std::optional<std::string>>("ruling"))
    request.ruling = must(core::parse_cymat_ruling(*ruling));
  request.united_response = row.get<bool>("united_response");
  request.decision_reason = row.get<std::string>("decision_reason");
  request.decided_at = row.get<std::optional<Timestamp>>("decided_at");
  request.dispatched_at = row.get<std::optional<Timestamp>>("dispatched_at");
  request.ended_at = row.get<std::optional<Timestamp>>("ended_at");
  request.end_reason = row.get<std::string>("end_reason");
  request.report = row.get<std::string>("report");
  request.revision = row.get<std::int32_t>("revision");
  return request;
}

core::CymatMember read_cymat_member(const Row& row) {
  core::CymatMember member;
  member.id = id_of<core::CymatMemberId>(row.get<std::string_view>("id"));
  member.organization = row.get<std::string>("organization");
  member.person = id_of<core::PersonId>(row.get<std::string_view>("person"));
  member.name = row.get<std::string>("name");
  member.lead = row.get<bool>("lead");
  member.trained = row.get<bool>("trained");
  member.cleared = row.get<bool>("cleared");
  member.of_affected_body = row.get<bool>("of_affected_body");
  member.state = must(core::parse_cymat_member_state(row.get<std::string_view>("state")));
  member.reason = row.get<std::string>("reason");
  member.since = row.get<std::optional<Timestamp>>("since");
  member.until = row.get<std::optional<Timestamp>>("until");
  return member;
}

routing::Judgement read_judgement(const Row& row) {
  routing::Judgement judgement;
  judgement.organization = row.get<std::string>("organization");
  judgement.assessment = must(routing::parse_assessment(row.get<std::string_view>("assessment")));
  judgement.cyberattack = must(routing::parse_cyberattack(row.get<std::string_view>("cyberattack")));
  for (const auto& cell : row.get<std::vector<std::string>>("large_scale")) judgement.large_scale.push_back(read_cell(cell));
  return judgement;
}

Known load_incidents(Transaction& transaction, std::span<const core::IncidentId> ids, Reasons reasons) {
  Known known;
  if (ids.empty()) return known;
  std::vector<std::string> texts;
  for (const auto& id : ids) texts.push_back(core::to_string(id));
  const auto rows_of = [&](const Statement& statement) { return transaction.execute(statement, {texts}); };

  for (const auto& row : rows_of(select_incidents)) {
    auto incident = read_incident(row);
    known.emplace(incident.id, std::move(incident));
  }
  for (const auto& row : rows_of(select_judgements)) {
    auto held = read_held_judgement(row);
    incident_of(known, row).judgements[held.judgement.organization] = held;
  }
  for (const auto& row : rows_of(select_access))
    incident_of(known, row).access[row.get<std::string>("organization")] = read_access(row);
  for (const auto& row : rows_of(select_added)) {
    auto& incident = incident_of(known, row);
    auto& list = row.get<bool>("police") ? incident.added_police : incident.added_supervisors;
    list.push_back(row.get<std::string>("organization"));
  }
  for (const auto& row : rows_of(select_obligations))
    incident_of(known, row).obligations.push_back(read_obligation(row));
  if (reasons == Reasons::loaded)
    for (const auto& row : rows_of(select_reasons)) {
      auto* obligation = incident_of(known, row).find(id_of<core::ObligationId>(row.get<std::string_view>("id")));
      obligation->because.push_back({row.get<std::string>("ja"), row.get<std::string>("en")});
    }
  for (const auto& row : rows_of(select_messages)) incident_of(known, row).messages.push_back(read_message(row));
  for (const auto& row : rows_of(select_waivers)) incident_of(known, row).waivers.push_back(read_waiver(row));
  for (const auto& row : rows_of(select_erasures)) incident_of(known, row).erasures.push_back(read_erasure(row));
  for (const auto& row : rows_of(select_assignments))
    incident_of(known, row).assignments.push_back(read_assignment(row));
  for (const auto& row : rows_of(select_instructions))
    incident_of(known, row).instructions.push_back(read_instruction(row));
  for (const auto& row : rows_of(select_platforms)) incident_of(known, row).platforms.push_back(read_platform(row));
  for (const auto& row : rows_of(select_cymat_requests))
    incident_of(known, row).cymat_requests.push_back(read_cymat_request(row));
  for (const auto& row : rows_of(select_cymat_members)) {
    const auto request = id_of<core::CymatRequestId>(row.get<std::string_view>("request_id"));
    incident_of(known, row).find(request)->members.push_back(read_cymat_member(row));
  }
  for (const auto& row : rows_of(select_alarms))
    incident_of(known, row).alarms.emplace(row.get<std::string>("code"), row.get<std::string>("organization"));
  load_information(transaction, known);
  return known;
}

std::vector<core::RelaySwitchRequest> load_relay_switches(Transaction& transaction) {
  std::vector<core::RelaySwitchRequest> switches;
  for (const auto& row : transaction.execute(select_switches)) {
    core::RelaySwitchRequest known;
    known.id = id_of<core::RelaySwitchId>(row.get<std::string_view>("id"));
    known.organization = row.get<std::string>("organization");
    known.switched_on = row.get<bool>("switched_on");
    known.reason = row.get<std::string>("reason");
    if (auto token = row.get<std::optional<std::string>>("asked_by")) known.asked_by = id_of<core::TokenId>(*token);
    known.asked_by_name = row.get<std::string>("asked_by_name");
    known.asked_role = must(core::parse_role(row.get<std::string_view>("asked_role")));
    const auto decision = row.get<std::string_view>("decision");
    known.decision = decision == "pending"    ? core::RelaySwitchRequest::Decision::pending
                     : decision == "approved" ? core::RelaySwitchRequest::Decision::approved
                                              : core::RelaySwitchRequest::Decision::rejected;
    switches.push_back(std::move(known));
  }
  return switches;
}

void load_deliveries(Transaction& transaction, std::map<core::IncidentId, core::Incident>& known) {
  std::vector<std::string> texts;
  for (const auto& [id, incident] : known) texts.push_back(core::to_string(id));
  if (texts.empty()) return;
  for (const auto& row : transaction.execute(select_deliveries, {texts})) {
    core::Delivery delivery;
    delivery.id = id_of<core::DeliveryId>(row.get<std::string_view>("id"));
    delivery.message = id_of<core::MessageId>(row.get<std::string_view>("message_id"));
    delivery.endpoint = id_of<core::EndpointId>(row.get<std::string_view>("endpoint_id"));
    delivery.organization = row.get<std::string>("organization");
    delivery.channel = row.get<std::string>("channel");
    delivery.state = must(core::parse_message_state(row.get<std::string_view>("state")));
    delivery.attempts = row.get<std::int32_t>("attempts");
    delivery.cause = row.get<std::string>("cause");
    delivery.revision = row.get<std::int32_t>("revision");
    incident_of(known, row).deliveries.push_back(std::move(delivery));
  }
}

std::vector<core::Endpoint> load_endpoints_of_locked_body(Transaction& transaction) {
  std::vector<core::Endpoint> endpoints;
  for (const auto& row : transaction.execute(select_endpoints)) {
    auto& endpoint = endpoints.emplace_back(read_endpoint(row));
    endpoint.name = row.get<std::string>("name");
    const auto settings = row.get<std::vector<std::string>>("settings");
    for (std::size_t i = 0; i + 1 < settings.size(); i += 2) endpoint.settings.emplace(settings[i], settings[i + 1]);
    endpoint.state = must(core::parse_endpoint_state(row.get<std::string_view>("state")));
    endpoint.cause = row.get<std::string>("cause");
    endpoint.asked_by = id_of<core::TokenId>(row.get<std::string_view>("asked_by"));
    endpoint.asked_by_name = row.get<std::string>("asked_by_name");
    endpoint.revision = row.get<std::int32_t>("revision");
  }
  return endpoints;
}

std::vector<core::Endpoint> load_endpoints(Transaction& transaction, std::span<const std::string> bodies) {
  std::vector<core::Endpoint> endpoints;
  if (bodies.empty()) return endpoints;
  for (const auto& row : transaction.execute(select_active_endpoints, {bodies})) {
    auto& endpoint = endpoints.emplace_back(read_endpoint(row));
    endpoint.state = core::EndpointState::active;
  }
  return endpoints;
}

}  // namespace noroshi::store
