#include "src/store/record_reader.h"

#include <algorithm>
#include <limits>
#include <map>

#include "src/store/column_reader.h"

namespace noroshi::store {
namespace {

constexpr std::size_t page = 512;
constexpr std::uint64_t bytes_at_once = 4 << 20;  // of openings

constexpr Statement select_by_sequence{
    "record_events",
    "SELECT id, type, at, incident_id, organization, role, parties, subject, leaf, sequence FROM event "
    "WHERE sequence >= $1::bigint ORDER BY sequence LIMIT $2::integer"};
constexpr Statement select_filtered{
    "record_events_filtered",
    "SELECT id, type, at, incident_id, organization, role, parties, subject, leaf, sequence FROM event "
    "WHERE sequence >= $1::bigint AND sequence < $2::bigint AND ($4 = '' OR type = $4) AND ($5 = '' OR organization = "
    "$5) "
    "AND at >= $6::timestamptz AND at < $7::timestamptz ORDER BY sequence LIMIT $3::integer"};
constexpr Statement select_of_incident{
    "record_events_of_incident",
    "SELECT id, type, at, incident_id, organization, role, parties, subject, leaf, sequence FROM event "
    "WHERE sequence >= $1::bigint AND sequence < $2::bigint AND ($4 = '' OR type = $4) AND ($5 = '' OR organization = "
    "$5) "
    "AND at >= $6::timestamptz AND at < $7::timestamptz AND incident_id = $8::uuid ORDER BY sequence LIMIT "
    "$3::integer"};
constexpr Statement incident_of_number{"record_incident", "SELECT id FROM incident WHERE number = $1"};
constexpr Statement label_of{"record_label", "SELECT number, exercise FROM incident WHERE id = $1::uuid"};
constexpr Statement report_of{"record_report", "SELECT bytes FROM report WHERE event_id = $1::uuid"};
constexpr Statement select_by_incident{
    "record_events_by_incident",
    "SELECT id, type, at, incident_id, organization, role, parties, subject, leaf, sequence FROM event "
    "WHERE (incident_id, at, id) > ($1::uuid, $2::timestamptz, $3::uuid) AND incident_id <= $4::uuid "
    "ORDER BY incident_id, at, id LIMIT $5::integer"};
constexpr Statement select_opening_sizes{
    "record_opening_sizes",
    "SELECT event_id, sum(octet_length(value))::bigint AS size FROM event_opening WHERE event_id = ANY ($1::uuid[]) "
    "GROUP BY event_id"};
constexpr Statement select_openings{"record_openings",
                                    "SELECT event_id, field, salt, value FROM event_opening WHERE event_id = ANY "
                                    "($1::uuid[]) ORDER BY event_id, field"};

StoredEvent read_event(const Row& row) {
  StoredEvent event;
  event.id = row.get<std::string>("id");
  if (const auto sequence = row.get<std::optional<std::int64_t>>("sequence"))
    event.sequence = static_cast<std::uint64_t>(*sequence);
  event.incident = row.get<std::string>("incident_id");
  event.type = row.get<std::string>("type");
  event.columns = read_columns(row, event_columns());
  event.leaf = text_of(row.get<Bytes>("leaf"));
  return event;
}

// One that does not open matches no commitment, as one of another length: zeros neither.
record::Opening read_opening(const Row& row) {
  record::Opening opening{row.get<std::string>("field"), {}, bytes_if_they_open(row, "value").value_or("")};
  auto salt = text_of(row.get<Bytes>("salt"));
  auto& value = opening.value;
  // Sealed, the salt goes before the value.
  if (salt.empty() && value.size() >= opening.salt.size()) {
    salt = value.substr(0, opening.salt.size());
    value.erase(0, opening.salt.size());
  }
  if (salt.size() == opening.salt.size())
    std::transform(salt.begin(), salt.end(), opening.salt.begin(), [](char byte) { return static_cast<std::uint8_t>(byte); });
  return opening;
}

// Adds the openings of a page and hands its events on, a part at a time.
void hand_on(Transaction& transaction, std::vector<StoredEvent> events, const TakeEvent& take) {
  std::vector<std::string> ids;
  for (const auto& event : events) ids.push_back(event.id);
  std::map<std::string, std::uint64_t, std::less<>> size_of;
  for (const auto& row : transaction.execute(select_opening_sizes, {ids}))
    size_of[row.get<std::string>("event_id")] = static_cast<std::uint64_t>(row.get<std::int64_t>("size"));
  std::vector<std::uint64_t> sizes;
  for (const auto& id : ids) sizes.push_back(size_of[id]);

  auto next = events.begin();
  for (const auto& part : parts_by_size(ids, sizes, bytes_at_once)) {
    std::map<std::string, std::vector<record::Opening>, std::less<>> openings;
    for (const auto& row : transaction.execute(select_openings, {part}))
      openings[row.get<std::string>("event_id")].push_back(read_opening(row));
    for (std::size_t i = 0; i < part.size(); ++i, ++next) {
      next->openings = std::move(openings[next->id]);
      take(std::move(*next));
    }
  }
}

std::vector<StoredEvent> read_page(const Rows& rows) {
  std::vector<StoredEvent> events;
  events.reserve(rows.size());
  for (const auto& row : rows) events.push_back(read_event(row));
  return events;
}

void read_by_incident(Transaction& transaction, std::string incident, std::string at, std::string id,
                      const std::string& last, const TakeEvent& take) {
  while (true) {
    const auto rows = transaction.execute(select_by_incident, {incident, at, id, last, page});
    if (rows.empty()) return;
    const auto end = rows[rows.size() - 1];
    incident = end.get<std::string>("incident_id");
    at = end.get<std::string>("at");  // as text: a time that this program cannot hold is told of, not stumbled over
    id = end.get<std::string>("id");
    hand_on(transaction, read_page(rows), take);
    if (rows.size() < page) return;
  }
}

constexpr const char* first_id = "00000000-0000-0000-0000-000000000000";
constexpr const char* last_id = "ffffffff-ffff-ffff-ffff-ffffffffffff";

}  // namespace

std::vector<std::span<const std::string>> parts_by_size(std::span<const std::string> things,
                                                        std::span<const std::uint64_t> sizes, std::uint64_t most) {
  std::vector<std::span<const std::string>> parts;
  std::size_t begin = 0;
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < things.size(); ++i) {
    if (i > begin && sum + sizes[i] > most) {
      parts.push_back(things.subspan(begin, i - begin));
      begin = i;
      sum = 0;
    }
    sum += sizes[i];
  }
  if (begin < things.size()) parts.push_back(things.subspan(begin));
  return parts;
}

