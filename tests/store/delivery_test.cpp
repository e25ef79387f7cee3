// Endpoints and deliveries in the real database: queued with their message, seen by its two parties, settled, sent again; what is
// done by hand is refused; and the tables against the record.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "src/core/decide_delivery.h"
#include "src/store/bundles.h"
#include "src/store/deliveries.h"
#include "src/store/operation.h"
#include "src/store/own_acts.h"
#include "src/store/refold.h"
#include "src/store/ticker.h"
#include "src/store/views.h"
#include "tests/store/store_scene.h"

namespace noroshi::store::test {
namespace {

using core::Role;

core::Actor actor(const std::string& body, Role role, const std::string& name) {
  auto made = csirt_head(body);
  made.role = role;
  made.name = name;
  core::TokenId token;
  for (std::size_t i = 0; i < 16; ++i)
    token.value.bytes[i] = static_cast<std::uint8_t>((body + name)[i % (body + name).size()] + static_cast<int>(role) + static_cast<int>(i));
  made.token = token;
  return made;
}
const core::Actor head = actor("mhlw", Role::csirt_head, "甲");
const core::Actor contact = actor("mhlw", Role::external_contact, "乙");

struct Findings : RefoldSink {
  void found(TableFinding finding) override {
    if (finding.fault == TableFault::checkpoint_unrecorded) return;
    lines.push_back(fmt::format("{} {} {}", name_of(finding.fault), finding.table, finding.column));
  }
  std::vector<std::string> lines;
};

template <class Id>
Id id_in(const Answered& answered, std::string_view path) {
  return Id{*core::parse_uuid(in_answer(answered, path))};
}

// A store of its own with an endpoint of the ministry.
struct Story {
  OwnStore store;

