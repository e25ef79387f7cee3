#include <algorithm>
#include <map>

#include "src/store/known.h"
#include "src/store/view_rows.h"

namespace noroshi::store {
namespace {

#define NOROSHI_CYMAT_COLUMNS                                                                                 \
  "SELECT id, incident_id, organization, supported, through, center, reason, priority, state, requested_at, " \
  "requested_by_name, forwarded_at, received_at, ruling, united_response, decision_reason, decided_at, "      \
  "decided_by_name, dispatched_at, ended_at, end_reason, report, revision FROM cymat_request "

constexpr Statement select_requests{"view_cymat_requests",
                                    NOROSHI_CYMAT_COLUMNS "ORDER BY requested_at DESC, id DESC LIMIT 500"};
constexpr Statement select_of_incident{"view_cymat_requests_of_incident",
                                       NOROSHI_CYMAT_COLUMNS "WHERE incident_id = $1::uuid ORDER BY requested_at, id"};
constexpr Statement select_one{"view_cymat_request", NOROSHI_CYMAT_COLUMNS "WHERE id = $1::uuid"};
constexpr Statement select_of_home{
    "view_cymat_requests_of_home",
    "SELECT id, supported, center, priority, state, requested_at, revision FROM cymat_requests_of_home() "
    "ORDER BY requested_at DESC, id DESC LIMIT 500"};
constexpr Statement select_members{
    "view_cymat_members",
    "SELECT request_id, id, organization, person, name, lead, trained, cleared, of_affected_body, state, reason, "
    "since, "
    "until FROM cymat_member WHERE request_id = ANY ($1::uuid[]) ORDER BY proposed_at, id"};
constexpr Statement select_log{
    "view_cymat_log",
    "SELECT id, kind, text, confidentiality, organization, name, at FROM cymat_entry WHERE request_id = $1::uuid "
    "ORDER BY at, id LIMIT 1000"};
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
  view.requested_by = row.get<std::string>("requested_by_name");
  view.decided_by = row.get<std::string>("decided_by_name");
  return view;
}

codec::CymatRequestView read_of_home(const Row& row) {
  codec::CymatRequestView view;
  view.of_home = true;
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

// What waits for people: asked for and not turned down, no team formed yet.
bool waits(const core::CymatRequest& request) {
  if (request.state == core::CymatState::requested) return request.through.empty() || request.forwarded_at;
  return request.state == core::CymatState::received ||
         (request.state == core::CymatState::decided && request.ruling == core::CymatRuling::dispatch);
}

// By priority, then by time; what waits before what does not. While nobody of the pool is free, with its place in the
// queue.
void queue(TenantTransaction& transaction, Views& views) {
  std::stable_sort(views.begin(), views.end(), [](const auto& a, const auto& b) {
    if (waits(a.request) != waits(b.request)) return waits(a.request);
    if (!waits(a.request)) return a.request.requested_at > b.request.requested_at;
    if (a.request.priority != b.request.priority) return a.request.priority > b.request.priority;
    return a.request.requested_at < b.request.requested_at;
  });
  const auto pool = cymat_pool(transaction);
  if (std::any_of(pool.begin(), pool.end(), [](const auto& one) { return !one.busy; })) return;
  int position = 0;
  for (auto& view : views)
    if (waits(view.request)) view.queue_position = ++position;
}

Views with_members(TenantTransaction& transaction, Views views) {
  add_members(transaction, views);
  return views;
}

}  // namespace

Views list_cymat_requests(TenantTransaction& transaction, bool of_center) {
  auto views = read_all(transaction.execute(select_requests), read_request);
  for (auto& view : read_all(transaction.execute(select_of_home), read_of_home)) {
    const auto known =
        std::any_of(views.begin(), views.end(), [&](const auto& other) { return other.request.id == view.request.id; });
    if (!known) views.push_back(std::move(view));
  }
  if (of_center) queue(transaction, views);
  return with_members(transaction, std::move(views));
}

Views cymat_requests_of(TenantTransaction& transaction, core::IncidentId incident) {
  return with_members(transaction,
                      read_all(transaction.execute(select_of_incident, {to_string(incident)}), read_request));
}

std::optional<codec::CymatRequestView> find_cymat_request(TenantTransaction& transaction, core::CymatRequestId id,
                                                          bool of_center) {
  // Its place in the queue hangs on the others.
  if (of_center) {
    for (auto& view : list_cymat_requests(transaction, true))
      if (view.request.id == id) return std::move(view);
    return std::nullopt;
  }
  auto views = read_all(transaction.execute(select_one, {to_string(id)}), read_request);
  if (views.empty())
    for (auto& view : read_all(transaction.execute(select_of_home), read_of_home))
      if (view.request.id == id) views.push_back(std::move(view));
  if (views.empty()) return std::nullopt;
  return std::move(with_members(transaction, std::move(views)).front());
}

std::optional<std::vector<codec::CymatEntryView>> cymat_log(TenantTransaction& transaction, core::CymatRequestId id) {
  if (!transaction.execute(select_one, {to_string(id)}).maybe_one()) return std::nullopt;
  return read_all(transaction.execute(select_log, {to_string(id)}), [](const Row& row) {
    return codec::CymatEntryView{row.get<std::string>("id"),
                                 row.get<std::string>("kind"),
                                 row.get<std::string>("text"),
                                 row.get<std::int32_t>("confidentiality"),
                                 row.get<std::string>("organization"),
                                 row.get<std::string>("name"),
                                 row.get<Timestamp>("at")};
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