std::size_t read_events(Transaction& transaction, std::uint64_t from, std::size_t most, const TakeEvent& take) {
  const auto rows = transaction.execute(select_by_sequence, {from, most});
  hand_on(transaction, read_page(rows), take);
  return rows.size();
}

std::size_t read_events(Transaction& transaction, const EventFilter& filter, std::uint64_t from, std::uint64_t end,
                        std::size_t most, const TakeEvent& take) {
  const auto since = filter.from ? Parameter(*filter.from) : Parameter("-infinity");
  const auto until = filter.to ? Parameter(*filter.to) : Parameter("infinity");
  std::vector<Parameter> parameters{from,
                                    std::min(end, std::uint64_t{std::numeric_limits<std::int64_t>::max()}),
                                    most,
                                    filter.type,
                                    filter.organization,
                                    since,
                                    until};
  if (!filter.incident.empty()) parameters.push_back(filter.incident);
  const auto rows = transaction.execute(filter.incident.empty() ? select_filtered : select_of_incident, parameters);
  hand_on(transaction, read_page(rows), take);
  return rows.size();
}

std::string find_incident(Transaction& transaction, const std::string& number) {
  const auto row = transaction.execute(incident_of_number, {number}).maybe_one();
  return row ? row->get<std::string>("id") : std::string();
}

IncidentLabel read_label(Transaction& transaction, const std::string& incident) {
  const auto row = transaction.execute(label_of, {incident}).maybe_one();
  return row ? IncidentLabel{row->get<std::string>("number"), row->get<bool>("exercise")} : IncidentLabel{};
}

std::optional<std::string> read_report(Transaction& transaction, const std::string& event) {
  const auto row = transaction.execute(report_of, {event}).maybe_one();
  return row ? bytes_if_they_open(*row, "bytes") : std::nullopt;
}

void read_events_of(Transaction& transaction, const std::string& incident, const TakeEvent& take) {
  read_by_incident(transaction, incident, "-infinity", first_id, incident, take);
}

void read_events_between(Transaction& transaction, const std::string& after, const std::string& last,
                         const TakeEvent& take) {
  read_by_incident(transaction, after, "infinity", last_id, last, take);
}

}  // namespace noroshi::store
