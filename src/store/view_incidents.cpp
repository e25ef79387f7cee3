#include <algorithm>

#include "src/store/view_inquiries.h"
#include "src/store/report_views.h"
#include "src/store/view_rows.h"

namespace noroshi::store {
namespace {

// More of one list than a person can read; the latest are shown and the answer says that it was cut.
constexpr int longest_list = 1000;

#define NOROSHI_INCIDENT_COLUMNS                                                                 \
  "i.id, i.number, i.reference, i.organization, i.title, i.state, i.exercise, i.recognized_at, " \
  "i.opened_at, "                                                                                \
  "i.version, i.revision, i.submitted_by, i.police, i.followup_due, i.confidentiality, "          \
  "i.ended_at, i.erased_at, i.erased_by, EXISTS (SELECT FROM erasure e WHERE "                    \
  "e.incident_id = i.id AND e.decision = 'pending') AS erasure_pending, j.assessment, "           \
  "j.cyberattack, "                                                                               \
  "EXISTS (SELECT FROM obligation o WHERE o.incident_id = i.id AND o.state = 'open' "            \
  "AND o.due_at < $1::timestamptz) AS overdue "
#define NOROSHI_JUDGEMENT_OF_ORIGINATOR                                                                  \
  "LEFT JOIN LATERAL (SELECT assessment, cyberattack FROM judgement WHERE judgement.incident_id = i.id " \
  "AND judgement.of_originator ORDER BY judgement.revision DESC LIMIT 1) AS j ON true "

constexpr Statement select_incidents{
    "view_incidents",
    "SELECT " NOROSHI_INCIDENT_COLUMNS
    "FROM incident_access a JOIN incident i ON i.id = a.incident_id " NOROSHI_JUDGEMENT_OF_ORIGINATOR
    "WHERE ($2::uuid IS NULL OR a.incident_id < $2::uuid) "
    "AND ($3::text IS NULL OR i.state = $3) AND ($4::text IS NULL OR i.organization = $4) "
    "AND ($5::text IS NULL OR i.reference = $5) AND ($6::boolean IS NULL OR i.exercise = $6) "
    "AND ($7::boolean IS NULL OR EXISTS (SELECT FROM obligation o WHERE o.incident_id = i.id AND o.state = "
    "'open' "
    "AND o.due_at < $1::timestamptz) = $7) "
    "AND (NOT $8::boolean OR i.organization = ANY (a.stands_for) OR i.submitted_by = ANY (a.stands_for)) "
    "AND ($9::boolean IS NULL OR $9 = coalesce(i.erased_at IS NULL AND i.organization = ANY (a.stands_for) "
    "AND i.ended_at < CASE WHEN i.exercise THEN $12::timestamptz WHEN i.confidentiality = 1 THEN $10::timestamptz "
    "ELSE $11::timestamptz END, false)) "
    "AND ($14::uuid[] IS NULL OR a.incident_id = ANY ($14::uuid[])) "
    "ORDER BY a.incident_id DESC LIMIT $13"};

constexpr Statement select_incident{
    "view_incident",
    "SELECT " NOROSHI_INCIDENT_COLUMNS
    "FROM incident_access a JOIN incident i ON i.id = a.incident_id " NOROSHI_JUDGEMENT_OF_ORIGINATOR
    "WHERE a.incident_id = $2::uuid "
    "AND (NOT $3::boolean OR i.organization = ANY (a.stands_for) OR i.submitted_by = ANY (a.stands_for))"};

constexpr Statement select_judgements{
    "view_judgements",
    "SELECT DISTINCT ON (of_originator, organization) organization, assessment, cyberattack, large_scale, "
    "assessment_reason, cyberattack_reason, made_at, revision FROM judgement WHERE incident_id = $1::uuid "
    "ORDER BY of_originator DESC, organization, revision DESC"};

constexpr Statement select_assessments{
    "view_assessments",
    "SELECT organization, assessment, cyberattack, large_scale, assessment_reason, cyberattack_reason, made_at, revision "
    "FROM judgement WHERE incident_id = $1::uuid ORDER BY made_at DESC, revision DESC, id DESC LIMIT $2"};

// Of an incident: the latest for its page, and all of them in pages.
#define NOROSHI_LATEST_OF_INCIDENT(columns, time) \
  "SELECT " columns " WHERE incident_id = $1::uuid ORDER BY " time " DESC, id DESC LIMIT $2"
#define NOROSHI_PAGE_OF_INCIDENT(columns, time)                                                             \
  "SELECT " columns " WHERE incident_id = $1::uuid AND ($2::timestamptz IS NULL OR (" time                  \
  ", id) > ($2::timestamptz, $3::uuid)) ORDER BY " time ", id LIMIT $4"

#define NOROSHI_STEP_COLUMNS \
  "id, organization, kind, text, person, name, by_delegate, taken_by, role, taken_at FROM handling_step"
constexpr Statement select_steps{"view_handling_steps", NOROSHI_LATEST_OF_INCIDENT(NOROSHI_STEP_COLUMNS, "taken_at")};
constexpr Statement page_of_steps{"view_page_of_steps", NOROSHI_PAGE_OF_INCIDENT(NOROSHI_STEP_COLUMNS, "taken_at")};

#define NOROSHI_INSTRUCTION_COLUMNS                                                                                \
  "id, organization, kind, force, addressee, text, given_by, given_at, answer_by, answered_at, answered_by, " \
  "carried_out, answer FROM instruction"
constexpr Statement select_instructions{"view_instructions",
                                        NOROSHI_LATEST_OF_INCIDENT(NOROSHI_INSTRUCTION_COLUMNS, "given_at")};
constexpr Statement page_of_instructions{"view_page_of_instructions",
                                         NOROSHI_PAGE_OF_INCIDENT(NOROSHI_INSTRUCTION_COLUMNS, "given_at")};

#define NOROSHI_PLATFORM_COLUMNS \
  "id, platform, operator_organization, affected_organization, linked_by, linked_at FROM platform_link"
constexpr Statement select_platforms{"view_platform_links",
                                     NOROSHI_LATEST_OF_INCIDENT(NOROSHI_PLATFORM_COLUMNS, "linked_at")};
constexpr Statement page_of_platforms{"view_page_of_platform_links",
                                      NOROSHI_PAGE_OF_INCIDENT(NOROSHI_PLATFORM_COLUMNS, "linked_at")};

constexpr Statement select_reports{
    "view_reports",
    "SELECT id, version, stage, submitted_by, received_at, encode(sha256, 'hex') AS sha256, "
    "CASE WHEN erased_at IS NULL AND (version = 1 OR lag(version) OVER (ORDER BY version) = version - 1) "
    "THEN changes END AS changes, CASE WHEN erased_at IS NULL THEN length END AS length "
    "FROM report WHERE incident_id = $1::uuid ORDER BY version DESC LIMIT $2"};

constexpr Statement select_document{
    "view_document",
    "SELECT document FROM report WHERE incident_id = $1::uuid AND erased_at IS NULL ORDER BY version DESC LIMIT 1"};

constexpr Statement select_labels{"view_labels", "SELECT " NOROSHI_LABEL_COLUMNS
                                                 " FROM label WHERE incident_id = $1::uuid ORDER BY given_at DESC, id DESC LIMIT $2"};
constexpr Statement select_label_changes{
    "view_label_changes",
    "SELECT id, own_label, confidentiality, integrity, availability, reason, asked_by_name, asked_at, decision, decided_by_name, "
    "decision_reason, decided_at FROM label_change WHERE incident_id = $1::uuid ORDER BY asked_at DESC, id DESC LIMIT $2"};

constexpr Statement select_recipients{
    "view_added_recipients",
    "SELECT organization, police, reason, added_at FROM added_recipient WHERE incident_id = $1::uuid "
    "ORDER BY added_at, organization"};

constexpr Statement select_erasures{
    "view_erasures",
    "SELECT id, reason, asked_by_name, asked_at, decision, decided_by_name, decision_reason, decided_at FROM erasure "
    "WHERE incident_id = $1::uuid ORDER BY asked_at, id"};

constexpr Statement select_obligations{
    "view_obligations_of_incident",
    "WITH page AS (SELECT " NOROSHI_OBLIGATION_COLUMNS
    "FROM obligation o WHERE o.incident_id = $1::uuid ORDER BY o.id DESC LIMIT $2) "
    "SELECT " NOROSHI_OBLIGATION_OF_PAGE "ORDER BY page.id DESC"};

constexpr Statement select_messages{
    "view_messages_of_incident",
    "WITH page AS (SELECT " NOROSHI_MESSAGE_COLUMNS
    "FROM message m WHERE m.incident_id = $1::uuid ORDER BY m.sent_at DESC, m.id DESC LIMIT $2) "
    "SELECT " NOROSHI_MESSAGE_OF_PAGE "ORDER BY page.sent_at DESC, page.id DESC"};

constexpr Statement select_alarms{
    "view_alarms_of_incident",
    "WITH page AS (SELECT " NOROSHI_ALARM_COLUMNS
    "FROM alarm m WHERE m.incident_id = $1::uuid ORDER BY m.raised_at DESC, m.id DESC LIMIT $2) "
    "SELECT " NOROSHI_ALARM_OF_PAGE "ORDER BY page.raised_at DESC, page.id DESC"};

constexpr Statement select_timeline{
    "view_timeline",
    "SELECT id, type, at, organization, role, subject, sequence FROM event WHERE incident_id = $1::uuid "
    "ORDER BY at DESC, id DESC LIMIT $2"};

codec::IncidentSummary read_summary(const Row& row) {
  codec::IncidentSummary view;
  view.id = row.get<std::string>("id");
  view.number = row.get<std::string>("number");
  view.reference = row.get<std::string>("reference");
  view.organization = row.get<std::string>("organization");
  view.title = row.get<std::string>("title");
  view.state = row.get<std::string>("state");
  view.assessment = row.get<std::string>("assessment");
  view.cyberattack = row.get<std::string>("cyberattack");
  view.exercise = row.get<bool>("exercise");
  view.recognized_at = row.get<Timestamp>("recognized_at");
  view.opened_at = row.get<Timestamp>("opened_at");
  view.version = row.get<std::int32_t>("version");
  view.confidentiality = row.get<std::int32_t>("confidentiality");
  view.ended_at = row.get<std::optional<Timestamp>>("ended_at");
  view.erased_at = row.get<std::optional<Timestamp>>("erased_at");
  view.erased_by = row.get<std::string>("erased_by");
  view.erasure_pending = row.get<bool>("erasure_pending");
  view.followup_due_at = row.get<std::optional<Timestamp>>("followup_due");
  view.overdue = row.get<bool>("overdue");
  view.revision = row.get<std::int32_t>("revision");
  return view;
}

codec::JudgementView read_judgement(const Row& row) {
  codec::JudgementView view;
  view.organization = row.get<std::string>("organization");
  view.assessment = row.get<std::string>("assessment");
  view.cyberattack = row.get<std::string>("cyberattack");
  view.large_scale = row.get<std::vector<std::string>>("large_scale");
  view.assessment_reason = row.get<std::string>("assessment_reason");
  view.cyberattack_reason = row.get<std::string>("cyberattack_reason");
  view.made_at = row.get<Timestamp>("made_at");
  view.revision = row.get<std::int32_t>("revision");
  return view;
}

codec::HandlingStepView read_step(const Row& row) {
  codec::HandlingStepView view;
  view.id = row.get<std::string>("id");
  view.organization = row.get<std::string>("organization");
  view.kind = row.get<std::string>("kind");
  view.text = row.get<std::string>("text");
  view.person = row.get<std::optional<std::string>>("person");
  view.name = row.get<std::string>("name");
  view.by_delegate = row.get<bool>("by_delegate");
  view.taken_by = row.get<std::string>("taken_by");
  view.role = row.get<std::string>("role");
  view.taken_at = row.get<Timestamp>("taken_at");
  return view;
}

codec::InstructionView read_instruction(const Row& row) {
  codec::InstructionView view;
  view.id = row.get<std::string>("id");
  view.organization = row.get<std::string>("organization");
  view.kind = row.get<std::string>("kind");
  view.force = row.get<std::string>("force");
  view.addressee = row.get<std::string>("addressee");
  view.text = row.get<std::string>("text");
  view.given_by = row.get<std::string>("given_by");
  view.given_at = row.get<Timestamp>("given_at");
  view.answer_by = row.get<std::optional<Timestamp>>("answer_by");
  view.answered_at = row.get<std::optional<Timestamp>>("answered_at");
  view.answered_by = row.get<std::string>("answered_by");
  view.carried_out = row.get<bool>("carried_out");
  view.answer = row.get<std::string>("answer");
  return view;
}

codec::PlatformLinkView read_platform(const Row& row) {
  return {row.get<std::string>("id"), row.get<std::string>("platform"), row.get<std::string>("operator_organization"),
          row.get<std::string>("affected_organization"), row.get<std::string>("linked_by"), row.get<Timestamp>("linked_at")};
}

codec::ReportVersionView read_report(const Row& row) {
  codec::ReportVersionView view;
  view.id = row.get<std::string>("id");
  view.version = row.get<std::int32_t>("version");
  view.stage = row.get<std::string>("stage");
  view.submitted_by = row.get<std::string>("submitted_by");
  view.received_at = row.get<Timestamp>("received_at");
  view.sha256 = row.get<std::optional<std::string>>("sha256");
  view.length = row.get<std::optional<std::int32_t>>("length");
  view.changes = row.get<std::optional<std::string>>("changes");
  return view;
}

codec::AddedRecipientView read_recipient(const Row& row) {
  return {row.get<std::string>("organization"), row.get<bool>("police"), row.get<std::string>("reason"),
          row.get<Timestamp>("added_at")};
}

codec::ErasureView read_erasure(const Row& row) {
  codec::ErasureView view;
  view.id = row.get<std::string>("id");
  view.reason = row.get<std::string>("reason");
  view.asked_by = row.get<std::string>("asked_by_name");
  view.asked_at = row.get<Timestamp>("asked_at");
  view.decision = row.get<std::string>("decision");
  view.decided_by = row.get<std::string>("decided_by_name");
  view.decision_reason = row.get<std::string>("decision_reason");
  view.decided_at = row.get<std::optional<Timestamp>>("decided_at");
  return view;
}

codec::LabelChangeView read_label_change(const Row& row) {
  codec::LabelChangeView view;
  view.id = row.get<std::string>("id");
  view.own_label = row.get<std::string>("own_label");
  view.grades = {row.get<std::int32_t>("confidentiality"), row.get<std::int32_t>("integrity"), row.get<std::int32_t>("availability")};
  view.reason = row.get<std::string>("reason");
  view.asked_by = row.get<std::string>("asked_by_name");
  view.asked_at = row.get<Timestamp>("asked_at");
  view.decision = row.get<std::string>("decision");
  view.decided_by = row.get<std::string>("decided_by_name");
  view.decision_reason = row.get<std::string>("decision_reason");
  view.decided_at = row.get<std::optional<Timestamp>>("decided_at");
  return view;
}

codec::TimelineEntry read_entry(const Row& row) {
  codec::TimelineEntry view;
  view.id = row.get<std::string>("id");
  view.type = row.get<std::string>("type");
  view.at = row.get<Timestamp>("at");
  view.organization = row.get<std::string>("organization");
  view.role = row.get<std::string>("role");
  view.subject = row.get<std::optional<std::string>>("subject");
  view.sequence = row.get<std::optional<std::int64_t>>("sequence");
  return view;
}

// The lists of one incident: read latest first, shown oldest first.
class IncidentReader {
 public:
  IncidentReader(TenantTransaction& transaction, core::IncidentId id, bool& truncated)
      : transaction_(transaction), id_(to_string(id)), truncated_(truncated) {}

