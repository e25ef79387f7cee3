// 訓練 takes the same path, but neither police nor crisis management hear of it.
#include "tests/core/scene.h"

using namespace noroshi;
using namespace noroshi::core;
using namespace noroshi::core::testing;

namespace {

SubmitReport exercise_of(const std::string& organization) {
  auto report = report_of(organization, "2018-08-01T09:00:00+09:00");
  report.in_force.exercise = true;
  report.in_force.large_scale = {property_feared};
  return report;
}

Scene scene_of_exercise() {
  Scene scene("2018-08-01T09:20:00+09:00");
  scene.accept(exercise_of("jps"));
  return scene;
}

}  // namespace

TEST_CASE("an exercise opens the duties of the real thing and tells the agency") {
  const auto scene = scene_of_exercise();
  CHECK(scene.incident().exercise);
  CHECK(scene.duties().size() == 4);
  CHECK(scene.messages() == Lines{"report jps -> mhlw (g.2)"});
}

TEST_CASE("its duties to police and crisis management are met without a message to either") {
  auto scene = scene_of_exercise();
  for (auto method : {FulfillmentMethod::report, FulfillmentMethod::police_report})
    if (scene.duty("h", "jps").state == ObligationState::open)
      scene.accept(FulfillObligation{person("jps"), scene.duty("h", "jps").id, method});
  scene.accept(FulfillObligation{person("mhlw"), scene.duty("i", "mhlw").id, FulfillmentMethod::relay});
  CHECK(scene.duty("h", "jps").state == ObligationState::fulfilled);
  CHECK(scene.duty("i", "mhlw").state == ObligationState::fulfilled);
  scene.accept(followup(exercise_of("jps")));
  CHECK(scene.messages_to("police-tokyo") == 0);
  CHECK(scene.messages_to("cas-jitai") == 0);
  CHECK(!scene.incident().access.contains("police-tokyo"));
  CHECK(!scene.incident().access.contains("cas-jitai"));
}

TEST_CASE("its relay to the centre is sent") {
  auto scene = scene_of_exercise();
  scene.accept(FulfillObligation{person("mhlw"), scene.duty("g.3", "mhlw").id, FulfillmentMethod::relay});
  CHECK(scene.messages_to("nisc") == 1);
}

TEST_CASE("an exercise cannot become the real thing under its reference, nor the real thing an exercise") {
  Scene scene("2018-08-01T09:20:00+09:00");
  auto report = report_of("jps", "2018-08-01T09:00:00+09:00");
  report.in_force.exercise = true;
  scene.accept(report);
  auto real = followup(report);
  real.in_force.exercise = false;
  CHECK(scene.refuse(real) == "invalid /exercise unchangeable");
}

// Found by the simulation: the crisis desk is part of a national agency too, which may operate a platform.
TEST_CASE("an exercise is not told to a desk outside that operates a shared platform") {
  auto scene = scene_of_exercise();
  scene.accept(ResponseCommand{LinkPlatform{person("jps"), "共通基盤", "cas-jitai"}});
  CHECK(scene.incident().platforms.size() == 1);
  CHECK(scene.messages_to("cas-jitai") == 0);
  CHECK(!scene.incident().content_visible_to("cas-jitai"));
  scene.accept(ResponseCommand{LinkPlatform{person("jps"), "共通基盤", "mof"}});
  CHECK(scene.messages_to("mof") == 1);
}
