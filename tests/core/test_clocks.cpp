// What starts, moves and stops a clock.
#include <algorithm>

#include "tests/core/scene.h"

using namespace noroshi;
using namespace noroshi::core;
using namespace noroshi::core::testing;

namespace {

constexpr auto recognized = "2018-08-01T09:00:00+09:00";

Scene reported(const SubmitReport& report) {
  Scene scene("2018-08-01T09:20:00+09:00");
  scene.accept(report);
  scene.acknowledge_all();
  return scene;
}
Scene reported_by_jps() {
  return reported(report_of("jps", recognized));
}

MakeJudgement judgement(const std::string& organization, routing::Assessment assessment,
                        std::optional<routing::Cyberattack> cyberattack = std::nullopt) {
  MakeJudgement command{person(organization), assessment, cyberattack};
  command.assessment_reason = "理由";
  command.cyberattack_reason = "理由";
  return command;
}

FulfillObligation fulfillment(const Scene& scene, std::string_view rule, const std::string& holder,
                              FulfillmentMethod method) {
  return {person(holder), scene.duty(rule, holder).id, method};
}

// "duty g.3 mhlw due 2018-08-01 09:50, round 1 level 0", in order of due times.
Lines running(const Scene& scene) {
  auto clocks = running_clocks(scene.incident());
  std::stable_sort(clocks.begin(), clocks.end(),
                   [](const Clock& a, const Clock& b) { return a.due_at < b.due_at; });
  Lines lines;
  for (const auto& clock : clocks) {
    std::string line{to_string(clock.kind)};
    if (clock.kind == ClockKind::duty) line += " " + scene.incident().find(ObligationId{clock.subject})->rule;
    line += " " + clock.organization + " due " + shown(clock.due_at) + ", round " +
            std::to_string(clock.ladder.round) + " level " + std::to_string(clock.ladder.level);
    lines.push_back(line);
  }
  return lines;
}

}  // namespace

TEST_CASE("the clocks of a corporation's report") {
  Scene scene("2018-08-01T09:20:00+09:00");
  scene.accept(report_of("jps", recognized));
  CHECK(running(scene) == Lines{
                              "acknowledgement mhlw due 2018-08-01 09:35, round 1 level 0",
                              "duty g.3 mhlw due 2018-08-01 09:50, round 1 level 0",
                              "duty c jps due 2018-08-01 10:00, round 1 level 0",
                              "duty d jps due 2018-08-01 10:00, round 1 level 0",
                              "duty e jps due 2018-08-02 09:00, round 1 level 0",
                              "duty h jps due 2018-08-02 09:00, round 1 level 0",
                              "duty j jps due 2018-08-02 09:00, round 1 level 0",
                              "followup jps due 2018-08-02 09:20, round 2 level 0",
                              "duty l jps due 2018-08-04 09:00, round 1 level 0",
                              "duty k jps due 2018-08-08 09:00, round 1 level 0",
                              "duty 3.a jps due 2018-08-31 09:00, round 1 level 0",
                              "duty 3.b jps due 2018-09-15 09:00, round 1 level 0",
                              "duty 3.c jps due 2018-09-30 09:00, round 1 level 0",
                          });
  CHECK(next_ring(scene.incident(), scene.clocks()) == at("2018-08-01T09:35:00+09:00"));
}

