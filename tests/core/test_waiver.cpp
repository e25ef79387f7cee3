// 例外措置 (2.2.2): asked by one person, decided by another (2.1.1(8)(a)(ア)).
#include <functional>

#include "tests/core/scene.h"

using namespace noroshi;
using namespace noroshi::core;
using namespace noroshi::core::testing;

namespace {

Scene reported_by_jps() {
  Scene scene("2018-08-01T09:20:00+09:00");
  scene.accept(report_of("jps", "2018-08-01T09:00:00+09:00"));
  return scene;
}

}  // namespace

TEST_CASE("asked by one and approved by another, the duty is waived") {
  auto scene = reported_by_jps();
  const auto police = scene.duty("h", "jps").id;
  scene.accept(AskWaiver{person("jps", Role::csirt_head, "head"), police, "対象外"});
  REQUIRE(scene.incident().waivers.size() == 1);
  CHECK(scene.duty("h", "jps").state == ObligationState::open);
  const auto waiver = scene.incident().waivers[0].id;
  const auto decision = scene.accept(
      DecideWaiver{person("jps", Role::exception_officer, "officer"), police, waiver, true, "可"});
  CHECK(types_of(decision) == Lines{"waiver.decided", "obligation.waived"});
  CHECK(scene.duty("h", "jps").state == ObligationState::waived);
  CHECK(scene.refuse(FulfillObligation{person("jps"), police, FulfillmentMethod::police_report}) ==
        "obligation_not_open");
}

TEST_CASE("rejected, the duty stays open and may be asked for again") {
  auto scene = reported_by_jps();
  const auto police = scene.duty("h", "jps").id;
  scene.accept(AskWaiver{person("jps", Role::csirt_head, "head"), police, "対象外"});
  const auto waiver = scene.incident().waivers[0].id;
  scene.accept(DecideWaiver{person("jps", Role::exception_officer, "officer"), police, waiver, false, "否"});
  CHECK(scene.duty("h", "jps").state == ObligationState::open);
  CHECK(scene.refuse(DecideWaiver{person("jps", Role::exception_officer, "officer"), police, waiver, true,
                                  "可"}) == "waiver_decided");
  scene.accept(AskWaiver{person("jps", Role::csirt_head, "head"), police, "再度"});
  CHECK(scene.incident().waivers.size() == 2);
}

TEST_CASE("who asked does not decide: neither by the same token nor by another of the same person") {
  auto scene = reported_by_jps();
  const auto police = scene.duty("h", "jps").id;
  scene.accept(AskWaiver{person("jps", Role::csirt_head, "当直 A"), police, "対象外"});
  const auto waiver = scene.incident().waivers[0].id;
  CHECK(scene.refuse(DecideWaiver{person("jps", Role::csirt_head, "当直 A"), police, waiver, true, "可"}) ==
        "four_eyes");
  CHECK(scene.refuse(DecideWaiver{person("jps", Role::exception_officer, "当直 A"), police, waiver, true,
                                  "可"}) == "four_eyes");
  CHECK(scene.duty("h", "jps").state == ObligationState::open);
}

TEST_CASE("the person who asked may not reject it either") {
  auto scene = reported_by_jps();
  const auto police = scene.duty("h", "jps").id;
  scene.accept(AskWaiver{person("jps"), police, "対象外"});
  CHECK(scene.refuse(DecideWaiver{person("jps"), police, scene.incident().waivers[0].id, false, "否"}) ==
        "four_eyes");
}

TEST_CASE("one request at a time") {
  auto scene = reported_by_jps();
  const auto police = scene.duty("h", "jps").id;
  scene.accept(AskWaiver{person("jps"), police, "対象外"});
  CHECK(scene.refuse(AskWaiver{person("jps", Role::csirt_head), police, "対象外"}) == "waiver_pending");
  scene.accept(AskWaiver{person("jps"), scene.duty("c", "jps").id, "別の義務"});
}

TEST_CASE("a waiver is for an open duty of one's own body") {
  auto scene = reported_by_jps();
  CHECK(scene.refuse(AskWaiver{person("mhlw"), scene.duty("h", "jps").id, "x"}) == "not_the_holder");
  CHECK(scene.refuse(AskWaiver{person("jps"), scene.duty("g.3", "mhlw").id, "x"}) == "not_the_holder");
  CHECK(scene.refuse(AskWaiver{person("jps"), scene.duty("g.2", "jps").id, "x"}) == "obligation_not_open");
  CHECK(scene.refuse(AskWaiver{person("jps"), ObligationId{}, "x"}) == "not_found");
}

TEST_CASE(
    "a decision names the waiver and the duty that belong together, and comes from the duty's own body") {
  auto scene = reported_by_jps();
  const auto police = scene.duty("h", "jps").id;
  scene.accept(AskWaiver{person("jps"), police, "対象外"});
  const auto waiver = scene.incident().waivers[0].id;
  const auto officer = person("jps", Role::exception_officer);
  CHECK(scene.refuse(DecideWaiver{officer, scene.duty("c", "jps").id, waiver, true, "可"}) == "not_found");
  CHECK(scene.refuse(DecideWaiver{officer, police, WaiverId{}, true, "可"}) == "not_found");
  CHECK(scene.refuse(DecideWaiver{person("mhlw", Role::exception_officer), police, waiver, true, "可"}) ==
        "not_the_holder");
}

TEST_CASE("a duty that was met while the request waited is not waived") {
  auto scene = reported_by_jps();
  const auto police = scene.duty("h", "jps").id;
  scene.accept(AskWaiver{person("jps"), police, "対象外"});
  scene.accept(FulfillObligation{person("jps"), police, FulfillmentMethod::consultation});
  CHECK(scene.refuse(DecideWaiver{person("jps", Role::exception_officer), police,
                                  scene.incident().waivers[0].id, true, "可"}) == "obligation_not_open");
  CHECK(scene.duty("h", "jps").state == ObligationState::fulfilled);
}

TEST_CASE("out of a record that others wrote, an exception may follow only as two persons made it") {
  auto scene = reported_by_jps();
  const auto police = scene.duty("h", "jps").id;
  scene.accept(AskWaiver{person("jps", Role::csirt_member, "A"), police, "理由"});
  const auto before = scene.incident();
  const auto waiver = before.waivers.back().id;
  const auto decision =
      scene.accept(DecideWaiver{person("jps", Role::exception_officer, "officer"), police, waiver, true, "可"});
  REQUIRE(types_of(decision) == Lines{"waiver.decided", "obligation.waived"});
  const auto& right = decision.events.front();
  CHECK(may_follow(before, right));
  CHECK_FALSE(may_follow(before, decision.events.back()));        // waived without its decision
  CHECK_FALSE(may_follow(scene.incident(), right));               // decided already
  struct Forged {
    const char* what;
    std::function<void(Event&)> change;
  };
  const Forged forged[] = {
      {"the asker's token", [&](Event& event) { event.actor.token = before.waivers.back().asked_by; }},
      {"the asker's name", [](Event& event) { event.actor.name = "A"; }},
      {"no office", [](Event& event) { event.actor.role = std::nullopt; }},
      {"the head", [](Event& event) { event.actor.role = Role::csirt_head; }},
      {"another duty",
       [&](Event& event) { std::get<WaiverDecided>(event.what).obligation = scene.duty("c", "jps").id; }},
      {"no such request", [](Event& event) { std::get<WaiverDecided>(event.what).waiver = {}; }},
  };
  for (const auto& [what, change] : forged) {
    CAPTURE(what);
    auto event = right;
    change(event);
    CHECK_FALSE(may_follow(before, event));
  }
}
