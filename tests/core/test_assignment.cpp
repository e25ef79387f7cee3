// Who responds: proposed, accepted, active, handed over, released, and what is refused to whom.
#include <algorithm>
#include <functional>

#include "tests/core/staff_scene.h"

using namespace noroshi;
using namespace noroshi::core;
using namespace noroshi::core::testing;

namespace {

const Actor chief = bound("mhlw", "責任者", Role::csirt_head);
const Actor sato = bound("mhlw", "佐藤");
const Actor suzuki = bound("mhlw", "鈴木");
const Actor tanaka = bound("mhlw", "田中");

// An incident of mhlw at 09:20, and its staff.
Scene scene_of_ministry() {
  Scene scene("2018-08-01T09:20:00+09:00");
  scene.accept(report_of("mhlw", "2018-08-01T09:00:00+09:00"));
  scene.context().staffs["mhlw"] = StaffScene("mhlw")
                                        .with("責任者", Post::csirt_head)
                                        .with("佐藤")
                                        .with("鈴木")
                                        .with("田中", Post::csirt_member, false)
                                        .with("高橋", Post::section_officer)
                                        .with("伊藤")
                                        .left("伊藤", "2018-07-31T00:00:00+09:00")
                                        .on_duty("佐藤", "2018-08-01T08:30:00+09:00", "2018-08-01T17:15:00+09:00");
  return scene;
}

AssignmentId last(const Scene& scene) {
  return scene.incident().assignments.back().id;
}
const Assignment& of(const Scene& scene, const std::string& name) {
  const auto& list = scene.incident().assignments;
  const auto found = std::find_if(list.rbegin(), list.rend(), [&](const auto& one) { return one.name == name; });
  REQUIRE(found != list.rend());
  return *found;
}
std::string state_of(const Scene& scene, const std::string& name) {
  return std::string(to_string(of(scene, name).state));
}

AssignmentId propose(Scene& scene, const Actor& actor, const std::string& name, std::optional<Function> function,
                     std::optional<AssignmentId> replaces = std::nullopt) {
  scene.accept(ProposeAssignment{actor, person_id(name), function, replaces, ""});
  return last(scene);
}
AssignmentId active(Scene& scene, const Actor& actor, Function function) {
  const auto id = propose(scene, chief, actor.name, function);
  scene.accept(AnswerAssignment{actor, id, true, ""});
  scene.accept(ActivateAssignment{actor, id});
  return id;
}

}  // namespace

TEST_CASE("a head is proposed, accepts and begins; his turn of duty is known") {
  auto scene = scene_of_ministry();
  const auto proposed = scene.accept(ProposeAssignment{chief, person_id("佐藤"), Function::head, {}, "初動"});
  CHECK(types_of(proposed) == Lines{"assignment.proposed"});
  CHECK(of(scene, "佐藤").trained);
  CHECK(of(scene, "佐藤").note == "初動");
  CHECK(!scene.incident().head_of("mhlw"));

  scene.accept(AnswerAssignment{sato, last(scene), true, ""});
  CHECK(state_of(scene, "佐藤") == "accepted");
  scene.accept(ActivateAssignment{sato, last(scene)});
  REQUIRE(scene.incident().head_of("mhlw"));
  CHECK(shown(*of(scene, "佐藤").duty_until) == "2018-08-01 17:15");
  CHECK(scene.incident().head_of("jps") == nullptr);
}

TEST_CASE("a hand-over is acknowledged by accepting it, and both change in one decision") {
  auto scene = scene_of_ministry();
  const auto first = active(scene, sato, Function::head);
  const auto second = propose(scene, sato, "鈴木", std::nullopt, first);
  CHECK(of(scene, "鈴木").function == Function::head);
  CHECK(scene.incident().head_of("mhlw")->person == person_id("佐藤"));
  const auto decision = scene.accept(AnswerAssignment{suzuki, second, true, ""});
  CHECK(types_of(decision) == Lines{"assignment.accepted", "assignment.handed_over", "assignment.activated"});
  CHECK(state_of(scene, "佐藤") == "handed_over");
  CHECK(state_of(scene, "鈴木") == "active");
  CHECK(scene.incident().head_of("mhlw")->person == person_id("鈴木"));
  // Off duty by the roster: no end of a turn is known.
  CHECK(!of(scene, "鈴木").duty_until);
  // Who handed over may be assigned again.
  propose(scene, suzuki, "佐藤", Function::handler);
}

