// Clocks against a real PostgreSQL: claimed by one, rung once, told to who may hear.
#include "src/store/ticker.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <thread>

#include "src/codec/answers.h"
#include "src/store/accounts.h"
#include "src/store/known.h"
#include "src/store/migrations.h"
#include "src/store/tokens.h"
#include "src/store/views.h"
#include "tests/store/store_scene.h"

namespace noroshi::store::test {
namespace {

using namespace std::chrono_literals;

constexpr auto lease = 60s;
const std::string attacked =
    R"(,"times":{"recognized":{"value":"2018-08-01T09:00:00+09:00"}},"assessment":"incident","cyberattack":"yes")";

// Somebody hears alarms at the bodies of the story.
class Scene : public OwnStore {
 public:
  explicit Scene(bool with_people = true)
      : ticker_(settings(), DatabaseRole::ticker), writer_(settings(), DatabaseRole::writer) {
    law().clocks.relay_on_silence = true;
    if (!with_people) return;
    for (const char* body : {"jps", "mhlw"})
      issue_token(owner(), body, core::Role::csirt_head, "", std::nullopt);
    issue_token(owner(), "nisc", core::Role::center_liaison, "", std::nullopt);
  }

  Connection& ticker() { return ticker_; }

  std::string report(const std::string& organization, const std::string& reference,
                     const std::string& members = attacked) {
    const auto result =
        perform(submit(csirt_head(organization), report_json(reference, "first", members), reference));
    return in_answer(accepted(result), "incident.id");
  }
  std::string duty(const std::string& incident, const std::string& rule) {
    return text("SELECT id FROM obligation WHERE incident_id = '" + incident + "' AND rule = '" + rule + "'");
  }
  void meet(const std::string& incident, const std::string& rule, const std::string& holder,
            core::FulfillmentMethod method) {
    codec::FulfillmentCommand body;
    body.method = method;
    Command command;
    command.actor = csirt_head(holder);
    command.action = Fulfill{core::ObligationId{*core::parse_uuid(duty(incident, rule))}, body};
    accepted(perform(command));
  }

  std::vector<ClaimedClock> claim() { return claim_clocks(ticker_, lease, 100); }
  // Whoever holds a token is at his desk when the clocks ring, unless he has left.
  Rung ring(std::span<const ClaimedClock> claims) {
    if (!left_)
      run(owner(), "INSERT INTO body_presence SELECT DISTINCT organization, clock() FROM token "
                   "ON CONFLICT (organization) DO UPDATE SET asked_at = EXCLUDED.asked_at");
    return ring_clocks(writer_, law(), claims);
  }
  void everybody_leaves() { left_ = true; }
  Rung ring() { return ring(claim()); }
  // "2 relay_silent mhlw -> nisc center_liaison" of all alarms so far that clocks raised, in their order.
  std::string alarms(const std::string& condition = "true") {
    return text(
        "SELECT string_agg(level || ' ' || code || ' ' || holder || ' -> ' || organization || ' ' || role, '; "
        "' ORDER BY id) "
        "FROM alarm WHERE clock IS NOT NULL AND " +
        condition);
  }

