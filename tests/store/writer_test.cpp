// The one write path against a real PostgreSQL: what is accepted is stored whole, once, with its events.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <thread>

#include "tests/store/store_scene.h"

namespace noroshi::store::test {
namespace {

std::string fresh(const char* what) {
  static int n = 0;
  return fmt::format("{}-{}", what, ++n);
}

const std::string attacked = R"(,"assessment":"incident","cyberattack":"yes")";

TEST_CASE("a corporation's report is stored with its duties, its message to the ministry and its events") {
  auto& scene = StoreScene::shared();
  const auto reference = fresh("whole");
  const auto result = scene.perform(submit(csirt_member("jps"), report_json(reference, "first", attacked)));
  const auto& answered = accepted(result);
  CHECK(answered.status == 201);
  const auto incident = in_answer(answered, "incident.id");
  const auto where = " WHERE incident_id = '" + incident + "'";

  CHECK(in_answer(answered, "incident.state") == "assessed");
  CHECK(scene.count("report" + where) == 1);
  CHECK(scene.count("obligation" + where + " AND rule = 'g.2' AND state = 'fulfilled' AND recipient = 'mhlw'") == 1);
  CHECK(scene.count("obligation" + where + " AND rule = 'g.3' AND state = 'open' AND holder = 'mhlw'") == 1);
  CHECK(scene.count("obligation" + where + " AND rule = 'h' AND state = 'open' AND holder = 'jps'") == 1);
  CHECK(scene.count("message" + where + " AND recipient = 'mhlw' AND state = 'delivered'") == 1);
  CHECK(scene.count("incident_access" + where + " AND organization = 'nco' AND scope = 'duties'") == 1);
  CHECK(scene.count("event" + where + " AND type = 'report.received'") == 1);
  CHECK(scene.count("report" + where + " AND length = unsealed_length(bytes) AND is_sealed(bytes) AND length(bytes) > 0") == 1);
}

TEST_CASE("the same key and bytes get the same answer, and nothing is stored twice") {
  auto& scene = StoreScene::shared();
  const auto reference = fresh("replayed");
  const auto body = report_json(reference, "first", attacked);
  const auto first = scene.perform(submit(csirt_member("jps"), body, "key-" + reference));
  const auto again = scene.perform(submit(csirt_member("jps"), body, "key-" + reference));
  CHECK_FALSE(accepted(first).replayed);
  CHECK(accepted(again).replayed);
  CHECK(accepted(again).body == accepted(first).body);
  CHECK(accepted(again).etag == accepted(first).etag);
  CHECK(scene.count("incident WHERE reference = '" + reference + "'") == 1);
}

TEST_CASE("the same key with other bytes is refused, also while the first is under way") {
  auto& scene = StoreScene::shared();
  const auto reference = fresh("reused");
  const auto key = "key-" + reference;
  accepted(scene.perform(submit(csirt_member("jps"), report_json(reference, "first", attacked), key)));
  const auto other = scene.perform(submit(csirt_member("jps"), report_json(reference + "x", "first", attacked), key));
  CHECK(refusal_code(other) == "idempotency_key_reused");
  CHECK(scene.count("incident WHERE reference = '" + reference + "x'") == 0);
}

TEST_CASE("the same key of another body is another key") {
  auto& scene = StoreScene::shared();
  const auto reference = fresh("scoped");
  const auto body = report_json(reference, "first", attacked);
  accepted(scene.perform(submit(csirt_member("jps"), body, "one-key-" + reference)));
  CHECK_FALSE(accepted(scene.perform(submit(csirt_member("kahaku"), body, "one-key-" + reference))).replayed);
}

TEST_CASE("fifty at once with one key make one report") {
  auto& scene = StoreScene::shared();
  const auto reference = fresh("stampede");
  const auto body = report_json(reference, "first", attacked);
  std::vector<std::future<Result>> results;
  for (int i = 0; i < 50; ++i) {
    auto promise = std::make_shared<std::promise<Result>>();
    results.push_back(promise->get_future());
    scene.writers().submit(submit(csirt_member("jps"), body, "key-" + reference),
                           [promise](Result result) { promise->set_value(std::move(result)); });
  }
  int replayed = 0;
  for (auto& result : results) replayed += accepted(result.get()).replayed ? 1 : 0;
  CHECK(replayed == 49);
  CHECK(scene.count("incident WHERE reference = '" + reference + "'") == 1);
}

TEST_CASE("a first report of a known reference is refused; a followup of an unknown one too") {
  auto& scene = StoreScene::shared();
  const auto reference = fresh("twice");
  accepted(scene.perform(submit(csirt_member("jps"), report_json(reference, "first", attacked), "a" + reference)));
  CHECK(refusal_code(scene.perform(submit(csirt_member("jps"), report_json(reference, "first", attacked), "b" + reference))) ==
        "reference_exists");
  CHECK(refusal_code(scene.perform(submit(csirt_member("jps"), report_json(fresh("unknown"), "followup")))) ==
        "reference_unknown");
}

TEST_CASE("numbers count without gaps for a body, refused reports among them") {
  auto& scene = StoreScene::shared();
  const auto first = scene.perform(submit(csirt_member("naro"), report_json("n1", "first", attacked)));
  CHECK(refusal_code(scene.perform(submit(csirt_member("naro"),
                                          report_json("n2", "first", attacked + R"(,"summary":"経路","classification":{"confidentiality":3})")))) ==
        "annex_header_only");
  const auto second = scene.perform(submit(csirt_member("naro"), report_json("n3", "first", attacked)));
  const auto year = scene.text("SELECT extract(year FROM now() AT TIME ZONE interval '9 hours')");
  CHECK(in_answer(accepted(first), "incident.number") == "NARO-" + year + "-1");
  CHECK(in_answer(accepted(second), "incident.number") == "NARO-" + year + "-2");
}

TEST_CASE("a hundred reports of one body and one more that is refused: every one gets its own answer") {
  auto& scene = StoreScene::shared();
  std::vector<std::future<Result>> results;
  for (int i = 0; i < 100; ++i) {
    auto promise = std::make_shared<std::promise<Result>>();
    results.push_back(promise->get_future());
    const auto members = i == 50 ? attacked + R"(,"organization":"nims")" : attacked;
    scene.writers().submit(submit(csirt_member("aist"), report_json(fmt::format("burst-{}", i), "first", members)),
                           [promise](Result result) { promise->set_value(std::move(result)); });
  }
  for (int i = 0; i < 100; ++i)
    CHECK(refusal_code(results[i].get()) == (i == 50 ? "foreign_organization" : "answered"));
  CHECK(scene.count("incident WHERE organization = 'aist'") == 99);
  CHECK(scene.count("(SELECT DISTINCT number FROM incident WHERE organization = 'aist') AS n") == 99);
}

TEST_CASE("commands on one incident keep their order and see each other's work, in one group or several") {
  auto& scene = StoreScene::shared();
  const auto reference = fresh("ordered");
  const auto made = scene.perform(submit(csirt_head("jps"), report_json(reference, "first", R"(,"assessment":"possible")")));
  const auto incident = core::IncidentId{*core::parse_uuid(in_answer(accepted(made), "incident.id"))};
  std::vector<std::future<Result>> results;
  const auto send = [&](Action action) {
    Command command;
    command.actor = csirt_head("jps");
    command.action = std::move(action);
    auto promise = std::make_shared<std::promise<Result>>();
    results.push_back(promise->get_future());
    scene.writers().submit(std::move(command), [promise](Result result) { promise->set_value(std::move(result)); });
  };
  codec::AssessmentCommand assessment;
  assessment.assessment = routing::Assessment::incident;
  assessment.cyberattack = routing::Cyberattack::possible;
  send(Assess{incident, assessment});
  send(Move{incident, {core::IncidentState::contained, ""}});
  send(Move{incident, {core::IncidentState::recovered, ""}});
  send(Move{incident, {core::IncidentState::contained, ""}});
  std::vector<std::string> codes;
  for (auto& result : results) codes.push_back(refusal_code(result.get()));
  CHECK(codes == std::vector<std::string>{"answered", "answered", "answered", "transition_not_allowed"});
  CHECK(scene.text("SELECT state FROM incident WHERE id = '" + core::to_string(incident) + "'") == "recovered");
}

TEST_CASE("a duty is met by its holder, the message reaches the centre, who then sees the incident") {
  auto& scene = StoreScene::shared();
  const auto made = scene.perform(submit(csirt_member("jps"), report_json(fresh("relayed"), "first", attacked)));
  const auto incident = in_answer(accepted(made), "incident.id");
  const auto duty = scene.text("SELECT id FROM obligation WHERE incident_id = '" + incident + "' AND rule = 'g.3'");
  Command command;
  command.actor = csirt_member("mhlw");
  codec::FulfillmentCommand body;
  body.method = core::FulfillmentMethod::relay;
  command.action = Fulfill{core::ObligationId{*core::parse_uuid(duty)}, body};

  Command stranger = command;
  stranger.actor = csirt_member("mext");
  CHECK(refusal_code(scene.perform(stranger)) == "not_found");
  Command reporter = command;
  reporter.actor = csirt_member("jps");
  CHECK(refusal_code(scene.perform(reporter)) == "not_the_holder");

  CHECK(accepted(scene.perform(command)).status == 201);
  CHECK(refusal_code(scene.perform(command)) == "obligation_not_open");
  CHECK(scene.text("SELECT scope FROM incident_access WHERE incident_id = '" + incident + "' AND organization = 'nco'") ==
        "content");
  CHECK(scene.count("message WHERE incident_id = '" + incident + "' AND recipient = 'nco' AND kind = 'relay'") == 1);
}

TEST_CASE("If-Match of an older state is refused and changes nothing") {
  auto& scene = StoreScene::shared();
  const auto made = scene.perform(submit(csirt_head("jps"), report_json(fresh("etag"), "first", attacked)));
  const auto incident = core::IncidentId{*core::parse_uuid(in_answer(accepted(made), "incident.id"))};
  Command command;
  command.actor = csirt_head("jps");
  command.action = Move{incident, {core::IncidentState::contained, ""}};
  command.if_match = "\"r1\"";
  CHECK(refusal_code(scene.perform(command)) == "precondition_failed");
  command.if_match = "\"" + accepted(made).etag + "\"";
  CHECK(accepted(scene.perform(command)).status == 201);
}

TEST_CASE("a followup is laid over what is known, goes to everybody who had the version before, and opens nothing twice") {
  auto& scene = StoreScene::shared();
  const auto reference = fresh("followed");
  const auto made = scene.perform(submit(csirt_member("jps"), report_json(reference, "first", attacked)));
  const auto incident = in_answer(accepted(made), "incident.id");
  const auto duties = scene.count("obligation WHERE incident_id = '" + incident + "'");
  const auto followed = scene.perform(submit(
      csirt_member("jps"), report_json(reference, "followup", R"(,"impact":{"persons_affected":{"min":1,"max":125}})")));
  CHECK(in_answer(accepted(followed), "report.version") == "2");
  CHECK(scene.count("obligation WHERE incident_id = '" + incident + "'") == duties);
  CHECK(scene.text("SELECT occasion FROM obligation WHERE incident_id = '" + incident + "' AND rule = 'g.3'") == "2");
  CHECK(scene.count("message WHERE incident_id = '" + incident + "' AND recipient = 'mhlw'") == 2);
  constexpr Statement second{"test_second_version", "SELECT document FROM report WHERE incident_id = $1::uuid AND version = 2"};
  CHECK(scene.owner().execute(second, {incident}).one().get<std::string>("document").find(R"("title":"不審な通信")") != std::string::npos);
}

}  // namespace
}  // namespace noroshi::store::test