TEST_CASE("what ends a duty ends its clock") {
  struct Story {
    std::string name;
    std::string rule;
    std::string holder;
    void (*end)(Scene&);
    bool stops;
  };
  const std::vector<Story> stories = {
      {"a relay", "g.3", "mhlw",
       [](Scene& scene) { scene.accept(fulfillment(scene, "g.3", "mhlw", FulfillmentMethod::relay)); }, true},
      {"a telephone call", "g.3", "mhlw",
       [](Scene& scene) { scene.accept(fulfillment(scene, "g.3", "mhlw", FulfillmentMethod::telephone)); },
       true},
      {"the head's decision that the police need not be told", "h", "jps",
       [](Scene& scene) {
         auto command = fulfillment(scene, "h", "jps", FulfillmentMethod::decided_not_needed);
         command.actor.role = Role::csirt_head;
         command.note = "被害なし";
         scene.accept(command);
       },
       true},
      {"a reassessment as no cyberattack", "h", "jps",
       [](Scene& scene) {
         scene.accept(judgement("jps", routing::Assessment::incident, routing::Cyberattack::no));
       },
       true},
      {"a waiver asked for is none yet", "h", "jps",
       [](Scene& scene) {
         scene.accept(AskWaiver{person("jps"), scene.duty("h", "jps").id, "理由"});
       },
       false},
      {"a waiver rejected", "h", "jps",
       [](Scene& scene) {
         scene.accept(AskWaiver{person("jps"), scene.duty("h", "jps").id, "理由"});
         scene.accept(DecideWaiver{person("jps", Role::exception_officer), scene.duty("h", "jps").id,
                                   scene.incident().waivers.front().id, false, "理由"});
       },
       false},
      {"a waiver approved", "h", "jps",
       [](Scene& scene) {
         scene.accept(AskWaiver{person("jps"), scene.duty("h", "jps").id, "理由"});
         scene.accept(DecideWaiver{person("jps", Role::exception_officer), scene.duty("h", "jps").id,
                                   scene.incident().waivers.front().id, true, "理由"});
       },
       true},
      {"the corporation's dismissal stands still what it owes itself", "c", "jps",
       [](Scene& scene) { scene.accept(judgement("jps", routing::Assessment::not_incident)); }, true},
      {"but ends nothing that its agency owes the centre", "g.3", "mhlw",
       [](Scene& scene) { scene.accept(judgement("jps", routing::Assessment::not_incident)); }, false},
      {"nor does what the agency thinks of it", "g.3", "mhlw",
       [](Scene& scene) { scene.accept(judgement("mhlw", routing::Assessment::not_incident)); }, false},
      {"an acknowledgement of the report is no relay", "g.3", "mhlw", [](Scene&) {}, false},
  };
  for (const auto& story : stories) {
    CAPTURE(story.name);
    auto scene = reported_by_jps();
    story.end(scene);
    const auto lines = scene.ring("2018-08-05T09:00:00+09:00");
    const auto of_duty = of(of(lines, "duty_overdue"), "(" + story.rule + ")");
    CHECK(of(of_duty, story.holder).empty() == story.stops);
  }
}

TEST_CASE("an acknowledged message is quiet, by whoever stands in its recipient's place") {
  Scene scene("2018-08-01T09:20:00+09:00");
  scene.accept(report_of("jps", recognized));
  CHECK(of(scene.ring("2018-08-01T09:35:00+09:00"), "acknowledgement_overdue").size() == 1);
  scene.acknowledge_all();
  CHECK(of(scene.ring("2018-08-01T10:35:00+09:00"), "acknowledgement_overdue").empty());
}

TEST_CASE("a 最終報 is the last: no further report is awaited") {
  auto scene = reported_by_jps();
  auto last = followup(report_of("jps", recognized), "最終報");
  last.in_force.stage = Stage::final;
  scene.accept(last);
  CHECK(!scene.incident().followup_due);
  CHECK(of(scene.ring("2018-08-05T09:00:00+09:00"), "followup_overdue").empty());
}

TEST_CASE("each report starts the wait for the next anew") {
  auto scene = reported_by_jps();
  CHECK(of(scene.ring("2018-08-02T09:35:00+09:00"), "followup_overdue").size() == 2);
  scene.accept(followup(report_of("jps", recognized)));
  scene.acknowledge_all();
  CHECK(scene.incident().followup_due == at("2018-08-03T09:35:00+09:00"));
  CHECK(of(scene.ring("2018-08-03T09:34:59+09:00"), "followup_overdue").empty());
  CHECK(of(scene.ring("2018-08-03T09:35:00+09:00"), "followup_overdue") ==
        Lines{"1 followup_overdue jps -> jps csirt_member"});
}

TEST_CASE("a closed incident awaits no report; a reopened one does again, from then on") {
  auto scene = reported_by_jps();
  scene.accept(MoveIncident{person("jps"), IncidentState::recovered, ""});
  for (const auto& obligation : Incident(scene.incident()).obligations)
    if (obligation.holder == "jps" && obligation.state == ObligationState::open)
      scene.accept(
          FulfillObligation{person("jps"), obligation.id,
                            obligation.inner ? FulfillmentMethod::done : FulfillmentMethod::police_report});
  scene.accept(MoveIncident{person("jps"), IncidentState::closed, ""});
  // What the agency owes goes on.
  CHECK(running(scene) == Lines{"duty g.3 mhlw due 2018-08-01 09:50, round 1 level 0"});
  scene.travel_to("2018-08-20T09:00:00+09:00");
  scene.accept(MoveIncident{person("jps"), IncidentState::assessed, "新たな被害"});
  CHECK(running(scene).back() == "followup jps due 2018-08-21 09:00, round 3 level 0");
  CHECK(of(scene.ring(), "followup_overdue").empty());
}

