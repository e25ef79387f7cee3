#include <algorithm>
#include <map>

#include "src/store/known.h"
#include "src/store/view_rows.h"

namespace noroshi::store {
namespace {

#define NOROSHI_CYMAT_COLUMNS                                                                                 \
  "SELECT id, incident_id, organization, supported, through, center, reason, priority, state, requested_at, " \
  "requested_by_name, forwarded_at, received_at, ruling, united_response, decision_reason, decided_at, "      \
  "decided_by_name, dispatched_at, ended_at, end_reason, report, revision, "                                      \
  "(SELECT i.exercise FROM incident i WHERE i.id = cymat_request.incident_id) AS exercise FROM cymat_request "

// What the caller sees, as party or as home agency, with its place in the list. For a centre ($1) what waits for people comes
// first, by priority and time: what was asked for and not turned down, without a team yet.
#define NOROSHI_CYMAT_PLACES                                                                                     \
  "WITH seen AS (SELECT id, requested_at, priority, false AS of_home, "                                          \
  "(state = 'requested' AND (through = '' OR forwarded_at IS NOT NULL)) OR state = 'received' "                  \
  "OR (state = 'decided' AND ruling = 'dispatch') AS waits FROM cymat_request UNION ALL "                        \
  "SELECT h.id, h.requested_at, h.priority, true, false FROM cymat_requests_of_home() h "                        \
  "WHERE NOT EXISTS (SELECT FROM cymat_request r WHERE r.id = h.id)), "                                          \
  "keyed AS (SELECT id, requested_at, of_home, waits AND $1 AS queued, (NOT (waits AND $1))::integer AS later, " \
  "CASE WHEN waits AND $1 THEN array_position(ARRAY['urgent', 'high', 'normal'], priority) ELSE 0 END AS rank, " \
  "CASE WHEN waits AND $1 THEN requested_at - 'epoch'::timestamptz ELSE 'epoch'::timestamptz - requested_at END " \
  "AS turn FROM seen), "                                                                                         \
  "placed AS (SELECT *, CASE WHEN queued AND NOT EXISTS (SELECT FROM cymat_pool() WHERE NOT busy) THEN "         \
  "row_number() OVER (ORDER BY later, rank, turn, id) END AS queue_position FROM keyed) "
constexpr Statement select_places{
    "view_cymat_places",
    NOROSHI_CYMAT_PLACES "SELECT * FROM placed WHERE $2::integer IS NULL OR (later, rank, turn, id) > ($2::integer, "
    "$3::integer, CASE WHEN $2::integer = 0 THEN $4::timestamptz - 'epoch'::timestamptz "
    "ELSE 'epoch'::timestamptz - $4::timestamptz END, $5::uuid) ORDER BY later, rank, turn, id LIMIT $6"};
constexpr Statement select_place{"view_cymat_place", NOROSHI_CYMAT_PLACES "SELECT * FROM placed WHERE id = $2::uuid"};
constexpr Statement select_requests{"view_cymat_requests", NOROSHI_CYMAT_COLUMNS "WHERE id = ANY ($1::uuid[])"};
constexpr Statement select_of_incident{"view_cymat_requests_of_incident",
                                       NOROSHI_CYMAT_COLUMNS "WHERE incident_id = $1::uuid ORDER BY requested_at, id"};
constexpr Statement select_party{"view_cymat_party", "SELECT EXISTS (SELECT FROM cymat_request WHERE id = $1::uuid)"};
constexpr Statement select_of_home{
    "view_cymat_requests_of_home",
    "SELECT id, supported, center, priority, state, requested_at, revision, exercise_of_home(id) AS exercise "
    "FROM cymat_requests_of_home() "
    "WHERE id = ANY ($1::uuid[])"};
constexpr Statement select_members{
    "view_cymat_members",
    "SELECT request_id, id, organization, person, name, lead, trained, cleared, of_affected_body, state, reason, "
    "since, "
    "until FROM cymat_member WHERE request_id = ANY ($1::uuid[]) ORDER BY proposed_at, id"};
constexpr Statement select_log{
    "view_cymat_log",
    "SELECT id, kind, text, confidentiality, organization, name, at FROM cymat_entry WHERE request_id = $1::uuid "
    "AND ($2::timestamptz IS NULL OR (at, id) > ($2::timestamptz, $3::uuid)) ORDER BY at, id LIMIT $4"};
constexpr Statement select_pool{
    "view_cymat_pool",
    "SELECT person, organization, name, trained, cleared, busy, request_id FROM cymat_pool() "
    "ORDER BY busy, NOT trained, organization, name, person"};
constexpr Statement select_names{
    "view_names_of_seat", "SELECT DISTINCT unnest(stands_for) AS name FROM incident_access WHERE organization = $1"};

using Views = std::vector<codec::CymatRequestView>;

codec::CymatRequestView read_request(const Row& row) {
  codec::CymatRequestView view;
  view.request = read_cymat_request(row);
  view.incident_id = row.get<std::string>("incident_id");
  view.exercise = row.get<std::optional<bool>>("exercise").value_or(false);
  view.requested_by = row.get<std::string>("requested_by_name");
  view.decided_by = row.get<std::string>("decided_by_name");
  return view;
}

codec::CymatRequestView read_of_home(const Row& row) {
  codec::CymatRequestView view;
  view.of_home = true;
  view.exercise = row.get<std::optional<bool>>("exercise").value_or(false);
  view.request.id = id_of<core::CymatRequestId>(row.get<std::string_view>("id"));
  view.request.supported = row.get<std::string>("supported");
  view.request.center = row.get<std::string>("center");
  view.request.priority = core::parse_cymat_priority(row.get<std::string_view>("priority")).value();
  view.request.state = core::parse_cymat_state(row.get<std::string_view>("state")).value();
  view.request.requested_at = row.get<Timestamp>("requested_at");
  view.request.revision = row.get<std::int32_t>("revision");
  return view;
}

void add_members(TenantTransaction& transaction, Views& views) {
  std::vector<std::string> ids;
  std::map<std::string, core::CymatRequest*> by_id;
  for (auto& view : views) {
    ids.push_back(core::to_string(view.request.id));
    by_id[ids.back()] = &view.request;
  }
  if (ids.empty()) return;
  for (const auto& row : transaction.execute(select_members, {ids}))
    by_id.at(row.get<std::string>("request_id"))->members.push_back(read_cymat_member(row));
}

Views with_members(TenantTransaction& transaction, Views views) {
  add_members(transaction, views);
  return views;
}

// Where a request stands in the caller's list.
struct Place {
  std::string id;
  bool of_home = false;
  std::optional<int> queue_position;
};

Place read_place_of(const Row& row) {
  Place place{row.get<std::string>("id"), row.get<bool>("of_home"), std::nullopt};
  if (const auto position = row.get<std::optional<std::int64_t>>("queue_position"))
    place.queue_position = static_cast<int>(*position);
  return place;
}

// The requests at these places, in their order.
Views at_places(TenantTransaction& transaction, const std::vector<Place>& places) {
  std::vector<std::string> ids;
  for (const auto& place : places) ids.push_back(place.id);
  if (ids.empty()) return {};
  std::map<std::string, codec::CymatRequestView> known;
  const auto keep = [&](Views views) {
    for (auto& view : views) known.emplace(core::to_string(view.request.id), std::move(view));
  };
  keep(read_all(transaction.execute(select_requests, {ids}), read_request));
  if (std::any_of(places.begin(), places.end(), [](const Place& place) { return place.of_home; }))
    keep(read_all(transaction.execute(select_of_home, {ids}), read_of_home));
  Views views;
  for (const auto& place : places) {
    views.push_back(std::move(known.at(place.id)));
    views.back().queue_position = place.queue_position;
  }
  return with_members(transaction, std::move(views));
}

}  // namespace

PageOutcome<codec::CymatRequestView> list_cymat_requests(TenantTransaction& transaction, bool of_center,
                                                         const PageRequest& page) {
  auto key = key_of(page, 'c', "nntu");
  if (!key) return tl::unexpected(key.error());
  const Rows rows = transaction.execute(select_places,
                                        {of_center, (*key)[0], (*key)[1], (*key)[2], (*key)[3], page.limit + 1});
  auto places = read_page(rows, page.limit, read_place_of, [](const Row& row) {
    return write_cursor('c', {std::int64_t{row.get<std::int32_t>("later")}, std::int64_t{row.get<std::int32_t>("rank")},
                              row.get<Timestamp>("requested_at"), uuid_of(row, "id")});
  });
  return Page<codec::CymatRequestView>{at_places(transaction, places.items), std::move(places.next)};
}

Views cymat_requests_of(TenantTransaction& transaction, core::IncidentId incident) {
  return with_members(transaction,
                      read_all(transaction.execute(select_of_incident, {to_string(incident)}), read_request));
}

std::optional<codec::CymatRequestView> find_cymat_request(TenantTransaction& transaction, core::CymatRequestId id,
                                                          bool of_center) {
  auto views = at_places(transaction, read_all(transaction.execute(select_place, {of_center, to_string(id)}), read_place_of));
  if (views.empty()) return std::nullopt;
  return std::move(views.front());
}

bool is_party_of_cymat(TenantTransaction& transaction, core::CymatRequestId id) {
  return transaction.execute(select_party, {to_string(id)}).one().get<bool>(0);
}

PageOutcome<codec::CymatEntryView> list_cymat_log(TenantTransaction& transaction, core::CymatRequestId id,
                                                  const PageRequest& page) {
  auto key = key_of(page, 'l', "tu");
  if (!key) return tl::unexpected(key.error());
  const Rows rows = transaction.execute(select_log, {to_string(id), (*key)[0], (*key)[1], page.limit + 1});
  const auto read = [](const Row& row) {
    return codec::CymatEntryView{row.get<std::string>("id"),
                                 row.get<std::string>("kind"),
                                 row.get<std::string>("text"),
                                 row.get<std::int32_t>("confidentiality"),
                                 row.get<std::string>("organization"),
                                 row.get<std::string>("name"),
                                 row.get<Timestamp>("at")};
  };
  return read_page(rows, page.limit, read, [](const Row& row) {
    return write_cursor('l', {row.get<Timestamp>("at"), uuid_of(row, "id")});
  });
}

std::vector<codec::CymatPoolView> cymat_pool(TenantTransaction& transaction) {
  return read_all(transaction.execute(select_pool), [](const Row& row) {
    return codec::CymatPoolView{row.get<std::string>("person"),
                                row.get<std::string>("organization"),
                                row.get<std::string>("name"),
                                row.get<bool>("trained"),
                                row.get<bool>("cleared"),
                                row.get<bool>("busy"),
                                row.get<std::optional<std::string>>("request_id")};
  });
}

std::vector<std::string> names_of_seat(TenantTransaction& transaction, const std::string& seat) {
  std::vector<std::string> names{seat};
  for (const auto& row : transaction.execute(select_names, {seat}))
    if (auto name = row.get<std::string>("name"); name != seat) names.push_back(std::move(name));
  return names;
}

}  // namespace noroshi::store
