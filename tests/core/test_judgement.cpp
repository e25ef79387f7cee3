// Judgements belong to a body: what a later one, or another body's, brings about.
#include "tests/core/scene.h"

using namespace noroshi;
using namespace noroshi::core;
using namespace noroshi::core::testing;

namespace {

MakeJudgement judgement(const std::string& organization, routing::Assessment assessment,
                        std::optional<routing::Cyberattack> cyberattack = {}) {
  MakeJudgement command;
  command.actor = person(organization, Role::csirt_head);
  command.assessment = assessment;
  command.cyberattack = cyberattack;
  if (assessment == routing::Assessment::not_incident) command.assessment_reason = "誤検知";
  if (cyberattack == routing::Cyberattack::no) command.cyberattack_reason = "誤操作";
  return command;
}

Scene reported_by_jps() {
  Scene scene("2018-08-01T09:20:00+09:00");
  scene.accept(report_of("jps", "2018-08-01T09:00:00+09:00"));
  scene.wait(hours(1));
  return scene;
}

}  // namespace

TEST_CASE("reassessed as no cyberattack, the duty to tell the police ends; back to yes, it opens again") {
  auto scene = reported_by_jps();
  scene.accept(judgement("jps", routing::Assessment::incident, routing::Cyberattack::no));
  CHECK(scene.duty("h", "jps").state == ObligationState::superseded);
  CHECK(scene.duty("g.3", "mhlw").state == ObligationState::open);

  scene.wait(hours(1));
  scene.accept(judgement("jps", routing::Assessment::incident, routing::Cyberattack::yes));
  const auto& police = scene.duty("h", "jps");
  CHECK(police.state == ObligationState::open);
  CHECK(police.occasion == 2);
  CHECK(police.opened_at == scene.now());
  CHECK(police.due_at == scene.now() + hours(24));
}

TEST_CASE("what has been met is not undone by a reassessment") {
  auto scene = reported_by_jps();
  scene.accept(FulfillObligation{person("jps"), scene.duty("h", "jps").id, FulfillmentMethod::police_report});
  scene.accept(judgement("jps", routing::Assessment::incident, routing::Cyberattack::no));
  CHECK(scene.duty("h", "jps").state == ObligationState::fulfilled);
  scene.accept(judgement("jps", routing::Assessment::incident, routing::Cyberattack::yes));
  CHECK(scene.duty("h", "jps").state == ObligationState::fulfilled);
}

TEST_CASE("a waived duty stays waived whatever is judged later") {
  auto scene = reported_by_jps();
  const auto police = scene.duty("h", "jps").id;
  scene.accept(AskWaiver{person("jps"), police, "対象外"});
  scene.accept(DecideWaiver{person("jps", Role::exception_officer), police, scene.incident().waivers[0].id,
                            true, "可"});
  scene.accept(judgement("jps", routing::Assessment::incident, routing::Cyberattack::no));
  scene.accept(judgement("jps", routing::Assessment::incident, routing::Cyberattack::yes));
  CHECK(scene.duty("h", "jps").state == ObligationState::waived);
}

TEST_CASE("a corporation's later \"not an incident\" closes neither the agency's (g) nor its (i)") {
  Scene scene("2018-08-01T09:20:00+09:00");
  auto report = report_of("jps", "2018-08-01T09:00:00+09:00");
  report.in_force.large_scale = {property_feared};
  scene.accept(report);
  scene.accept(judgement("jps", routing::Assessment::not_incident));
  CHECK(scene.incident().state == IncidentState::dismissed);
  CHECK(scene.duty("g.3", "mhlw").state == ObligationState::open);
  CHECK(scene.duty("i", "mhlw").state == ObligationState::open);
}

TEST_CASE("a dismissed incident may be assessed again, and no duty opens twice") {
  auto scene = reported_by_jps();
  const auto before = scene.incident().obligations.size();
  scene.accept(judgement("jps", routing::Assessment::not_incident));
  scene.accept(judgement("jps", routing::Assessment::possible));
  CHECK(scene.incident().state == IncidentState::reported);
  scene.accept(judgement("jps", routing::Assessment::incident));
  CHECK(scene.incident().state == IncidentState::assessed);
  // The duty to assess it is the one that has come on top.
  CHECK(scene.incident().obligations.size() == before + 1);
  CHECK(scene.duty("b", "jps").state == ObligationState::fulfilled);
}