TEST_CASE("a hand-over that is declined leaves the head where he is") {
  auto scene = scene_of_ministry();
  const auto first = active(scene, sato, Function::head);
  const auto second = propose(scene, chief, "鈴木", std::nullopt, first);
  CHECK(scene.refuse(AnswerAssignment{suzuki, second, false, ""}) == "invalid /reason required");
  scene.accept(AnswerAssignment{suzuki, second, false, "出張中"});
  CHECK(state_of(scene, "佐藤") == "active");
  CHECK(state_of(scene, "鈴木") == "declined");
  propose(scene, sato, "田中", std::nullopt, first);
}

TEST_CASE("a response never loses its head but to another or to the end of the case") {
  auto scene = scene_of_ministry();
  const auto head = active(scene, sato, Function::head);
  const auto handler = active(scene, suzuki, Function::handler);
  CHECK(scene.refuse(ReleaseAssignment{sato, head, "疲れた"}) == "last_head");
  CHECK(scene.refuse(ReleaseAssignment{chief, head, "交代"}) == "last_head");
  scene.accept(ReleaseAssignment{suzuki, handler, "完了"});
  CHECK(state_of(scene, "鈴木") == "released");

  scene.waive_all();
  const auto closing = scene.accept(MoveIncident{chief, IncidentState::closed, "終結"});
  const auto types = types_of(closing);
  CHECK(std::count(types.begin(), types.end(), "assignment.released") == 1);
  CHECK(state_of(scene, "佐藤") == "released");
  CHECK(!scene.incident().head_of("mhlw"));
  CHECK(scene.refuse(ProposeAssignment{chief, person_id("佐藤"), Function::head, {}, ""}) == "incident_closed");
  // A case that goes on is responded to anew.
  scene.accept(MoveIncident{chief, IncidentState::assessed, "再発"});
  propose(scene, chief, "佐藤", Function::head);
}

TEST_CASE("a case that turns out to be none releases everybody, those asked among them") {
  auto scene = scene_of_ministry();
  active(scene, sato, Function::head);
  propose(scene, sato, "鈴木", Function::handler);
  MakeJudgement none{sato, routing::Assessment::not_incident};
  none.assessment_reason = "試験通信";
  scene.accept(none);
  CHECK(state_of(scene, "佐藤") == "released");
  CHECK(state_of(scene, "鈴木") == "released");
}

TEST_CASE("there is one head: a second is refused, and who was asked beside him is released") {
  auto scene = scene_of_ministry();
  const auto first = propose(scene, chief, "佐藤", Function::head);
  const auto other = propose(scene, suzuki, "鈴木", Function::head);
  scene.accept(AnswerAssignment{suzuki, other, true, ""});
  scene.accept(AnswerAssignment{sato, first, true, ""});
  scene.accept(ActivateAssignment{sato, first});
  CHECK(state_of(scene, "鈴木") == "released");
  CHECK(scene.refuse(ProposeAssignment{chief, person_id("鈴木"), Function::head, {}, ""}) == "post_taken");
}

TEST_CASE("an offer to take over what has ended ends with it") {
  auto scene = scene_of_ministry();
  active(scene, sato, Function::head);
  const auto handler = active(scene, suzuki, Function::handler);
  const auto offer = propose(scene, suzuki, "田中", std::nullopt, handler);
  CHECK(scene.refuse(ProposeAssignment{chief, person_id("責任者"), {}, handler, ""}) == "already_assigned");
  scene.accept(ReleaseAssignment{sato, handler, "不要"});
  CHECK(state_of(scene, "田中") == "released");
  CHECK(scene.refuse(AnswerAssignment{tanaka, offer, true, ""}) == "transition_not_allowed");
}

TEST_CASE("who is not there is refused, who is untrained is marked") {
  auto scene = scene_of_ministry();
  const auto propose_as = [&](const std::string& name) {
    return scene.refuse(ProposeAssignment{chief, person_id(name), Function::handler, {}, ""});
  };
  CHECK(propose_as("山本") == "invalid /person unknown_person");
  CHECK(propose_as("伊藤") == "person_not_available");  // left
  CHECK(propose_as("高橋") == "person_not_available");  // holds no post of the CSIRT
  scene.context().serving[person_id("佐藤")] = {};
  CHECK(propose_as("佐藤") == "person_not_available");
  propose(scene, chief, "田中", Function::handler);
  CHECK(!of(scene, "田中").trained);
  const auto proposed = std::get<AssignmentProposed>(scene.events().back().what);
  CHECK(!proposed.assignment.trained);
  CHECK(untrained_warning("田中").en.find("2.2.3(2)(c)") != std::string::npos);

  // What was true when he was asked need not be when he answers.
  scene.context().staffs["mhlw"].people[3].left_at = scene.now();
  CHECK(scene.refuse(AnswerAssignment{tanaka, last(scene), true, ""}) == "person_not_available");
  scene.accept(AnswerAssignment{tanaka, last(scene), false, "離任"});
}

