#include <algorithm>

#include "src/record/encodings.h"
#include "src/store/view_rows.h"

namespace noroshi::store {
namespace {

// How much of the record one page looks at, so that a body that sees little of it holds a connection no longer.
constexpr std::int64_t widest_look = 32'768;

// Who acted is content: it is left out for those who see the rows of duties only, and nothing is found by it.
#define NOROSHI_RECORDED_FILTER                                                                               \
  "e.sequence >= $1 AND e.sequence < $2 AND ($3::text IS NULL OR e.type = $3) "                               \
  "AND ($4::text IS NULL OR e.organization = $4 AND (e.incident_id = '00000000-0000-0000-0000-000000000000' " \
  "OR EXISTS (SELECT FROM incident_access s WHERE s.incident_id = e.incident_id AND s.scope = 'content'))) "  \
  "AND ($5::timestamptz IS NULL OR e.at >= $5) AND ($6::timestamptz IS NULL OR e.at < $6) "
#define NOROSHI_RECORDED_OF_PAGE                                                                    \
  "SELECT page.id, page.sequence, page.type, page.at, l.incident_id, l.number, "                    \
  "coalesce(l.exercise, false) AS exercise, "                                                       \
  "CASE WHEN a.scope = 'duties' THEN '' ELSE page.organization END AS organization, "               \
  "CASE WHEN a.scope = 'duties' THEN '' ELSE page.role END AS role, page.subject, "                 \
  "encode(v.leaf_sha256, 'hex') AS leaf_sha256, v.leaf, v.actor FROM page "                         \
  "LEFT JOIN labels_of(ARRAY(SELECT incident_id FROM page)) l ON l.incident_id = page.incident_id " \
  "LEFT JOIN incident_access a ON a.incident_id = page.incident_id "                                \
  "LEFT JOIN leaves_of(ARRAY(SELECT sequence FROM page)) v ON v.sequence = page.sequence ORDER BY page.sequence"
#define NOROSHI_RECORDED_COLUMNS "e.id, e.sequence, e.type, e.at, e.incident_id, e.organization, e.role, e.subject "

constexpr Statement select_events{"view_record", "WITH page AS (SELECT " NOROSHI_RECORDED_COLUMNS
                                                 "FROM event e WHERE " NOROSHI_RECORDED_FILTER
                                                 "ORDER BY e.sequence LIMIT $7) " NOROSHI_RECORDED_OF_PAGE};
constexpr Statement select_events_of_incident{
    "view_record_of_incident",
    "WITH page AS (SELECT " NOROSHI_RECORDED_COLUMNS "FROM event e WHERE " NOROSHI_RECORDED_FILTER
    "AND e.incident_id = $8::uuid ORDER BY e.sequence LIMIT $7) " NOROSHI_RECORDED_OF_PAGE};

codec::RecordedEventView read_event(const Row& row) {
  codec::RecordedEventView view;
  view.event.id = row.get<std::string>("id");
  view.event.sequence = row.get<std::int64_t>("sequence");
  view.event.type = row.get<std::string>("type");
  view.event.at = row.get<Timestamp>("at");
  view.event.incident_id = row.get<std::optional<std::string>>("incident_id");
  view.event.number = row.get<std::optional<std::string>>("number");
  view.event.exercise = row.get<bool>("exercise");
  view.event.organization = row.get<std::string>("organization");
  view.event.role = row.get<std::string>("role");
  view.event.subject = row.get<std::optional<std::string>>("subject");
  view.actor = row.get<std::optional<std::string>>("actor");
  view.leaf_sha256 = row.get<std::string>("leaf_sha256");
  if (!row.is_null("leaf")) {
    const auto leaf = row.get<Bytes>("leaf");
    view.leaf = record::to_base64({reinterpret_cast<const char*>(leaf.data()), leaf.size()});
  }
  return view;
}

}  // namespace

RecordPage read_record(TenantTransaction& transaction, const RecordFilter& filter, std::int64_t place,
                       std::int64_t until, int limit) {
  RecordPage page;
  // The index leads to the events of one incident at once.
  page.place = filter.incident ? std::max(place, until) : std::clamp(until, place, place + widest_look);
  if (page.place == place) return page;
  const Rows rows =
      filter.incident
          ? transaction.execute(select_events_of_incident, {place, page.place, filter.type, filter.organization,
                                                            filter.from, filter.to, limit, *filter.incident})
          : transaction.execute(select_events,
                                {place, page.place, filter.type, filter.organization, filter.from, filter.to, limit});
  page.items = read_all(rows, read_event);
  if (page.items.size() == static_cast<std::size_t>(limit)) page.place = page.items.back().event.sequence + 1;
  return page;
}

std::string write_record_place(std::int64_t place) {
  return write_cursor('r', {place});
}

std::optional<std::int64_t> read_record_place(std::string_view cursor) {
  const auto fields = read_cursor(cursor, 'r', "n");
  return fields ? std::optional(std::get<std::int64_t>(fields->front())) : std::nullopt;
}

}  // namespace noroshi::store
