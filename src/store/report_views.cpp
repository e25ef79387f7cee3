#include "src/store/report_views.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "src/codec/report_view.h"
#include "src/core/receipt_number.h"
#include "src/store/view_rows.h"

namespace noroshi::store {
namespace {

constexpr Statement select_receiver{
    "view_receiver",
    "SELECT a.organization, a.stands_for, i.organization AS of_organization, i.submitted_by FROM incident_access a "
    "JOIN incident i ON i.id = a.incident_id WHERE a.incident_id = $1::uuid AND a.organization = (SELECT caller())"};
constexpr Statement select_withholdings{
    "view_withholdings_in_force",
    "SELECT organization, from_organization, members, until FROM withholding "
    "WHERE incident_id = $1::uuid AND released_at IS NULL ORDER BY withheld_at, id"};

constexpr Statement select_shared_until{
    "view_shared_until",
    "SELECT CASE WHEN bool_and(m.clause = '2.2.4(2)(l)') THEN max(m.sent_at) END AS until FROM incident_access a "
    "JOIN incident i ON i.id = a.incident_id "
    "JOIN message m ON m.incident_id = a.incident_id AND m.report_id IS NOT NULL AND m.recipient = ANY (a.stands_for) "
    "WHERE a.incident_id = $1::uuid AND a.organization = (SELECT caller()) "
    "AND NOT (i.organization = ANY (a.stands_for) OR i.submitted_by = ANY (a.stands_for))"};

constexpr Statement select_own_receipts{
    "view_own_receipts",
    "SELECT DISTINCT ON (m.incident_id) m.incident_id, m.recipient, m.id AS message_id FROM incident_access a "
    "JOIN incident i ON i.id = a.incident_id "
    "JOIN message m ON m.incident_id = a.incident_id AND m.recipient = ANY (a.stands_for) "
    "WHERE a.incident_id = ANY ($1::uuid[]) AND a.organization = (SELECT caller()) AND m.kind <> 'alarm' "
    "AND NOT (i.organization = ANY (a.stands_for) OR i.submitted_by = ANY (a.stands_for)) "
    "ORDER BY m.incident_id, m.sent_at, m.id"};
constexpr Statement select_receipts{
    "view_receipts", "SELECT incident_id, body, recipient, message_id FROM receipts_of($1::uuid[])"};
constexpr Statement select_receipts_between{
    "view_receipts_between",
    "SELECT incident_id, recipient, message_id FROM receipts_between($1, $2::timestamptz, $3::timestamptz)"};

std::string number_of(const Row& row) {
  return core::receipt_number(row.get<std::string>("recipient"), core::MessageId{uuid_of(row, "message_id")});
}

std::map<std::string, std::string> own_receipts(TenantTransaction& transaction, const std::set<std::string>& incidents) {
  std::map<std::string, std::string> numbers;
  if (incidents.empty()) return numbers;
  const std::vector<std::string> ids(incidents.begin(), incidents.end());
  for (const Row row : transaction.execute(select_own_receipts, {ids}))
    numbers.emplace(row.get<std::string>("incident_id"), number_of(row));
  return numbers;
}

core::ReportView read_view(TenantTransaction& transaction, const routing::Registry& registry, const std::string& incident,
                           Timestamp now, std::vector<std::string>& stands_for) {
  const Rows rows = transaction.execute(select_receiver, {incident});
  const auto row = rows.maybe_one();
  if (!row) return {registry, core::Receiver{}, {}, now};  // who sees no content: of no kind
  core::Receiver receiver{row->get<std::string>("organization"), row->get<std::vector<std::string>>("stands_for")};
  stands_for = receiver.stands_for;
  std::vector<core::Withholding> withholdings;
  for (const Row withheld : transaction.execute(select_withholdings, {incident})) {
    core::Withholding withholding;
    withholding.organization = withheld.get<std::string>("organization");
    withholding.from = withheld.get<std::string>("from_organization");
    withholding.members = withheld.get<std::vector<std::string>>("members");
    withholding.until = withheld.get<Timestamp>("until");
    withholdings.push_back(std::move(withholding));
  }
  return core::view_of_report(registry, row->get<std::string>("of_organization"), row->get<std::string>("submitted_by"),
                              receiver, withholdings, now);
}

}  // namespace

CallersView::CallersView(TenantTransaction& transaction, const routing::Registry& registry, const std::string& incident,
                         Timestamp now)
    : view_(read_view(transaction, registry, incident, now, stands_for_)),
      until_(transaction.execute(select_shared_until, {incident}).one().get<std::optional<Timestamp>>("until")) {}

bool CallersView::reaches(const codec::JudgementView& judgement) const {
  return reaches(judgement.made_at) || std::ranges::find(stands_for_, judgement.organization) != stands_for_.end();
}

void CallersView::narrow(std::optional<std::string>& document) const {
  if (document) document = codec::shown_document(std::move(*document), view_);
}

void CallersView::narrow(codec::ReportVersionView& version) const {
  if (version.changes) version.changes = codec::shown_changes(std::move(*version.changes), view_);
}

void CallersView::narrow(codec::JudgementView& judgement) const {
  if (std::ranges::find(stands_for_, judgement.organization) != stands_for_.end()) return;
  if (!view_.shows("assessment_reason")) judgement.assessment_reason.clear();
  if (!view_.shows("cyberattack_reason")) judgement.cyberattack_reason.clear();
}

void add_receipts(TenantTransaction& transaction, std::span<codec::IncidentSummary> incidents) {
  std::set<std::string> ids;
  for (const auto& incident : incidents) ids.insert(incident.id);
  const auto numbers = own_receipts(transaction, ids);
  for (auto& incident : incidents)
    if (const auto found = numbers.find(incident.id); found != numbers.end()) incident.receipt_number = found->second;
}

void add_receipts_of_inbox(TenantTransaction& transaction, std::span<codec::MessageView> messages) {
  std::set<std::string> ids;
  for (const auto& message : messages) ids.insert(message.incident_id);
  const auto numbers = own_receipts(transaction, ids);
  for (auto& message : messages)
    if (const auto found = numbers.find(message.incident_id); found != numbers.end()) message.receipt_number = found->second;
}

void add_receipts_of_receivers(TenantTransaction& transaction, std::span<codec::MessageView> messages) {
  if (messages.empty()) return;
  std::map<std::string, std::string> numbers;
  const std::vector<std::string> ids{messages.front().incident_id};
  for (const Row row : transaction.execute(select_receipts, {ids})) numbers.emplace(row.get<std::string>("body"), number_of(row));
  for (auto& message : messages)
    if (const auto found = numbers.find(message.recipient); found != numbers.end()) message.receipt_number = found->second;
}

std::vector<std::string> incidents_by_receipt(TenantTransaction& transaction, const std::string& number) {
  std::string body = number.substr(0, number.rfind("-R-"));
  std::ranges::transform(body, body.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  const auto [from, until] = core::minute_of_receipt(number);
  std::vector<std::string> incidents;
  for (const Row row : transaction.execute(select_receipts_between, {body, from, until}))
    if (number_of(row) == number) incidents.push_back(row.get<std::string>("incident_id"));
  return incidents;
}

}  // namespace noroshi::store