 private:
  Connection ticker_;
  Connection writer_;
  bool left_ = false;
};

// The constraint that says no, "not permitted", or nothing.
std::string refused_by(Connection& connection, const std::string& sql) {
  Transaction transaction(connection);
  try {
    transaction.execute_script(sql);
  } catch (const ConstraintViolation& violation) {
    return violation.constraint();
  } catch (const DatabaseFault& fault) {
    // libpqxx 6.4.5 drops the SQLSTATE of insufficient_privilege, and of no other.
    return fault.sqlstate().empty() ? "not permitted" : fault.what();
  }
  return "";
}

TEST_CASE("clocks that have come due are claimed and rung; then nothing is due until the next level") {
  Scene scene;
  const auto incident = scene.report("jps", "rung");
  CHECK(scene.claim().empty());
  const auto look = look_at_clocks(scene.ticker());
  CHECK_FALSE(look.real);
  REQUIRE(look.until_next);
  // The agency has a quarter of an hour to acknowledge.
  CHECK(*look.until_next > 10min);
  CHECK(*look.until_next <= 15min);

  scene.travel_to("2018-08-01T09:50:30+09:00");
  CHECK(look_at_clocks(scene.ticker()).until_next == 0ms);
  const auto claims = scene.claim();
  REQUIRE(claims.size() == 1);
  CHECK(core::to_string(claims[0].incident) == incident);
  const auto rung = scene.ring(claims);
  CHECK(rung.incidents == 1);
  CHECK(rung.alarms == 3);
  CHECK(rung.latest_after >= 15min);
  CHECK(scene.alarms() ==
        "1 duty_overdue mhlw -> mhlw csirt_member; 1 acknowledgement_overdue mhlw -> mhlw csirt_member; "
        "2 acknowledgement_overdue mhlw -> mhlw csirt_head");
  CHECK(scene.text("SELECT alarm_level FROM obligation WHERE rule = 'g.3'") == "1");
  CHECK(scene.text("SELECT alarm_level FROM message WHERE kind = 'report'") == "2");
  CHECK(scene.count(
            "message WHERE kind = 'alarm' AND recipient = 'mhlw' AND sender = '' AND report_id IS NULL") ==
        1);
  CHECK(scene.count("event WHERE type = 'alarm.rung' AND organization = ''") == 3);
  CHECK(scene.text(
            "SELECT rings_at = '2018-08-01T10:00:00+09:00' AND lease_until IS NULL FROM incident_clock") ==
        "true");
  CHECK(scene.claim().empty());
}

TEST_CASE("what was rung is loaded as it was decided: nothing is told a second time") {
  Scene scene(false);
  issue_token(scene.owner(), "nisc", core::Role::center_liaison, "", std::nullopt);
  scene.report("amed", "poisoned");
  // Two agencies supervise it jointly; nobody is at either, nor at the corporation.
  REQUIRE(scene.count("obligation WHERE rule = 'g.3'") >= 2);
  const auto agencies = scene.count("obligation WHERE rule = 'g.3'");
  // One clock at one level tells of both: that of the 続報, a day later.
  for (const char* time :
       {"2018-08-01T10:30:00+09:00", "2018-08-02T10:30:00+09:00", "2018-08-08T10:30:00+09:00"}) {
    scene.travel_to(time);
    CHECK(scene.ring().incidents == 1);
    CHECK(scene.claim().empty());
  }
  CHECK(scene.count("alarm WHERE code = 'body_without_person' AND organization = 'nisc'") == agencies + 1);
  CHECK(scene.count("alarm WHERE code = 'followup_overdue' AND level = 4") == agencies);
  // And to nobody else.
  CHECK(scene.count("alarm WHERE code = 'body_without_person' AND organization <> 'nisc'") == 0);

  // Alarms change nothing that a person could act on.
  CHECK(scene.text("SELECT revision FROM incident") ==
        scene.text("SELECT count(*) FROM event e WHERE type <> 'alarm.rung' "
                   "AND NOT EXISTS (SELECT FROM message m WHERE m.id = e.subject AND m.kind = 'alarm')"));
}

TEST_CASE(
    "one clock at one level that tells the centre of two bodies where nobody hears rings all the same") {
  Scene scene(false);
  const auto incident = scene.report("amed", "two");
  const auto agencies =
      scene.text("SELECT string_agg(holder, ',' ORDER BY holder) FROM obligation WHERE rule = 'g.3'");
  for (const char* body : {"amed", "nisc"})
    issue_token(scene.owner(), body,
                body == std::string("nisc") ? core::Role::center_liaison : core::Role::ciso, "",
                std::nullopt);
  // All that the agencies owe is met, so that the 続報 is the first that they hear of.
  std::size_t begin = 0;
  while (begin < agencies.size()) {
    const auto end = std::min(agencies.find(',', begin), agencies.size());
    const auto agency = agencies.substr(begin, end - begin);
    begin = end + 1;
    codec::FulfillmentCommand body;
    body.method = core::FulfillmentMethod::telephone;
    Command command;
    command.actor = csirt_head(agency);
    command.action = Fulfill{
        core::ObligationId{*core::parse_uuid(
            scene.text("SELECT id FROM obligation WHERE rule = 'g.3' AND holder = '" + agency + "'"))},
        body};
    accepted(scene.perform(command));
    Command acknowledge;
    acknowledge.actor = csirt_head(agency);
    acknowledge.action = Acknowledge{core::MessageId{*core::parse_uuid(scene.text(
                                         "SELECT id FROM message WHERE recipient = '" + agency + "'"))},
                                     {"当直", ""}};
    accepted(scene.perform(acknowledge));
  }
  scene.travel_to("2018-08-02T10:30:00+09:00");
  CHECK(scene.ring().incidents == 1);
  CHECK(scene.count("alarm WHERE code = 'body_without_person' AND clock = 'followup' AND level = 4") >= 2);
}

TEST_CASE("a claim is one daemon's for its lease; who slept past it rings nothing") {
  Scene scene;
  scene.report("jps", "fenced");
  scene.travel_to("2018-08-01T09:50:30+09:00");
  const auto slept = scene.claim();
  REQUIRE(slept.size() == 1);
  CHECK(scene.claim().empty());

  run(scene.owner(), "UPDATE incident_clock SET lease_until = clock() - interval '1 second'");
  const auto taken_over = scene.claim();
  REQUIRE(taken_over.size() == 1);
  CHECK(taken_over[0].token > slept[0].token);
  const auto nothing = scene.ring(slept);
  CHECK(nothing.incidents == 0);
  CHECK(nothing.alarms == 0);
  CHECK(scene.count("alarm") == 0);
  CHECK(scene.ring(taken_over).alarms == 3);
  // Not even when the other has done and gone.
  CHECK(scene.ring(slept).incidents == 0);
  CHECK(scene.count("alarm") == 3);
}

TEST_CASE("a claim rung twice tells nothing twice") {
  Scene scene;
  scene.report("jps", "again");
  scene.travel_to("2018-08-01T09:50:30+09:00");
  const auto claims = scene.claim();
  CHECK(scene.ring(claims).alarms == 3);
  CHECK(scene.ring(claims).alarms == 0);
  CHECK(scene.count("alarm") == 3);
}

TEST_CASE("a lease further ahead than twice its length is none: the clock was set back") {
  Scene scene;
  scene.report("jps", "set-back");
  scene.travel_to("2018-08-01T09:50:30+09:00");
  REQUIRE(scene.claim().size() == 1);
  run(scene.owner(), "UPDATE incident_clock SET lease_until = clock() + interval '110 seconds'");
  CHECK(scene.claim().empty());
  run(scene.owner(), "UPDATE incident_clock SET lease_until = clock() + interval '130 seconds'");
  CHECK(scene.claim().size() == 1);
}

TEST_CASE("what a person does between claim and ring counts") {
  Scene scene;
  const auto incident = scene.report("jps", "met");
  scene.travel_to("2018-08-01T09:34:00+09:00");
  Command acknowledge;
  acknowledge.actor = csirt_head("mhlw");
  acknowledge.action =
      Acknowledge{core::MessageId{*core::parse_uuid(scene.text("SELECT id FROM message"))}, {"当直", ""}};
  accepted(scene.perform(acknowledge));
  scene.travel_to("2018-08-01T09:50:30+09:00");
  const auto claims = scene.claim();
  REQUIRE(claims.size() == 1);
  scene.meet(incident, "g.3", "mhlw", core::FulfillmentMethod::telephone);
  CHECK(scene.ring(claims).alarms == 0);
  CHECK(scene.text("SELECT rings_at = '2018-08-01T10:00:00+09:00' FROM incident_clock") == "true");
}

TEST_CASE("two daemons ring forty incidents: each of them once") {
  Scene scene;
  for (int i = 0; i < 40; ++i) scene.report("jps", fmt::format("many-{}", i));
  scene.travel_to("2018-08-01T12:00:00+09:00");
  const auto daemon = [&] {
    Connection ticker(scene.settings(), DatabaseRole::ticker);
    Connection writer(scene.settings(), DatabaseRole::writer);
    int alarms = 0;
    for (auto claims = claim_clocks(ticker, lease, 3); !claims.empty();
         claims = claim_clocks(ticker, lease, 3))
      alarms += ring_clocks(writer, scene.law(), claims).alarms;
    return alarms;
  };
  auto other = std::async(std::launch::async, daemon);
  const int told = daemon() + other.get();
  CHECK(told == scene.count("alarm WHERE clock IS NOT NULL"));
  // (g)3 with its silence, (c), (d) and the acknowledgement, four levels each.
  CHECK(told == 40 * (4 + 1 + 4 + 4 + 4));
  CHECK(scene.claim().empty());
}

TEST_CASE("a level told twice by hand is refused by the database") {
  Scene scene;
  scene.report("jps", "doubled");
  scene.travel_to("2018-08-01T09:50:30+09:00");
  scene.ring();
  const std::string again =
      "INSERT INTO alarm (id, code, incident_id, obligation_id, organization, role, level, raised_at, "
      "due_at, reason_ja, "
      "reason_en, clock, subject, round, holder, event_id) SELECT gen_random_uuid(), code, incident_id, "
      "obligation_id, "
      "organization, role, level, raised_at, due_at, reason_ja, reason_en, clock, subject, {}, holder, "
      "event_id "
      "FROM alarm WHERE clock = 'duty'";
  CHECK(refused_by(scene.owner(), fmt::format(fmt::runtime(again), "round")) == "alarm_once");
  CHECK(refused_by(scene.owner(), fmt::format(fmt::runtime(again), "round + 1")).empty());
  CHECK(refused_by(scene.owner(), fmt::format(fmt::runtime(again), "NULL")) == "alarm_of_a_clock");
}

TEST_CASE("the ticker sees when something is due, and nothing of what") {
  Scene scene;
  scene.report("jps", "blind");
  for (const char* table : {"incident", "report", "obligation", "message", "alarm", "judgement", "token",
                            "relay_switch", "incident_access"}) {
    const auto sql = std::string("SELECT * FROM ") + table;
    CAPTURE(sql);
    CHECK(refused_by(scene.ticker(), sql) == "not permitted");
  }
  CHECK(refused_by(scene.ticker(), "UPDATE incident_clock SET rings_at = NULL") == "not permitted");
  CHECK(refused_by(scene.ticker(), "DELETE FROM incident_clock") == "not permitted");
  for (const char* call : {"held_claims('[]')", "relaying_bodies()", "bodies_with_person(clock())",
                           "lock_body('mhlw')", "apply('{}')", "show_clock(clock(), 1)", "count_clocks()"}) {
    const auto sql = std::string("SELECT ") + call;
    CAPTURE(sql);
    CHECK(refused_by(scene.ticker(), sql) == "not permitted");
  }
}

// A transaction of one body, as a request has it.
class As {
 public:
  As(Scene& scene, const std::string& organization)
      : bodies_{organization},
        connection_(scene.settings(), DatabaseRole::reader),
        transaction_(connection_, organization, "somebody") {}
  std::vector<codec::MessageView> inbox() {
    return list_inbox(transaction_, bodies_, {}, {.limit = largest_page}).value().items;
  }
  std::vector<codec::AlarmView> alarms() {
    return list_alarms(transaction_, {.limit = largest_page}).value().items;
  }
  std::optional<codec::MessageDetail> message(const std::string& id) {
    return find_message(transaction_, StoreScene::shared().law().registry, bodies_, core::MessageId{*core::parse_uuid(id)}, read_clock(transaction_));
  }
  std::size_t incidents() {
    return list_incidents(transaction_, {}, {.limit = largest_page}, read_clock(transaction_))
        .value()
        .items.size();
  }

