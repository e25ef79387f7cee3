// What is withheld and released, by whom and until when; what is shared under (2)(l).
#include <doctest/doctest.h>

#include "src/core/decide_withholding.h"
#include "src/core/duties.h"
#include "src/core/withholding_rules.h"
#include "tests/core/scene.h"

using namespace noroshi;
using namespace noroshi::core;
using namespace noroshi::core::testing;

namespace {

class Case : public Scene {
 public:
  using Scene::accept;
  using Scene::refuse;

  explicit Case(const std::string& organization = "jps") : Case(report_of(organization, "2018-08-01T09:00:00+09:00")) {}
  explicit Case(const SubmitReport& first) : Scene("2018-08-01T09:20:00+09:00") {
    accept(first);
    wait(minutes(10));
  }
  Outcome attempt(const WithholdContent& command) { return decide_withholding(law(), incident(), command, moment()); }
  Outcome attempt(const ReleaseContent& command) { return decide_release(law(), incident(), command, moment()); }
  Outcome attempt(const ShareInformation& command) { return decide_sharing(law(), incident(), command, moment()); }
  template <class Command>
  Decision take_up(const Command& command) {
    return take(attempt(command));
  }
  template <class Command>
  std::string turned_down(const Command& command) {
    const auto outcome = attempt(command);
    if (outcome) return "accepted";
    std::string text{to_string(outcome.error().code)};
    for (const auto& error : outcome.error().errors) text += " " + error.pointer + " " + error.code;
    CHECK(!outcome.error().detail.ja.empty());
    CHECK(!outcome.error().detail.en.empty());
    return text;
  }
  // As a report states it.
  template <class What>
  void happens(What what) {
    DecisionBuilder builder(law(), incident(), person(incident().organization), moment());
    builder.add(std::move(what));
    take(std::move(builder).finish());
  }
  bool sees(const std::string& receiver, std::string_view member) const {
    return sees_member(law(), incident(), receiver, member, now());
  }
  WithholdContent from(const std::string& receiver, std::vector<std::string> members = {"systems"}) const {
    return {person(incident().organization, Role::csirt_head), receiver, std::move(members), "捜査に支障", now() + hours(24)};
  }

 private:
  Moment moment() {
    identifiers_.emplace(now(), IdentifierSequence::Seed{++decisions_, 7});
    return {now(), *identifiers_};
  }
  std::uint8_t decisions_ = 0;
  std::optional<IdentifierSequence> identifiers_;
};

}  // namespace

TEST_CASE("the head withholds from a receiver until the end, and it is over by itself") {
  Case scene;
  REQUIRE(scene.sees("police-tokyo", "systems"));
  const auto decision = scene.take_up(scene.from("police-tokyo", {"systems", "actions", "systems"}));
  CHECK(types_of(decision) == std::vector<std::string>{"content.withheld"});
  CHECK(scene.incident().withholdings.back().members == std::vector<std::string>{"actions", "systems"});
  CHECK(!scene.sees("police-tokyo", "systems"));
  CHECK(!scene.sees("police-tokyo", "actions"));
  CHECK(scene.sees("police-tokyo", "category"));
  CHECK(scene.sees("mhlw", "systems"));
  scene.wait(hours(24) - seconds(1));
  CHECK(!scene.sees("police-tokyo", "systems"));
  scene.wait(seconds(1));
  CHECK(scene.sees("police-tokyo", "systems"));
  // Anew.
  scene.take_up(scene.from("police-tokyo"));
  CHECK(!scene.sees("police-tokyo", "systems"));
}

TEST_CASE("a person releases it before its end, once") {
  Case scene;
  scene.take_up(scene.from("mhlw"));
  const auto id = scene.incident().withholdings.back().id;
  CHECK(scene.turned_down(ReleaseContent{person("jps"), id, "x"}) == "role_required");
  CHECK(scene.turned_down(ReleaseContent{person("mhlw", Role::csirt_head), id, "x"}) == "not_found");
  CHECK(scene.turned_down(ReleaseContent{person("jps", Role::ciso), WithholdingId{}, "x"}) == "not_found");
  const auto decision = scene.take_up(ReleaseContent{person("jps", Role::ciso), id, "公表した"});
  CHECK(types_of(decision) == std::vector<std::string>{"content.released"});
  CHECK(scene.sees("mhlw", "systems"));
  CHECK(scene.turned_down(ReleaseContent{person("jps", Role::ciso), id, "x"}) == "withholding_over");

  scene.take_up(scene.from("mhlw"));
  scene.wait(hours(24));
  CHECK(scene.turned_down(ReleaseContent{person("jps", Role::ciso), scene.incident().withholdings.back().id, "x"}) ==
        "withholding_over");
}

