// Erasing the content of a case at the end of its retention (3.1.1(7)): asked by one person, decided by another.
#include <algorithm>
#include <functional>
#include <map>

#include "src/core/retention.h"
#include "tests/core/scene.h"

using namespace noroshi;
using namespace noroshi::core;
using namespace noroshi::core::testing;

namespace {

constexpr std::string_view over =
    "2024-04-01T00:00:00+09:00";  // of what ended in the fiscal year 2018, after five years

Actor head(const std::string& body = "jps") {
  return person(body, Role::csirt_head, "責任者");
}
Actor officer(const std::string& body = "jps") {
  return person(body, Role::section_officer, "課室責任者");
}

// Reported on 2018-08-01, with a text everywhere a person can write one.
Scene reported_by_jps() {
  Scene scene("2018-08-01T09:20:00+09:00");
  auto report = report_of("jps", "2018-08-01T09:00:00+09:00");
  report.in_force.document = R"({"title":"秘"})";
  report.in_force.assessment_reason = "痕跡";
  report.in_force.confidentiality = 2;
  scene.accept(report);
  return scene;
}

// Everything is done, everybody has read it; the case is in that state.
Scene ended(IncidentState state = IncidentState::closed) {
  Scene scene = reported_by_jps();
  const auto relay = scene.duty("g.3", "mhlw").id;
  scene.accept(FulfillObligation{person("mhlw"), relay, FulfillmentMethod::relay, {}, "中継の所見", "受付 7"});
  if (state == IncidentState::dismissed) {
    auto judgement = MakeJudgement{person("jps"), routing::Assessment::not_incident};
    judgement.cyberattack = routing::Cyberattack::no;
    judgement.assessment_reason = "誤検知";
    judgement.cyberattack_reason = "誤検知";
    scene.accept(judgement);
  }
  scene.waive_all();
  scene.acknowledge_all();
  if (state == IncidentState::closed) scene.accept(MoveIncident{head(), state, "終結の理由"});
  return scene;
}

// ended(), and asked for after the retention.
Scene asked(IncidentState state = IncidentState::closed) {
  Scene scene = ended(state);
  scene.travel_to(over);
  scene.accept(AskErasure{head(), "保存期間の満了"});
  return scene;
}

DecideErasure decide(const Scene& scene, bool approved, Actor actor = officer()) {
  return {actor, scene.incident().erasures.back().id, approved, "確認した"};
}

Scene erased() {
  Scene scene = asked();
  scene.accept(decide(scene, true));
  return scene;
}

}  // namespace

TEST_CASE("asked by one and approved by another, the content is gone and what happened stays") {
  auto scene = asked();
  CHECK(scene.incident().title != "erased");
  const auto before = scene.incident();
  const auto decision = scene.accept(decide(scene, true));
  CHECK(types_of(decision) == Lines{"erasure.decided"});
  const auto& what = std::get<ErasureDecided>(decision.events.front().what);
  CHECK(what.approved);
  CHECK(what.retention_class == "confidentiality_2");
  CHECK(what.retained_until == at(over));

  const auto& after = scene.incident();
  CHECK(after.erased_at == at(over));
  CHECK(after.erased_by == "jps");
  CHECK(after.title == "erased");
  CHECK(after.document == "erased");
  CHECK(after.judgements.at("jps").assessment_reason == "erased");
  CHECK(after.judgements.at("jps").cyberattack_reason == "");  // it was empty, and nothing hides that
  for (const auto& message : after.messages) CHECK((message.note.empty() || message.note == "erased"));
  CHECK(std::any_of(before.messages.begin(), before.messages.end(),
                    [](const Message& message) { return message.note == "中継の所見"; }));
  // What is no content is as it was.
  auto expected = before;
  expected.erasures.back().decision = Erasure::Decision::approved;
  expected.erased_at = after.erased_at;
  expected.erased_by = "jps";
  expected.title = expected.document = "erased";
  expected.judgements.at("jps").assessment_reason = "erased";
  for (auto& message : expected.messages)
    if (!message.note.empty()) message.note = "erased";
  ++expected.revision;
  CHECK(after == expected);
}