TEST_CASE("what was possible for days and is judged an incident awaits its next report from then on") {
  Scene scene("2018-08-01T09:20:00+09:00");
  auto report = report_of("jps", recognized);
  report.in_force.assessment = routing::Assessment::possible;
  scene.accept(report);
  CHECK(of(scene.ring("2018-08-05T09:00:00+09:00"), "followup_overdue").empty());
  scene.accept(judgement("jps", routing::Assessment::incident));
  CHECK(scene.incident().followup_due == at("2018-08-06T09:00:00+09:00"));
  CHECK(of(scene.ring(), "followup_overdue").empty());
}

TEST_CASE("a dismissal taken back awaits the next report from then on") {
  auto scene = reported_by_jps();
  scene.accept(judgement("jps", routing::Assessment::not_incident));
  CHECK(of(scene.ring("2018-08-05T09:00:00+09:00"), "followup_overdue").empty());
  scene.accept(judgement("jps", routing::Assessment::incident));
  CHECK(scene.incident().followup_due == at("2018-08-06T09:00:00+09:00"));
  // A second judgement that moves nothing moves no clock.
  scene.wait(hours(1));
  scene.accept(judgement("jps", routing::Assessment::incident, routing::Cyberattack::possible));
  CHECK(scene.incident().followup_due == at("2018-08-06T09:00:00+09:00"));
}

TEST_CASE("how soon the next report is due follows the judgement in force, whoever made it and wherever") {
  Scene scene("2018-08-01T09:20:00+09:00");
  scene.clocks().followup.by_severity = {{routing::Severity::large_scale, hours(3)}};
  const auto first = report_of("jps", recognized);
  scene.accept(first);
  CHECK(scene.incident().followup_due == at("2018-08-02T09:20:00+09:00"));
  // The body says in a judgement that it is grave, and does not repeat it in its next report.
  auto grave = judgement("jps", routing::Assessment::incident);
  grave.large_scale = std::vector{property_feared};
  scene.accept(grave);
  auto second = followup(first);
  second.states_assessment = second.states_cyberattack = second.states_large_scale = false;
  scene.accept(second);
  CHECK(scene.incident().followup_due == at("2018-08-01T12:20:00+09:00"));
  // Taken back in the report itself.
  scene.accept(followup(first));
  CHECK(scene.incident().followup_due == at("2018-08-02T09:20:00+09:00"));
  // As grave as the agency holds it.
  auto of_agency = judgement("mhlw", routing::Assessment::incident, routing::Cyberattack::yes);
  of_agency.large_scale = std::vector{property_feared};
  scene.accept(of_agency);
  scene.accept(followup(first));
  CHECK(scene.incident().followup_due == at("2018-08-01T12:20:00+09:00"));
}

TEST_CASE("a duty opened again starts anew: the judgement that met it was taken back") {
  auto scene = reported_by_jps();
  scene.accept(judgement("jps", routing::Assessment::possible));
  CHECK(of(scene.ring("2018-08-02T09:15:00+09:00"), "(b)").size() == 2);
  scene.accept(judgement("jps", routing::Assessment::incident));
  CHECK(of(scene.ring("2018-08-05T09:00:00+09:00"), "(b)").empty());
  scene.accept(judgement("jps", routing::Assessment::possible));
  CHECK(scene.duty("b", "jps").ladder == Ladder{2, 0, at("2018-08-05T09:00:00+09:00")});
  CHECK(of(scene.ring("2018-08-06T09:00:00+09:00"), "(b)") ==
        Lines{"1 duty_overdue jps -> jps csirt_member (b)"});
}

TEST_CASE("a duty opened again starts anew: told by telephone, and there is a new version") {
  auto scene = reported_by_jps();
  CHECK(of(scene.ring("2018-08-01T10:50:00+09:00"), "(g.3)").size() == 5);
  scene.accept(fulfillment(scene, "g.3", "mhlw", FulfillmentMethod::telephone));
  scene.travel_to("2018-08-01T12:00:00+09:00");
  scene.accept(followup(report_of("jps", recognized)));
  CHECK(scene.duty("g.3", "mhlw").ladder == Ladder{2, 0, scene.now()});
  CHECK(of(scene.ring("2018-08-01T12:29:59+09:00"), "(g.3)").empty());
  CHECK(of(scene.ring("2018-08-01T12:45:00+09:00"), "(g.3)") ==
        Lines{"1 duty_overdue mhlw -> mhlw csirt_member (g.3)",
              "2 duty_overdue mhlw -> mhlw csirt_head (g.3)",
              "2 relay_silent mhlw -> nisc center_liaison (g.3)"});
}

