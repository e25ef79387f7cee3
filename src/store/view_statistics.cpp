#include "src/store/least_id.h"
#include "src/store/statistics.h"
#include "src/store/view_rows.h"

namespace noroshi::store {
namespace {

// Ids are of the time at which they were given (RFC 9562, version 7), so the range is one of ids, to the millisecond, and their
// indexes bound what is read. $1 and $2: the least id of the range, and the least after it.
constexpr Statement count_incidents{
    "statistics_of_incidents",
    "WITH seen AS MATERIALIZED (SELECT i.state, coalesce(j.assessment, '') AS assessment, "
    "coalesce(j.cyberattack, '') AS cyberattack, CASE WHEN i.organization = ANY (a.stands_for) "
    "OR i.submitted_by = ANY (a.stands_for) OR ($5::boolean AND NOT EXISTS (SELECT FROM withholding w "
    "WHERE w.incident_id = i.id AND w.released_at IS NULL AND w.until > $6::timestamptz "
    "AND w.from_organization = ANY (a.stands_for) AND 'category' = ANY (w.members))) "
    "THEN coalesce(r.category, '') ELSE '' END AS category "
    "FROM incident_access a JOIN incident i ON i.id = a.incident_id "
    "JOIN marks_of(ARRAY(SELECT incident_id FROM incident_access WHERE incident_id >= $1::uuid AND incident_id < $2::uuid)) m "
    "ON m.incident_id = i.id "
    "LEFT JOIN LATERAL (SELECT assessment, cyberattack FROM judgement WHERE judgement.incident_id = i.id "
    "AND judgement.of_originator ORDER BY judgement.revision DESC LIMIT 1) AS j ON true "
    "LEFT JOIN LATERAL (SELECT report.category FROM report "
    "WHERE report.incident_id = i.id AND report.erased_at IS NULL ORDER BY report.version DESC LIMIT 1) AS r ON true "
    "WHERE a.incident_id >= $1::uuid AND a.incident_id < $2::uuid AND m.exercise = $3::boolean AND NOT m.canary "
    "AND (NOT $4::boolean OR i.organization = ANY (a.stands_for) OR i.submitted_by = ANY (a.stands_for))) "
    "SELECT CASE WHEN grouping(state) = 0 THEN 'state' WHEN grouping(assessment) = 0 THEN 'assessment' "
    "WHEN grouping(cyberattack) = 0 THEN 'cyberattack' WHEN grouping(category) = 0 THEN 'category' ELSE 'total' END AS by, "
    "coalesce(state, assessment, cyberattack, category, '') AS word, count(*) AS count FROM seen "
    "GROUP BY GROUPING SETS ((), (state), (assessment), (cyberattack), (category))"};

// A reporter counts what is his body's own: $5.
#define NOROSHI_OF_WHOSE_OWN                                                                                 \
  "(NOT $5::boolean OR EXISTS (SELECT FROM incident_access a JOIN incident i ON i.id = a.incident_id WHERE " \
  "a.incident_id = seen.incident_id AND (i.organization = ANY (a.stands_for) OR i.submitted_by = ANY (a.stands_for)))) "

constexpr Statement count_duties{
    "statistics_of_duties",
    "WITH seen AS MATERIALIZED (SELECT o.incident_id, o.edition, o.clause, o.sentence, o.state, o.due_at, o.fulfilled_at "
    "FROM obligation o WHERE o.id >= $1::uuid AND o.id < $2::uuid) "
    "SELECT edition, clause, sentence, count(*) AS total, "
    "count(*) FILTER (WHERE state = 'fulfilled' AND fulfilled_at <= due_at) AS in_time, "
    "count(*) FILTER (WHERE state = 'fulfilled' AND fulfilled_at > due_at) AS late, "
    "count(*) FILTER (WHERE state = 'open') AS open, "
    "count(*) FILTER (WHERE state = 'open' AND due_at < $3::timestamptz) AS overdue, "
    "count(*) FILTER (WHERE state = 'waived') AS waived, count(*) FILTER (WHERE state = 'superseded') AS superseded, "
    "percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM fulfilled_at - due_at)::double precision) "
    "FILTER (WHERE state = 'fulfilled') AS median, "
    "percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM fulfilled_at - due_at)::double precision) "
    "FILTER (WHERE state = 'fulfilled') AS p90 "
    "FROM seen JOIN marks_of(ARRAY(SELECT DISTINCT incident_id FROM seen)) m USING (incident_id) "
    "WHERE m.exercise = $4::boolean AND NOT m.canary AND " NOROSHI_OF_WHOSE_OWN
    "GROUP BY edition, clause, sentence ORDER BY edition COLLATE \"C\", clause COLLATE \"C\", sentence"};

constexpr Statement count_acknowledgements{
    "statistics_of_acknowledgements",
    "WITH seen AS MATERIALIZED (SELECT m.incident_id, m.acknowledge_by, m.acknowledged_at, m.acknowledged_at IS NULL "
    "AND EXISTS (SELECT FROM message later WHERE later.incident_id = m.incident_id AND later.recipient = m.recipient "
    "AND later.id > m.id AND later.acknowledge_by IS NOT NULL AND later.acknowledged_at IS NOT NULL) AS with_later "
    "FROM message m WHERE m.id >= $1::uuid AND m.id < $2::uuid AND m.acknowledge_by IS NOT NULL) "
    "SELECT count(*) AS total, count(*) FILTER (WHERE acknowledged_at <= acknowledge_by) AS in_time, "
    "count(*) FILTER (WHERE acknowledged_at > acknowledge_by) AS late, count(*) FILTER (WHERE with_later) AS with_later, "
    "count(*) FILTER (WHERE acknowledged_at IS NULL AND NOT with_later) AS waiting, "
    "count(*) FILTER (WHERE acknowledged_at IS NULL AND NOT with_later AND acknowledge_by < $3::timestamptz) AS overdue, "
    "percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM acknowledged_at - acknowledge_by)::double precision) "
    "FILTER (WHERE acknowledged_at IS NOT NULL) AS median, "
    "percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM acknowledged_at - acknowledge_by)::double precision) "
    "FILTER (WHERE acknowledged_at IS NOT NULL) AS p90 "
    "FROM seen JOIN marks_of(ARRAY(SELECT DISTINCT incident_id FROM seen)) k USING (incident_id) "
    "WHERE k.exercise = $4::boolean AND NOT k.canary AND " NOROSHI_OF_WHOSE_OWN};

codec::Lateness read_lateness(const Row& row) {
  return {row.get<std::optional<double>>("median"), row.get<std::optional<double>>("p90")};
}

codec::IncidentFigures read_incidents(const Rows& rows) {
  codec::IncidentFigures figures;
  for (const Row row : rows) {
    const auto by = row.get<std::string>("by");
    const auto count = row.get<std::int64_t>("count");
    auto* counts = by == "state"         ? &figures.by_state
                   : by == "assessment"  ? &figures.by_assessment
                   : by == "cyberattack" ? &figures.by_cyberattack
                   : by == "category"    ? &figures.by_category
                                         : nullptr;
    if (counts)
      counts->emplace(row.get<std::string>("word"), count);
    else
      figures.total = count;
  }
  return figures;
}

codec::ClauseFigures read_clause(const Row& row) {
  codec::ClauseFigures figures;
  figures.edition = row.get<std::string>("edition");
  figures.clause = row.get<std::string>("clause");
  figures.sentence = row.get<std::int32_t>("sentence");
  figures.total = row.get<std::int64_t>("total");
  figures.in_time = row.get<std::int64_t>("in_time");
  figures.late = row.get<std::int64_t>("late");
  figures.open = row.get<std::int64_t>("open");
  figures.overdue = row.get<std::int64_t>("overdue");
  figures.waived = row.get<std::int64_t>("waived");
  figures.superseded = row.get<std::int64_t>("superseded");
  figures.lateness = read_lateness(row);
  return figures;
}

codec::AcknowledgementFigures read_acknowledgements(const Row& row) {
  codec::AcknowledgementFigures figures;
  figures.total = row.get<std::int64_t>("total");
  figures.in_time = row.get<std::int64_t>("in_time");
  figures.late = row.get<std::int64_t>("late");
  figures.with_a_later_one = row.get<std::int64_t>("with_later");
  figures.waiting = row.get<std::int64_t>("waiting");
  figures.overdue = row.get<std::int64_t>("overdue");
  figures.lateness = read_lateness(row);
  return figures;
}

}  // namespace

codec::StatisticsView read_statistics(TenantTransaction& transaction, const StatisticsRange& range, Timestamp now) {
  codec::StatisticsView view;
  view.exercise = range.exercise;
  view.from = range.from;
  view.to = range.to;
  const auto least = least_id(range.from);
  const auto after = least_id(range.to);
  view.incidents = read_incidents(
      transaction.execute(count_incidents, {least, after, range.exercise, range.own, range.category, now}));
  view.duties = read_all(transaction.execute(count_duties, {least, after, now, range.exercise, range.own}), read_clause);
  const auto acknowledgements =
      transaction.execute(count_acknowledgements, {least, after, now, range.exercise, range.own});
  view.acknowledgements = read_acknowledgements(acknowledgements.one());
  return view;
}

}  // namespace noroshi::store