TEST_CASE("no clock runs any more") {
  auto scene = erased();
  CHECK(running_clocks(scene.incident()).empty());
  CHECK(scene.ring("2030-01-01T00:00:00+09:00").empty());
}

TEST_CASE("rejected, the content stays and may be asked for again") {
  auto scene = asked();
  const auto first = scene.incident().erasures.back().id;
  scene.accept(decide(scene, false));
  CHECK_FALSE(scene.incident().erased_at);
  CHECK(scene.incident().title != "erased");
  CHECK(scene.refuse(DecideErasure{officer(), first, true, "可"}) == "erasure_decided");
  scene.accept(AskErasure{head(), "再度"});
  scene.accept(decide(scene, true));
  CHECK(scene.incident().erased_at);
}

// Every state of the case, every state of what was asked, every command.
TEST_CASE("states and events") {
  using enum IncidentState;
  const auto outcome_of = [](Scene& scene, const auto& command) -> std::string {
    const auto outcome = scene.attempt(command);
    return outcome ? "accepted" : std::string(to_string(outcome.error().code));
  };
  // The case as it is when the retention would be over, had it ended.
  const auto in_state = [](IncidentState state) {
    if (state == closed || state == dismissed) return ended(state);
    Scene scene = reported_by_jps();
    if (state == reported) {
      auto judgement = MakeJudgement{person("jps"), routing::Assessment::possible};
      scene.accept(judgement);
    }
    scene.waive_all();
    scene.acknowledge_all();
    if (state == contained || state == recovered || state == reviewed)
      scene.accept(MoveIncident{head(), state, "進捗"});
    return scene;
  };
  for (const auto state : all_incident_states()) {
    CAPTURE(to_string(state));
    Scene scene = in_state(state);
    REQUIRE(scene.incident().state == state);
    scene.travel_to(over);
    const bool over_and_done = has_ended(state);
    CHECK(outcome_of(scene, AskErasure{head(), "満了"}) == (over_and_done ? "accepted" : "incident_open"));
    // Nothing was asked.
    CHECK(outcome_of(scene, DecideErasure{officer(), ErasureId{}, true, "可"}) == "not_found");
    CHECK(outcome_of(scene, DecideErasure{officer(), ErasureId{}, false, "否"}) == "not_found");
    if (!over_and_done) continue;

    scene.accept(AskErasure{head(), "満了"});
    CHECK(outcome_of(scene, AskErasure{head(), "満了"}) == "erasure_pending");
    CHECK(outcome_of(scene, decide(scene, false)) == "accepted");
    CHECK(outcome_of(scene, decide(scene, true)) == "accepted");

    Scene rejected = scene;
    rejected.accept(decide(rejected, false));
    CHECK(outcome_of(rejected, AskErasure{head(), "満了"}) == "accepted");
    CHECK(outcome_of(rejected, decide(rejected, true)) == "erasure_decided");
    CHECK(outcome_of(rejected, decide(rejected, false)) == "erasure_decided");

    Scene approved = scene;
    approved.accept(decide(approved, true));
    CHECK(outcome_of(approved, AskErasure{head(), "満了"}) == "incident_erased");
    CHECK(outcome_of(approved, decide(approved, true)) == "erasure_decided");
    CHECK(outcome_of(approved, decide(approved, false)) == "erasure_decided");
  }
}

TEST_CASE("a case that was reopened while it was asked for is not erased; the request can be turned down") {
  auto scene = asked();
  scene.accept(MoveIncident{head(), IncidentState::assessed, "新事実"});
  CHECK(scene.refuse(decide(scene, true)) == "incident_open");
  auto turned_down = scene;
  const auto decision = turned_down.accept(decide(turned_down, false));
  CHECK_FALSE(std::get<ErasureDecided>(decision.events.front().what).retained_until);
  // Closed again, its retention counts from there.
  scene.accept(MoveIncident{head(), IncidentState::closed, "再終結"});
  scene.acknowledge_all();
  CHECK(scene.refuse(decide(scene, true)) == "retention_not_over");
  scene.travel_to("2030-04-01T00:00:00+09:00");
  scene.accept(decide(scene, true));
}

