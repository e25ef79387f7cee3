// 訓練: the real path, marked everywhere, and never out to police or crisis desk.
#include "tests/scenario/scene.h"

using namespace noroshi::scenario;

TEST_CASE(
    "An exercise takes the same path, is marked on every output, and never reaches police or crisis desk") {
  const Desk jps("jps", "csirt_member"), mhlw("mhlw", "csirt_member"), nco("nco", "center_liaison");
  const Desk police("police-tokyo", "police_desk"), crisis("cas-jitai", "crisis_desk");
  const auto incident = jps.reports(a_report({{"exercise", true}, {"large_scale", a_large_scale_cell()}}));

  CHECK(jps.duties(incident) == Lines{"(g)2 jps -> mhlw fulfilled", "(g)3 mhlw -> nco open",
                                      "(h) jps -> police-tokyo open", "(i) mhlw -> cas-jitai open"});
  REQUIRE(mhlw.fulfills(mhlw.obligation_of(incident, "g", 3, "mhlw"), {{"method", "relay"}}).status == 201);
  REQUIRE(jps.fulfills(jps.obligation_of(incident, "h", 0, "jps"), {{"method", "report"}}).status == 201);
  REQUIRE(mhlw.fulfills(mhlw.obligation_of(incident, "i", 0, "mhlw"), {{"method", "report"}}).status == 201);
  // Adding one and a later version are no way round it.
  jps.post("/incidents/" + incident.id + "/recipients",
           {{"organization", "police-osaka"}, {"reason", "大阪の端末"}});
  REQUIRE(jps.sends(later_version(incident, "followup", {{"summary", "訓練の続き"}})).status == 201);

  const Desk osaka("police-osaka", "police_desk");
  for (const Desk* outside : {&police, &crisis, &osaka}) {
    INFO(outside->organization());
    CHECK(outside->messages_of(incident).empty());
    CHECK(!outside->can_see(incident));
    for (const auto& alarm : outside->list("/alarms")) CHECK(text(alarm, "incident_id") != incident.id);
  }

  CHECK(nco.messages_of(incident).size() == 2);
  CHECK(incident.reply["incident"].at("exercise").as_bool());
  for (const auto& obligation : incident.reply["obligations"].as_array())
    CHECK(obligation.at("exercise").as_bool());
  for (const Desk* desk : {&jps, &mhlw, &nco}) {
    CHECK(desk->sees(incident).at("exercise").as_bool());
    for (const auto& message : desk->messages_of(incident)) CHECK(message.at("exercise").as_bool());
    for (const auto& duty : desk->list("/obligations?incident=" + incident.id))
      CHECK(duty.at("exercise").as_bool());
    CHECK(desk->list("/incidents?exercise=true&reference=" + incident.reference).size() == 1);
    CHECK(desk->list("/incidents?exercise=false&reference=" + incident.reference).empty());
  }
}

TEST_CASE("An exercise does not turn real, nor the other way round") {
  const Desk jps("jps", "csirt_member");
  const auto drill = jps.reports(a_report({{"exercise", true}}));
  CHECK(jps.sends(later_version(drill, "followup", {{"exercise", false}})).status != 201);
  const auto real = jps.reports(a_report());
  CHECK(jps.sends(later_version(real, "followup", {{"exercise", true}})).status != 201);
  CHECK(jps.sees(drill).at("exercise").as_bool());
  CHECK(!jps.sees(real).at("exercise").as_bool());
}