TEST_CASE("what the law asks to be told is never withheld, nor what identifies the case") {
  Case scene;
  for (const char* member : {"reference", "stage", "title", "times", "assessment", "cyberattack", "large_scale", "exercise",
                             "organization", "classification", "handling", "contact", "police", "consent_to_share"}) {
    CAPTURE(member);
    CHECK(scene.turned_down(scene.from("mhlw", {"systems", member})) == "withholding_not_allowed");
  }
  for (const char* member : {"summary", "assessment_reason", "cyberattack_reason", "category", "systems", "impact", "actions",
                             "notices_made"}) {
    CAPTURE(member);
    CHECK(scene.turned_down(scene.from("mhlw", {member})) == "accepted");
  }
  CHECK(scene.turned_down(scene.from("mhlw", {"systems", "mood"})) == "invalid /members/1 unknown_member");
  CHECK(scene.turned_down(scene.from("mhlw", {})) == "invalid /members required");
}

TEST_CASE("it has an end, ninety days ahead at most") {
  Case scene;
  auto command = scene.from("mhlw");
  command.until = scene.now();
  CHECK(scene.turned_down(command) == "invalid /until time_in_past");
  command.until = scene.now() + std::chrono::days(90);
  CHECK(scene.turned_down(command) == "accepted");
  command.until += std::chrono::microseconds(1);
  CHECK(scene.turned_down(command) == "invalid /until too_far");
}

TEST_CASE("who withholds: the head or the CISO of the body, and a relaying agency towards the centre") {
  Case scene;
  auto command = scene.from("police-tokyo");
  for (const auto role : {Role::reporter, Role::csirt_member, Role::external_contact, Role::section_officer}) {
    command.actor = person("jps", role);
    CHECK(scene.turned_down(command) == "role_required");
  }
  command.actor = person("jps", Role::ciso);
  CHECK(scene.turned_down(command) == "accepted");
  // The agency that relays.
  command.actor = person("mhlw", Role::csirt_head);
  CHECK(scene.turned_down(command) == "withholding_not_allowed");
  command.from = "nisc";
  CHECK(scene.turned_down(command) == "accepted");
  command.from = "jps";
  CHECK(scene.turned_down(command) == "withholding_not_allowed");
  // Who owes the centre nothing of it.
  command.actor = person("meti", Role::csirt_head);
  command.from = "nisc";
  CHECK(scene.turned_down(command) == "not_the_holder");
  command.actor = person("police-tokyo", Role::police_desk);
  CHECK(scene.turned_down(command) == "role_required");
}

TEST_CASE("from whom: any body that exists, but who wrote the report") {
  Case scene;
  CHECK(scene.turned_down(scene.from("jps")) == "withholding_not_allowed");
  CHECK(scene.turned_down(scene.from("atlantis")) == "invalid /from unknown_organization");
  CHECK(scene.turned_down(scene.from("nco")) == "invalid /from unknown_organization");  // founded in 2025
  CHECK(scene.turned_down(scene.from("nisc")) == "accepted");
  CHECK(scene.turned_down(scene.from("cas-jitai")) == "accepted");
}

TEST_CASE("a body has a hundred in force at most") {
  Case scene;
  for (int i = 0; i < 100; ++i) scene.take_up(scene.from("mhlw"));
  CHECK(scene.turned_down(scene.from("mhlw")) == "withholding_not_allowed");
  auto of_agency = scene.from("nisc");
  of_agency.actor = person("mhlw", Role::csirt_head);
  CHECK(scene.turned_down(of_agency) == "accepted");
  scene.wait(hours(24));
  CHECK(scene.turned_down(scene.from("mhlw")) == "accepted");
}

TEST_CASE("withholding moves no duty: (g), (h) and (i) stand as they stood") {
  Case scene;
  const auto before = scene.duties();
  scene.take_up(scene.from("mhlw", {"systems", "impact", "actions", "summary"}));
  CHECK(scene.duties() == before);
}

TEST_CASE("(l): shared with consent alone, and no duty, clock or alarm comes of it") {
  Case scene;
  const ShareInformation command{person("jps"), "meti", "同種の攻撃に注意"};
  CHECK(scene.turned_down(command) == "consent_missing");
  scene.happens(ConsentStated{true});
  const auto duties = scene.duties();
  const auto decision = scene.take_up(command);
  CHECK(types_of(decision) == std::vector<std::string>{"access.granted", "message.sent"});
  const auto& message = scene.message_to("meti");
  CHECK(message.kind == MessageKind::notice);
  CHECK(message.clause == "2.2.4(2)(l)");
  CHECK(message.sender == "jps");
  CHECK(message.report == scene.incident().latest_report);
  CHECK(!message.acknowledge_by);
  CHECK(scene.duties() == duties);
  CHECK(scene.incident().content_visible_to("meti"));
  CHECK(scene.turned_down(command) == "already_shared");
  CHECK(of(scene.ring("2018-08-03T09:00:00+09:00"), "meti").empty());
  // Who got it may say so.
  scene.accept(AcknowledgeMessage{person("meti"), scene.message_to("meti").id, "情報受付当直", ""});
  CHECK(scene.message_to("meti").acknowledged_at);
}

