#include <map>

#include "src/store/board.h"
#include "src/store/view_rows.h"

namespace noroshi::store {
namespace {

constexpr Statement select_incidents{
    "board_incidents",
    "WITH mine AS MATERIALIZED (SELECT a.incident_id, i.organization, i.title, i.state, i.opened_at, "
    "i.followup_due, j.large_scale "
    "FROM incident_access a LEFT JOIN incident i ON i.id = a.incident_id "
    "LEFT JOIN LATERAL (SELECT large_scale FROM judgement WHERE judgement.incident_id = i.id "
    "AND judgement.of_originator ORDER BY judgement.revision DESC LIMIT 1) AS j ON true "
    "WHERE ($1::uuid IS NULL OR a.incident_id = $1::uuid) "
    "AND ($1::uuid IS NOT NULL OR i.state NOT IN ('closed', 'dismissed') OR EXISTS (SELECT FROM obligation o "
    "WHERE o.incident_id = a.incident_id AND o.state = 'open')) "
    "ORDER BY a.incident_id DESC LIMIT $2) "
    "SELECT mine.*, l.number, m.exercise, m.canary FROM mine "
    "JOIN labels_of(ARRAY(SELECT incident_id FROM mine)) l ON l.incident_id = mine.incident_id "
    "JOIN marks_of(ARRAY(SELECT incident_id FROM mine)) m ON m.incident_id = mine.incident_id "
    "ORDER BY mine.incident_id DESC"};

constexpr Statement select_duties{
    "board_duties",
    "SELECT o.incident_id, o.clause, o.sentence, o.holder, o.recipient, o.opened_at, o.due_at, o.state, "
    "o.fulfilled_at, o.acknowledged_at FROM obligation o WHERE o.incident_id = ANY ($1::uuid[]) "
    "AND NOT o.inner_duty AND o.state <> 'superseded' ORDER BY o.id"};

constexpr Statement select_inner{
    "board_inner",
    "SELECT o.incident_id, o.holder, o.due_at, (array_agg(o.clause ORDER BY o.id))[1] AS clause, count(*) AS count, "
    "min(o.opened_at) AS opened_at FROM obligation o WHERE o.incident_id = ANY ($1::uuid[]) "
    "AND o.inner_duty AND o.state = 'open' GROUP BY o.incident_id, o.holder, o.due_at ORDER BY o.due_at, o.holder"};

// A duty is opened before it is due, or falls due at once: $1 bounds what is read by when it was due.
constexpr Statement select_days{
    "board_days",
    "WITH seen AS MATERIALIZED (SELECT o.incident_id, o.due_at, o.state, o.fulfilled_at "
    "FROM incident_access a JOIN obligation o ON o.incident_id = a.incident_id "
    "WHERE NOT o.inner_duty AND o.state IN ('open', 'fulfilled') "
    "AND o.due_at >= $1::timestamptz AND o.due_at < $2::timestamptz) "
    "SELECT to_char(due_at AT TIME ZONE 'Asia/Tokyo', 'YYYY-MM-DD') AS day, "
    "count(*) FILTER (WHERE state = 'fulfilled' AND fulfilled_at <= due_at) AS in_time, "
    "count(*) FILTER (WHERE state = 'fulfilled' AND fulfilled_at > due_at) AS late, "
    "count(*) FILTER (WHERE state = 'open') AS unmet "
    "FROM seen JOIN marks_of(ARRAY(SELECT DISTINCT incident_id FROM seen)) m USING (incident_id) "
    "WHERE m.exercise = $3::boolean AND NOT m.canary GROUP BY 1 ORDER BY 1"};

codec::BoardIncident read_incident(const Row& row) {
  codec::BoardIncident view;
  view.id = row.get<std::string>("incident_id");
  view.number = row.get<std::string>("number");
  view.exercise = row.get<bool>("exercise");
  view.opened_at = row.get<std::optional<Timestamp>>("opened_at");
  const auto organization = row.get<std::optional<std::string>>("organization");
  if (!organization) return view;
  codec::BoardContent content;
  content.organization = *organization;
  content.title = row.get<std::string>("title");
  content.state = row.get<std::string>("state");
  const auto large_scale = row.get<std::optional<std::vector<std::string>>>("large_scale");
  content.large_scale = large_scale && !large_scale->empty();
  content.followup_due_at = row.get<std::optional<Timestamp>>("followup_due");
  view.content = std::move(content);
  return view;
}

codec::BoardDuty read_duty(const Row& row) {
  codec::BoardDuty view;
  view.clause = row.get<std::string>("clause");
  view.sentence = row.get<std::int32_t>("sentence");
  view.holder = row.get<std::string>("holder");
  view.recipient = row.get<std::string>("recipient");
  view.due_at = row.get<Timestamp>("due_at");
  view.state = row.get<std::string>("state");
  view.fulfilled_at = row.get<std::optional<Timestamp>>("fulfilled_at");
  view.acknowledged_at = row.get<std::optional<Timestamp>>("acknowledged_at");
  return view;
}

codec::BoardInner read_inner(const Row& row) {
  return {row.get<std::string>("clause"), row.get<std::string>("holder"), row.get<Timestamp>("due_at"),
          row.get<std::int64_t>("count")};
}

codec::BoardDay read_day(const Row& row) {
  return {row.get<std::string>("day"), row.get<std::int64_t>("in_time"), row.get<std::int64_t>("late"),
          row.get<std::int64_t>("unmet")};
}

}  // namespace

codec::BoardView read_board(TenantTransaction& transaction, const std::optional<core::IncidentId>& incident, Timestamp now) {
  codec::BoardView board;
  board.at = now;
  const auto only = incident ? std::optional(core::to_string(*incident)) : std::nullopt;
  std::vector<std::string> ids;
  std::map<std::string, std::size_t> places;
  for (const Row row : transaction.execute(select_incidents, {only, largest_board + 1})) {
    if (row.get<bool>("canary")) continue;
    if (board.incidents.size() == largest_board) {
      board.cut = true;
      break;
    }
    board.incidents.push_back(read_incident(row));
    places.emplace(board.incidents.back().id, ids.size());
    ids.push_back(board.incidents.back().id);
  }
  // Who sees the rows of duties alone is not told when the incident was opened; its first duty tells when he may know of it.
  std::vector<bool> opening_is_told;
  for (const codec::BoardIncident& one : board.incidents) opening_is_told.push_back(one.opened_at.has_value());
  const auto incident_of = [&](const Row& row) -> codec::BoardIncident& {
    const std::size_t place = places.at(row.get<std::string>("incident_id"));
    codec::BoardIncident& of = board.incidents[place];
    const auto opened_at = row.get<Timestamp>("opened_at");
    if (!opening_is_told[place] && (!of.opened_at || opened_at < *of.opened_at)) of.opened_at = opened_at;
    return of;
  };
  for (const Row row : transaction.execute(select_duties, {ids})) incident_of(row).duties.push_back(read_duty(row));
  for (const Row row : transaction.execute(select_inner, {ids})) incident_of(row).inner.push_back(read_inner(row));
  return board;
}

std::vector<codec::BoardDay> read_board_days(TenantTransaction& transaction, bool exercise, Timestamp from, Timestamp to) {
  return read_all(transaction.execute(select_days, {from, to, exercise}), read_day);
}

}  // namespace noroshi::store