TEST_CASE("an agency's own cells open its (i), though the corporation set none") {
  auto scene = reported_by_jps();
  auto own = judgement("mhlw", routing::Assessment::incident, routing::Cyberattack::yes);
  own.large_scale = {property_feared};
  scene.accept(own);
  CHECK(scene.duty("i", "mhlw").state == ObligationState::open);
  CHECK(scene.duty("i", "mhlw").recipient == "cas-jitai");
  // It is the agency's judgement, not the corporation's.
  CHECK(scene.incident().judgements.at("jps").judgement.large_scale.empty());
  CHECK(scene.incident().judgements.at("mhlw").judgement.large_scale.size() == 1);
  CHECK(scene.incident().state == IncidentState::assessed);
}

TEST_CASE("an agency's own \"no cyberattack\" does not end the corporation's duty to tell the police") {
  auto scene = reported_by_jps();
  scene.accept(judgement("mhlw", routing::Assessment::incident, routing::Cyberattack::no));
  CHECK(scene.duty("h", "jps").state == ObligationState::open);
}

TEST_CASE("an agency that thinks it is none still owes the centre what it received") {
  auto scene = reported_by_jps();
  scene.accept(judgement("mhlw", routing::Assessment::not_incident));
  CHECK(scene.incident().state == IncidentState::assessed);
  CHECK(scene.duty("g.3", "mhlw").state == ObligationState::open);
}

TEST_CASE("a judgement that says what was said before changes nothing") {
  auto scene = reported_by_jps();
  const auto before = scene.incident();
  const auto decision =
      scene.accept(judgement("jps", routing::Assessment::incident, routing::Cyberattack::yes));
  CHECK(decision.events.empty());
  CHECK(scene.incident() == before);
}

TEST_CASE("a judgement that sets a cell and says \"no cyberattack\" is a contradiction") {
  auto scene = reported_by_jps();
  auto both = judgement("jps", routing::Assessment::incident, routing::Cyberattack::no);
  both.large_scale = {property_feared};
  CHECK(scene.refuse(both) == "invalid /large_scale contradiction");
}

TEST_CASE("what a judgement does not mention stays as the body held it") {
  Scene scene("2018-08-01T09:20:00+09:00");
  auto report = report_of("jps", "2018-08-01T09:00:00+09:00");
  report.in_force.large_scale = {property_feared};
  scene.accept(report);
  auto reassessed = judgement("jps", routing::Assessment::possible);
  scene.accept(reassessed);
  const auto& held = scene.incident().judgements.at("jps").judgement;
  CHECK(held.cyberattack == routing::Cyberattack::yes);
  CHECK(held.large_scale == std::vector{property_feared});
  CHECK(scene.alarms() == Lines{"large_scale_unassessed jps"});
}

TEST_CASE("a reassessment is told to everybody who had the report, once each; a receiving agency's own is not") {
  auto scene = reported_by_jps();
  scene.accept(FulfillObligation{person("mhlw"), scene.duty("g.3", "mhlw").id, FulfillmentMethod::relay});
  const auto before = scene.incident().messages.size();
  scene.accept(judgement("jps", routing::Assessment::incident, routing::Cyberattack::no));
  const auto& messages = scene.incident().messages;
  REQUIRE(messages.size() == before + 2);
  CHECK(messages[before].kind == MessageKind::notice);
  CHECK(messages[before].recipient == "mhlw");
  CHECK(messages[before + 1].recipient == "nisc");
  CHECK(messages[before].note.find("cyberattack=no") != std::string::npos);

  scene.accept(judgement("jps", routing::Assessment::incident, routing::Cyberattack::no));
  CHECK(scene.incident().messages.size() == before + 2);
  scene.accept(judgement("mhlw", routing::Assessment::possible));
  CHECK(scene.incident().messages.size() == before + 2);
}

TEST_CASE("a judgement taken back opens the duty to judge again: nothing ends by going to and fro") {
  Scene scene("2018-08-01T09:20:00+09:00");
  auto report = report_of("jps", "2018-08-01T09:00:00+09:00");
  report.in_force.cyberattack = routing::Cyberattack::unknown;
  scene.accept(report);
  CHECK(scene.duty("h.decide", "jps").state == ObligationState::open);
  scene.accept(judgement("jps", routing::Assessment::incident, routing::Cyberattack::no));
  CHECK(scene.duty("h.decide", "jps").state == ObligationState::fulfilled);
  scene.accept(judgement("jps", routing::Assessment::incident, routing::Cyberattack::unknown));
  CHECK(scene.duty("h.decide", "jps").state == ObligationState::open);
  CHECK(scene.duty("h.decide", "jps").occasion == 2);
}