TEST_CASE("before the retention is over it is refused, and the refusal names the day") {
  auto scene = ended();
  for (const auto* early : {"2018-08-02T00:00:00+09:00", "2024-03-31T23:59:59.999999+09:00"}) {
    scene.travel_to(early);
    const auto outcome = scene.attempt(AskErasure{head(), "満了"});
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == RefusalCode::retention_not_over);
    CHECK(outcome.error().detail.ja.find("2024-04-01") != std::string::npos);
    CHECK(outcome.error().detail.en.find("2024-04-01") != std::string::npos);
  }
  scene.travel_to(over);
  scene.accept(AskErasure{head(), "満了"});
  // The operator has prolonged it since.
  scene.retention().confidentiality_2 = 10;
  CHECK(scene.refuse(decide(scene, true)) == "retention_not_over");
  scene.retention().confidentiality_2 = 5;
  scene.accept(decide(scene, true));
}

TEST_CASE("the highest confidentiality that any version stated counts; an exercise is kept as one") {
  auto scene = reported_by_jps();
  auto later = followup(report_of("jps", "2018-08-01T09:00:00+09:00"));
  later.in_force.confidentiality = 1;
  scene.accept(later);
  CHECK(scene.incident().confidentiality == 2);
  auto drill = report_of("jps", "2018-08-01T09:00:00+09:00");
  drill.in_force.exercise = true;
  drill.in_force.confidentiality = 2;
  Scene exercise("2018-08-01T09:20:00+09:00");
  exercise.accept(drill);
  exercise.waive_all();
  exercise.acknowledge_all();
  exercise.accept(MoveIncident{head(), IncidentState::closed, ""});
  exercise.travel_to("2020-03-31T23:59:59+09:00");
  CHECK(exercise.refuse(AskErasure{head(), "満了"}) == "retention_not_over");
  exercise.travel_to("2020-04-01T00:00:00+09:00");
  exercise.accept(AskErasure{head(), "満了"});
}

TEST_CASE("an open duty of any body, or a message that nobody acknowledged, holds it up: when asked and when decided") {
  auto unread = reported_by_jps();
  unread.waive_all();
  unread.accept(MoveIncident{head(), IncidentState::closed, ""});
  unread.travel_to(over);
  CHECK(unread.refuse(AskErasure{head(), "満了"}) == "messages_unacknowledged");
  unread.acknowledge_all();
  unread.accept(AskErasure{head(), "満了"});

  auto owed = reported_by_jps();
  owed.acknowledge_all();
  for (const auto& obligation : Incident(owed.incident()).obligations) {
    if (obligation.holder != "jps" || obligation.state != ObligationState::open) continue;
    owed.accept(AskWaiver{person("jps"), obligation.id, "対象外"});
    owed.accept(DecideWaiver{person("jps", Role::exception_officer, "許可権限者"), obligation.id,
                             owed.incident().waivers.back().id, true, "可"});
  }
  owed.accept(MoveIncident{head(), IncidentState::closed, ""});
  owed.travel_to(over);
  CHECK(owed.duty("g.3", "mhlw").state == ObligationState::open);
  CHECK(owed.refuse(AskErasure{head(), "満了"}) == "duties_open");
  owed.waive_all();
  owed.accept(AskErasure{head(), "満了"});
  // The ministry judges the closed case by itself, and owes the crisis desk a report of it.
  auto judgement = MakeJudgement{person("mhlw"), routing::Assessment::incident};
  judgement.cyberattack = routing::Cyberattack::yes;
  judgement.large_scale = std::vector{property_feared};
  owed.accept(judgement);
  CHECK(owed.refuse(decide(owed, true)) == "duties_open");
}