 private:
  std::vector<std::string> bodies_;
  Connection connection_;
  TenantTransaction transaction_;
};

TEST_CASE("the centre reads the alarm of a silent agency, and nothing of the case") {
  Scene scene;
  scene.report("jps", "silent", attacked + R"(,"exercise":true)");
  scene.travel_to("2018-08-01T10:05:30+09:00");
  scene.ring();
  As nisc(scene, "nisc");
  const auto inbox = nisc.inbox();
  REQUIRE(inbox.size() == 1);
  CHECK(inbox[0].kind == "alarm");
  CHECK_FALSE(inbox[0].title);
  CHECK_FALSE(inbox[0].reference);
  CHECK_FALSE(inbox[0].version);
  CHECK(inbox[0].number == "JPS-2018-1");
  CHECK(inbox[0].exercise);
  const auto detail = nisc.message(inbox[0].id);
  REQUIRE(detail);
  CHECK_FALSE(detail->report);
  CHECK_FALSE(detail->document);
  CHECK(detail->note.find("不審な通信") == std::string::npos);
  CHECK(nisc.incidents() == 0);
  const auto alarms = nisc.alarms();
  REQUIRE(alarms.size() == 1);
  CHECK(alarms[0].code == "relay_silent");
  CHECK(alarms[0].holder == "mhlw");
  CHECK(alarms[0].level == 2);
  CHECK(alarms[0].role == "center_liaison");
}

TEST_CASE(
    "who got an alarm acknowledges it, though it sees nothing of the case; no other message is there for "
    "it") {
  Scene scene;
  scene.report("jps", "acknowledged");
  scene.travel_to("2018-08-01T10:05:30+09:00");
  scene.ring();
  const auto acknowledge = [&](const std::string& body, const std::string& kind,
                               const std::string& recipient) {
    Command command;
    command.actor = csirt_member(body);
    command.action =
        Acknowledge{core::MessageId{*core::parse_uuid(scene.text(fmt::format(
                        "SELECT id FROM message WHERE kind = '{}' AND recipient = '{}'", kind, recipient)))},
                    {"当直", ""}};
    return refusal_code(scene.perform(command));
  };
  CHECK(acknowledge("nisc", "report", "mhlw") == "not_found");
  CHECK(acknowledge("nisc", "alarm", "mhlw") == "not_found");
  CHECK(acknowledge("jps", "alarm", "nisc") == "not_found");
  CHECK(acknowledge("mext", "alarm", "nisc") == "not_found");
  CHECK(acknowledge("nisc", "alarm", "nisc") == "answered");
  CHECK(acknowledge("nisc", "alarm", "nisc") == "already_acknowledged");
  CHECK(scene.count("message WHERE kind = 'alarm' AND acknowledged_at IS NOT NULL") == 1);
  CHECK(scene.count("obligation WHERE acknowledged_at IS NOT NULL") == 0);
}

TEST_CASE("an alarm is for who is told and for whose clock it is") {
  Scene scene;
  const auto incident = scene.report("jps", "between");
  scene.meet(incident, "g.3", "mhlw", core::FulfillmentMethod::relay);
  scene.travel_to("2018-08-01T10:40:00+09:00");
  scene.ring();
  // The centre has not acknowledged the agency's relay: at level 4 the agency hears.
  CHECK(scene.count("alarm WHERE holder = 'nisc' AND organization = 'mhlw' AND level = 4") == 1);
  const auto sees = [&](const std::string& body) {
    std::set<std::string> seen;
    for (const auto& alarm : As(scene, body).alarms())
      seen.insert(alarm.holder + " -> " + alarm.organization);
    return seen;
  };
  CHECK(sees("jps") == std::set<std::string>{"jps -> jps", "mhlw -> jps"});
  CHECK(sees("mhlw") == std::set<std::string>{"mhlw -> jps", "mhlw -> mhlw", "nisc -> mhlw"});
  CHECK(sees("nisc") == std::set<std::string>{"nisc -> mhlw", "nisc -> nisc"});
  CHECK(sees("mext").empty());
  for (const auto& message : As(scene, "jps").inbox()) CHECK(message.recipient == "jps");
}

TEST_CASE("that nobody hears at a body is no business of the police or of the body that reported") {
  Scene scene(false);
  issue_token(scene.owner(), "nisc", core::Role::center_liaison, "", std::nullopt);
  issue_token(scene.owner(), "jps", core::Role::csirt_head, "", std::nullopt);
  const auto incident = scene.report("jps", "alone");
  scene.meet(incident, "h", "jps", core::FulfillmentMethod::report);
  scene.travel_to("2018-08-01T09:50:30+09:00");
  scene.ring();
  REQUIRE(scene.count("alarm WHERE code = 'body_without_person' AND holder = 'mhlw'") == 1);
  for (const char* body : {"jps", "police-tokyo"})
    for (const auto& alarm : As(scene, body).alarms())
      if (alarm.code == "body_without_person") CHECK(alarm.holder == body);
}

TEST_CASE("somebody hears alarms who holds a token of such a role that is good") {
  Scene scene(false);
  const auto bodies = [&] {
    Connection writer(scene.settings(), DatabaseRole::writer);
    constexpr Statement ask{"test_bodies", "SELECT bodies_with_person(clock())"};
    std::set<std::string> all;
    for (const auto& row : writer.execute(ask)) all.insert(row.get<std::string>(0));
    return all;
  };
  CHECK(bodies().empty());
  const std::set<core::Role> hear = {
      core::Role::csirt_member,   core::Role::csirt_head,  core::Role::external_contact, core::Role::ciso,
      core::Role::center_liaison, core::Role::police_desk, core::Role::crisis_desk};
  std::set<std::string> expected;
  for (const auto role : core::all_roles()) {
    const std::string body = "body-" + std::string(core::to_string(role));
    issue_token(scene.owner(), body, role, "", std::nullopt);
    if (hear.contains(role)) expected.insert(body);
  }
  CHECK(bodies() == expected);

  issue_token(scene.owner(), "short", core::Role::ciso, "", 1h);
  issue_token(scene.owner(), "gone", core::Role::ciso, "", std::nullopt);
  CHECK(bodies().contains("short"));
  CHECK(bodies().contains("gone"));
  for (const auto& token : list_tokens(scene.owner()))
    if (token.organization == "gone") revoke_token(scene.owner(), token.id);
  CHECK_FALSE(bodies().contains("gone"));
  scene.travel_to("2018-08-01T10:21:00+09:00");
  CHECK_FALSE(bodies().contains("short"));

  // An account is nobody's until somebody has set it up.
  const auto account = *add_account(scene.owner(), {{"unopened", "duty-1"}, core::Role::csirt_head, "", std::nullopt, std::nullopt});
  const auto link = make_set_up_link(scene.owner(), account);
  CHECK_FALSE(bodies().contains("unopened"));
  Connection authenticator(scene.settings(), DatabaseRole::authenticator);
  REQUIRE(set_up_passphrase(authenticator, link, {std::string(32, 'h'), std::string(16, 's'), 600'000, std::string(48, 't'), 0}));
  CHECK(bodies().contains("unopened"));
}

// A request about the switch, and its decision by the CISO.
std::string ask_switch(Scene& scene, const std::string& body, bool on, const std::string& key = "") {
  Command command;
  command.actor = csirt_head(body);
  command.idempotency_key = key;
  command.request_sha256 = request_digest("/api/v1/relay-switch", on ? "on" : "off");
  command.action = AskRelaySwitch{{on, "夜間は当直のみ"}};
  return in_answer(accepted(scene.perform(command)), "id");
}
Result decide_switch(Scene& scene, const std::string& body, const std::string& id, bool approved = true) {
  Command command;
  command.actor = csirt_member(body);
  command.actor.role = core::Role::ciso;
  command.action = DecideRelaySwitch{core::RelaySwitchId{*core::parse_uuid(id)}, {approved, "確認した"}};
  return scene.perform(command);
}
std::string relaying(Scene& scene) {
  return scene.text("SELECT string_agg(b, ' ' ORDER BY b) FROM relaying_bodies() AS b");
}

TEST_CASE("the switch is asked once for a key, decided by another, and in force as last approved") {
  Scene scene;
  const auto id = ask_switch(scene, "mhlw", true, "switch");
  CHECK(ask_switch(scene, "mhlw", true, "switch") == id);
  CHECK(scene.count("relay_switch") == 1);
  CHECK(relaying(scene).empty());
  CHECK(refusal_code(decide_switch(scene, "mext", id)) == "not_found");
  accepted(decide_switch(scene, "mhlw", id));
  CHECK(refusal_code(decide_switch(scene, "mhlw", id)) == "relay_switch_decided");
  CHECK(relaying(scene) == "mhlw");

  // Rejected, or waiting: what was approved stays in force.
  const auto off = ask_switch(scene, "mhlw", false);
  CHECK(relaying(scene) == "mhlw");
  accepted(decide_switch(scene, "mhlw", off, false));
  CHECK(relaying(scene) == "mhlw");
  accepted(decide_switch(scene, "mext", ask_switch(scene, "mext", true)));
  CHECK(relaying(scene) == "mext mhlw");
  accepted(decide_switch(scene, "mhlw", ask_switch(scene, "mhlw", false)));
  CHECK(relaying(scene) == "mext");
  CHECK(scene.count("event WHERE type LIKE 'relay_switch.%' AND incident_id = "
                    "'00000000-0000-0000-0000-000000000000'") == scene.count("event"));
  CHECK(scene.text(
            "SELECT string_agg(DISTINCT parties::text, ' ') FROM event WHERE type = 'relay_switch.asked'") ==
        "{mext} {mhlw}");
}

TEST_CASE("the database itself holds that two persons switch, and that one request waits at a time") {
  Scene scene;
  ask_switch(scene, "mhlw", true);
  CHECK(refused_by(
            scene.owner(),
            "UPDATE relay_switch SET decision = 'approved', decided_at = clock(), decided_by = asked_by") ==
        "relay_switch_four_eyes");
  CHECK(refused_by(scene.owner(),
                   "UPDATE relay_switch SET decision = 'approved', decided_by = gen_random_uuid()") ==
        "relay_switch_decided_has_decider");
  CHECK(refused_by(
            scene.owner(),
            "INSERT INTO relay_switch SELECT gen_random_uuid(), organization, switched_on, reason, asked_by, "
            "asked_by_name, asked_role, asked_at, decision, decided_by, decided_by_name, decision_reason, "
            "decided_at, event_id FROM relay_switch") == "relay_switch_one_pending");
}

TEST_CASE("a writer reads the switches of the body that it has locked, a reader those of his own") {
  Scene scene;
  ask_switch(scene, "mhlw", true);
  ask_switch(scene, "mext", true);
  constexpr Statement count{"test_switches", "SELECT count(*), min(organization) FROM relay_switch"};
  constexpr Statement lock{"test_lock_body", "SELECT lock_body($1)"};
  Connection writer(scene.settings(), DatabaseRole::writer);
  {
    Transaction transaction(writer);
    CHECK(transaction.execute(count).one().get<std::int64_t>(0) == 0);
    transaction.execute(lock, {"mhlw"});
    CHECK(transaction.execute(count).one().get<std::string>(1) == "mhlw");
    CHECK(load_relay_switches(transaction).size() == 1);
    transaction.commit();
  }
  {
    // The next transaction has locked nothing.
    Transaction transaction(writer);
    CHECK(transaction.execute(count).one().get<std::int64_t>(0) == 0);
  }
  Connection reader(scene.settings(), DatabaseRole::reader);
  TenantTransaction mext(reader, "mext", "somebody");
  const auto row = mext.execute(count).one();
  CHECK(row.get<std::int64_t>(0) == 1);
  CHECK(row.get<std::string>(1) == "mext");
}

TEST_CASE(
    "the notice of a silent agency that has switched it on is in the centre's inbox; the duty stays open") {
  Scene scene;
  accepted(decide_switch(scene, "mhlw", ask_switch(scene, "mhlw", true)));
  const auto incident = scene.report("jps", "relayed");
  scene.travel_to("2018-08-01T10:05:30+09:00");
  scene.ring();
  As nisc(scene, "nisc");
  CHECK(nisc.incidents() == 1);
  std::optional<codec::MessageView> relay;
  for (const auto& message : nisc.inbox())
    if (message.automatic) relay = message;
  REQUIRE(relay);
  CHECK(relay->kind == "relay");
  CHECK(relay->sender == "mhlw");
  CHECK(relay->title == "不審な通信");
  CHECK(nisc.message(relay->id)->document);
  CHECK(scene.text("SELECT state FROM obligation WHERE rule = 'g.3'") == "open");
  CHECK(scene.count("message WHERE automatic") == 1);
  scene.travel_to("2018-08-01T12:00:00+09:00");
  scene.ring();
  CHECK(scene.count("message WHERE automatic") == 1);
  // The centre has not acknowledged it.
  CHECK(scene.count("alarm WHERE code = 'acknowledgement_overdue' AND holder = 'nisc'") == 4);
}

TEST_CASE("a ring passes duties of bodies that have ended on, and its alarms with them") {
  Scene scene;
  issue_token(scene.owner(), "nco", core::Role::center_liaison, "", std::nullopt);
  const auto incident = scene.report("jps", "succession");
  const std::string reasons = "SELECT string_agg(because::text, ' ' ORDER BY id) FROM obligation";
  const auto because = scene.text(reasons);
  scene.travel_to("2025-07-01T09:00:00+09:00");
  scene.ring();
  CHECK(scene.text("SELECT recipient || ' ' || recipient_formerly FROM obligation WHERE rule = 'g.3'") ==
        "nco nisc");
  // Why the duty exists stays with it.
  CHECK(because.find("日本年金機構") != std::string::npos);
  CHECK(scene.text(reasons) == because);
  CHECK(scene.count("alarm WHERE code = 'relay_silent' AND organization = 'nco'") == 1);
  CHECK(apply_successions(scene.owner(), scene.law()) == 0);
}

TEST_CASE("what a body left open is found when the day comes, passed to its successor once, and rings for it") {
  Scene scene;
  issue_token(scene.owner(), "nco", core::Role::center_liaison, "", std::nullopt);
  scene.travel_to("2025-06-30T23:15:00+09:00");
  const auto yesterday = [](const std::string& time) {
    return R"(,"times":{"recognized":{"value":")" + time + R"("}},"assessment":"incident","cyberattack":"yes")";
  };
  const auto waiting = scene.report("mhlw", "waiting", yesterday("2025-06-30T23:05:00+09:00"));
  const auto quiet = scene.report("mhlw", "quiet", yesterday("2025-06-30T23:05:00+09:00"));
  const auto latest_of = [&](const std::string& incident) {
    return core::MessageId{*core::parse_uuid(scene.text("SELECT id FROM message WHERE kind <> 'alarm' AND incident_id = '" +
                                                        incident + "' ORDER BY sent_at DESC, id DESC LIMIT 1"))};
  };
  const auto acknowledge = [&](const std::string& body, core::MessageId message) {
    Command command;
    command.actor = csirt_head(body);
    command.action = Acknowledge{message, {"当直", ""}};
    accepted(scene.perform(command));
  };
  // Of one incident two versions, the later acknowledged in time.
  accepted(scene.perform(submit(csirt_head("mhlw"), report_json("quiet", "followup", R"(,"title":"続報")"), "second")));
  acknowledge("nisc", latest_of(quiet));
  scene.travel_to("2025-06-30T23:45:00+09:00");
  scene.ring();
  CHECK(apply_successions(scene.owner(), scene.law()) == 0);
  CHECK(until_next_day(scene.owner()) <= 15min);
  CHECK(until_next_day(scene.owner()) > 14min);

  scene.travel_to("2025-07-01T00:00:00+09:00");
  CHECK(apply_successions(scene.owner(), scene.law()) == 2);
  CHECK(scene.text("SELECT string_agg(recipient || ' ' || successor || ' ' || alarm_round || ' ' || alarm_level, '; ' "
                   "ORDER BY incident_id, sent_at) FROM message WHERE kind <> 'alarm'") ==
        "nisc nco 2 0; nisc  1 0; nisc  1 0");
  CHECK(scene.count("event WHERE type = 'message.passed' AND parties = '{mhlw,nisc,nco}'") == 1);
  // Nothing is found a second time, and what was found is as it was decided.
  CHECK(apply_successions(scene.owner(), scene.law()) == 0);
  CHECK(scene.text("SELECT count(*) FROM incidents_naming('{nisc}')") == "0");
  scene.ring();
  CHECK(scene.alarms("code = 'acknowledgement_overdue' AND round = 2") ==
        "1 acknowledgement_overdue nco -> nco center_liaison");
  acknowledge("nco", latest_of(waiting));
  scene.travel_to("2025-07-01T03:00:00+09:00");
  scene.ring();
  CHECK(scene.count("alarm WHERE code = 'acknowledgement_overdue' AND round = 2") == 1);
  CHECK(scene.text("SELECT count(*) FROM incidents_naming('{nisc}')") == "0");
}

TEST_CASE("of a body that ended the next 続報 is awaited from its successor; a closed incident stays as it is") {
  Scene scene;
  scene.travel_to("2022-11-12T12:00:00+09:00");
  const auto recognized =
      R"(,"times":{"recognized":{"value":"2022-11-12T11:50:00+09:00"}},"assessment":"incident","cyberattack":"yes")";
  const auto open = scene.report("jogmec", "open", recognized);
  const auto closed = scene.report("jogmec", "closed", recognized);
  run(scene.owner(), "UPDATE obligation SET state = 'waived' WHERE incident_id = '" + closed + "' AND state = 'open'");
  run(scene.owner(), "UPDATE message SET acknowledged_at = clock(), acknowledged_by = 'x'");
  run(scene.owner(), "UPDATE incident SET state = 'closed' WHERE id = '" + closed + "'");
  scene.travel_to("2022-11-14T00:00:00+09:00");
  CHECK(apply_successions(scene.owner(), scene.law()) == 1);
  CHECK(scene.text("SELECT organization || ' ' || successor || ' ' || followup_round || ' ' || date_trunc('second', followup_from) "
                   "FROM incident WHERE id = '" + open +
                   "'") == "jogmec jogmec-2022 3 2022-11-13 15:00:00+00");
  CHECK(scene.text("SELECT successor FROM incident WHERE id = '" + closed + "'").empty());
  CHECK(apply_successions(scene.owner(), scene.law()) == 0);
  scene.ring();
  CHECK(scene.alarms("clock = 'followup'") == "1 followup_overdue jogmec-2022 -> jogmec-2022 csirt_member");
}

TEST_CASE("where nobody has been since a message came, the ring says so; who has been there is kept") {
  Scene scene;
  ConnectionPool pool(scene.settings(), DatabaseRole::authenticator, 1);
  TokenDirectory directory(pool);
  const auto liaison = issue_token(scene.owner(), "nisc", core::Role::center_liaison, "", std::nullopt);
  REQUIRE(directory.look_up(liaison).verdict == TokenDirectory::Verdict::good);
  scene.everybody_leaves();
  scene.travel_to("2018-08-01T09:21:00+09:00");
  scene.report("jps", "unread");
  scene.report("mhlw", "unread");
  scene.travel_to("2018-08-01T09:52:00+09:00");
  scene.ring();
  // Of nisc, which was there before: since when. Of mhlw, which never was: that.
  CHECK(scene.alarms("code = 'receiver_dead'") ==
        "2 receiver_dead mhlw -> jps csirt_head; 2 receiver_dead mhlw -> nisc center_liaison; "
        "2 receiver_dead nisc -> mhlw csirt_head");
  CHECK(scene.count("alarm WHERE code = 'receiver_dead' AND holder = 'nisc' AND reason_en LIKE "
                    "'%has been here since 2018-08-01T09:20:00+09:00%'") == 1);
  CHECK(scene.count("alarm WHERE code = 'receiver_dead' AND holder = 'mhlw' AND reason_ja LIKE '%まだ誰も%'") == 2);
}

// --- the upgrade of a database that had no clocks
// --------------------------------------------------------------------------------

Migrations up_to(int number) {
  std::vector<Migration> first;
  for (const auto& migration : Migrations::embedded().all())
    if (migration.number <= number) first.push_back(migration);
  return Migrations(std::move(first));
}

// Of a time before clocks: what the daemon of 0007 wrote of a report of jps.
constexpr const char* rows_of_0007 = R"sql(
INSERT INTO event (id, type, at, incident_id, leaf)
  VALUES ('00000000-0000-7000-8000-000000000001', 'incident.opened', '2018-08-01T09:20:00+09:00',
          '00000000-0000-7000-8000-000000000002', 'x');
INSERT INTO incident VALUES ('00000000-0000-7000-8000-000000000002', 'JPS-2018-1', 'jps', 'R-1', 'title', false,
  '2018-08-01T09:00:00+09:00', '', 'assessed', 1, '00000000-0000-7000-8000-000000000003', 'jps',
  '2018-08-01T09:20:00+09:00', 1, '00000000-0000-7000-8000-000000000001');
INSERT INTO report VALUES ('00000000-0000-7000-8000-000000000003', '00000000-0000-7000-8000-000000000002', 'jps', 1,
  'first', 'jps', '2018-08-01T09:20:00+09:00', '{}', 2, sha256('{}'), '{"title":"title"}', '[]',
  '00000000-0000-7000-8000-000000000001');
INSERT INTO judgement VALUES ('00000000-0000-7000-8000-000000000004', '00000000-0000-7000-8000-000000000002', 'jps', true,
  1, 'incident', 'yes', '{}', '', '', '2018-08-01T09:20:00+09:00', '00000000-0000-7000-8000-000000000001');
INSERT INTO incident_access VALUES
  ('00000000-0000-7000-8000-000000000002', 'jps', 'content', '{jps}', '2018-08-01T09:20:00+09:00', 'own',
   '00000000-0000-7000-8000-000000000001'),
  ('00000000-0000-7000-8000-000000000002', 'mhlw', 'content', '{mhlw}', '2018-08-01T09:20:00+09:00', '2.2.4(2)(g)',
   '00000000-0000-7000-8000-000000000001'),
  ('00000000-0000-7000-8000-000000000002', 'nisc', 'duties', '{nisc}', '2018-08-01T09:20:00+09:00', '2.2.4(2)(g)',
   '00000000-0000-7000-8000-000000000001');
INSERT INTO obligation VALUES
  ('00000000-0000-7000-8000-000000000011', '00000000-0000-7000-8000-000000000002', 'h30', 'g.2', '2.2.4(2)(g)', 2, 'jps',
   'mhlw', false, false, 'assessment', '2018-08-01T09:20:00+09:00', '2018-08-01T10:00:00+09:00', 'fulfilled', 1, '', '',
   '[]', '2018-08-01T09:20:00+09:00', NULL, 1, '00000000-0000-7000-8000-000000000001'),
  ('00000000-0000-7000-8000-000000000012', '00000000-0000-7000-8000-000000000002', 'h30', 'g.3', '2.2.4(2)(g)', 3, 'mhlw',
   'nisc', false, false, 'receipt', '2018-08-01T09:20:00+09:00', '2018-08-01T09:50:00+09:00', 'open', 1, '', '',
   '[]', NULL, NULL, 1, '00000000-0000-7000-8000-000000000001'),
  ('00000000-0000-7000-8000-000000000013', '00000000-0000-7000-8000-000000000002', 'h30', 'h', '2.2.4(2)(h)', 0, 'jps',
   'police-tokyo', false, false, 'assessment', '2018-08-01T09:20:00+09:00', '2018-08-02T09:00:00+09:00', 'open', 1, '', '',
   '[]', NULL, NULL, 1, '00000000-0000-7000-8000-000000000001');
INSERT INTO message VALUES ('00000000-0000-7000-8000-000000000021', '00000000-0000-7000-8000-000000000002',
  '00000000-0000-7000-8000-000000000003', 'report', 'jps', 'mhlw', '00000000-0000-7000-8000-000000000011', '2.2.4(2)(g)',
  2, '', '2018-08-01T09:20:00+09:00', 'delivered', NULL, '', '', 1, '00000000-0000-7000-8000-000000000001');
)sql";

TEST_CASE("a database of the time before clocks gets them for what is open, whoever owns it") {
  auto& shared = StoreScene::shared();
  run(shared.owner(),
      "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'plain_owner') THEN "
      "CREATE ROLE plain_owner NOSUPERUSER CREATEROLE; END IF; END $$;"
      "DO $$ DECLARE role_name text; BEGIN FOR role_name IN SELECT rolname FROM pg_roles "
      "WHERE rolname LIKE 'noroshi\\_%' LOOP EXECUTE format('GRANT %I TO plain_owner', role_name); "
      "END LOOP; END $$");
  for (const bool superuser : {true, false}) {
    CAPTURE(superuser);
    const OwnDatabase database;
    Connection owner(database.settings(), DatabaseRole::owner);
    const std::string become = superuser ? "" : "SET SESSION AUTHORIZATION plain_owner";
    if (!superuser)
      run(owner,
          "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I OWNER TO plain_owner', current_database()); END $$");
    run(owner, become);
    REQUIRE(up_to(7).apply(owner) == 7);
    run(owner, "RESET SESSION AUTHORIZATION");
    run(owner, rows_of_0007);
    run(owner, become);
    REQUIRE(up_to(8).apply(owner) == 1);
    run(owner, "RESET SESSION AUTHORIZATION");

    const auto text = [&](const std::string& query) { return text_of(owner, query); };
    CHECK(text("SELECT string_agg(rule || ' ' || target || ' ' || (alarm_from = opened_at) || ' ' || "
               "alarm_round || "
               "alarm_level, '; ' ORDER BY rule) FROM obligation") ==
          "g.2 01:00:00 true 10; g.3 00:30:00 true 10; h 1 day true 10");
    CHECK(text("SELECT (alarm_from = sent_at AND acknowledge_by IS NULL AND NOT automatic)::text FROM "
               "message") == "true");
    CHECK(text("SELECT (followup_from = opened_at AND followup_due IS NULL)::text FROM incident") == "true");
    CHECK(text("SELECT (rings_at = '2018-08-01T09:50:00+09:00' AND lease_until IS NULL)::text FROM "
               "incident_clock") == "true");
    CHECK(text("SELECT bool_and(relrowsecurity AND relforcerowsecurity)::text FROM pg_class WHERE relname IN "
               "('obligation', 'message', 'incident', 'incident_clock', 'relay_switch')") == "true");

    // And, brought up to this program, they ring, eight years late and once.
    run(owner, become);
    Migrations::embedded().apply(owner);
    run(owner, "RESET SESSION AUTHORIZATION");
    seal_at_rest(owner, *database.settings().content_keys);
    Connection ticker(database.settings(), DatabaseRole::ticker);
    Connection writer(database.settings(), DatabaseRole::writer);
    const auto claims = claim_clocks(ticker, lease, 10);
    REQUIRE(claims.size() == 1);
    CHECK(ring_clocks(writer, shared.law(), claims).alarms >= 9);
    CHECK(claim_clocks(ticker, lease, 10).empty());
  }
}

}  // namespace
}  // namespace noroshi::store::test
