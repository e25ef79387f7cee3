#include "src/store/view_inquiries.h"

#include <map>

#include "src/store/view_rows.h"

namespace noroshi::store {
namespace {

// `turn` orders within what waits (0) by time, and within what is over (1) against it.
#define NOROSHI_INQUIRY                                                                                                \
  "SELECT i.id, i.incident_id, l.number, l.exercise, i.from_organization, i.to_organization, i.text, p.id AS passes_on, " \
  "ARRAY(SELECT n.id FROM inquiry n WHERE n.passes_on = i.id ORDER BY n.asked_at, n.id)::text[] AS passed_on, "        \
  "i.asked_by_name, i.asked_at, i.due_at, i.answered_at, i.answered_by_name, i.answer, i.withdrawn_at, "               \
  "i.withdrawal_reason, i.revision, i.later FROM page i "                                                              \
  "JOIN labels_of(ARRAY(SELECT incident_id FROM page)) l ON l.incident_id = i.incident_id "                            \
  "LEFT JOIN inquiry p ON p.id = i.passes_on "
constexpr Statement select_inquiries{
    "view_inquiries",
    "WITH keyed AS (SELECT *, (answered_at IS NOT NULL OR withdrawn_at IS NOT NULL)::integer AS later, "
    "CASE WHEN answered_at IS NULL AND withdrawn_at IS NULL THEN due_at - 'epoch'::timestamptz "
    "ELSE 'epoch'::timestamptz - asked_at END AS turn FROM inquiry "
    "WHERE ($1::uuid IS NULL OR incident_id = $1::uuid) AND ($2::text IS NULL OR $2::text = CASE "
    "WHEN answered_at IS NOT NULL THEN 'answered' WHEN withdrawn_at IS NOT NULL THEN 'withdrawn' ELSE 'open' END) "
    "AND ($3::text IS NULL OR from_organization = $3) AND ($4::text IS NULL OR to_organization = $4)), "
    "page AS (SELECT * FROM keyed WHERE $5::integer IS NULL OR (later, turn, id) > ($5::integer, "
    "CASE WHEN $5::integer = 0 THEN $6::timestamptz - 'epoch'::timestamptz ELSE 'epoch'::timestamptz - $6::timestamptz END, "
    "$7::uuid) ORDER BY later, turn, id LIMIT $8) " NOROSHI_INQUIRY "ORDER BY i.later, i.turn, i.id"};
constexpr Statement select_inquiry{
    "view_inquiry", "WITH page AS (SELECT *, 0 AS later, interval '0' AS turn FROM inquiry WHERE id = $1::uuid) " NOROSHI_INQUIRY};

#define NOROSHI_NOTICE                                                                                             \
  "SELECT i.id, i.from_organization, i.to_organization, i.text, p.id AS passes_on, "                               \
  "ARRAY(SELECT n.id FROM notice n WHERE n.passes_on = i.id ORDER BY n.given_at, n.id)::text[] AS passed_on, "     \
  "i.given_by_name, i.given_at, i.answered_at, i.answered_by_name, i.answer, i.revision, i.later "                 \
  "FROM page i LEFT JOIN notice p ON p.id = i.passes_on "
constexpr Statement select_notices{
    "view_notices",
    "WITH keyed AS (SELECT *, (answered_at IS NOT NULL)::integer AS later, CASE WHEN answered_at IS NULL "
    "THEN given_at - 'epoch'::timestamptz ELSE 'epoch'::timestamptz - given_at END AS turn FROM notice "
    "WHERE $1::boolean IS NULL OR (answered_at IS NOT NULL) = $1), "
    "page AS (SELECT * FROM keyed WHERE $2::integer IS NULL OR (later, turn, id) > ($2::integer, "
    "CASE WHEN $2::integer = 0 THEN $3::timestamptz - 'epoch'::timestamptz ELSE 'epoch'::timestamptz - $3::timestamptz END, "
    "$4::uuid) ORDER BY later, turn, id LIMIT $5) " NOROSHI_NOTICE "ORDER BY i.later, i.turn, i.id"};
constexpr Statement select_notice{
    "view_notice", "WITH page AS (SELECT *, 0 AS later, interval '0' AS turn FROM notice WHERE id = $1::uuid) " NOROSHI_NOTICE};
// Those that the caller may know of at all.
constexpr Statement select_incidents{
    "view_incidents_of_notices",
    "WITH linked AS (SELECT notice_id, incident_id FROM incidents_of_notices($1::uuid[])) "
    "SELECT f.notice_id, f.incident_id, l.number FROM linked f "
    "JOIN labels_of(ARRAY(SELECT incident_id FROM linked)) l ON l.incident_id = f.incident_id ORDER BY f.notice_id, l.number"};
constexpr Statement select_linked{
    "view_notices_of_incident",
    "SELECT n.id, n.from_organization, n.to_organization, n.given_at, n.answered_at FROM notice n "
    "WHERE n.id IN (SELECT notices_of_incident($1::uuid)) ORDER BY n.given_at, n.id"};

codec::InquiryView read_inquiry(const Row& row) {
  codec::InquiryView view;
  view.id = row.get<std::string>("id");
  view.incident_id = row.get<std::string>("incident_id");
  view.number = row.get<std::string>("number");
  view.exercise = row.get<bool>("exercise");
  view.from = row.get<std::string>("from_organization");
  view.to = row.get<std::string>("to_organization");
  view.text = row.get<std::string>("text");
  view.passes_on = row.get<std::optional<std::string>>("passes_on");
  view.passed_on = row.get<std::vector<std::string>>("passed_on");
  view.asked_by = row.get<std::string>("asked_by_name");
  view.asked_at = row.get<Timestamp>("asked_at");
  view.due_at = row.get<Timestamp>("due_at");
  view.answered_at = row.get<std::optional<Timestamp>>("answered_at");
  view.answered_by = row.get<std::string>("answered_by_name");
  view.answer = row.get<std::string>("answer");
  view.withdrawn_at = row.get<std::optional<Timestamp>>("withdrawn_at");
  view.withdrawal_reason = row.get<std::string>("withdrawal_reason");
  view.revision = row.get<std::int32_t>("revision");
  return view;
}

codec::NoticeView read_notice(const Row& row) {
  codec::NoticeView view;
  view.id = row.get<std::string>("id");
  view.from = row.get<std::string>("from_organization");
  view.to = row.get<std::string>("to_organization");
  view.text = row.get<std::string>("text");
  view.passes_on = row.get<std::optional<std::string>>("passes_on");
  view.passed_on = row.get<std::vector<std::string>>("passed_on");
  view.given_by = row.get<std::string>("given_by_name");
  view.given_at = row.get<Timestamp>("given_at");
  view.answered_at = row.get<std::optional<Timestamp>>("answered_at");
  view.answered_by = row.get<std::string>("answered_by_name");
  view.answer = row.get<std::string>("answer");
  view.revision = row.get<std::int32_t>("revision");
  return view;
}

codec::LinkedNotice read_linked(const Row& row) {
  return {row.get<std::string>("id"), row.get<std::string>("from_organization"), row.get<std::string>("to_organization"),
          row.get<Timestamp>("given_at"), row.get<std::optional<Timestamp>>("answered_at")};
}

void add_incidents(TenantTransaction& transaction, std::vector<codec::NoticeView>& views) {
  std::vector<std::string> ids;
  std::map<std::string, codec::NoticeView*> by_id;
  for (auto& view : views) {
    ids.push_back(view.id);
    by_id[view.id] = &view;
  }
  if (ids.empty()) return;
  for (const auto& row : transaction.execute(select_incidents, {ids}))
    by_id.at(row.get<std::string>("notice_id"))
        ->incidents.push_back({row.get<std::string>("incident_id"), row.get<std::string>("number")});
}

}  // namespace

PageOutcome<codec::InquiryView> list_inquiries(TenantTransaction& transaction, const InquiryFilter& filter, const PageRequest& page) {
  auto key = key_of(page, 'j', "ntu");
  if (!key) return tl::unexpected(key.error());
  const auto incident = filter.incident ? std::optional(to_string(*filter.incident)) : std::nullopt;
  const Rows rows = transaction.execute(
      select_inquiries, {incident, filter.state, filter.from, filter.to, (*key)[0], (*key)[1], (*key)[2], page.limit + 1});
  return read_page(rows, page.limit, read_inquiry, [](const Row& row) {
    const auto later = row.get<std::int32_t>("later");
    return write_cursor('j', {std::int64_t{later}, row.get<Timestamp>(later == 0 ? "due_at" : "asked_at"), uuid_of(row, "id")});
  });
}

std::optional<codec::InquiryView> find_inquiry(TenantTransaction& transaction, core::InquiryId id) {
  const Rows rows = transaction.execute(select_inquiry, {to_string(id)});
  const auto row = rows.maybe_one();
  return row ? std::optional(read_inquiry(*row)) : std::nullopt;
}

PageOutcome<codec::NoticeView> list_notices(TenantTransaction& transaction, const NoticeFilter& filter, const PageRequest& page) {
  auto key = key_of(page, 'w', "ntu");
  if (!key) return tl::unexpected(key.error());
  const Rows rows = transaction.execute(select_notices, {filter.answered, (*key)[0], (*key)[1], (*key)[2], page.limit + 1});
  auto shown = read_page(rows, page.limit, read_notice, [](const Row& row) {
    return write_cursor('w', {std::int64_t{row.get<std::int32_t>("later")}, row.get<Timestamp>("given_at"), uuid_of(row, "id")});
  });
  add_incidents(transaction, shown.items);
  return shown;
}

std::optional<codec::NoticeView> find_notice(TenantTransaction& transaction, core::NoticeId id) {
  const Rows rows = transaction.execute(select_notice, {to_string(id)});
  const auto row = rows.maybe_one();
  if (!row) return std::nullopt;
  std::vector<codec::NoticeView> views{read_notice(*row)};
  add_incidents(transaction, views);
  return std::move(views.front());
}

std::vector<codec::LinkedNotice> notices_of_incident(TenantTransaction& transaction, core::IncidentId incident) {
  return read_all(transaction.execute(select_linked, {to_string(incident)}), read_linked);
}

}  // namespace noroshi::store