TEST_CASE("(l): by the CSIRT of the body, to whom the law names nobody") {
  Case scene;
  scene.happens(ConsentStated{true});
  const auto to = [&](const std::string& organization, Actor actor) {
    return scene.turned_down(ShareInformation{std::move(actor), organization, ""});
  };
  CHECK(to("meti", person("jps", Role::reporter)) == "role_required");
  CHECK(to("meti", person("mhlw", Role::csirt_head)) == "not_the_holder");
  CHECK(to("police-osaka", person("jps")) == "invalid /organization not_a_recipient");
  CHECK(to("cas-jitai", person("jps")) == "invalid /organization not_a_recipient");
  CHECK(to("atlantis", person("jps")) == "invalid /organization unknown_organization");
  CHECK(to("mhlw", person("jps")) == "already_shared");
  CHECK(to("jps", person("jps")) == "already_shared");
  CHECK(to("jaxa", person("jps", Role::ciso)) == "accepted");
}

TEST_CASE("(l): later versions follow while the consent holds, without a clock") {
  Case scene;
  scene.happens(ConsentStated{true});
  scene.take_up(ShareInformation{person("jps"), "meti", ""});
  const auto sent = scene.messages_to("meti");
  auto later = followup(report_of("jps", "2018-08-01T09:00:00+09:00"));
  later.in_force.consent_to_share = true;
  scene.accept(later);
  REQUIRE(scene.messages_to("meti") == sent + 1);
  CHECK(!scene.message_to("meti").acknowledge_by);
  CHECK(scene.message_to("meti").clause == "2.2.4(2)(l)");
  scene.happens(ConsentStated{false});
  later.in_force.consent_to_share = false;
  later.in_force.title = "続報その二";
  scene.accept(later);
  CHECK(scene.messages_to("meti") == sent + 1);
  CHECK(scene.message_to("mhlw").acknowledge_by);  // (g) asks nobody
  MakeJudgement judgement;
  judgement.actor = person("jps");
  judgement.assessment = routing::Assessment::incident;
  judgement.cyberattack = routing::Cyberattack::possible;
  scene.accept(judgement);
  CHECK(scene.messages_to("meti") == sent + 1);
}

TEST_CASE("(l): an agency that judged what it had by sharing owes each version onward") {
  auto first = report_of("jps", "2018-08-01T09:00:00+09:00");
  first.in_force.assessment = routing::Assessment::possible;
  first.in_force.consent_to_share = true;
  Case scene(first);
  scene.take_up(ShareInformation{person("jps"), "mhlw", ""});
  MakeJudgement judgement;
  judgement.actor = person("mhlw");
  judgement.assessment = routing::Assessment::incident;
  judgement.cyberattack = routing::Cyberattack::yes;
  scene.accept(judgement);
  scene.accept(FulfillObligation{person("mhlw"), scene.duty("g.3", "mhlw").id, FulfillmentMethod::telephone});
  scene.wait(hours(1));
  scene.accept(followup(first));
  CHECK(scene.message_to("mhlw").clause == "2.2.4(2)(l)");
  // The centre has this version from nobody.
  CHECK(scene.duty("g.3", "mhlw").state == ObligationState::open);
  CHECK(scene.duty("g.3", "mhlw").occasion == 2);

  // What it does not get, it does not owe.
  scene.accept(FulfillObligation{person("mhlw"), scene.duty("g.3", "mhlw").id, FulfillmentMethod::telephone});
  auto alone = followup(first);
  alone.in_force.consent_to_share = false;
  alone.in_force.title = "続報その二";
  scene.accept(alone);
  CHECK(scene.duty("g.3", "mhlw").state == ObligationState::fulfilled);
}

TEST_CASE("(g), (h) and (i) ask for no consent") {
  for (const bool consents : {true, false}) {
    Scene without("2018-08-01T09:20:00+09:00");
    auto report = report_of("jps", "2018-08-01T09:00:00+09:00");
    report.in_force.large_scale = {property_feared};
    report.in_force.consent_to_share = consents;
    without.accept(report);
    CHECK(without.message_to("mhlw").clause == "2.2.4(2)(g)");
    const auto relay = without.duty("g.3", "mhlw").id, police = without.duty("h", "jps").id, desk = without.duty("i", "mhlw").id;
    without.accept(FulfillObligation{person("mhlw"), relay, FulfillmentMethod::relay, std::nullopt, "", ""});
    without.accept(FulfillObligation{person("jps", Role::csirt_head), police, FulfillmentMethod::report, std::nullopt, "", ""});
    without.accept(FulfillObligation{person("mhlw"), desk, FulfillmentMethod::relay, std::nullopt, "", ""});
    CHECK(without.messages_to("nisc") == 1);
    CHECK(without.messages_to("police-tokyo") == 1);
    CHECK(without.messages_to("cas-jitai") == 1);
  }
}

TEST_CASE("an erased case withholds, releases and shares nothing any more") {
  Case scene;
  scene.happens(ConsentStated{true});
  scene.take_up(scene.from("mhlw"));
  CHECK(scene.incident().withholdings.back().reason == "捜査に支障");
}