  template <class Read>
  auto latest(const Statement& statement, Read read) {
    auto views = read_all(transaction_.execute(statement, {id_, longest_list + 1}), read);
    if (views.size() > static_cast<std::size_t>(longest_list)) {
      views.pop_back();
      truncated_ = true;
    }
    std::reverse(views.begin(), views.end());
    return views;
  }
  template <class Read>
  auto all(const Statement& statement, Read read) {
    return read_all(transaction_.execute(statement, {id_}), read);
  }

 private:
  TenantTransaction& transaction_;
  std::string id_;
  bool& truncated_;
};

// A page of one of the lists of an incident.
template <class Read>
auto page_of_incident(TenantTransaction& transaction, const Statement& statement, core::IncidentId incident, char list,
                      const char* time, const PageRequest& page, Read read)
    -> PageOutcome<decltype(read(std::declval<const Row&>()))> {
  auto key = key_of(page, list, "tu");
  if (!key) return tl::unexpected(key.error());
  const Rows rows = transaction.execute(statement, {to_string(incident), (*key)[0], (*key)[1], page.limit + 1});
  return read_page(rows, page.limit, read, [&](const Row& row) {
    return write_cursor(list, {row.get<Timestamp>(time), uuid_of(row, "id")});
  });
}

}  // namespace

PageOutcome<codec::IncidentSummary> list_incidents(TenantTransaction& transaction,
                                                   const IncidentFilter& filter, const PageRequest& page,
                                                   Timestamp now) {
  auto key = key_of(page, 'i', "u");
  if (!key) return tl::unexpected(key.error());
  const auto kept = [&](core::RetentionClass of) {
    return core::kept_if_ended_before(now, filter.retention.years(of));
  };
  std::optional<std::vector<std::string>> of_receipt;
  if (filter.receipt) of_receipt = incidents_by_receipt(transaction, *filter.receipt);
  const Rows rows = transaction.execute(
      select_incidents,
      {now, (*key)[0], filter.state, filter.organization, filter.reference, filter.exercise, filter.overdue,
       filter.own, filter.erasable, kept(core::RetentionClass::confidentiality_1),
       kept(core::RetentionClass::confidentiality_2), kept(core::RetentionClass::exercise), page.limit + 1,
       of_receipt});
  auto shown = read_page(rows, page.limit, read_summary,
                         [](const Row& row) { return write_cursor('i', {uuid_of(row, "id")}); });
  add_receipts(transaction, shown.items);
  return shown;
}

namespace {

// In the place of a judgement that came after the report was last shared stands the one before it, where there is one. Labels stay:
// how it has to be handled now binds him too.
void leave_out_of_reach(codec::IncidentDetail& detail, const CallersView& view) {
  const auto out_of_reach = [&](const codec::JudgementView& judgement) { return !view.reaches(judgement); };
  std::erase_if(detail.assessments, out_of_reach);
  for (auto& judgement : detail.judgements) {
    if (view.reaches(judgement)) continue;
    const auto before = std::find_if(detail.assessments.rbegin(), detail.assessments.rend(), [&](const codec::JudgementView& other) {
      return other.organization == judgement.organization;
    });
    if (before == detail.assessments.rend()) continue;
    judgement = *before;
    if (judgement.organization != detail.summary.organization) continue;
    detail.summary.assessment = judgement.assessment;
    detail.summary.cyberattack = judgement.cyberattack;
  }
  std::erase_if(detail.judgements, out_of_reach);
}

}  // namespace

std::optional<codec::IncidentDetail> find_incident(TenantTransaction& transaction, const routing::Registry& registry,
                                                   core::IncidentId id, bool own, Timestamp now) {
  const Rows rows = transaction.execute(select_incident, {now, to_string(id), own});
  const auto row = rows.maybe_one();
  if (!row) return std::nullopt;
  codec::IncidentDetail detail;
  detail.summary = read_summary(*row);
  detail.submitted_by = row->get<std::string>("submitted_by");
  detail.police = row->get<std::string>("police");
  IncidentReader reader(transaction, id, detail.truncated);
  detail.judgements = reader.all(select_judgements, read_judgement);
  detail.reports = reader.latest(select_reports, read_report);
  const auto documents =
      reader.all(select_document, [](const Row& document) { return document.get<std::string>(0); });
  if (!documents.empty()) detail.document = documents.front();
  detail.labels = reader.latest(select_labels, read_label);
  detail.label_changes = reader.latest(select_label_changes, read_label_change);
  detail.recipients_added = reader.all(select_recipients, read_recipient);
  detail.erasures = reader.all(select_erasures, read_erasure);
  detail.obligations = reader.latest(select_obligations, read_obligation);
  detail.messages = reader.latest(select_messages, read_message);
  detail.alarms = reader.latest(select_alarms, read_alarm);
  detail.assignments = latest_assignments(transaction, id);
  detail.assessments = reader.latest(select_assessments, read_judgement);
  detail.steps = reader.latest(select_steps, read_step);
  detail.instructions = reader.latest(select_instructions, read_instruction);
  detail.platforms = reader.latest(select_platforms, read_platform);
  detail.cymat_requests = cymat_requests_of(transaction, id);
  detail.notices = notices_of_incident(transaction, id);
  detail.timeline = reader.latest(select_timeline, read_entry);
  add_receipts(transaction, std::span(&detail.summary, 1));
  add_receipts_of_receivers(transaction, detail.messages);
  const CallersView view(transaction, registry, to_string(id), now);
  leave_out_of_reach(detail, view);
  view.narrow(detail.document);
  for (auto& version : detail.reports) view.narrow(version);
  for (auto& judgement : detail.judgements) view.narrow(judgement);
  for (auto& judgement : detail.assessments) view.narrow(judgement);
  return detail;
}

PageOutcome<codec::HandlingStepView> list_steps(TenantTransaction& transaction, core::IncidentId incident,
                                                const PageRequest& page) {
  return page_of_incident(transaction, page_of_steps, incident, 'h', "taken_at", page, read_step);
}

PageOutcome<codec::InstructionView> list_instructions(TenantTransaction& transaction, core::IncidentId incident,
                                                      const PageRequest& page) {
  return page_of_incident(transaction, page_of_instructions, incident, 'n', "given_at", page, read_instruction);
}

PageOutcome<codec::PlatformLinkView> list_platforms(TenantTransaction& transaction, core::IncidentId incident,
                                                    const PageRequest& page) {
  return page_of_incident(transaction, page_of_platforms, incident, 'f', "linked_at", page, read_platform);
}

}  // namespace noroshi::store
