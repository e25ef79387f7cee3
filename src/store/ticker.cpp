#include "src/store/ticker.h"

#include <algorithm>
#include <set>
#include <string>

#include "src/codec/json_writer.h"
#include "src/core/decide.h"
#include "src/core/departure.h"
#include "src/store/bytes.h"
#include "src/store/known.h"
#include "src/store/known_staff.h"
#include "src/store/own_acts.h"

namespace noroshi::store {
namespace {

constexpr Statement claim{
    "claim_clocks",
    "SELECT incident_id, token FROM claim_clocks(clock(), "
    "shown_length(make_interval(secs => $1::double precision / 1000)), $2::integer)"};
constexpr Statement look{"look_at_clocks",
                         "SELECT shown, rate = 1 AND shown_at = real_at AS real, "
                         "extract(epoch FROM next_unclaimed_ring() - shown)::double precision / rate AS seconds "
                         "FROM clock_setting, (SELECT clock() AS shown OFFSET 0) AS now"};
constexpr Statement next{"earliest_ring", "SELECT min(rings_at) FROM incident_clock"};
constexpr Statement use_steps{"use_ladder", "SELECT use_ladder($1)"};
constexpr Statement open_group{"open_group", "SELECT * FROM open_group($1::jsonb)"};
constexpr Statement held_claims{"held_claims", "SELECT * FROM held_claims($1::jsonb)"};
constexpr Statement next_day{"until_next_day",
                             "SELECT extract(epoch FROM (date_trunc('day', shown AT TIME ZONE interval '9 hours') + "
                             "interval '1 day') AT TIME ZONE interval '9 hours' - shown)::double precision / rate "
                             "FROM clock_setting, (SELECT clock() AS shown OFFSET 0) AS now"};
constexpr Statement select_listeners{"listeners", "SELECT * FROM listeners($1::timestamptz)"};
constexpr Statement relaying_bodies{"relaying_bodies", "SELECT * FROM relaying_bodies()"};
constexpr Statement apply{"apply", "SELECT apply($1::jsonb)"};
constexpr Statement clock_now{"clock", "SELECT clock()"};
constexpr Statement lock_staffs{"lock_staffs", "SELECT lock_staffs($1)"};
constexpr Statement incidents_naming{"incidents_naming", "SELECT * FROM incidents_naming($1::text[])"};

std::set<std::string> words(const Rows& rows) {
  std::set<std::string> all;
  for (const auto& row : rows) all.insert(row.get<std::string>(0));
  return all;
}

core::Listeners read_listeners(Transaction& transaction, Timestamp now) {
  core::Listeners listeners;
  for (const auto& row : transaction.execute(select_listeners, {now})) {
    const auto& body = *listeners.bodies_with_person.insert(row.get<std::string>("organization")).first;
    if (const auto at = row.get<std::optional<Timestamp>>("asked_at")) listeners.last_asked[body] = *at;
  }
  listeners.relaying = words(transaction.execute(relaying_bodies));
  return listeners;
}

// Of who responds to a case that is looked at, and of the teams there: whether the staff of now has them there still; of who
// leads, until when he is on duty.
void read_staffs(Transaction& transaction, const std::map<core::IncidentId, core::Incident>& incidents, Timestamp now,
                 core::Listeners& listeners, core::Departures& departures) {
  std::map<std::string, core::StaffNeeded> needed;
  for (const auto& [id, incident] : incidents)
    for (const auto& [body, of_body] : core::needed_to_ring(incident)) needed[body].merge(of_body);
  if (needed.empty()) return;
  std::vector<std::string> sorted;
  for (const auto& [body, of_body] : needed) sorted.push_back(body);
  transaction.execute(lock_staffs, {sorted});
  const auto context = load_response_context(transaction, needed);
  for (const auto& [id, incident] : incidents) core::look_at_staffs(incident, context, now, listeners, departures);
}

std::set<core::IncidentId> still_held(Transaction& transaction, std::span<const ClaimedClock> claims) {
  std::string text;
  codec::JsonWriter json(text);
  json.begin_array();
  for (const auto& held : claims)
    json.begin_object().member("incident", core::to_string(held.incident)).member("token", held.token).end_object();
  json.end_array();
  std::set<core::IncidentId> incidents;
  for (const auto& row : transaction.execute(held_claims, {text}))
    incidents.insert(id_of<core::IncidentId>(row.get<std::string_view>(0)));
  return incidents;
}

bool rewrites_duties(const core::Decision& decision) {
  return std::any_of(decision.events.begin(), decision.events.end(), [](const core::Event& event) {
    return core::type_of(event.what).starts_with("obligation.");
  });
}

void count(Rung& rung, const core::Decision& decision) {
  ++rung.incidents;
  for (const auto& event : decision.events) {
    const auto* alarm = std::get_if<core::AlarmRung>(&event.what);
    if (!alarm) continue;
    ++rung.alarms;
    rung.latest_after = std::max(rung.latest_after, event.at - alarm->reached_at);
  }
}

// Bodies of the registry that have ended and in whose place another stands.
std::vector<std::string> succeeded_bodies(const core::Law& law, Timestamp now) {
  std::vector<std::string> bodies;
  for (const auto& body : law.registry.organizations()) {
    const auto* standing = law.registry.standing_for(body.slug, japanese_day(now));
    if (standing && standing->slug != body.slug && body.period.to && *body.period.to < japanese_day(now))
      bodies.push_back(body.slug);
  }
  return bodies;
}

// Passes on the duties of one incident; whether anything changed.
bool pass_on(Connection& writer, const core::Law& law, core::IncidentId incident) {
  OwnActs acts(writer, law, {&incident, 1}, Reasons::loaded);
  auto decision = core::decide_succession(law, acts.known().at(incident), acts.moment());
  if (decision.events.empty()) return false;
  acts.add(std::move(decision));
  acts.commit();
  return true;
}

}  // namespace

std::vector<ClaimedClock> claim_clocks(Connection& ticker, std::chrono::milliseconds lease, int most) {
  std::vector<ClaimedClock> claims;
  for (const auto& row : ticker.execute(claim, {lease.count(), most}))
    claims.push_back(
        {id_of<core::IncidentId>(row.get<std::string_view>("incident_id")), row.get<std::int64_t>("token")});
  return claims;
}

ClockLook look_at_clocks(Connection& ticker) {
  const auto rows = ticker.execute(look);
  const auto row = rows.one();
  ClockLook seen{row.get<Timestamp>("shown"), row.get<bool>("real"), std::nullopt};
  if (const auto seconds = row.get<std::optional<double>>("seconds")) {
    // A clock of years from now is as good as one of a day from now: whoever waits looks again before.
    const auto bounded = std::clamp(*seconds, 0.0, 86400.0);
    seen.until_next = std::chrono::ceil<std::chrono::milliseconds>(std::chrono::duration<double>(bounded));
  }
  return seen;
}

void use_ladder(Connection& owner, const core::ClockPolicy& policy) {
  std::string steps;
  for (const auto& step : policy.steps) steps += format_duration(step) + " ";
  owner.execute(use_steps, {steps});
}

std::optional<Timestamp> earliest_ring(Connection& owner) {
  return owner.execute(next).one().get<std::optional<Timestamp>>(0);
}

void prepare_to_ring(Connection& writer) {
  Transaction transaction(writer);
  transaction.execute(open_group, {std::string("[]")});
  transaction.execute(held_claims, {std::string("[]")});
  read_listeners(transaction, {});
  load_endpoints(transaction, std::vector<std::string>{""});
  transaction.execute(apply, {std::string("{}")});
}

Rung ring_clocks(Connection& writer, const core::Law& law, std::span<const ClaimedClock> claims) {
  std::vector<core::IncidentId> incidents;
  for (const auto& claimed : claims) incidents.push_back(claimed.incident);
  OwnActs acts(writer, law, incidents, Reasons::left_out);
  auto listeners = read_listeners(acts.transaction(), acts.now());
  // Before the rows of the clocks are held: who changes a staff has its lock when he sets the clocks that hang on it.
  core::Departures departures;
  read_staffs(acts.transaction(), acts.known(), acts.now(), listeners, departures);
  const auto held = still_held(acts.transaction(), claims);
  Rung rung;
  for (const auto& [id, incident] : acts.known()) {
    if (!held.contains(id)) continue;
    auto decision = core::decide_ring(law, incident, listeners, departures, acts.moment());
    // A duty that passes to a successor is written whole.
    if (rewrites_duties(decision)) {
      const auto whole = load_incidents(acts.transaction(), {&id, 1}).at(id);
      decision = core::decide_ring(law, whole, listeners, departures, acts.moment());
    }
    count(rung, decision);
    acts.add_looked(std::move(decision));
  }
  acts.commit();
  return rung;
}

int apply_successions(Connection& writer, const core::Law& law) {
  const auto now = writer.execute(clock_now).one().get<Timestamp>(0);
  const auto bodies = succeeded_bodies(law, now);
  int changed = 0;
  for (const auto& row : writer.execute(incidents_naming, {bodies}))
    if (pass_on(writer, law, id_of<core::IncidentId>(row.get<std::string_view>(0)))) ++changed;
  return changed;
}

std::chrono::milliseconds until_next_day(Connection& writer) {
  const std::chrono::duration<double> left(writer.execute(next_day).one().get<double>(0));
  return std::chrono::ceil<std::chrono::milliseconds>(left);
}

}  // namespace noroshi::store
