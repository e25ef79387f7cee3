// Bodies are founded, renamed and merged under open cases; history keeps the old name.
#include "tests/core/scene.h"

using namespace noroshi;
using namespace noroshi::core;
using namespace noroshi::core::testing;

TEST_CASE("nothing passes on while the bodies exist") {
  Scene scene("2018-08-01T09:20:00+09:00");
  scene.accept(report_of("jps", "2018-08-01T09:00:00+09:00"));
  scene.travel_to("2025-06-30T23:59:59+09:00");
  CHECK(scene.pass_on_duties().events.empty());
}

TEST_CASE("the centre becomes another body: open duties to it pass, met ones keep the old name") {
  Scene scene("2025-06-30T09:20:00+09:00");
  scene.accept(report_of("jps", "2025-06-30T09:00:00+09:00"));
  Scene own("2025-06-30T09:20:00+09:00");
  own.accept(report_of("mhlw", "2025-06-30T09:00:00+09:00"));

  for (Scene* each : {&scene, &own}) {
    each->travel_to("2025-07-01T00:00:00+09:00");
    each->pass_on_duties();
  }
  CHECK(scene.duty("g.3", "mhlw").recipient == "nco");
  CHECK(scene.duty("g.3", "mhlw").recipient_formerly == "nisc");
  CHECK(scene.duty("g.3", "mhlw").due_at == at("2025-06-30T09:50:00+09:00"));
  CHECK(scene.access() == Lines{"jps content", "mhlw content", "nco duties in place of nisc", "nisc duties"});
  CHECK(own.duty("g.1", "mhlw").recipient == "nisc");
  CHECK(own.incident().content_visible_to("nco"));

  scene.accept(FulfillObligation{person("mhlw"), scene.duty("g.3", "mhlw").id, FulfillmentMethod::relay});
  CHECK(scene.messages_to("nco") == 1);
  CHECK(scene.messages_to("nisc") == 0);
  // Nothing changes a second time.
  CHECK(scene.pass_on_duties().events.empty());
}

TEST_CASE("a renamed corporation: its successor holds and meets the open duties") {
  Scene scene("2022-11-13T09:20:00+09:00");
  scene.accept(report_of("jogmec", "2022-11-13T09:00:00+09:00"));
  scene.travel_to("2022-11-14T09:00:00+09:00");
  scene.pass_on_duties();
  const auto& police = scene.duty("h", "jogmec-2022");
  CHECK(police.formerly == "jogmec");
  CHECK(scene.incident().organization == "jogmec");
  CHECK(scene.duty("g.2", "jogmec").state == ObligationState::fulfilled);
  CHECK(scene.incident().content_visible_to("jogmec-2022"));
  // An inner duty stays inside one body.
  CHECK(scene.duty("c", "jogmec-2022").recipient == "jogmec-2022");
  CHECK(scene.duty("c", "jogmec-2022").recipient_formerly == "jogmec");
  scene.accept(FulfillObligation{person("jogmec-2022"), police.id, FulfillmentMethod::police_report});
}

TEST_CASE("a successor reports on and judges in the place of the body that ended; no duty opens twice") {
  Scene scene("2022-11-13T09:20:00+09:00");
  const auto first = report_of("jogmec", "2022-11-13T09:00:00+09:00");
  scene.accept(first);
  const auto duties = scene.incident().obligations.size();
  scene.travel_to("2022-11-15T09:00:00+09:00");
  auto later = followup(first);
  later.actor = person("jogmec-2022");
  scene.accept(later);
  CHECK(scene.incident().obligations.size() == duties);
  CHECK(scene.duty("h", "jogmec-2022").formerly == "jogmec");
  CHECK(scene.messages_to("meti") == 2);

  MakeJudgement no{person("jogmec-2022"), routing::Assessment::incident};
  no.cyberattack = routing::Cyberattack::no;
  no.cyberattack_reason = "誤操作";
  scene.accept(no);
  CHECK(scene.duty("h", "jogmec-2022").state == ObligationState::superseded);
  CHECK(scene.incident().judgements.size() == 1);
}

TEST_CASE("where the registry knows no successor the duty stays where it is, with an alarm") {
  Scene scene("2025-03-31T09:20:00+09:00");
  const auto first = report_of("ncgm", "2025-03-29T09:00:00+09:00");
  scene.accept(first);
  scene.travel_to("2025-04-11T09:00:00+09:00");
  CHECK(scene.pass_on_duties().events.empty());
  CHECK(scene.duty("h", "ncgm").state == ObligationState::open);
  auto entered = followup(first);
  entered.actor = person("mhlw");
  scene.accept(entered);
  CHECK(scene.alarms() == Lines{"successor_unknown ncgm"});
}

TEST_CASE("a message to the body that ended is acknowledged by its successor") {
  Scene scene("2025-06-30T09:20:00+09:00");
  scene.accept(report_of("mhlw", "2025-06-30T09:00:00+09:00"));
  scene.travel_to("2025-07-01T09:00:00+09:00");
  scene.pass_on_duties();
  scene.accept(AcknowledgeMessage{person("nco"), scene.message_to("nisc").id, "当直", ""});
  CHECK(scene.duty("g.1", "mhlw").acknowledged_at == scene.now());
}

TEST_CASE("a later version goes to the successor of who had the one before") {
  Scene scene("2025-06-30T09:20:00+09:00");
  const auto first = report_of("mhlw", "2025-06-30T09:00:00+09:00");
  scene.accept(first);
  scene.travel_to("2025-07-01T09:00:00+09:00");
  scene.accept(followup(first));
  CHECK(scene.messages_to("nisc") == 1);
  CHECK(scene.messages_to("nco") == 1);
}