  Result act(const core::Actor& who, Action action, const std::string& if_match = "") {
    Command command;
    command.actor = who;
    command.if_match = if_match;
    command.action = std::move(action);
    return store.perform(std::move(command));
  }
  core::ProposeEndpoint proposal(const std::string& name = "受信機") const {
    core::ProposeEndpoint command;
    command.channel = "webhook";
    command.name = name;
    command.zone = core::Zone::government_lan;
    command.settings = {{"url", "https://receiver.example"}, {"certificate", "-----BEGIN\n\"証明書\"\\-----"}};
    return command;
  }
  core::EndpointId propose(core::ProposeEndpoint command) {
    return id_in<core::EndpointId>(accepted(act(head, ChangeEndpoint{std::move(command)})), "id");
  }
  Result decide(const core::Actor& who, core::EndpointId id, bool approved = true) {
    return act(who, ChangeEndpoint{core::DecideEndpoint{{}, id, approved, "確認した", {}, {}}});
  }
  core::EndpointId make_endpoint(core::ProposeEndpoint command) {
    const auto id = propose(std::move(command));
    accepted(decide(contact, id));
    return id;
  }
  core::EndpointId make_endpoint() { return make_endpoint(proposal()); }
  // The first report of the pension service, which goes to the ministry.
  std::string report() {
    static int n = 0;
    const std::string members =
        R"(,"assessment":"incident","cyberattack":"yes","times":{"recognized":{"value":"2018-08-01T09:00:00+09:00"}})";
    const auto answer = accepted(
        store.perform(submit(csirt_member("jps"), report_json(fmt::format("delivery-{}", ++n), "first", members))));
    return in_answer(answer, "incident.id");
  }
  core::DeliveryId delivery_of(const std::string& incident) {
    return core::DeliveryId{
        *core::parse_uuid(store.text(fmt::format("SELECT id FROM delivery WHERE incident_id = '{}'", incident)))};
  }
  // What a worker brings back.
  core::Decision settle(const std::string& incident, core::MessageState state, int attempts, const std::string& cause) {
    Connection writer(store.settings(), DatabaseRole::writer);
    const core::IncidentId id{*core::parse_uuid(incident)};
    const auto delivery = delivery_of(incident);
    OwnActs acts(writer, store.law(), {&id, 1}, Reasons::left_out, OwnActs::Deliveries::loaded);
    auto decision = core::decide_settlement(store.law(), acts.known().at(id), {delivery, state, attempts, cause}, acts.moment());
    acts.add(decision);
    acts.commit();
    return decision;
  }
  Result replay(const core::Actor& who, core::DeliveryId id, const std::string& if_match = "") {
    return act(who, ReplayDelivery{id, {"受信側が復旧した"}}, if_match);
  }
  std::vector<std::string> findings() {
    Findings sink;
    refold(store.owner(), sink);
    return sink.lines;
  }
  std::string refused_by(const std::string& sql) {
    Transaction transaction(store.owner());
    try {
      transaction.execute_script(sql);
      transaction.execute_script("SET CONSTRAINTS ALL IMMEDIATE");
    } catch (const ConstraintViolation& violation) {
      return violation.constraint();
    }
    return "";
  }
  template <class Look>
  auto as(const std::string& body, Look look) {
    Connection connection(store.settings(), DatabaseRole::reader);
    TenantTransaction transaction(connection, body, "somebody");
    return look(transaction);
  }
};

TEST_CASE("an endpoint waits for a second person: in the core, by the row and by who has whose powers") {
  Story story;
  const auto id = story.propose(story.proposal());
  CHECK(story.store.text("SELECT state FROM endpoint") == "proposed");
  CHECK(refusal_code(story.decide(head, id)) == "four_eyes");
  CHECK(refusal_code(story.decide(actor("mhlw", Role::reporter, "丙"), id)) == "role_required");
  CHECK(refusal_code(story.decide(actor("mof", Role::csirt_head, "他"), id)) == "not_found");
  const auto by_hand = [&](const core::Actor& who) {
    return story.refused_by(fmt::format(
        "UPDATE endpoint SET state = 'active', decided_at = clock(), decided_by = '{}', decided_by_name = 'x'",
        core::to_string(*who.token)));
  };
  CHECK(by_hand(head) == "endpoint_four_eyes");
  CHECK(by_hand(contact) == "");
  CHECK(story.refused_by("UPDATE endpoint SET state = 'active'") == "endpoint_used_when_decided");
  // No delivery before the second person has spoken.
  story.report();
  CHECK(story.store.count("delivery") == 0);
  const auto approvals = story.as("mhlw", [](auto& transaction) { return list_approvals(transaction, core::to_string(*head.token), "csirt_head", "甲", {}).value().items; });
  REQUIRE(approvals.size() == 1);
  CHECK(approvals[0].kind == "endpoint");
  CHECK(approvals[0].by_oneself);

  CHECK(in_answer(accepted(story.decide(contact, id)), "state") == "active");
  CHECK(refusal_code(story.decide(contact, id)) == "endpoint_decided");
  CHECK(story.refused_by("UPDATE endpoint SET settings = '{}'") == "unchangeable");
  CHECK(story.refused_by("UPDATE endpoint SET decided_by_name = 'y'") == "unchangeable");
  CHECK(story.refused_by("UPDATE endpoint SET state = 'rejected'") == "endpoint_transition");
  CHECK(story.refused_by("DELETE FROM endpoint") == "unchangeable");
  CHECK(story.findings() == std::vector<std::string>{});
}

TEST_CASE("a body's endpoints are its own, whole; they stop and go on by one person's word") {
  Story story;
  const auto id = story.make_endpoint();
  const auto seen = [&](const std::string& body) {
    return story.as(body, [&](auto& transaction) { return find_endpoint(transaction, id, read_clock(transaction)); });
  };
  CHECK_FALSE(seen("jps"));
  CHECK_FALSE(seen("nisc"));
  const auto view = seen("mhlw").value();
  CHECK(view.settings == story.proposal().settings);
  CHECK(view.asked_by == "甲");
  CHECK(view.decided_by == "乙");
  CHECK(view.revision == 2);
  CHECK_FALSE(view.circuit);

  accepted(story.act(head, ChangeEndpoint{core::DisableEndpoint{{}, id, "", "点検"}}));
  story.report();
  CHECK(story.store.count("delivery") == 0);
  CHECK(seen("mhlw")->state == "disabled");
  CHECK(seen("mhlw")->changed_by == "甲");
  accepted(story.act(contact, ChangeEndpoint{core::ResumeEndpoint{{}, id, "終わった"}}));
  story.report();
  CHECK(story.store.count("delivery") == 1);
  accepted(story.act(contact, ChangeEndpoint{core::WithdrawEndpoint{{}, id, "廃止"}}));
  CHECK(refusal_code(story.act(contact, ChangeEndpoint{core::ResumeEndpoint{{}, id, "x"}})) == "transition_not_allowed");
  CHECK(story.as("mhlw", [](auto& transaction) { return list_endpoints(transaction, {}, read_clock(transaction)); }).size() == 1);
  CHECK(story.findings() == std::vector<std::string>{});
}

TEST_CASE("a delivery is queued in the transaction of its message, and a worker is told") {
  Story story;
  const auto id = story.make_endpoint();
  auto alarms_only = story.proposal("警報");
  alarms_only.filter.kinds = {core::MessageKind::alarm};
  story.make_endpoint(alarms_only);
  Connection worker(story.store.settings(), DatabaseRole::delivery);
  worker.listen("noroshi_delivery");
  const auto incident = story.report();
  CHECK(story.store.text("SELECT string_agg(d.state || ' ' || d.organization || ' ' || d.channel || ' ' || (d.next_at = d.queued_at), ';') "
                         "FROM delivery d JOIN message m ON m.id = d.message_id WHERE m.recipient = 'mhlw' AND d.xmin = m.xmin AND "
                         "d.endpoint_id = '" + core::to_string(id) + "'") == "queued mhlw webhook true");
  CHECK(story.store.count("delivery") == 1);
  CHECK(story.store.count("event WHERE type = 'delivery.queued' AND parties = '{mhlw,jps}'") == 1);
  CHECK(worker.wait_notification(std::chrono::seconds(5)));
  // The case has the revision that it would have without endpoints.
  CHECK(story.store.text("SELECT count(*) = max(i.revision) FROM event e JOIN incident i ON i.id = e.incident_id "
                         "WHERE e.type NOT LIKE 'delivery.%'") == "true");
  CHECK(story.findings() == std::vector<std::string>{});
}

TEST_CASE("what clocks ring goes to endpoints as well") {
  Story story;
  auto alarms_only = story.proposal("警報");
  alarms_only.filter.kinds = {core::MessageKind::alarm};
  story.make_endpoint(alarms_only);
  story.report();
  CHECK(story.store.count("delivery") == 0);
  use_ladder(story.store.owner(), story.store.law().clocks);
  story.store.travel_to("2018-08-01T13:00:00+09:00");
  Connection ticker(story.store.settings(), DatabaseRole::ticker);
  Connection writer(story.store.settings(), DatabaseRole::writer);
  const auto claims = claim_clocks(ticker, std::chrono::seconds(3), 10);
  REQUIRE(claims.size() == 1);
  REQUIRE(ring_clocks(writer, story.store.law(), claims).alarms > 0);
  CHECK(story.store.count("delivery d JOIN message m ON m.id = d.message_id WHERE m.kind = 'alarm' AND m.recipient = 'mhlw'") == 1);
  CHECK(story.store.count("delivery") == 1);
  CHECK(story.findings() == std::vector<std::string>{});
}

TEST_CASE("sender and recipient see a delivery and its attempts, others nothing; a worker only claims") {
  Story story;
  story.make_endpoint();
  const auto incident = story.report();
  const auto id = story.delivery_of(incident);
  {
    Connection worker(story.store.settings(), DatabaseRole::delivery);
    Transaction transaction(worker);
    transaction.execute_script("UPDATE delivery SET tried = tried + 1, token = 1, lease_until = clock() + interval '1 minute';"
                               "INSERT INTO attempt (id, delivery_id, token, started_at) "
                               "SELECT gen_random_uuid(), id, 1, clock() FROM delivery;"
                               "UPDATE attempt SET ended_at = clock(), outcome = 'again', cause = 'timeout', detail = 'no answer'");
    transaction.commit();
    for (const char* sql : {"UPDATE delivery SET state = 'delivered'", "DELETE FROM delivery", "SELECT settings FROM endpoint",
                            "UPDATE endpoint SET state = 'disabled'", "INSERT INTO delivery SELECT * FROM delivery"}) {
      Transaction attempt(worker);
      CAPTURE(sql);
      CHECK_THROWS(attempt.execute_script(sql));
    }
  }
  const auto seen = [&](const std::string& body) {
    return story.as(body, [&](auto& transaction) { return find_delivery(transaction, id); });
  };
  const auto listed = [&](const std::string& body, DeliveryFilter filter = {}) {
    return story.as(body, [&](auto& transaction) { return list_deliveries(transaction, filter, {}).value().items.size(); });
  };
  for (const char* body : {"mhlw", "jps"}) {
    CAPTURE(body);
    const auto detail = seen(body).value();
    CHECK(detail.delivery.number == "JPS-2018-1");
    CHECK(detail.delivery.attempts == 1);
    CHECK(detail.delivery.next_at);
    REQUIRE(detail.attempts.size() == 1);
    CHECK(detail.attempts[0].outcome == "again");
    CHECK(detail.attempts[0].cause == "timeout");
    CHECK(listed(body) == 1);
  }
  for (const char* body : {"nisc", "mof"}) {
    CAPTURE(body);
    CHECK_FALSE(seen(body));
    CHECK(listed(body) == 0);
  }
  CHECK(listed("jps", {.state = "dead"}) == 0);
  CHECK(listed("jps", {.state = "queued", .incident = core::IncidentId{*core::parse_uuid(incident)}}) == 1);
  Connection reader(story.store.settings(), DatabaseRole::reader);
  Transaction transaction(reader);
  transaction.execute_script("SELECT set_config('noroshi.organization', 'mhlw', true)");
  CHECK_THROWS(transaction.execute_script("SELECT detail FROM attempt"));
}

TEST_CASE("a delivery dies with an alarm for its two parties, and is sent again by either; the same delivery, counted on") {
  Story story;
  const auto endpoint = story.make_endpoint();
  const auto incident = story.report();
  const auto id = story.delivery_of(incident);
  const auto member = actor("jps", Role::csirt_member, "丁");
  CHECK(refusal_code(story.replay(member, id)) == "delivery_not_dead");
  CHECK(story.settle(incident, core::MessageState::dead, 6, "timeout").events.size() == 3);
  CHECK(story.settle(incident, core::MessageState::delivered, 7, "").events.empty());  // it was settled
  CHECK(story.store.text("SELECT state || attempts || cause || revision FROM delivery") == "dead6timeout2");
  CHECK(story.store.text("SELECT string_agg(organization, ' ' ORDER BY organization) FROM alarm WHERE code = 'delivery_dead'") ==
        "jps mhlw");
  for (const char* body : {"mhlw", "jps"})
    CHECK(story.as(body, [](auto& transaction) {
      int dead = 0;
      for (const auto& alarm : list_alarms(transaction, {}).value().items) dead += alarm.code == "delivery_dead" ? 1 : 0;
      return dead;
    }) == 1);
  {
    Connection connection(story.store.settings(), DatabaseRole::operator_);
    const auto waiting = count_waiting(connection);
    CHECK(waiting.outbox_messages == 0);
    CHECK(waiting.dead_messages == 1);
    // Of what nobody needs sent again an operator is told no more.
    Transaction transaction(story.store.owner());
    for (const char* change : {"UPDATE endpoint SET state = 'withdrawn'",
                               "UPDATE message SET acknowledged_at = clock(), acknowledged_by = 'x'"}) {
      transaction.execute_script(std::string("SAVEPOINT s; ") + change);
      CHECK(transaction.execute(Statement{"dead", "SELECT dead_messages FROM count_waiting()"}).one().get<std::int64_t>(0) == 0);
      transaction.execute_script("ROLLBACK TO s");
    }
  }
  CHECK(refusal_code(story.replay(actor("mof", Role::csirt_head, "他"), id)) == "not_found");
  CHECK(refusal_code(story.replay(actor("jps", Role::reporter, "庶務"), id)) == "role_required");
  CHECK(refusal_code(story.replay(member, core::DeliveryId{endpoint.value})) == "not_found");
  CHECK(refusal_code(story.replay(member, id, "\"r1\"")) == "precondition_failed");
  accepted(story.act(head, ChangeEndpoint{core::DisableEndpoint{{}, endpoint, "", "点検"}}));
  CHECK(refusal_code(story.replay(member, id)) == "endpoint_not_active");
  accepted(story.act(head, ChangeEndpoint{core::ResumeEndpoint{{}, endpoint, "済み"}}));
  const auto answer = accepted(story.replay(member, id, "\"r2\""));
  CHECK(in_answer(answer, "state") == "queued");
  CHECK(answer.etag == "r3");
  CHECK(story.store.text("SELECT state || attempts || (next_at = queued_at) FROM delivery") == "queued6true");

  // What was acknowledged meanwhile has arrived, whatever came of the attempt.
  Acknowledge acknowledge;
  acknowledge.message = core::MessageId{*core::parse_uuid(story.store.text("SELECT message_id FROM delivery"))};
  acknowledge.body.by = "当直";
  accepted(story.act(contact, acknowledge));
  story.settle(incident, core::MessageState::dead, 7, "timeout");
  CHECK(story.store.text("SELECT state || attempts || cause FROM delivery") == "delivered7acknowledged_meanwhile");
  CHECK(story.store.count("alarm WHERE code = 'delivery_dead'") == 2);
  CHECK(refusal_code(story.replay(member, id)) == "delivery_not_dead");
  CHECK(story.findings() == std::vector<std::string>{});
}

TEST_CASE("what is done to the rows by hand is refused, and told by the record where it could not be") {
  Story story;
  story.make_endpoint();
  const auto incident = story.report();
  CHECK(story.refused_by("UPDATE delivery SET endpoint_id = gen_random_uuid()") == "unchangeable");
  CHECK(story.refused_by("DELETE FROM delivery") == "unchangeable");
  CHECK(story.refused_by("UPDATE delivery SET state = 'dead'") == "delivery_dead_has_cause");
  CHECK(story.refused_by("INSERT INTO delivery (id, message_id, incident_id, endpoint_id, organization, channel, state, attempts, "
                         "cause, queued_at, next_at, event_id) SELECT gen_random_uuid(), message_id, incident_id, endpoint_id, "
                         "organization, channel, 'delivered', 1, '', queued_at, next_at, event_id FROM delivery") ==
        "delivery_transition");
  REQUIRE(story.findings() == std::vector<std::string>{});

  // Every column that events speak of; leases and counts are the workers' own.
  run(story.store.owner(), "ALTER TABLE delivery DISABLE TRIGGER ALL; ALTER TABLE endpoint DISABLE TRIGGER ALL;"
                           "ALTER TABLE endpoint DROP CONSTRAINT endpoint_four_eyes, DROP CONSTRAINT endpoint_cause_of_disabled");
  const auto altered = [&](const std::string& table, const std::string& set) {
    run(story.store.owner(), "CREATE TEMP TABLE kept AS SELECT * FROM " + table + "; UPDATE " + table + " SET " + set);
    auto lines = story.findings();
    run(story.store.owner(), "DELETE FROM " + table + "; INSERT INTO " + table + " SELECT * FROM kept; DROP TABLE kept");
    return lines;
  };
  for (const char* column : {"state = 'sent'", "attempts = 3", "cause = 'timeout'", "channel = 'mail'", "organization = 'mof'",
                             "queued_at = queued_at + interval '1 second'", "revision = 7"}) {
    CAPTURE(column);
    const std::string set = column;
    CHECK(altered("delivery", set) ==
          std::vector<std::string>{"column_differs delivery " + set.substr(0, set.find(' '))});
  }
  CHECK(altered("delivery", "tried = 7, token = 9, lease_until = clock(), next_at = clock()") == std::vector<std::string>{});
  for (const char* column : {"state = 'disabled'", "settings = settings || '{\"url\": \"https://elsewhere.example\"}'",
                             "settings = '{\"url\": 5}'", "settings = '[]'", "name = 'x'", "zone = 'internet'", "kinds = '{alarm}'",
                             "role = 'ciso'", "least_severity = 'attack'", "decided_by = asked_by", "cause = 'http_410'"}) {
    CAPTURE(column);
    const std::string set = column;
    if (set == "settings = '[]'") run(story.store.owner(), "ALTER TABLE endpoint DROP CONSTRAINT endpoint_settings_check");
    CHECK(altered("endpoint", set) ==
          std::vector<std::string>{"column_differs endpoint " + set.substr(0, set.find(' '))});
  }
  run(story.store.owner(), "CREATE TEMP TABLE kept AS SELECT * FROM delivery; DELETE FROM delivery");
  CHECK(story.findings() == std::vector<std::string>{"row_missing delivery "});
  run(story.store.owner(), "INSERT INTO delivery SELECT * FROM kept");
  CHECK(story.findings() == std::vector<std::string>{});
}

// -- What a worker does -------------------------------------------------------------------------------------------

struct Worker {
  explicit Worker(Story& of) : story(of), delivery(of.store.settings(), DatabaseRole::delivery), writer(of.store.settings(), DatabaseRole::writer) {}
  std::vector<ClaimedDelivery> claim(int most = 10, std::chrono::milliseconds lease = std::chrono::minutes(5)) {
    return claim_deliveries(delivery, {lease, most, 2});
  }
  bool postpone(const ClaimedDelivery& claimed, std::chrono::seconds wait = std::chrono::hours(1)) {
    return postpone_delivery(delivery, claimed, "timeout", "10.0.0.1", wait);
  }
  int settle(const ClaimedDelivery& claimed, core::MessageState state, const std::string& outcome, const std::string& cause = "") {
    const Settlement settlement{claimed, state, outcome, cause, ""};
    return settle_deliveries(writer, story.store.law(), {&settlement, 1});
  }
  void by_hand(const std::string& sql) {
    Transaction transaction(story.store.owner());
    transaction.execute_script(sql);
    transaction.commit();
  }
  void all_due() { by_hand("UPDATE delivery SET next_at = clock()"); }
  void let_probe() { by_hand("UPDATE endpoint_circuit SET open_until = clock()"); }
  std::string text(const std::string& sql) { return story.store.text(sql); }