TEST_CASE("inner duties of a dismissed case stand still and hold nothing up") {
  Scene scene = reported_by_jps();
  auto judgement = MakeJudgement{person("jps"), routing::Assessment::not_incident};
  judgement.cyberattack = routing::Cyberattack::no;
  judgement.assessment_reason = judgement.cyberattack_reason = "誤検知";
  scene.accept(judgement);
  for (const auto& obligation : Incident(scene.incident()).obligations) {
    if (obligation.inner || obligation.state != ObligationState::open) continue;
    scene.accept(FulfillObligation{person(obligation.holder), obligation.id, FulfillmentMethod::telephone});
  }
  scene.acknowledge_all();
  CHECK(std::any_of(scene.incident().obligations.begin(), scene.incident().obligations.end(),
                    [](const Obligation& obligation) { return obligation.state == ObligationState::open; }));
  scene.travel_to(over);
  scene.accept(AskErasure{head(), "満了"});
  scene.accept(decide(scene, true));
}

TEST_CASE("who asks and who decides: by role, and of the body whose incident it is or its successor") {
  auto scene = ended();
  scene.travel_to(over);
  for (const auto role : all_roles()) {
    CAPTURE(to_string(role));
    const bool asks = role == Role::csirt_head || role == Role::csirt_member;
    const auto outcome = scene.attempt(AskErasure{person("jps", role), "満了"});
    CHECK(outcome.has_value() == asks);
    if (!asks) CHECK(outcome.error().code == RefusalCode::role_required);
  }
  CHECK(scene.refuse(AskErasure{head("mhlw"), "満了"}) == "not_the_holder");
  CHECK(scene.refuse(AskErasure{head("nco"), "満了"}) == "not_the_holder");
  scene.accept(AskErasure{head(), "満了"});
  for (const auto role : all_roles()) {
    CAPTURE(to_string(role));
    const auto outcome = scene.attempt(decide(scene, true, person("jps", role)));
    CHECK(outcome.has_value() == (role == Role::section_officer));
    if (role != Role::section_officer) CHECK(outcome.error().code == RefusalCode::role_required);
  }
  CHECK(scene.refuse(decide(scene, true, officer("mhlw"))) == "not_the_holder");
  CHECK(scene.refuse(decide(scene, false, officer("mhlw"))) == "not_the_holder");
}

TEST_CASE("who asked does not decide: neither by the same token nor by another of the same person") {
  auto scene = ended();
  scene.travel_to(over);
  scene.accept(AskErasure{person("jps", Role::csirt_head, "当直 A"), "満了"});
  CHECK(scene.refuse(decide(scene, true, person("jps", Role::section_officer, "当直 A"))) == "four_eyes");
  CHECK(scene.refuse(decide(scene, false, person("jps", Role::section_officer, "当直 A"))) == "four_eyes");
  auto same_token = person("jps", Role::csirt_head, "当直 A");
  same_token.role = Role::section_officer;
  same_token.name = "別名";
  CHECK(scene.refuse(decide(scene, true, same_token)) == "four_eyes");
  CHECK_FALSE(scene.incident().erased_at);
}

TEST_CASE("the successor of a body that ended erases what that body had") {
  Scene scene("2018-08-01T09:20:00+09:00");
  scene.accept(report_of("yuchokampo", "2018-08-01T09:00:00+09:00"));
  scene.waive_all();
  scene.acknowledge_all();
  scene.accept(MoveIncident{head("yuchokampo"), IncidentState::closed, ""});
  scene.travel_to(over);
  scene.pass_to_successors();
  CHECK(scene.refuse(AskErasure{head("jps"), "満了"}) == "not_the_holder");
  scene.accept(AskErasure{head("yuchokampo-network"), "満了"});
  scene.accept(decide(scene, true, officer("yuchokampo-network")));
  CHECK(scene.incident().erased_by == "yuchokampo-network");
}