TEST_CASE("each step is somebody's, and refused to everybody else") {
  auto scene = scene_of_ministry();
  const auto unbound = person("mhlw", Role::csirt_member, "無名");
  const auto reporter = bound("mhlw", "鈴木", Role::reporter);
  // The first head may be proposed by any member of the CSIRT; nothing else, and nobody else.
  CHECK(scene.refuse(ProposeAssignment{suzuki, person_id("佐藤"), Function::handler, {}, ""}) == "role_required");
  CHECK(scene.refuse(ProposeAssignment{reporter, person_id("佐藤"), Function::head, {}, ""}) == "role_required");
  CHECK(scene.refuse(ProposeAssignment{chief, person_id("佐藤"), {}, {}, ""}) == "invalid /function required");
  const auto head = propose(scene, unbound, "佐藤", Function::head);
  CHECK(scene.refuse(ProposeAssignment{chief, person_id("佐藤"), Function::handler, {}, ""}) == "already_assigned");

  CHECK(scene.refuse(AnswerAssignment{unbound, head, true, ""}) == "not_the_person");
  CHECK(scene.refuse(AnswerAssignment{suzuki, head, true, ""}) == "not_the_person");
  CHECK(scene.refuse(AnswerAssignment{chief, head, true, ""}) == "not_the_person");
  CHECK(scene.refuse(AnswerAssignment{bound("jps", "佐藤"), head, true, ""}) == "not_found");
  CHECK(scene.refuse(ActivateAssignment{sato, head}) == "transition_not_allowed");
  scene.accept(AnswerAssignment{sato, head, true, ""});
  CHECK(scene.refuse(ActivateAssignment{suzuki, head}) == "role_required");
  scene.accept(ActivateAssignment{chief, head});

  // From then on who leads proposes, and a hand-over is offered by its holder or the head.
  CHECK(scene.refuse(ProposeAssignment{suzuki, person_id("田中"), Function::head, {}, ""}) == "role_required");
  CHECK(scene.refuse(ProposeAssignment{suzuki, person_id("田中"), {}, head, ""}) == "role_required");
  const auto handler = propose(scene, sato, "鈴木", Function::handler);
  CHECK(scene.refuse(ReleaseAssignment{tanaka, handler, ""}) == "role_required");
  CHECK(scene.refuse(ReleaseAssignment{bound("jps", "佐藤"), handler, ""}) == "not_found");
  CHECK(scene.refuse(ProposeAssignment{sato, person_id("田中"), {}, handler, ""}) == "transition_not_allowed");
  CHECK(scene.refuse(ProposeAssignment{sato, person_id("田中"), Function::handler, head, ""}) ==
        "invalid /function differs");
  CHECK(scene.refuse(ProposeAssignment{chief, person_id("田中"), {}, AssignmentId{}, ""}) ==
        "invalid /replaces unknown_assignment");
  CHECK(scene.refuse(ProposeAssignment{chief, person_id("佐藤"), {}, head, ""}) == "already_assigned");
}

// state x command: every cell, by the person (or the head where it is his to do).
TEST_CASE("in each state each command is answered as the table of states says") {
  using Reach = std::function<AssignmentId(Scene&)>;
  const std::map<AssignmentState, Reach> reach = {
      {AssignmentState::proposed, [](Scene& s) { return propose(s, chief, "鈴木", Function::handler); }},
      {AssignmentState::accepted,
       [](Scene& s) {
         const auto id = propose(s, chief, "鈴木", Function::handler);
         s.accept(AnswerAssignment{suzuki, id, true, ""});
         return id;
       }},
      {AssignmentState::active, [](Scene& s) { return active(s, suzuki, Function::handler); }},
      {AssignmentState::handed_over,
       [](Scene& s) {
         const auto id = active(s, suzuki, Function::handler);
         s.accept(AnswerAssignment{tanaka, propose(s, suzuki, "田中", {}, id), true, ""});
         return id;
       }},
      {AssignmentState::released,
       [](Scene& s) {
         const auto id = propose(s, chief, "鈴木", Function::handler);
         s.accept(ReleaseAssignment{chief, id, ""});
         return id;
       }},
      {AssignmentState::declined,
       [](Scene& s) {
         const auto id = propose(s, chief, "鈴木", Function::handler);
         s.accept(AnswerAssignment{suzuki, id, false, "多忙"});
         return id;
       }},
  };
  for (const auto state : all_assignment_states())
    for (const auto event : all_assignment_events()) {
      auto scene = scene_of_ministry();
      active(scene, sato, Function::head);
      const auto id = reach.at(state)(scene);
      CAPTURE(to_string(state));
      CAPTURE(to_string(event));
      REQUIRE(scene.incident().find(id)->state == state);
      const auto before = scene.incident();
      const auto outcome = [&]() -> Outcome {
        switch (event) {
          case AssignmentEvent::accept:
            return scene.attempt(AnswerAssignment{suzuki, id, true, ""});
          case AssignmentEvent::decline:
            return scene.attempt(AnswerAssignment{suzuki, id, false, "多忙"});
          case AssignmentEvent::activate:
            return scene.attempt(ActivateAssignment{suzuki, id});
          case AssignmentEvent::release:
            return scene.attempt(ReleaseAssignment{suzuki, id, ""});
          // The offer of one; accepting it is looked at above.
          case AssignmentEvent::hand_over:
            return scene.attempt(ProposeAssignment{chief, person_id("責任者"), {}, id, ""});
        }
        std::abort();
      }();
      const auto after = next(state, event);
      REQUIRE(outcome.has_value() == after.has_value());
      if (!outcome) CHECK(outcome.error().code == RefusalCode::transition_not_allowed);
      if (outcome && event != AssignmentEvent::hand_over) CHECK(outcome->after.find(id)->state == *after);
      CHECK(scene.incident() == before);
    }
}

