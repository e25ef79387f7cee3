// What the schema itself holds: transitions, unchangeable rows, row-level security on every table, roles.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "src/core/endpoint.h"
#include "src/core/states.h"
#include "src/store/clock.h"
#include "src/store/migrations.h"
#include "src/store/sequencer.h"
#include "src/store/tokens.h"
#include "tests/store/store_scene.h"

namespace noroshi::store::test {
namespace {

// The transition tables of the core and of SQL, compared in every cell: a pair of different states is allowed in SQL where
// some event leads from one to the other.
template <class State, class Event>
void compare(std::span<const State> states, std::span<const Event> events, const std::string& table) {
  auto& scene = StoreScene::shared();
  for (State from : states) {
    for (State to : states) {
      if (from == to) continue;
      bool led = false;
      for (Event event : events) led = led || core::next(from, event) == to;
      INFO(table << ": " << core::to_string(from) << " -> " << core::to_string(to));
      CHECK(scene.count(fmt::format("{} WHERE from_state = '{}' AND to_state = '{}'", table, core::to_string(from),
                                    core::to_string(to))) == (led ? 1 : 0));
    }
  }
}

TEST_CASE("SQL mirrors the transition tables in every cell") {
  compare(core::all_incident_states(), core::all_incident_events(), "incident_transition");
  compare(core::all_obligation_states(), core::all_obligation_events(), "obligation_transition");
  compare(core::all_message_states(), core::all_message_events(), "message_transition");
  compare(core::all_assignment_states(), core::all_assignment_events(), "assignment_transition");
  compare(core::all_endpoint_states(), core::all_endpoint_events(), "endpoint_transition");
}

std::string refused_by(const std::string& sql) {
  auto& scene = StoreScene::shared();
  Transaction transaction(scene.owner());
  try {
    transaction.execute_script(sql);
  } catch (const ConstraintViolation& violation) {
    return violation.constraint();
  }
  return "";
}

TEST_CASE("the database itself refuses what the tables of states do not allow, and any change of what was written") {
  auto& scene = StoreScene::shared();
  accepted(scene.perform(submit(csirt_member("jps"),
                                report_json("schema", "first", R"(,"assessment":"incident","cyberattack":"yes")"))));
  CHECK(refused_by("UPDATE incident SET state = 'reported' WHERE state = 'assessed';"
                   "UPDATE incident SET state = 'closed' WHERE state = 'reported'") == "incident_transition");
  CHECK(refused_by("UPDATE obligation SET state = 'superseded', fulfilled_at = NULL WHERE state = 'fulfilled'") ==
        "obligation_transition");
  CHECK(refused_by("UPDATE event SET leaf = 'x'") == "unchangeable");
  CHECK(refused_by("DELETE FROM event_opening; DELETE FROM event") == "unchangeable");
  CHECK(refused_by("UPDATE report SET document = '{}'") == "unchangeable");
  CHECK(refused_by("DELETE FROM fulfillment") == "unchangeable");
}

TEST_CASE("every table with content has row-level security, forced; no role of the daemon owns one or is a superuser") {
  auto& scene = StoreScene::shared();
  CHECK(scene.text("SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class "
                   "WHERE relnamespace = 'noroshi'::regnamespace AND relkind = 'r' "
                   "AND NOT (relrowsecurity AND relforcerowsecurity)") ==
        "assignment_transition checkpoint clock_ladder clock_setting cosignature cymat_member_transition cymat_transition "
        "endpoint_transition incident_transition message_transition migration "
        "obligation_transition record_origin record_tile sealer sequencer signing_key witness");
  CHECK(scene.count("pg_class WHERE relnamespace = 'noroshi'::regnamespace AND relkind IN ('r', 'v') "
                    "AND pg_get_userbyid(relowner) IN (SELECT rolname FROM pg_roles WHERE rolname LIKE 'noroshi\\_%' "
                    "AND rolcanlogin)") == 0);
  CHECK(scene.count("pg_roles WHERE rolname LIKE 'noroshi\\_%' AND (rolsuper OR rolbypassrls OR rolcreaterole)") == 0);
}

TEST_CASE("a writer can write through apply() alone") {
  auto& scene = StoreScene::shared();
  Connection writer(scene.settings(), DatabaseRole::writer);
  constexpr Statement insert{"test_insert", "INSERT INTO body_counter VALUES ('x', 2020, 1)"};
  constexpr Statement read{"test_read", "SELECT count(*) FROM incident"};
  CHECK_THROWS_AS(writer.execute(insert), DatabaseFault);
  Connection again(scene.settings(), DatabaseRole::writer);
  CHECK(again.execute(read).one().get<std::int64_t>(0) == 0);  // nothing it has not locked
}

TEST_CASE("events are numbered without gaps by one sequencer; a fenced one numbers nothing") {
  auto& scene = StoreScene::shared();
  Connection one(scene.settings(), DatabaseRole::sequencer);
  Connection two(scene.settings(), DatabaseRole::sequencer);
  Sequencer first(one, Sequencer::make_holder(), std::chrono::milliseconds(300));
  Sequencer second(two, Sequencer::make_holder(), std::chrono::milliseconds(300));
  REQUIRE(first.run_once());
  CHECK_FALSE(second.run_once());
  CHECK(scene.count("event WHERE sequence IS NULL") == 0);
  CHECK(scene.text("SELECT max(sequence) + 1 = count(*) FROM event") == "true");
  CHECK(eventually([&] { return second.run_once().has_value(); }));
  CHECK_FALSE(first.run_once());
}

TEST_CASE("leases are of real time, however fast the shown clock runs") {
  auto& scene = StoreScene::shared();
  show_time(scene.owner(), shown_time(scene.owner()), 10000);
  Connection one(scene.settings(), DatabaseRole::sequencer);
  Connection two(scene.settings(), DatabaseRole::sequencer);
  Sequencer first(one, Sequencer::make_holder(), std::chrono::seconds(30));
  Sequencer second(two, Sequencer::make_holder(), std::chrono::seconds(30));
  REQUIRE(eventually([&] { return first.run_once().has_value(); }));
  const auto taken = shown_time(scene.owner());
  // Past the lease, were it of shown time.
  CHECK(eventually([&] { return shown_time(scene.owner()) > taken + std::chrono::minutes(5); }));
  CHECK_FALSE(second.run_once());
  show_real_time(scene.owner());
  CHECK(clock_is_real(scene.owner()));
  CHECK(second.run_once());  // a lease that lies too far ahead is none
}

TEST_CASE("a token is good until it is revoked or expires; a changed secret is bad") {
  auto& scene = StoreScene::shared();
  ConnectionPool pool(scene.settings(), DatabaseRole::authenticator, 1);
  TokenDirectory directory(pool);
  const auto bearer = issue_token(scene.owner(), "jps", core::Role::csirt_head, "当直", std::nullopt);
  CHECK(directory.look_up(bearer).verdict == TokenDirectory::Verdict::good);
  CHECK(directory.look_up(bearer).actor.organization == "jps");
  REQUIRE(directory.remembered(bearer));
  auto changed = bearer;
  changed.back() = changed.back() == 'A' ? 'B' : 'A';
  CHECK(directory.look_up(changed).verdict == TokenDirectory::Verdict::bad);
  CHECK(directory.look_up("noroshi_").verdict == TokenDirectory::Verdict::bad);

  const auto id = directory.look_up(bearer).actor.token;
  CHECK(revoke_token(scene.owner(), *id));
  CHECK_FALSE(revoke_token(scene.owner(), *id));
  CHECK(directory.look_up(bearer).verdict == TokenDirectory::Verdict::bad);
  const auto expired = issue_token(scene.owner(), "jps", core::Role::reporter, "", std::chrono::seconds(0));
  CHECK(directory.look_up(expired).verdict == TokenDirectory::Verdict::bad);
}

TEST_CASE("who comes with a token that hears alarms is noted for his body, to the minute") {
  const OwnDatabase database;
  Connection owner(database.settings(), DatabaseRole::owner);
  Migrations::embedded().apply(owner);
  const auto presence = [&] {
    return text_of(owner, "SELECT string_agg(organization || ' ' || to_char(asked_at AT TIME ZONE interval '9 hours', "
                          "'HH24:MI'), '; ' ORDER BY organization) FROM body_presence");
  };
  const auto travel_to = [&](const std::string& time) {
    constexpr Statement show{"test_show_clock", "SELECT show_clock($1::timestamptz, 1)"};
    owner.execute(show, {time});
  };
  ConnectionPool pool(database.settings(), DatabaseRole::authenticator, 1);
  TokenDirectory directory(pool);
  const auto comes = [&](const std::string& bearer) {
    CHECK(directory.look_up(bearer).verdict == TokenDirectory::Verdict::good);
  };
  travel_to("2018-08-01T09:20:00+09:00");
  const auto member = issue_token(owner, "mhlw", core::Role::csirt_member, "", std::nullopt);
  const auto scraper = issue_token(owner, "nisc", core::Role::operator_, "", std::nullopt);
  const auto reporter = issue_token(owner, "jps", core::Role::reporter, "", std::nullopt);
  // A program that reads figures is nobody who would read the inbox.
  for (const auto& bearer : {member, scraper, reporter}) comes(bearer);
  CHECK(presence() == "mhlw 09:20");
  travel_to("2018-08-01T09:20:50+09:00");
  comes(member);
  CHECK(presence() == "mhlw 09:20");
  travel_to("2018-08-01T09:21:10+09:00");
  comes(member);
  CHECK(presence() == "mhlw 09:21");
  // The clock is set back.
  travel_to("2018-08-01T08:00:00+09:00");
  comes(member);
  CHECK(presence() == "mhlw 08:00");

  // A row that another session holds, or none to be had at all, keeps nobody out.
  travel_to("2018-08-01T10:00:00+09:00");
  {
    Connection other(database.settings(), DatabaseRole::owner);
    Transaction holding(other);
    holding.execute_script("UPDATE noroshi.body_presence SET asked_at = asked_at");
    comes(member);
  }
  CHECK(presence() == "mhlw 08:00");
  run(owner, "DROP FUNCTION note_presence(text)");
  comes(member);
  CHECK(presence() == "mhlw 08:00");
}

TEST_CASE("who asks for a token when no connection is to be had waits until his deadline and no longer") {
  auto& scene = StoreScene::shared();
  ConnectionPool pool(scene.settings(), DatabaseRole::authenticator, 1);
  TokenDirectory directory(pool);
  const auto bearer = issue_token(scene.owner(), "jps", core::Role::csirt_head, "当直", std::nullopt);
  const auto taken = pool.acquire(std::chrono::seconds(10));
  const auto asked = std::chrono::steady_clock::now();
  CHECK_THROWS_AS(directory.look_up(bearer), Unavailable);
  const auto waited = std::chrono::steady_clock::now() - asked;
  CHECK(waited >= std::chrono::milliseconds(500));
  CHECK(waited < std::chrono::seconds(5));
  // One whose time ran out in a queue is told at once; with a connection free he is served all the same.
  CHECK_THROWS_AS(directory.look_up(bearer, asked), Unavailable);
}

}  // namespace
}  // namespace noroshi::store::test
