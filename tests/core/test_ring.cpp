// Who hears of what is late: role by role in the body that is late, at last the other side.
#include <algorithm>
#include <functional>

#include "tests/core/scene.h"

using namespace noroshi;
using namespace noroshi::core;
using namespace noroshi::core::testing;

namespace {

constexpr auto recognized = "2018-08-01T09:00:00+09:00";

// A report at 09:20 of what was recognised at 09:00; every message but `left` is acknowledged.
Scene reported(const SubmitReport& report, std::string_view left = "") {
  Scene scene("2018-08-01T09:20:00+09:00");
  scene.accept(report);
  for (const auto& message : Incident(scene.incident()).messages)
    if (message.recipient != left)
      scene.accept(AcknowledgeMessage{person(message.recipient), message.id, "当直", ""});
  return scene;
}

SubmitReport grave(const std::string& organization) {
  auto report = report_of(organization, recognized);
  report.in_force.large_scale = {property_feared};
  return report;
}
SubmitReport exercise(SubmitReport report) {
  report.in_force.exercise = true;
  return report;
}
SubmitReport possible(SubmitReport report) {
  report.in_force.assessment = routing::Assessment::possible;
  return report;
}

void meet(Scene& scene, std::string_view rule, const std::string& holder,
          FulfillmentMethod method = FulfillmentMethod::report) {
  scene.accept(FulfillObligation{person(holder), scene.duty(rule, holder).id, method});
}

// What the clock of one duty tells when it is looked at as each level comes.
Lines levels(Scene& scene, std::string_view rule, std::string_view holder, std::string_view word) {
  const auto due = std::max(scene.duty(rule, holder).due_at, scene.duty(rule, holder).ladder.from);
  Lines lines;
  for (const auto step : scene.clocks().steps) {
    scene.travel_to(due + step);
    for (auto& line : of(of(scene.ring(), word), holder)) lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace

TEST_CASE("each duty rises through the body that owes it to the body it is owed to") {
  struct Story {
    std::string name;
    SubmitReport report;
    std::string rule;
    std::string holder;
    Lines told;
  };
  const std::vector<Story> stories = {
      {"an agency that has not relayed: the centre hears at level 2 already",
       report_of("jps", recognized),
       "g.3",
       "mhlw",
       {"1 duty_overdue mhlw -> mhlw csirt_member (g.3)", "2 duty_overdue mhlw -> mhlw csirt_head (g.3)",
        "2 relay_silent mhlw -> nisc center_liaison (g.3)", "3 duty_overdue mhlw -> mhlw ciso (g.3)",
        "4 duty_overdue mhlw -> nisc center_liaison (g.3)"}},
      {"whether the police are told lies with the head: never the police hear, but the centre",
       report_of("jps", recognized),
       "h",
       "jps",
       {"1 duty_overdue jps -> jps csirt_member (h)", "2 duty_overdue jps -> jps csirt_head (h)",
        "3 duty_overdue jps -> jps ciso (h)", "4 duty_overdue jps -> nisc center_liaison (h)"}},
      {"the same of an agency's own",
       report_of("mhlw", recognized),
       "h",
       "mhlw",
       {"1 duty_overdue mhlw -> mhlw csirt_member (h)", "2 duty_overdue mhlw -> mhlw csirt_head (h)",
        "3 duty_overdue mhlw -> mhlw ciso (h)", "4 duty_overdue mhlw -> nisc center_liaison (h)"}},
      {"crisis management is owed (i) by the agency that received it",
       grave("jps"),
       "i",
       "mhlw",
       {"1 duty_overdue mhlw -> mhlw csirt_member (i)", "2 duty_overdue mhlw -> mhlw csirt_head (i)",
        "3 duty_overdue mhlw -> mhlw ciso (i)", "4 duty_overdue mhlw -> cas-jitai crisis_desk (i)"}},
      {"in an exercise the centre hears in its place",
       exercise(grave("jps")),
       "i",
       "mhlw",
       {"1 duty_overdue mhlw -> mhlw csirt_member (i)", "2 duty_overdue mhlw -> mhlw csirt_head (i)",
        "3 duty_overdue mhlw -> mhlw ciso (i)", "4 duty_overdue mhlw -> nisc center_liaison (i)"}},
      {"in an exercise a silent agency is shown to the centre as in earnest",
       exercise(report_of("jps", recognized)),
       "g.3",
       "mhlw",
       {"1 duty_overdue mhlw -> mhlw csirt_member (g.3)", "2 duty_overdue mhlw -> mhlw csirt_head (g.3)",
        "2 relay_silent mhlw -> nisc center_liaison (g.3)", "3 duty_overdue mhlw -> mhlw ciso (g.3)",
        "4 duty_overdue mhlw -> nisc center_liaison (g.3)"}},
      {"a duty inside stays inside: the CISO hears twice",
       report_of("jps", recognized),
       "c",
       "jps",
       {"1 duty_overdue jps -> jps csirt_member (c)", "2 duty_overdue jps -> jps csirt_head (c)",
        "3 duty_overdue jps -> jps ciso (c)", "4 duty_overdue jps -> jps ciso (c)"}},
      {"a possible incident that nobody assesses",
       possible(report_of("jps", recognized)),
       "b",
       "jps",
       {"1 duty_overdue jps -> jps csirt_member (b)", "2 duty_overdue jps -> jps csirt_head (b)",
        "3 duty_overdue jps -> jps ciso (b)", "4 duty_overdue jps -> jps ciso (b)"}},
      {"the centre as the victim: its CSIRT first, at last its liaisons, who would be told of any other",
       report_of("nisc", recognized),
       "h",
       "nisc",
       {"1 duty_overdue nisc -> nisc csirt_member (h)", "2 duty_overdue nisc -> nisc csirt_head (h)",
        "3 duty_overdue nisc -> nisc ciso (h)", "4 duty_overdue nisc -> nisc center_liaison (h)"}},
      {"crisis management as the victim owes as any agency does",
       report_of("cas-jitai", recognized),
       "c",
       "cas-jitai",
       {"1 duty_overdue cas-jitai -> cas-jitai csirt_member (c)",
        "2 duty_overdue cas-jitai -> cas-jitai csirt_head (c)",
        "3 duty_overdue cas-jitai -> cas-jitai ciso (c)", "4 duty_overdue cas-jitai -> cas-jitai ciso (c)"}},
  };
  for (const auto& story : stories) {
    CAPTURE(story.name);
    auto scene = reported(story.report);
    const auto told = levels(scene, story.rule, story.holder, "(" + story.rule + ")");
    CHECK(told == story.told);
    // After an outage it is the same at once.
    auto late = reported(story.report);
    const auto due = late.duty(story.rule, story.holder).due_at;
    late.travel_to(due + hours(1));
    CHECK(of(of(late.ring(), "(" + story.rule + ")"), story.holder) == story.told);
  }
}

TEST_CASE("each message that nobody acknowledges rises through its recipient to its sender") {
  struct Story {
    std::string name;
    std::string recipient;
    Lines told;
  };
  const std::vector<Story> stories = {
      {"an agency",
       "mhlw",
       {"1 acknowledgement_overdue mhlw -> mhlw csirt_member (g.2)",
        "2 acknowledgement_overdue mhlw -> mhlw csirt_head (g.2)",
        "3 acknowledgement_overdue mhlw -> mhlw ciso (g.2)",
        "4 acknowledgement_overdue mhlw -> jps csirt_head (g.2)"}},
      {"the centre",
       "nisc",
       {"1 acknowledgement_overdue nisc -> nisc center_liaison (g.3)",
        "2 acknowledgement_overdue nisc -> nisc center_liaison (g.3)",
        "3 acknowledgement_overdue nisc -> nisc center_liaison (g.3)",
        "4 acknowledgement_overdue nisc -> mhlw csirt_head (g.3)"}},
      {"the police",
       "police-tokyo",
       {"1 acknowledgement_overdue police-tokyo -> police-tokyo police_desk (h)",
        "2 acknowledgement_overdue police-tokyo -> police-tokyo police_desk (h)",
        "3 acknowledgement_overdue police-tokyo -> police-tokyo police_desk (h)",
        "4 acknowledgement_overdue police-tokyo -> jps csirt_head (h)"}},
      {"crisis management",
       "cas-jitai",
       {"1 acknowledgement_overdue cas-jitai -> cas-jitai crisis_desk (i)",
        "2 acknowledgement_overdue cas-jitai -> cas-jitai crisis_desk (i)",
        "3 acknowledgement_overdue cas-jitai -> cas-jitai crisis_desk (i)",
        "4 acknowledgement_overdue cas-jitai -> mhlw csirt_head (i)"}},
  };
  for (const auto& story : stories) {
    CAPTURE(story.name);
    Scene scene("2018-08-01T09:20:00+09:00");
    scene.accept(grave("jps"));
    meet(scene, "g.3", "mhlw", FulfillmentMethod::relay);
    meet(scene, "h", "jps");
    meet(scene, "i", "mhlw", FulfillmentMethod::relay);
    for (const auto& message : Incident(scene.incident()).messages)
      if (message.recipient != story.recipient)
        scene.accept(AcknowledgeMessage{person(message.recipient), message.id, "当直", ""});
    Lines told;
    // The target is a quarter of an hour.
    for (const char* time : {"2018-08-01T09:35:00+09:00", "2018-08-01T09:50:00+09:00",
                             "2018-08-01T10:05:00+09:00", "2018-08-01T10:35:00+09:00"})
      for (auto& line : of(scene.ring(time), "acknowledgement_overdue")) told.push_back(std::move(line));
    CHECK(told == story.told);
    CHECK(of(scene.ring("2018-09-01T09:00:00+09:00"), "acknowledgement_overdue").empty());
  }
}

TEST_CASE("a 続報 that does not come: the body itself, and at last whoever was told") {
  auto scene = reported(report_of("jps", recognized));
  CHECK(scene.incident().followup_due == at("2018-08-02T09:20:00+09:00"));
  const auto told = [&](const char* time) { return of(scene.ring(time), "followup_overdue"); };
  CHECK(told("2018-08-02T09:19:59+09:00").empty());
  CHECK(told("2018-08-02T09:20:00+09:00") == Lines{"1 followup_overdue jps -> jps csirt_member"});
  CHECK(told("2018-08-02T09:35:00+09:00") == Lines{"2 followup_overdue jps -> jps csirt_head"});
  CHECK(told("2018-08-02T09:50:00+09:00") == Lines{"3 followup_overdue jps -> jps ciso"});
  CHECK(told("2018-08-02T10:20:00+09:00") == Lines{"4 followup_overdue jps -> mhlw csirt_head"});
}

TEST_CASE("an agency's own 続報 is awaited by the centre and by crisis management, never by the police") {
  auto scene = reported(grave("mhlw"));
  meet(scene, "h", "mhlw");
  meet(scene, "i", "mhlw");
  scene.acknowledge_all();
  scene.travel_to("2018-08-02T10:20:00+09:00");
  CHECK(of(scene.ring(), "followup_overdue") ==
        Lines{"1 followup_overdue mhlw -> mhlw csirt_member", "2 followup_overdue mhlw -> mhlw csirt_head",
              "3 followup_overdue mhlw -> mhlw ciso", "4 followup_overdue mhlw -> nisc center_liaison",
              "4 followup_overdue mhlw -> cas-jitai crisis_desk"});
}

TEST_CASE("a 続報 of which nobody outside was told stays with the body") {
  // Under H28 a corporation owes nobody outside a report.
  Scene scene("2018-07-20T09:20:00+09:00");
  scene.accept(report_of("jps", "2018-07-20T09:00:00+09:00"));
  CHECK(scene.ring("2018-07-21T10:20:00+09:00") ==
        Lines{"1 followup_overdue jps -> jps csirt_member", "2 followup_overdue jps -> jps csirt_head",
              "3 followup_overdue jps -> jps ciso", "4 followup_overdue jps -> jps ciso"});
}

TEST_CASE("agencies that share the supervision are late each by itself") {
  // amed: the Cabinet Office, and by joint supervision others.
  auto scene = reported(report_of("amed", recognized));
  std::vector<std::string> agencies;
  for (const auto& obligation : scene.incident().obligations)
    if (obligation.rule == "g.3") agencies.push_back(obligation.holder);
  REQUIRE(agencies.size() > 1);
  // The first relays; the centre is told of the silence of the others, though it knows the case.
  meet(scene, "g.3", agencies.front(), FulfillmentMethod::relay);
  scene.acknowledge_all();
  const auto lines = scene.ring("2018-08-01T10:05:00+09:00");
  CHECK(of(lines, agencies.front()).empty());
  for (auto agency = agencies.begin() + 1; agency != agencies.end(); ++agency) {
    CHECK(of(of(lines, *agency), "(g.3)") ==
          Lines{"1 duty_overdue " + *agency + " -> " + *agency + " csirt_member (g.3)",
                "2 duty_overdue " + *agency + " -> " + *agency + " csirt_head (g.3)",
                "2 relay_silent " + *agency + " -> nisc center_liaison (g.3)"});
  }
}

TEST_CASE("before a clock is due nothing rings, and the next look is when it is") {
  auto scene = reported(report_of("jps", recognized));
  CHECK(next_ring(scene.incident(), scene.clocks()) == at("2018-08-01T09:50:00+09:00"));
  CHECK(scene.ring("2018-08-01T09:49:59+09:00").empty());
  CHECK(scene.events().back().at == at("2018-08-01T09:20:00+09:00"));
  CHECK(scene.ring("2018-08-01T09:50:00+09:00").size() == 1);
  CHECK(next_ring(scene.incident(), scene.clocks()) == at("2018-08-01T10:00:00+09:00"));
}

TEST_CASE("a report of what was recognised long ago is late at once, and rises from when it came") {
  Scene scene("2018-08-01T09:20:00+09:00");
  scene.accept(report_of("mhlw", "2018-07-30T09:00:00+09:00"));
  scene.acknowledge_all();
  CHECK(of(scene.ring(), "(h)") == Lines{"1 duty_overdue mhlw -> mhlw csirt_member (h)"});
  CHECK(of(scene.ring("2018-08-01T09:34:59+09:00"), "(h)").empty());
  CHECK(of(scene.ring("2018-08-01T09:35:00+09:00"), "(h)") ==
        Lines{"2 duty_overdue mhlw -> mhlw csirt_head (h)"});
}

TEST_CASE("after an outage everything missed is told in one decision, with one message to each body") {
  Scene scene("2018-08-01T09:20:00+09:00");
  scene.accept(grave("jps"));
  const auto lines = scene.ring("2018-08-01T12:00:00+09:00");
  CHECK(lines == Lines{
                     "1 duty_overdue jps -> jps csirt_member (c)",
                     "2 duty_overdue jps -> jps csirt_head (c)",
                     "3 duty_overdue jps -> jps ciso (c)",
                     "4 duty_overdue jps -> jps ciso (c)",
                     "1 duty_overdue jps -> jps csirt_member (d)",
                     "2 duty_overdue jps -> jps csirt_head (d)",
                     "3 duty_overdue jps -> jps ciso (d)",
                     "4 duty_overdue jps -> jps ciso (d)",
                     "1 duty_overdue mhlw -> mhlw csirt_member (g.3)",
                     "2 duty_overdue mhlw -> mhlw csirt_head (g.3)",
                     "2 relay_silent mhlw -> nisc center_liaison (g.3)",
                     "3 duty_overdue mhlw -> mhlw ciso (g.3)",
                     "4 duty_overdue mhlw -> nisc center_liaison (g.3)",
                     "1 duty_overdue mhlw -> mhlw csirt_member (i)",
                     "2 duty_overdue mhlw -> mhlw csirt_head (i)",
                     "3 duty_overdue mhlw -> mhlw ciso (i)",
                     "4 duty_overdue mhlw -> cas-jitai crisis_desk (i)",
                     "1 acknowledgement_overdue mhlw -> mhlw csirt_member (g.2)",
                     "2 acknowledgement_overdue mhlw -> mhlw csirt_head (g.2)",
                     "3 acknowledgement_overdue mhlw -> mhlw ciso (g.2)",
                     "4 acknowledgement_overdue mhlw -> jps csirt_head (g.2)",
                 });
  CHECK(scene.messages() == Lines{"report jps -> mhlw (g.2)", "alarm -> cas-jitai (i)", "alarm -> jps ()",
                                  "alarm -> mhlw ()", "alarm -> nisc (g.3)"});
  // Who was alarmed sees rows, and content no more than before.
  CHECK(scene.access() == Lines{"cas-jitai duties", "jps content", "mhlw content", "nisc duties"});
}

TEST_CASE(
    "an alarm is a message without report, sender and clock of its own; acknowledging it acknowledges no "
    "duty") {
  auto scene = reported(report_of("jps", recognized));
  scene.ring("2018-08-01T09:50:00+09:00");
  const auto alarm = scene.message_to("mhlw");
  REQUIRE(alarm.kind == MessageKind::alarm);
  CHECK(!alarm.report);
  CHECK(alarm.sender.empty());
  CHECK(!alarm.acknowledge_by);
  CHECK(alarm.obligation == scene.duty("g.3", "mhlw").id);
  CHECK(alarm.note.find("2018-08-01T09:50:00+09:00") != std::string::npos);
  CHECK(alarm.note.find("不審な通信") == std::string::npos);
  scene.accept(AcknowledgeMessage{person("mhlw"), alarm.id, "当直", ""});
  CHECK(!scene.duty("g.3", "mhlw").acknowledged_at);
  CHECK(of(scene.ring("2018-08-01T10:05:00+09:00"), "(g.3)").size() == 2);
}

TEST_CASE("a later version goes to who got the one before, not to who was only alarmed") {
  Scene scene("2018-08-01T09:20:00+09:00");
  scene.accept(grave("jps"));
  scene.ring("2018-08-01T12:00:00+09:00");
  scene.accept(followup(grave("jps")));
  CHECK(!scene.incident().content_visible_to("nisc"));
  CHECK(!scene.incident().content_visible_to("cas-jitai"));
  CHECK(scene.messages().back() == "report jps -> mhlw (g.2)");
}

TEST_CASE("of a body where nobody would hear the centre is told, once") {
  auto scene = reported(report_of("jps", recognized));
  scene.listeners().bodies_with_person.erase("mhlw");
  CHECK(of(scene.ring("2018-08-01T09:50:00+09:00"), "(g.3)") ==
        Lines{"1 duty_overdue mhlw -> mhlw csirt_member (g.3)",
              "1 body_without_person mhlw -> nisc center_liaison (g.3)"});
  CHECK(of(scene.ring("2018-08-02T09:50:00+09:00"), "body_without_person").empty());
  CHECK(scene.message_to("mhlw").kind == MessageKind::alarm);  // for whoever comes
}

TEST_CASE("of two bodies where nobody would hear the centre is told of each") {
  auto scene = reported(report_of("amed", recognized));
  std::vector<std::string> agencies;
  for (const auto& obligation : scene.incident().obligations)
    if (obligation.rule == "g.3") agencies.push_back(obligation.holder);
  for (const auto& agency : agencies) {
    meet(scene, "g.3", agency, FulfillmentMethod::relay);
    scene.listeners().bodies_with_person.erase(agency);
  }
  scene.acknowledge_all();
  // One clock at one level tells all of them: that of the 続報.
  const auto lines = of(scene.ring("2018-08-02T10:20:00+09:00"), "body_without_person");
  REQUIRE(lines.size() == agencies.size());
  for (std::size_t i = 0; i < agencies.size(); ++i)
    CHECK(lines[i] == "4 body_without_person " + agencies[i] + " -> nisc center_liaison");
}

TEST_CASE("a receiver where nobody has been since the message came is dead, and its sender and the centre hear of it") {
  struct Story {
    std::string name;
    std::string body;                    // whose incident it is
    std::function<void(Scene&)> before;  // at 09:20, the report being there
    std::vector<std::string> looks;      // in the morning of that day
    Lines told;
  };
  const auto nothing = [](Scene&) {};
  const auto leaves = [](const std::string& body) {
    // Somebody was there at 09:10.
    return [body](Scene& scene) { scene.listeners().last_asked[body] = at("2018-08-01T09:10:30+09:00"); };
  };
  const Lines dead_at_level_2 = {"2 receiver_dead mhlw -> jps csirt_head (g.2)",
                                 "2 receiver_dead mhlw -> nisc center_liaison (g.2)"};
  const std::vector<Story> stories = {
      {"nobody has been there since", "jps", leaves("mhlw"), {"09:35", "09:49", "09:50", "10:05", "10:35"}, dead_at_level_2},
      {"somebody was there less than a minute before, and may have looked once more",
       "jps",
       [](Scene& scene) { scene.listeners().last_asked["mhlw"] = at("2018-08-01T09:19:00+09:00"); },
       {"09:50", "10:35"},
       {}},
      {"nobody was there in the minute before",
       "jps",
       [](Scene& scene) { scene.listeners().last_asked["mhlw"] = at("2018-08-01T09:18:59+09:00"); },
       {"09:50"},
       dead_at_level_2},
      {"nobody was ever there",
       "jps",
       [](Scene& scene) { scene.listeners().last_asked.erase("mhlw"); },
       {"09:50"},
       dead_at_level_2},
      {"somebody looked when it came, and has not acknowledged it", "jps", nothing, {"09:50", "10:35"}, {}},
      {"nobody holds a token: the centre hears of that instead",
       "jps",
       [&](Scene& scene) {
         leaves("mhlw")(scene);
         scene.listeners().bodies_with_person.erase("mhlw");
       },
       {"09:50", "10:35"},
       {}},
      {"it was acknowledged, by telephone as it were",
       "jps",
       [&](Scene& scene) {
         leaves("mhlw")(scene);
         scene.acknowledge_all();
       },
       {"09:50", "10:35"},
       {}},
      {"the centre itself: its sender alone hears",
       "mhlw",
       leaves("nisc"),
       {"09:50"},
       {"2 receiver_dead nisc -> mhlw csirt_head (g.1)"}},
      {"the daemon was away when the level came, and so could nobody ask: it is seen a level later",
       "jps",
       leaves("mhlw"),
       {"10:00", "10:05", "10:35"},
       {"3 receiver_dead mhlw -> jps csirt_head (g.2)", "3 receiver_dead mhlw -> nisc center_liaison (g.2)"}},
      {"the daemon was away all the time: nobody can say", "jps", leaves("mhlw"), {"11:00"}, {}},
  };
  for (const auto& story : stories) {
    CAPTURE(story.name);
    Scene scene("2018-08-01T09:20:00+09:00");
    scene.accept(report_of(story.body, recognized));
    scene.leave("mhlw");
    scene.leave("nisc");
    story.before(scene);
    Lines told;
    for (const auto& look : story.looks)
      for (auto& line : of(scene.ring("2018-08-01T" + look + ":00+09:00"), "receiver_dead")) told.push_back(line);
    CHECK(told == story.told);
  }
}

TEST_CASE("that a receiver is dead is told with when somebody was there last, and with what to do") {
  struct Story {
    std::optional<Timestamp> asked;
    std::string ja, en;
  };
  const std::vector<Story> stories = {
      {at("2018-08-01T09:10:30+09:00"), "2018-08-01T09:10:00+09:00 を最後に",
       "nobody of mhlw has been here since 2018-08-01T09:10:00+09:00; telephone them"},
      {std::nullopt, "まだ誰も", "nobody of mhlw has ever been here; telephone them"},
  };
  for (const auto& story : stories) {
    Scene scene("2018-08-01T09:20:00+09:00");
    scene.accept(report_of("jps", recognized));
    scene.leave("mhlw");
    scene.listeners().last_asked.erase("mhlw");
    if (story.asked) scene.listeners().last_asked["mhlw"] = *story.asked;
    scene.ring("2018-08-01T09:50:00+09:00");
    int told = 0;
    for (const auto& event : scene.events()) {
      const auto* alarm = std::get_if<AlarmRung>(&event.what);
      if (!alarm || alarm->code != alarm_codes::receiver_dead) continue;
      ++told;
      CHECK(alarm->reason.ja.find(story.ja) != std::string::npos);
      CHECK(alarm->reason.en.find(story.en) != std::string::npos);
    }
    CHECK(told == 2);
    // Each finds it in its inbox too.
    CHECK(scene.message_to("jps").note.find(story.en) != std::string::npos);
  }
}

TEST_CASE("of a successor it counts who was there of the successor") {
  Scene scene("2025-06-30T23:15:00+09:00");
  scene.accept(report_of("mhlw", "2025-06-30T23:05:00+09:00"));
  scene.wait(minutes(1));
  scene.leave("nco");
  scene.listeners().last_asked.erase("nco");
  scene.travel_to("2025-06-30T23:45:00+09:00");
  CHECK(of(scene.ring(), "receiver_dead").empty());  // nisc has looked
  scene.ring("2025-07-01T00:00:00+09:00");
  CHECK(of(scene.ring("2025-07-01T00:15:00+09:00"), "receiver_dead") ==
        Lines{"2 receiver_dead nco -> mhlw csirt_head (g.1)"});
}

TEST_CASE("where nobody is at the centre either, there is nobody to be told") {
  auto scene = reported(report_of("jps", recognized));
  scene.listeners().bodies_with_person.clear();
  const auto lines = scene.ring("2018-08-01T10:50:00+09:00");
  CHECK(of(of(lines, "body_without_person"), "(g.3)") ==
        Lines{"1 body_without_person mhlw -> nisc center_liaison (g.3)"});
  CHECK(of(lines, "nisc").size() == 4);  // relay_silent, level 4, and of mhlw and jps
}

TEST_CASE("a ladder of the operator's own length") {
  auto scene = reported(report_of("jps", recognized));
  scene.clocks().steps = {minutes(5)};
  // With one step it is at that one that the other side and the centre hear.
  CHECK(of(scene.ring("2018-08-01T09:54:59+09:00"), "(g.3)").empty());
  CHECK(of(scene.ring("2018-08-01T09:55:00+09:00"), "(g.3)") ==
        Lines{"1 duty_overdue mhlw -> nisc center_liaison (g.3)", "1 duty_overdue mhlw -> mhlw csirt_member (g.3)",
              "1 relay_silent mhlw -> nisc center_liaison (g.3)"});

  auto longer = reported(report_of("jps", recognized));
  longer.clocks().steps.push_back(hours(4));
  CHECK(of(longer.ring("2018-08-01T13:50:00+09:00"), "(g.3)").back() ==
        "5 duty_overdue mhlw -> nisc center_liaison (g.3)");
}