TEST_CASE("a body's response is its own: two bodies of a case have a head each") {
  Scene scene("2018-08-01T09:20:00+09:00");
  scene.accept(report_of("jps", "2018-08-01T09:00:00+09:00"));
  scene.context().staffs["mhlw"] = StaffScene("mhlw").with("佐藤");
  scene.context().staffs["jps"] = StaffScene("jps").with("佐藤").with("山田");
  for (const char* body : {"mhlw", "jps"}) {
    const auto actor = bound(body, "佐藤");
    scene.accept(ProposeAssignment{actor, person_id("佐藤"), Function::head, {}, ""});
    scene.accept(AnswerAssignment{actor, last(scene), true, ""});
    scene.accept(ActivateAssignment{actor, last(scene)});
    CHECK(scene.incident().head_of(body)->organization == body);
  }
  CHECK(scene.refuse(ProposeAssignment{
            bound("jps", "佐藤"), person_id("山田"), {}, scene.incident().head_of("mhlw")->id, ""}) == "invalid /replaces unknown_assignment");
}

TEST_CASE("what was erased has no notes of assignments, and takes none") {
  auto scene = scene_of_ministry();
  scene.accept(ProposeAssignment{chief, person_id("佐藤"), Function::head, {}, "佐藤さんは先週の件も見た"});
  Incident erased = scene.incident();
  erased.state = IncidentState::closed;
  Event event{{}, scene.now(), chief, erased.id, ErasureDecided{}};
  erased.erasures.push_back({.id = {}, .asked_by = {}, .asked_by_name = ""});
  std::get<ErasureDecided>(event.what).approved = true;
  evolve(erased, event);
  CHECK(erased.assignments.back().note == "erased");
  CHECK(erased.assignments.back().name == "佐藤");
}

TEST_CASE("candidates are offered by duty, training, skill and load, with the reasons") {
  auto scene = scene_of_ministry();
  auto& staff = scene.context().staffs["mhlw"];
  for (auto& known : staff.people)
    if (known.person.name == "田中" || known.person.name == "鈴木") known.person.skills = {"ログ解析", "forensics"};
  const auto candidates = candidates_for(scene.incident(), staff, {{person_id("責任者"), 2}}, Function::handler,
                                         {"forensics", "malware"}, scene.now());
  Lines names;
  for (const auto& candidate : candidates) names.push_back(candidate.name);
  // On duty; trained and skilled; trained; untrained. Who left or is of no CSIRT is not offered.
  CHECK(names == Lines{"佐藤", "鈴木", "責任者", "田中"});
  CHECK(candidates[0].on_duty);
  CHECK(candidates[1].matching_skills == Lines{"forensics"});
  CHECK(candidates[2].active == 2);
  CHECK(!candidates[3].trained);
  const auto told = [](const Candidate& candidate) {
    std::string text;
    for (const auto& reason : candidate.because) {
      CHECK(!reason.ja.empty());
      text += reason.en + "; ";
    }
    return text;
  };
  CHECK(told(candidates[0]) ==
        "on duty until 2018-08-01T17:15:00+09:00; trained for the CSIRT (2.2.3(2)(c)); works on no other case; ");
  CHECK(told(candidates[2]) == "not on duty; trained for the CSIRT (2.2.3(2)(c)); works on 2 other cases; ");
  CHECK(
      told(candidates[3]) ==
      "not on duty; no valid training of a CSIRT on record (2.2.3(2)(c)); skills: forensics; works on no other case; ");

  propose(scene, chief, "佐藤", Function::handler);
  CHECK(candidates_for(scene.incident(), staff, {}, Function::head, {}, scene.now()).front().name == "責任者");
}
