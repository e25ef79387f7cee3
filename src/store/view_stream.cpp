#include <algorithm>
#include <map>

#include "src/store/report_views.h"
#include "src/store/view_rows.h"

namespace noroshi::store {
namespace {

// How much of the record one page looks at, so that a body that sees little of it holds a connection no
// longer.
constexpr std::int64_t widest_look = 8192;

constexpr Statement select_numbered{"view_numbered_events", "SELECT next_sequence FROM sequencer"};

// Who acted is content: it is left out for those who see the rows of duties only. An event of a body is of no incident.
constexpr Statement select_events{
    "view_stream",
    "WITH page AS (SELECT e.id, e.sequence, e.type, e.at, e.incident_id, e.organization, e.role, e.subject "
    "FROM event e WHERE e.sequence >= $1 AND e.sequence < $2 "
    "AND (NOT $3::boolean OR EXISTS (SELECT FROM incident_access a JOIN incident i ON i.id = a.incident_id "
    "WHERE a.incident_id = e.incident_id "
    "AND (i.organization = ANY (a.stands_for) OR i.submitted_by = ANY (a.stands_for)))) "
    "ORDER BY e.sequence LIMIT $4) "
    "SELECT page.id, page.sequence, page.type, page.at, l.incident_id, l.number, coalesce(l.exercise, false) AS exercise, "
    "CASE WHEN a.scope = 'duties' THEN '' ELSE page.organization END AS organization, "
    "CASE WHEN a.scope = 'duties' THEN '' ELSE page.role END AS role, page.subject "
    "FROM page LEFT JOIN labels_of(ARRAY(SELECT incident_id FROM page)) l ON l.incident_id = page.incident_id "
    "LEFT JOIN incident_access a ON a.incident_id = page.incident_id ORDER BY page.sequence"};

constexpr Statement select_alarms{
    "view_stream_alarms",
    "WITH page AS (SELECT " NOROSHI_ALARM_COLUMNS "FROM alarm m WHERE m.id = ANY ($1::uuid[])) "
    "SELECT " NOROSHI_ALARM_OF_PAGE};

constexpr Statement select_messages{
    "view_stream_messages",
    "WITH page AS (SELECT " NOROSHI_MESSAGE_COLUMNS
    "FROM message m WHERE m.id = ANY ($1::uuid[]) AND m.recipient = ANY ($2::text[])) "
    "SELECT " NOROSHI_MESSAGE_OF_PAGE};

codec::EventView read_event(const Row& row) {
  codec::EventView view;
  view.id = row.get<std::string>("id");
  view.sequence = row.get<std::int64_t>("sequence");
  view.type = row.get<std::string>("type");
  view.at = row.get<Timestamp>("at");
  view.incident_id = row.get<std::optional<std::string>>("incident_id");
  view.number = row.get<std::optional<std::string>>("number");
  view.exercise = row.get<bool>("exercise");
  view.organization = row.get<std::string>("organization");
  view.role = row.get<std::string>("role");
  view.subject = row.get<std::optional<std::string>>("subject");
  return view;
}

template <class Speaks>
std::vector<std::string> subjects_of(const std::vector<codec::EventView>& events, Speaks speaks) {
  std::vector<std::string> subjects;
  for (const codec::EventView& event : events)
    if (event.subject && speaks(event)) subjects.push_back(*event.subject);
  return subjects;
}

template <class View>
std::map<std::string, View> by_id(std::vector<View> views) {
  std::map<std::string, View> found;
  for (View& view : views) found.emplace(view.id, std::move(view));
  return found;
}

bool is_alarm(const codec::EventView& event) {
  return event.type.starts_with("alarm.");
}
bool is_message(const codec::EventView& event) {
  return event.type == "message.sent";
}

// An event that brings the caller an alarm or a message comes as that.
std::vector<codec::StreamItem> items_of(TenantTransaction& transaction, std::span<const std::string> bodies,
                                        const StreamFilter& filter, std::vector<codec::EventView> events) {
  std::map<std::string, codec::AlarmView> alarms;
  std::map<std::string, codec::MessageView> messages;
  if (const auto subjects = subjects_of(events, is_alarm); !subjects.empty())
    alarms = by_id(read_all(transaction.execute(select_alarms, {subjects}), read_alarm));
  if (const auto subjects = subjects_of(events, is_message); filter.inbox && !subjects.empty()) {
    auto read = read_all(transaction.execute(select_messages, {subjects, bodies}), read_message);
    add_receipts_of_inbox(transaction, read);
    messages = by_id(std::move(read));
  }
  if (!messages.empty()) {
    const auto note = newest_note(transaction);
    for (auto& [id, message] : messages) message.checkpoint = note;
  }

  std::vector<codec::StreamItem> items;
  items.reserve(events.size());
  for (codec::EventView& event : events) {
    const std::string subject = event.subject.value_or("");
    const std::int64_t sequence = event.sequence;
    if (const auto alarm = alarms.find(subject); is_alarm(event) && alarm != alarms.end())
      items.push_back({sequence, alarm->second});
    else if (const auto message = messages.find(subject); is_message(event) && message != messages.end())
      items.push_back({sequence, message->second});
    else
      items.push_back({sequence, std::move(event)});
  }
  return items;
}

}  // namespace

std::int64_t numbered_events(Connection& reader) {
  return reader.execute(select_numbered).one().get<std::int64_t>(0);
}

std::int64_t numbered_events(TenantTransaction& transaction) {
  return transaction.execute(select_numbered).one().get<std::int64_t>(0);
}

std::string write_place(std::int64_t place) {
  return write_cursor('s', {place});
}

std::optional<std::int64_t> read_place(std::string_view cursor) {
  const auto fields = read_cursor(cursor, 's', "n");
  return fields ? std::optional(std::get<std::int64_t>(fields->front())) : std::nullopt;
}

StreamPage read_stream(TenantTransaction& transaction, std::span<const std::string> bodies,
                       const StreamFilter& filter, std::int64_t place) {
  StreamPage page;
  page.numbered = numbered_events(transaction);
  page.place = std::clamp(page.numbered, place, place + widest_look);
  if (page.place == place) return page;
  auto events = read_all(
      transaction.execute(select_events, {place, page.place, filter.own, largest_stream_page}), read_event);
  if (events.size() == static_cast<std::size_t>(largest_stream_page)) page.place = events.back().sequence + 1;
  page.items = items_of(transaction, bodies, filter, std::move(events));
  return page;
}

}  // namespace noroshi::store