TEST_CASE("nothing is added to a case that was erased") {
  auto scene = erased();
  const auto mhlw_message = scene.message_to("mhlw").id;
  auto report = report_of("jps", "2018-08-01T09:00:00+09:00");
  CHECK(scene.refuse(followup(report)) == "incident_erased");
  CHECK(scene.refuse(MakeJudgement{person("jps"), routing::Assessment::incident}) == "incident_erased");
  CHECK(scene.refuse(MakeJudgement{person("mhlw"), routing::Assessment::incident}) == "incident_erased");
  CHECK(scene.refuse(MoveIncident{head(), IncidentState::assessed, "再開"}) == "incident_erased");
  CHECK(scene.refuse(AddRecipient{head(), "police-osaka", "x"}) == "incident_erased");
  const auto duty = scene.duty("h", "jps").id;
  CHECK(scene.refuse(FulfillObligation{head(), duty, FulfillmentMethod::police_report}) == "incident_erased");
  CHECK(scene.refuse(AskWaiver{head(), duty, "x"}) == "incident_erased");
  CHECK(scene.refuse(AcknowledgeMessage{person("mhlw"), mhlw_message, "当直", "x"}) == "incident_erased");
}

TEST_CASE("all events of an erased case, folded over nothing, give the case") {
  const auto scene = erased();
  Incident folded;
  for (const auto& event : scene.events()) evolve(folded, event);
  CHECK(folded == scene.incident());
}

TEST_CASE("out of a record that others wrote, an erasure may follow only as two persons after the retention made it") {
  auto over_scene = asked();
  const auto before = over_scene.incident();
  const auto right = over_scene.accept(decide(over_scene, true)).events.front();
  CHECK(may_follow(before, right));
  CHECK_FALSE(may_follow(over_scene.incident(), right));  // decided already

  const auto decided = [](Event& event) -> ErasureDecided& { return std::get<ErasureDecided>(event.what); };
  struct Forged {
    const char* what;
    std::function<void(Incident&, Event&)> change;
    bool also_rejected;  // whether it holds of a rejection too
  };
  const Forged forged[] = {
      {"no such request", [&](Incident&, Event& event) { decided(event).erasure = {}; }, true},
      {"the asker's token", [](Incident& known, Event& event) { event.actor.token = known.erasures[0].asked_by; }, true},
      {"the asker's name", [](Incident& known, Event& event) { event.actor.name = known.erasures[0].asked_by_name; }, true},
      {"no office", [](Incident&, Event& event) { event.actor.role = std::nullopt; }, true},
      {"the head", [](Incident&, Event& event) { event.actor.role = Role::csirt_head; }, true},
      {"an open case",
       [](Incident& known, Event&) {
         known.state = IncidentState::assessed;
         known.ended_at = std::nullopt;
       },
       false},
      {"no end of the retention", [&](Incident&, Event& event) { decided(event).retained_until = std::nullopt; }, false},
      {"before its end",
       [&](Incident&, Event& event) { decided(event).retained_until = event.at + std::chrono::seconds(1); }, false},
      {"an end before any retention's",
       [&](Incident& known, Event& event) {
         decided(event).retained_until = retained_until(*known.ended_at, 1) - std::chrono::seconds(1);
       },
       false},
      {"another class", [&](Incident&, Event& event) { decided(event).retention_class = "exercise"; }, false},
      {"a duty that is open",
       [](Incident& known, Event&) { known.obligations.front().state = ObligationState::open; }, false},
  };
  for (const auto& [what, change, also_rejected] : forged)
    for (const bool approved : {true, false}) {
      CAPTURE(what);
      CAPTURE(approved);
      auto known = before;
      auto event = right;
      decided(event).approved = approved;
      change(known, event);
      CHECK(may_follow(known, event) == (!approved && !also_rejected));
    }
}

TEST_CASE("out of a record that others wrote, a request to erase follows an end alone, and no second one") {
  auto scene = ended();
  const auto before = scene.incident();
  scene.travel_to(over);
  const auto right = scene.accept(AskErasure{head(), "保存期間の満了"}).events.front();
  CHECK(may_follow(before, right));
  auto second = right;
  std::get<ErasureAsked>(second.what).erasure.value.bytes[15] ^= 1;
  CHECK_FALSE(may_follow(scene.incident(), second));
  auto open = before;
  open.state = IncidentState::assessed;
  CHECK_FALSE(may_follow(open, right));
  auto other = right;
  other.actor.role = Role::section_officer;
  CHECK_FALSE(may_follow(before, other));
}