  Story& story;
  Connection delivery;
  Connection writer;
};

TEST_CASE("what is due is claimed once, a few at a time for an endpoint, an attempt written with each") {
  Story story;
  story.make_endpoint();
  for (int i = 0; i < 3; ++i) story.report();
  Worker worker(story);
  const auto claims = worker.claim();
  REQUIRE(claims.size() == 2);
  CHECK(worker.claim().empty());
  CHECK(worker.text("SELECT count(*) FROM attempt WHERE ended_at IS NULL") == "2");
  const auto endpoint = read_endpoint(worker.delivery, claims[0]);
  REQUIRE(endpoint);
  CHECK(endpoint->settings == story.proposal().settings);
  CHECK(endpoint->zone == core::Zone::government_lan);
  const auto message = read_message(worker.delivery, claims[0]);
  REQUIRE(message);
  CHECK(message->number.starts_with("JPS-2018-"));
  CHECK(message->message.kind == core::MessageKind::report);
  CHECK(message->message.sender == "jps");
  CHECK(message->message.recipient == "mhlw");
  CHECK(message->version == 1);
  CHECK(message->severity == routing::Severity::attack);
  CHECK_FALSE(message->acknowledged);
  REQUIRE(read_content(worker.delivery, story.store.law().registry, claims[0]));
  CHECK_FALSE(read_content(worker.delivery, story.store.law().registry, claims[0])->report.empty());

  CHECK(worker.settle(claims[0], core::MessageState::delivered, "delivered") == 1);
  CHECK(worker.settle(claims[0], core::MessageState::dead, "refused", "http_400") == 0);
  CHECK_FALSE(worker.postpone(claims[0]));
  CHECK_FALSE(read_message(worker.delivery, claims[0]));
  CHECK(worker.text("SELECT string_agg(state, ' ' ORDER BY state) FROM delivery") == "delivered queued queued");
  CHECK(worker.text("SELECT string_agg(outcome, ' ') FROM attempt WHERE ended_at IS NOT NULL") == "delivered");
  CHECK(worker.claim().size() == 1);
  CHECK(story.findings().empty());
}

TEST_CASE("numbers of bundles have no gaps in what was written, whoever asks") {
  Story story;
  story.make_endpoint();
  for (int i = 0; i < 4; ++i) story.report();
  Worker worker(story), other(story);
  const auto claims = worker.claim();
  REQUIRE(claims.size() == 2);
  const std::string hash(64, 'a'), another(64, 'b');
  const auto endpoint = claims[0].endpoint;
  const auto first = take_bundle_number(worker.delivery, claims[0].delivery);
  REQUIRE(first);
  CHECK(first->number == 1);
  CHECK(first->hash.empty());
  CHECK(first->previous.empty());
  // Until it is written nobody has the next one, whichever daemon asks; the same one again has it again.
  CHECK_FALSE(take_bundle_number(other.delivery, claims[1].delivery));
  CHECK(take_bundle_number(other.delivery, claims[0].delivery)->number == 1);
  CHECK(keep_bundle(worker.delivery, endpoint, 1, claims[0].delivery, hash));
  const auto second = take_bundle_number(other.delivery, claims[1].delivery);
  REQUIRE(second);
  CHECK(second->number == 2);
  CHECK(second->previous == hash);
  CHECK(take_bundle_number(worker.delivery, claims[0].delivery)->hash == hash);
  // What was said stays, once another has the next.
  CHECK_FALSE(keep_bundle(worker.delivery, endpoint, 1, claims[0].delivery, another));
  CHECK_FALSE(keep_bundle(worker.delivery, endpoint, 1, claims[1].delivery, another));
  CHECK(take_bundle_number(worker.delivery, claims[0].delivery)->hash == hash);

  // One that was not written is the next one's once its delivery is not under way any more.
  CHECK(worker.settle(claims[0], core::MessageState::sent, "sent") == 1);
  CHECK(worker.postpone(claims[1]));
  CHECK_FALSE(take_bundle_number(worker.delivery, claims[1].delivery));
  const auto next = worker.claim();
  REQUIRE(next.size() == 1);  // its endpoint failed last: a probe
  CHECK(take_bundle_number(worker.delivery, next[0].delivery)->number == 2);
  CHECK(keep_bundle(worker.delivery, endpoint, 2, next[0].delivery, hash));
  CHECK(worker.settle(next[0], core::MessageState::sent, "sent") == 1);
  worker.all_due();
  const auto last = worker.claim(1);
  REQUIRE(last.size() == 1);
  CHECK(take_bundle_number(worker.delivery, last[0].delivery)->number == 3);
  CHECK(worker.text("SELECT string_agg(number::text, ' ' ORDER BY number) FROM bundle") == "1 2 3");
  // Nobody but the worker.
  CHECK_THROWS_AS(take_bundle_number(worker.writer, last[0].delivery), DatabaseError);
  CHECK(story.findings().empty());
}

TEST_CASE("what a channel seals is the bytes as received, or, where something is withheld, what the receiver may see and that it is not all") {
  Story story;
  story.make_endpoint();
  const std::string body = report_json(
      "delivery-sealed", "first",
      R"(,"assessment":"incident","cyberattack":"yes","summary":"CANARY-SUMMARY","actions":{"note":"CANARY-ACTIONS"},)"
      R"("times":{"recognized":{"value":"2018-08-01T09:00:00+09:00"}})");
  const auto incident =
      core::IncidentId{*core::parse_uuid(in_answer(accepted(story.store.perform(submit(csirt_member("jps"), body))), "incident.id"))};
  Worker worker(story);
  auto claims = worker.claim();
  REQUIRE(claims.size() == 1);
  const auto& registry = story.store.law().registry;
  CHECK(read_content(worker.delivery, registry, claims[0])->report == body);
  const auto number = read_message(worker.delivery, claims[0])->receipt_number;
  CHECK(number.starts_with("MHLW-R-"));

  core::WithholdContent withhold;
  withhold.from = "mhlw";
  withhold.members = {"actions"};
  withhold.reason = "WHY";
  withhold.until = *parse_rfc3339("2018-08-10T00:00:00+09:00");
  accepted(story.act(actor("jps", Role::csirt_head, "丙"), HandleInformation{incident, withhold}));
  const auto narrowed = read_content(worker.delivery, registry, claims[0])->report;
  CHECK(narrowed.find("CANARY-SUMMARY") != std::string::npos);
  CHECK(narrowed.find("CANARY-ACTIONS") == std::string::npos);
  CHECK(narrowed.find("WHY") == std::string::npos);
  CHECK(narrowed.ends_with(R"("view":{"of":"national_agency","left_out":[],"withheld":[{"members":["actions"],"by":"jps",)"
                           R"("until":"2018-08-10T00:00:00+09:00"}]}})"));
  // Over by itself.
  story.store.travel_to("2018-08-10T00:00:01+09:00");
  CHECK(read_content(worker.delivery, registry, claims[0])->report == body);
  CHECK(story.findings().empty());
}

TEST_CASE("a receiver that fails three times in a row gets one probe at a time, later and later, until it answers") {
  Story story;
  story.make_endpoint();
  for (int i = 0; i < 4; ++i) story.report();
  Worker worker(story);
  for (int failures = 0; failures < 3; ++failures) {
    CAPTURE(failures);
    const auto claims = worker.claim();
    REQUIRE(claims.size() == (failures == 0 ? 2 : 1));
    CHECK(worker.postpone(claims[0]));
    if (claims.size() > 1) CHECK(worker.postpone(claims[1]));
    if (failures == 0) failures = 1;  // both
    worker.all_due();
  }
  CHECK(worker.text("SELECT failures FROM endpoint_circuit") == "3");
  CHECK(worker.claim().empty());
  CHECK(until_next_delivery(worker.delivery).value() > std::chrono::seconds(20));
  worker.let_probe();
  auto probe = worker.claim();
  REQUIRE(probe.size() == 1);
  CHECK(worker.postpone(probe[0]));
  CHECK(worker.text("SELECT open_until - clock() > interval '50 seconds' FROM endpoint_circuit") == "true");
  worker.let_probe();
  worker.all_due();
  probe = worker.claim();
  REQUIRE(probe.size() == 1);
  CHECK(worker.settle(probe[0], core::MessageState::delivered, "delivered") == 1);
  CHECK(worker.text("SELECT failures || ' ' || (open_until IS NULL) FROM endpoint_circuit") == "0 true");
  CHECK(worker.claim().size() == 2);
  CHECK(story.findings().empty());
}

TEST_CASE("who slept past his lease has lost the claim; what he sent goes again under the same id") {
  Story story;
  story.make_endpoint();
  story.report();
  Worker worker(story);
  const auto lost = worker.claim(1, std::chrono::milliseconds(1));
  REQUIRE(lost.size() == 1);
  std::vector<ClaimedDelivery> next;
  for (int tries = 0; tries < 1000 && next.empty(); ++tries) next = worker.claim(1, std::chrono::milliseconds(1));
  REQUIRE(next.size() == 1);
  CHECK(next[0].delivery == lost[0].delivery);
  CHECK(next[0].token > lost[0].token);
  CHECK(next[0].attempts == 2);
  CHECK_FALSE(worker.postpone(lost[0]));
  CHECK(worker.settle(lost[0], core::MessageState::delivered, "delivered") == 0);
  CHECK(worker.text("SELECT string_agg(coalesce(outcome, '-'), ' ' ORDER BY token) FROM attempt") == "lost -");
  CHECK(worker.settle(next[0], core::MessageState::delivered, "delivered") == 1);
  CHECK(worker.text("SELECT attempts FROM delivery") == "2");
  CHECK(story.findings().empty());
}

TEST_CASE("what waits for an endpoint that is served no more is dead, and said so") {
  Story story;
  const auto id = story.make_endpoint();
  story.report();
  Worker worker(story);
  core::Endpoint endpoint;
  endpoint.id = id;
  endpoint.organization = "mhlw";
  CHECK(disable_endpoint(worker.writer, endpoint, "http_410"));
  CHECK_FALSE(disable_endpoint(worker.writer, endpoint, "http_410"));
  CHECK(worker.text("SELECT state || ' ' || cause FROM endpoint") == "disabled http_410");
  CHECK(worker.claim().empty());
  const auto stranded = stranded_deliveries(worker.delivery, 10);
  REQUIRE(stranded.size() == 1);
  CHECK(worker.settle(stranded[0], core::MessageState::dead, "", "endpoint_disabled") == 1);
  CHECK(worker.text("SELECT state || ' ' || cause FROM delivery") == "dead endpoint_disabled");
  CHECK(worker.text("SELECT string_agg(organization, ' ' ORDER BY organization) FROM alarm WHERE code = 'delivery_dead'") ==
        "jps mhlw");
  CHECK(stranded_deliveries(worker.delivery, 10).empty());
  CHECK(story.findings().empty());
}

}  // namespace
}  // namespace noroshi::store::test
