// Bodies are founded, renamed and merged under open cases; history keeps the old name.
#include <algorithm>

#include "tests/core/scene.h"

using namespace noroshi;
using namespace noroshi::core;
using namespace noroshi::core::testing;

TEST_CASE("nothing passes on while the bodies exist") {
  Scene scene("2018-08-01T09:20:00+09:00");
  scene.accept(report_of("jps", "2018-08-01T09:00:00+09:00"));
  scene.travel_to("2025-06-30T23:59:59+09:00");
  CHECK(scene.pass_to_successors().events.empty());
}

TEST_CASE("the centre becomes another body: open duties to it pass, met ones keep the old name") {
  Scene scene("2025-06-30T09:20:00+09:00");
  scene.accept(report_of("jps", "2025-06-30T09:00:00+09:00"));
  Scene own("2025-06-30T09:20:00+09:00");
  own.accept(report_of("mhlw", "2025-06-30T09:00:00+09:00"));

  for (Scene* each : {&scene, &own}) {
    each->travel_to("2025-07-01T00:00:00+09:00");
    each->pass_to_successors();
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
  CHECK(scene.pass_to_successors().events.empty());
}

TEST_CASE("a renamed corporation: its successor holds and meets the open duties") {
  Scene scene("2022-11-13T09:20:00+09:00");
  scene.accept(report_of("jogmec", "2022-11-13T09:00:00+09:00"));
  scene.travel_to("2022-11-14T09:00:00+09:00");
  scene.pass_to_successors();
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

// Found by the simulation: an officer of the body that had ended excepted its successor's duty, in the decision that passed it on.
TEST_CASE("what a body that has ended left open is its successor's to except, as it is to meet") {
  Scene scene("2022-11-13T09:20:00+09:00");
  scene.accept(report_of("jogmec", "2022-11-13T09:00:00+09:00"));
  const auto police = scene.duty("h", "jogmec").id;
  scene.accept(AskWaiver{person("jogmec", Role::csirt_head, "head"), police, "対象外"});
  const auto waiver = scene.incident().waivers[0].id;
  scene.travel_to("2022-11-14T09:00:00+09:00");
  const auto decide = [&](const std::string& body) {
    return DecideWaiver{person(body, Role::exception_officer, "officer"), police, waiver, true, "可"};
  };
  CHECK(scene.refuse(decide("jogmec")) == "not_the_holder");
  CHECK(scene.refuse(AskWaiver{person("jogmec", Role::csirt_head, "head"), police, "対象外"}) == "not_the_holder");
  CHECK(scene.duty("h", "jogmec").state == ObligationState::open);
  scene.accept(decide("jogmec-2022"));
  CHECK(scene.duty("h", "jogmec-2022").state == ObligationState::waived);
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

// Found by the simulation: what was over did not pass with its body, and opened again in the name of a body that is gone.
TEST_CASE("a duty that had ended passes when it opens again") {
  Scene scene("2022-11-12T09:20:00+09:00");
  const auto first = report_of("jogmec", "2022-11-12T09:00:00+09:00");
  scene.accept(first);
  auto no_attack = followup(first);
  no_attack.in_force.cyberattack = routing::Cyberattack::no;
  no_attack.in_force.cyberattack_reason = "設定の誤り";
  scene.accept(no_attack);
  CHECK(scene.duty("h", "jogmec").state == ObligationState::superseded);

  scene.travel_to("2022-11-14T09:00:00+09:00");
  auto attack = followup(first);
  attack.actor = person("jogmec-2022");
  scene.accept(attack);
  const auto& police = scene.duty("h", "jogmec-2022");
  CHECK(police.state == ObligationState::open);
  CHECK(police.formerly == "jogmec");
  CHECK(scene.pass_to_successors().events.empty());
}

TEST_CASE("a relay by telephone that a new version makes necessary again is owed to the centre of that day") {
  Scene scene("2025-06-30T09:20:00+09:00");
  const auto first = report_of("jps", "2025-06-30T09:00:00+09:00");
  scene.accept(first);
  scene.accept(FulfillObligation{person("mhlw"), scene.duty("g.3", "mhlw").id, FulfillmentMethod::telephone});
  scene.travel_to("2025-07-01T09:00:00+09:00");
  scene.accept(followup(first));
  CHECK(scene.duty("g.3", "mhlw").state == ObligationState::open);
  CHECK(scene.duty("g.3", "mhlw").recipient == "nco");
  CHECK(scene.duty("g.3", "mhlw").recipient_formerly == "nisc");
  CHECK(scene.pass_to_successors().events.empty());
}

TEST_CASE("where the registry knows no successor the duty stays where it is, with an alarm") {
  Scene scene("2025-03-31T09:20:00+09:00");
  const auto first = report_of("ncgm", "2025-03-29T09:00:00+09:00");
  scene.accept(first);
  scene.travel_to("2025-04-11T09:00:00+09:00");
  CHECK(scene.pass_to_successors().events.empty());
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
  scene.pass_to_successors();
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

namespace {

constexpr auto centre_ends = "2025-07-01T00:00:00+09:00";       // nisc, then nco
constexpr auto corporation_ends = "2022-11-14T00:00:00+09:00";  // jogmec, then jogmec-2022

Lines rung(Scene& scene, const std::string& time, std::string_view code) {
  Lines lines;
  for (auto& line : of(scene.ring(time), code)) lines.push_back(time.substr(5, 11) + " " + line);
  return lines;
}

std::vector<Clock> clocks_of(const Scene& scene, ClockKind kind) {
  auto clocks = running_clocks(scene.incident());
  std::erase_if(clocks, [&](const Clock& clock) { return clock.kind != kind; });
  return clocks;
}

void acknowledge(Scene& scene, const std::string& by, MessageId message) {
  scene.accept(AcknowledgeMessage{person(by), message, "当直", ""});
}

}  // namespace

TEST_CASE("a clock of a body that ends starts anew with the day on which another stands in its place") {
  struct Story {
    std::string name;
    std::string body;      // whose incident it is
    std::string reported;  // recognised ten minutes before
    std::string ends;
    std::string_view code;
    std::vector<std::string> looks;  // when the clocks are looked at
    Lines told;
  };
  const std::vector<Story> stories = {
      {"two levels told to the body before: whoever succeeds hears all of them, and at last the sender",
       "mhlw",
       "2025-06-30T23:15:00+09:00",
       centre_ends,
       alarm_codes::acknowledgement_overdue,
       {"2025-06-30T23:30:00+09:00", "2025-06-30T23:45:00+09:00", "2025-07-01T00:00:00+09:00",
        "2025-07-01T00:14:59+09:00", "2025-07-01T00:15:00+09:00", "2025-07-01T00:30:00+09:00",
        "2025-07-01T01:00:00+09:00", "2025-07-03T00:00:00+09:00"},
       {"06-30T23:30 1 acknowledgement_overdue nisc -> nisc center_liaison (g.1)",
        "06-30T23:45 2 acknowledgement_overdue nisc -> nisc center_liaison (g.1)",
        "07-01T00:00 1 acknowledgement_overdue nco -> nco center_liaison (g.1)",
        "07-01T00:15 2 acknowledgement_overdue nco -> nco center_liaison (g.1)",
        "07-01T00:30 3 acknowledgement_overdue nco -> nco center_liaison (g.1)",
        "07-01T01:00 4 acknowledgement_overdue nco -> mhlw csirt_head (g.1)"}},
      {"every level told in vain: it rises anew",
       "mhlw",
       "2025-06-30T20:00:00+09:00",
       centre_ends,
       alarm_codes::acknowledgement_overdue,
       {"2025-06-30T22:00:00+09:00", "2025-06-30T23:59:59+09:00", "2025-07-01T00:00:00+09:00",
        "2025-07-01T01:00:00+09:00"},
       {"06-30T22:00 1 acknowledgement_overdue nisc -> nisc center_liaison (g.1)",
        "06-30T22:00 2 acknowledgement_overdue nisc -> nisc center_liaison (g.1)",
        "06-30T22:00 3 acknowledgement_overdue nisc -> nisc center_liaison (g.1)",
        "06-30T22:00 4 acknowledgement_overdue nisc -> mhlw csirt_head (g.1)",
        "07-01T00:00 1 acknowledgement_overdue nco -> nco center_liaison (g.1)",
        "07-01T01:00 2 acknowledgement_overdue nco -> nco center_liaison (g.1)",
        "07-01T01:00 3 acknowledgement_overdue nco -> nco center_liaison (g.1)",
        "07-01T01:00 4 acknowledgement_overdue nco -> mhlw csirt_head (g.1)"}},
      {"not due when the body ends: it is due when it was",
       "mhlw",
       "2025-06-30T23:55:00+09:00",
       centre_ends,
       alarm_codes::acknowledgement_overdue,
       {"2025-07-01T00:00:00+09:00", "2025-07-01T00:09:59+09:00", "2025-07-01T00:10:00+09:00"},
       {"07-01T00:10 1 acknowledgement_overdue nco -> nco center_liaison (g.1)"}},
      {"a 続報 that was late already: its own body's people, then whoever was told",
       "jogmec",
       "2022-11-12T23:30:00+09:00",
       corporation_ends,
       alarm_codes::followup_overdue,
       {"2022-11-13T23:30:00+09:00", "2022-11-13T23:45:00+09:00", "2022-11-14T00:00:00+09:00",
        "2022-11-14T00:15:00+09:00", "2022-11-14T00:30:00+09:00", "2022-11-14T01:00:00+09:00",
        "2022-11-20T00:00:00+09:00"},
       {"11-13T23:30 1 followup_overdue jogmec -> jogmec csirt_member",
        "11-13T23:45 2 followup_overdue jogmec -> jogmec csirt_head",
        "11-14T00:00 1 followup_overdue jogmec-2022 -> jogmec-2022 csirt_member",
        "11-14T00:15 2 followup_overdue jogmec-2022 -> jogmec-2022 csirt_head",
        "11-14T00:30 3 followup_overdue jogmec-2022 -> jogmec-2022 ciso",
        "11-14T01:00 4 followup_overdue jogmec-2022 -> meti csirt_head"}},
      {"a 続報 that is due later",
       "jogmec",
       "2022-11-13T12:00:00+09:00",
       corporation_ends,
       alarm_codes::followup_overdue,
       {"2022-11-14T00:00:00+09:00", "2022-11-14T11:59:59+09:00", "2022-11-14T12:00:00+09:00"},
       {"11-14T12:00 1 followup_overdue jogmec-2022 -> jogmec-2022 csirt_member"}},
  };
  for (const auto& story : stories) {
    // Whether the succession is looked at by itself or by the ring makes no difference.
    for (const bool by_itself : {false, true}) {
      CAPTURE(story.name);
      CAPTURE(by_itself);
      Scene scene(story.reported);
      auto report = report_of(story.body, story.reported);
      report.in_force.recognized.value -= minutes(10);
      scene.accept(report);
      if (story.code == alarm_codes::followup_overdue) scene.acknowledge_all();
      Lines told;
      for (const auto& time : story.looks) {
        scene.travel_to(time);
        if (by_itself && time == story.ends) scene.pass_to_successors();
        for (auto& line : rung(scene, time, story.code)) told.push_back(std::move(line));
      }
      CHECK(told == story.told);
      CHECK(scene.pass_to_successors().events.empty());
    }
  }
}

TEST_CASE("what passes keeps its old name; its clock counts a new start from that moment") {
  Scene scene("2025-06-30T23:15:00+09:00");
  scene.accept(report_of("mhlw", "2025-06-30T23:05:00+09:00"));
  scene.ring("2025-06-30T23:45:00+09:00");
  const auto before = scene.message_to("nisc").ladder;
  CHECK(scene.incident().messages.size() == 2);  // and the alarm about it, which asks for nothing
  scene.travel_to(centre_ends);
  const auto decision = scene.pass_to_successors();
  const auto types = types_of(decision);
  CHECK(std::count(types.begin(), types.end(), "message.passed") == 1);
  const auto& message = scene.incident().messages.front();
  CHECK(message.recipient == "nisc");
  CHECK(message.awaited_from() == "nco");
  CHECK(message.ladder.round == before.round + 1);
  CHECK(message.ladder.level == 0);
  CHECK(message.ladder.from == at(centre_ends));
  CHECK(decision.rings_at == at(centre_ends));

  Scene own("2022-11-13T12:00:00+09:00");
  own.accept(report_of("jogmec", "2022-11-13T11:50:00+09:00"));
  const auto waited = own.incident().followup_ladder;
  own.travel_to(corporation_ends);
  own.pass_to_successors();
  CHECK(own.incident().organization == "jogmec");
  CHECK(own.incident().followup_from() == "jogmec-2022");
  CHECK(own.incident().followup_ladder.round == waited.round + 1);
  CHECK(own.incident().followup_ladder.from == at(corporation_ends));
}

TEST_CASE("who acknowledged a later version has the earlier ones too, whoever of the two it was sent to") {
  struct Story {
    std::string name;
    std::string second_version;  // when it comes
    std::string acknowledged;    // when the second version is acknowledged
    std::string by;
  };
  const std::vector<Story> stories = {
      {"both sent to the body before, which acknowledged in time", "2025-06-30T23:30:00+09:00",
       "2025-06-30T23:40:00+09:00", "nisc"},
      {"both sent to the body before, acknowledged by its successor", "2025-06-30T23:30:00+09:00",
       "2025-07-01T00:05:00+09:00", "nco"},
      {"one sent to each", "2025-07-01T00:03:00+09:00", "2025-07-01T00:05:00+09:00", "nco"},
  };
  for (const auto& story : stories) {
    for (const bool looked_at : {false, true}) {
      CAPTURE(story.name);
      CAPTURE(looked_at);
      Scene scene("2025-06-30T23:15:00+09:00");
      const auto first = report_of("mhlw", "2025-06-30T23:05:00+09:00");
      scene.accept(first);
      scene.travel_to(story.second_version);
      scene.accept(followup(first));
      CHECK(clocks_of(scene, ClockKind::acknowledgement).size() == 2);
      scene.travel_to(story.acknowledged);
      if (looked_at) scene.pass_to_successors();
      const auto last = scene.incident().messages.back();
      REQUIRE(last.kind == MessageKind::report);
      acknowledge(scene, story.by, last.id);
      CHECK(clocks_of(scene, ClockKind::acknowledgement).empty());
      // And nothing of it passes, nor rings, afterwards.
      scene.travel_to("2025-07-01T03:00:00+09:00");
      CHECK(of(scene.ring(), alarm_codes::acknowledgement_overdue).empty());
      CHECK(clocks_of(scene, ClockKind::acknowledgement).empty());
    }
  }
}

TEST_CASE("an earlier version that the successor acknowledges leaves the later one waiting") {
  Scene scene("2025-06-30T23:15:00+09:00");
  const auto first = report_of("mhlw", "2025-06-30T23:05:00+09:00");
  scene.accept(first);
  scene.travel_to("2025-07-01T00:03:00+09:00");
  scene.accept(followup(first));
  acknowledge(scene, "nco", scene.message_to("nisc").id);
  const auto clocks = clocks_of(scene, ClockKind::acknowledgement);
  REQUIRE(clocks.size() == 1);
  CHECK(clocks.front().subject == scene.message_to("nco").id.value);
}

TEST_CASE("a closed incident awaits nothing; reopened, its 続報 is the successor's") {
  Scene scene("2022-11-10T12:00:00+09:00");
  scene.accept(report_of("jogmec", "2022-11-10T11:50:00+09:00"));
  scene.accept(MoveIncident{person("jogmec"), IncidentState::recovered, ""});
  for (const auto& duty : std::vector(scene.incident().obligations))
    if (duty.holder == "jogmec" && duty.state == ObligationState::open)
      scene.accept(FulfillObligation{person("jogmec"), duty.id,
                                     duty.inner ? FulfillmentMethod::done : FulfillmentMethod::police_report});
  scene.accept(MoveIncident{person("jogmec"), IncidentState::closed, "終結"});
  scene.travel_to(corporation_ends);
  scene.pass_to_successors();
  CHECK(scene.incident().followup_from() == "jogmec");
  CHECK(clocks_of(scene, ClockKind::followup).empty());

  scene.travel_to("2022-11-20T12:00:00+09:00");
  scene.accept(MoveIncident{person("jogmec-2022"), IncidentState::assessed, "再開"});
  const auto clocks = clocks_of(scene, ClockKind::followup);
  REQUIRE(clocks.size() == 1);
  CHECK(clocks.front().organization == "jogmec-2022");
  CHECK(clocks.front().due_at == at("2022-11-21T12:00:00+09:00"));
  CHECK(scene.pass_to_successors().events.empty());
}