TEST_CASE("a duty opened again starts anew: it was no attack, and is one after all") {
  auto scene = reported_by_jps();
  scene.accept(judgement("jps", routing::Assessment::incident, routing::Cyberattack::no));
  scene.travel_to("2018-08-10T09:00:00+09:00");
  scene.accept(judgement("jps", routing::Assessment::incident, routing::Cyberattack::yes));
  scene.acknowledge_all();
  CHECK(of(scene.ring(), "(h)").empty());
  CHECK(of(scene.ring("2018-08-11T09:00:00+09:00"), "(h)") ==
        Lines{"1 duty_overdue jps -> jps csirt_member (h)"});
}

TEST_CASE("a version that moves the recognised time moves what is due from it") {
  struct Story {
    std::string name;
    const char* recognized;
    const char* due;
    Ladder ladder;
    Lines told_at_noon;
  };
  // (c), due at ten, had reached level 2 when the correction came at half past ten.
  const std::vector<Story> stories = {
      {"later, and in time again: nothing that was told of is put off",
       "2018-08-01T10:15:00+09:00",
       "2018-08-01T11:15:00+09:00",
       {1, 2, at("2018-08-01T09:20:00+09:00")},
       {"3 duty_overdue jps -> jps ciso (c)", "4 duty_overdue jps -> jps ciso (c)"}},
      {"later, and late all the same: the levels told stay told",
       "2018-08-01T09:10:00+09:00",
       "2018-08-01T10:10:00+09:00",
       {1, 2, at("2018-08-01T09:20:00+09:00")},
       {"3 duty_overdue jps -> jps ciso (c)", "4 duty_overdue jps -> jps ciso (c)"}},
      {"earlier: later still",
       "2018-08-01T08:00:00+09:00",
       "2018-08-01T09:00:00+09:00",
       {1, 2, at("2018-08-01T09:20:00+09:00")},
       {"3 duty_overdue jps -> jps ciso (c)", "4 duty_overdue jps -> jps ciso (c)"}},
  };
  for (const auto& story : stories) {
    CAPTURE(story.name);
    auto scene = reported_by_jps();
    CHECK(of(scene.ring("2018-08-01T10:20:00+09:00"), "(c)").size() == 2);
    auto correction = followup(report_of("jps", story.recognized));
    correction.in_force.stage = Stage::correction;
    scene.travel_to("2018-08-01T10:30:00+09:00");
    const auto relay = scene.duty("g.3", "mhlw");
    scene.accept(correction);
    CHECK(scene.duty("c", "jps").due_at == at(story.due));
    CHECK(scene.duty("c", "jps").ladder == story.ladder);
    // What counts from receipt stays.
    CHECK(scene.duty("g.3", "mhlw").due_at == relay.due_at);
    CHECK(scene.duty("g.3", "mhlw").ladder == relay.ladder);
    CHECK(of(scene.ring("2018-08-01T12:00:00+09:00"), "(c)") == story.told_at_noon);
  }
}

TEST_CASE("before an alarm was told, a later recognised time moves the alarms with what is due") {
  auto scene = reported_by_jps();
  auto correction = followup(report_of("jps", "2018-08-01T09:15:00+09:00"));
  correction.in_force.stage = Stage::correction;
  scene.travel_to("2018-08-01T09:50:00+09:00");
  scene.accept(correction);
  CHECK(of(scene.ring("2018-08-01T10:14:59+09:00"), "(c)").empty());
  CHECK(of(scene.ring("2018-08-01T10:15:00+09:00"), "(c)") == Lines{"1 duty_overdue jps -> jps csirt_member (c)"});
}

TEST_CASE("a correction is no news of the case: who waits for the next report waits on, and a final one stays final") {
  auto scene = reported_by_jps();
  const auto due = scene.incident().followup_due;
  auto correction = followup(report_of("jps", recognized));
  correction.in_force.stage = Stage::correction;
  scene.travel_to("2018-08-01T15:00:00+09:00");
  scene.accept(correction);
  CHECK(scene.incident().followup_due == due);
  auto last = followup(report_of("jps", recognized), "最終報");
  last.in_force.stage = Stage::final;
  scene.accept(last);
  REQUIRE(!scene.incident().followup_due);
  scene.accept(correction);
  CHECK(!scene.incident().followup_due);
}

