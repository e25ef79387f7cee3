#include "tests/core/scene.h"

using namespace noroshi;
using namespace noroshi::core;
using namespace noroshi::core::testing;

namespace {

Scene reported_by_jps() {
  Scene scene("2018-08-01T09:20:00+09:00");
  scene.accept(report_of("jps", "2018-08-01T09:00:00+09:00"));
  scene.wait(minutes(7));
  return scene;
}

}  // namespace

TEST_CASE(
    "a named person acknowledges: a fact beside the message and beside the duty, which it does not change") {
  auto scene = reported_by_jps();
  scene.accept(AcknowledgeMessage{person("mhlw"), scene.message_to("mhlw").id, "情報受付当直", "受領"});
  CHECK(scene.message_to("mhlw").acknowledged_at == scene.now());
  CHECK(scene.message_to("mhlw").acknowledged_by == "情報受付当直");
  CHECK(scene.duty("g.2", "jps").acknowledged_at == scene.now());
  CHECK(scene.duty("g.2", "jps").state == ObligationState::fulfilled);
  // To have read it is not to have passed it on.
  CHECK(scene.duty("g.3", "mhlw").state == ObligationState::open);
  CHECK(scene.duty("g.3", "mhlw").acknowledged_at == std::nullopt);
}

TEST_CASE("a message is acknowledged once") {
  auto scene = reported_by_jps();
  const AcknowledgeMessage command{person("mhlw"), scene.message_to("mhlw").id, "当直", ""};
  scene.accept(command);
  CHECK(scene.refuse(command) == "already_acknowledged");
}

TEST_CASE("only who received it acknowledges; to anybody else the message is not there") {
  auto scene = reported_by_jps();
  for (const char* other : {"jps", "nisc", "mext"})
    CHECK(scene.refuse(AcknowledgeMessage{person(other), scene.message_to("mhlw").id, "当直", ""}) ==
          "not_found");
  CHECK(scene.refuse(AcknowledgeMessage{person("mhlw"), MessageId{}, "当直", ""}) == "not_found");
}

TEST_CASE("the acknowledgement of a later version does not move the first one's time") {
  auto scene = reported_by_jps();
  const auto first = scene.now();
  scene.accept(AcknowledgeMessage{person("mhlw"), scene.message_to("mhlw").id, "当直", ""});
  scene.wait(hours(1));
  scene.accept(followup(report_of("jps", "2018-08-01T09:00:00+09:00")));
  scene.accept(AcknowledgeMessage{person("mhlw"), scene.message_to("mhlw").id, "当直", ""});
  CHECK(scene.message_to("mhlw").acknowledged_at == scene.now());
  CHECK(scene.duty("g.2", "jps").acknowledged_at == first);
}
