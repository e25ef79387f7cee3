// 自動中継: the notice of an agency that stays silent goes to the centre by itself, where the agency wants it
// so.
#include "tests/core/scene.h"

using namespace noroshi;
using namespace noroshi::core;
using namespace noroshi::core::testing;

namespace {

constexpr auto recognized = "2018-08-01T09:00:00+09:00";
constexpr auto level_1 = "2018-08-01T09:50:00+09:00";
constexpr auto level_2 = "2018-08-01T10:05:00+09:00";
constexpr auto level_3 = "2018-08-01T10:20:00+09:00";

Scene reported_by_jps(bool policy, bool switched_on) {
  Scene scene("2018-08-01T09:20:00+09:00");
  scene.clocks().relay_on_silence = policy;
  if (switched_on) scene.listeners().relaying = {"mhlw"};
  scene.accept(report_of("jps", recognized));
  scene.acknowledge_all();
  return scene;
}

std::size_t relays(const Scene& scene) {
  std::size_t count = 0;
  for (const auto& message : scene.incident().messages) count += message.automatic;
  return count;
}

}  // namespace

TEST_CASE("it takes the operator's setting and the agency's switch") {
  for (const bool policy : {false, true})
    for (const bool switched_on : {false, true}) {
      CAPTURE(policy);
      CAPTURE(switched_on);
      auto scene = reported_by_jps(policy, switched_on);
      scene.ring("2018-08-01T12:00:00+09:00");
      CHECK(relays(scene) == (policy && switched_on ? 1 : 0));
      CHECK(scene.incident().content_visible_to("nisc") == (policy && switched_on));
    }
}

TEST_CASE(
    "at level 2 the notice goes to the centre, once, by the daemon, marked; the duty stays open and "
    "overdue") {
  auto scene = reported_by_jps(true, true);
  scene.ring(level_1);
  CHECK(relays(scene) == 0);
  CHECK(of(scene.ring(level_2), "(g.3)") == Lines{"2 duty_overdue mhlw -> mhlw csirt_head (g.3)",
                                                  "2 relay_silent mhlw -> nisc center_liaison (g.3)",
                                                  "2 relayed_automatically mhlw -> mhlw csirt_head (g.3)"});
  const auto relay = [&] {
    for (const auto& message : scene.incident().messages)
      if (message.automatic) return message;
    return Message{};
  }();
  CHECK(relay.kind == MessageKind::relay);
  CHECK(relay.sender == "mhlw");
  CHECK(relay.recipient == "nisc");
  CHECK(relay.report == scene.incident().latest_report);
  CHECK(relay.obligation == scene.duty("g.3", "mhlw").id);
  CHECK(relay.note.find("自動中継・未確認") != std::string::npos);
  // The centre has to acknowledge it as any other.
  CHECK(relay.acknowledge_by == scene.now() + minutes(15));
  CHECK(scene.duty("g.3", "mhlw").state == ObligationState::open);
  CHECK(scene.incident().content_visible_to("nisc"));

  CHECK(of(scene.ring(level_3), "(g.3)") ==
        Lines{"3 duty_overdue mhlw -> mhlw ciso (g.3)",
              "1 acknowledgement_overdue nisc -> nisc center_liaison (g.3)"});
  CHECK(relays(scene) == 1);
}

TEST_CASE("after an outage it goes at once, and once") {
  auto scene = reported_by_jps(true, true);
  CHECK(of(of(scene.ring("2018-08-02T00:00:00+09:00"), "relayed_automatically"), "mhlw").size() == 1);
  CHECK(relays(scene) == 1);
}

TEST_CASE("switched on after level 2, it goes with the next look, be it after the last level") {
  for (const auto* switched_on_after : {level_2, "2018-08-03T09:00:00+09:00"}) {
    CAPTURE(switched_on_after);
    auto scene = reported_by_jps(true, false);
    scene.ring(switched_on_after);
    CHECK(relays(scene) == 0);
    scene.listeners().relaying = {"mhlw"};
    CHECK(of(scene.ring(), "relayed_automatically").size() == 1);
    CHECK(relays(scene) == 1);
    CHECK(of(scene.ring("2018-08-04T09:00:00+09:00"), "relayed_automatically").empty());
  }
}

TEST_CASE("another agency's switch relays nothing of this one's") {
  auto scene = reported_by_jps(true, false);
  scene.listeners().relaying = {"mext", "jps", "nisc"};
  scene.ring("2018-08-01T12:00:00+09:00");
  CHECK(relays(scene) == 0);
}

TEST_CASE("later versions reach the centre; a person's relay afterwards meets the duty") {
  auto scene = reported_by_jps(true, true);
  scene.ring(level_2);
  scene.accept(followup(report_of("jps", recognized)));
  CHECK(scene.messages_to("nisc") == 3);  // the relay, the alarm and the new version
  CHECK(scene.message_to("nisc").report == scene.incident().latest_report);
  CHECK(scene.duty("g.3", "mhlw").state == ObligationState::open);
  CHECK(scene.duty("g.3", "mhlw").occasion == 2);

  scene.accept(FulfillObligation{person("mhlw"), scene.duty("g.3", "mhlw").id, FulfillmentMethod::relay});
  scene.acknowledge_all();
  CHECK(scene.duty("g.3", "mhlw").state == ObligationState::fulfilled);
  CHECK(of(scene.ring("2018-08-01T15:00:00+09:00"), "(g.3)").empty());
  CHECK(relays(scene) == 1);
}

TEST_CASE("an agency that has spoken is not spoken for") {
  for (const auto method : {FulfillmentMethod::relay, FulfillmentMethod::telephone}) {
    auto scene = reported_by_jps(true, true);
    scene.accept(FulfillObligation{person("mhlw"), scene.duty("g.3", "mhlw").id, method});
    scene.ring("2018-08-02T00:00:00+09:00");
    CHECK(relays(scene) == 0);
  }
}

TEST_CASE(
    "an agency's own incident, and what it owes police and crisis management, are never sent by themselves") {
  Scene scene("2018-08-01T09:20:00+09:00");
  scene.clocks().relay_on_silence = true;
  scene.listeners().relaying = {"mhlw"};
  auto report = report_of("mhlw", recognized);
  report.in_force.large_scale = {property_feared};
  scene.accept(report);
  auto received = report_of("jps", recognized);
  Scene other("2018-08-01T09:20:00+09:00");
  other.clocks().relay_on_silence = true;
  other.listeners().relaying = {"mhlw"};
  received.in_force.large_scale = {property_feared};
  other.accept(received);
  scene.ring("2018-08-03T09:20:00+09:00");
  other.ring("2018-08-03T09:20:00+09:00");
  CHECK(relays(scene) == 0);
  CHECK(relays(other) == 1);
  for (const auto* each : {&scene, &other}) {
    CHECK(!each->incident().content_visible_to("police-tokyo"));
    CHECK(!each->incident().content_visible_to("cas-jitai"));
  }
}

TEST_CASE("in an exercise the notice goes to the centre as in earnest") {
  Scene scene("2018-08-01T09:20:00+09:00");
  scene.clocks().relay_on_silence = true;
  scene.listeners().relaying = {"mhlw"};
  auto report = report_of("jps", recognized);
  report.in_force.exercise = true;
  scene.accept(report);
  scene.ring(level_2);
  CHECK(relays(scene) == 1);
  CHECK(scene.incident().exercise);
}