TEST_CASE("a successor in mid-clock hears from the first level on") {
  Scene scene("2022-11-13T09:20:00+09:00");
  scene.accept(report_of("jogmec", "2022-11-13T09:00:00+09:00"));
  CHECK(of(scene.ring("2022-11-13T10:30:00+09:00"), "(c)").size() == 3);
  // The ring itself passes the duty on.
  CHECK(of(scene.ring("2022-11-14T00:00:00+09:00"), "(c)") ==
        Lines{"1 duty_overdue jogmec-2022 -> jogmec-2022 csirt_member (c)"});
  CHECK(scene.duty("c", "jogmec-2022").formerly == "jogmec");
  CHECK(of(scene.ring("2022-11-14T01:00:00+09:00"), "(c)").size() == 3);
}

TEST_CASE("a message to a body that ended is its successor's to acknowledge") {
  Scene scene("2025-06-30T23:50:00+09:00");
  scene.accept(report_of("mhlw", "2025-06-30T23:40:00+09:00"));
  CHECK(of(scene.ring("2025-07-01T00:05:00+09:00"), "acknowledgement_overdue") ==
        Lines{"1 acknowledgement_overdue nco -> nco center_liaison (g.1)"});
  scene.accept(
      AcknowledgeMessage{person("nco", Role::center_liaison), scene.message_to("nisc").id, "当直", ""});
  CHECK(of(scene.ring("2025-07-01T02:00:00+09:00"), "acknowledgement_overdue").empty());
}

TEST_CASE(
    "a relay owed to a centre that ended is owed to the one that stands in its place, who hears of the "
    "silence") {
  Scene scene("2025-06-30T23:50:00+09:00");
  scene.accept(report_of("jps", "2025-06-30T23:40:00+09:00"));
  scene.acknowledge_all();
  CHECK(of(scene.ring("2025-07-01T00:35:00+09:00"), "(g.3)") ==
        Lines{"1 duty_overdue mhlw -> mhlw csirt_member (g.3)",
              "2 duty_overdue mhlw -> mhlw csirt_head (g.3)",
              "2 relay_silent mhlw -> nco center_liaison (g.3)"});
}

TEST_CASE("an incident of the day before an edition keeps its duties and their clocks") {
  Scene scene("2018-07-24T23:20:00+09:00");
  auto report = report_of("mhlw", "2018-07-24T23:00:00+09:00");
  report.in_force.large_scale = {property_feared};
  scene.accept(report);
  scene.acknowledge_all();
  CHECK(of(scene.ring("2018-07-25T00:20:00+09:00"), "(g.3)") ==
        Lines{"1 duty_overdue mhlw -> mhlw csirt_member (g.3)",
              "2 duty_overdue mhlw -> mhlw csirt_head (g.3)", "3 duty_overdue mhlw -> mhlw ciso (g.3)",
              "4 duty_overdue mhlw -> cas-jitai crisis_desk (g.3)"});
  // (g) sentence 2 of H28 is (h) of H30: the police.
  CHECK(of(scene.ring("2018-07-26T00:00:00+09:00"), "(g.2)").back() ==
        "4 duty_overdue mhlw -> nisc center_liaison (g.2)");
  scene.accept(followup(report));
  CHECK(scene.duty("g.3", "mhlw").edition == "h28");
  CHECK(scene.duty("g.3", "mhlw").ladder.level == 4);
}

TEST_CASE("levels count from the later of due and start") {
  const ClockPolicy policy;
  const auto due = at("2018-08-01T10:00:00+09:00");
  Clock clock{ClockKind::duty, {}, "jps", due, {1, 0, due - hours(1)}};
  CHECK(reaches(clock, 1, policy) == due);
  CHECK(reaches(clock, 4, policy) == due + hours(1));
  CHECK(reaches(clock, 5, policy) == std::nullopt);
  clock.ladder.from = due + hours(2);
  CHECK(reaches(clock, 1, policy) == due + hours(2));
  CHECK(reaches(clock, 2, policy) == due + hours(2) + minutes(15));
}

TEST_CASE("a target of the operator for a body, or for what is grave, is that of its clocks") {
  Scene scene("2018-08-01T09:20:00+09:00");
  scene.clocks().acknowledgement.by_body = {{"mhlw", minutes(10)}};
  scene.accept(report_of("jps", recognized));
  CHECK(scene.message_to("mhlw").acknowledge_by == at("2018-08-01T09:30:00+09:00"));

  Scene grave("2018-08-01T09:20:00+09:00");
  grave.clocks().acknowledgement.by_severity = {{routing::Severity::attack, minutes(3)}};
  grave.accept(report_of("jps", recognized));
  CHECK(grave.message_to("mhlw").acknowledge_by == at("2018-08-01T09:23:00+09:00"));
}
