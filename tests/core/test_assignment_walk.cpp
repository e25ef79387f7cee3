// Assignments at random, by people of two bodies, while cases end, reopen and rosters change: what must hold after
// each.
#include <array>
#include <set>

#include "tests/core/choices.h"
#include "tests/core/staff_scene.h"

using namespace noroshi;
using namespace noroshi::core;
using namespace noroshi::core::testing;

namespace {

constexpr std::array names = {"責任者", "佐藤", "鈴木", "田中", "伊藤", "渡辺"};
constexpr std::array bodies = {"jps", "mhlw"};

class AssignmentWalk {
 public:
  explicit AssignmentWalk(const Act& people) : choices_(people), scene_("2018-08-01T09:20:00+09:00") {
    scene_.accept(report_of("jps", "2018-08-01T09:00:00+09:00"));
    scene_.clocks().followup.usual = hours(5000);
    for (const char* body : bodies) {
      StaffScene staff(body);
      for (const char* name : names)
        staff.with(name, name == names[0] ? Post::csirt_head : Post::csirt_member, !chance(3));
      scene_.context().staffs[body] = staff;
    }
  }

  void run(const std::vector<Act>& acts) {
    for (const auto& act : acts) {
      choices_ = Choices(act);
      if (chance(5)) scene_.wait(minutes(below(400)));
      before_ = scene_.incident();
      step();
      check();
    }
    Incident folded;
    for (const auto& event : scene_.events()) {
      RC_ASSERT(may_follow(folded, event));
      evolve(folded, event);
    }
    RC_ASSERT(folded == scene_.incident());
  }

  const std::map<std::string, int>& happened() const { return happened_; }
  const std::map<std::string, int>& refused() const { return refused_; }

 private:
  int below(int bound) { return choices_.below(bound); }
  bool chance(int one_in) { return choices_.chance(one_in); }
  template <class List>
  const auto& any(const List& list) {
    return choices_.any(list);
  }
  Actor actor() {
    const std::string body = any(bodies);
    const std::string name = any(names);
    auto someone = bound(body, name, name == names[0] ? Role::csirt_head : Role::csirt_member);
    if (chance(12)) someone.person.reset();
    return someone;
  }
  // Who mostly has the right to what he asks for: walks that are refused go nowhere.
  Actor holder_of(const Assignment& assignment) {
    return chance(4) ? actor() : bound(assignment.organization, assignment.name);
  }
  template <class Command>
  void perform(const Command& command) {
    auto outcome = scene_.attempt(command);
    if (!outcome) {
      ++refused_[std::string(to_string(outcome.error().code))];
      return;
    }
    for (const auto& event : scene_.accept(command).events) {
      ++happened_[std::string(type_of(event.what))];
      RC_LOG() << shown(scene_.now()) << ' ' << type_of(event.what) << std::endl;
    }
  }
  void step() {
    const auto& assignments = scene_.incident().assignments;
    const auto what = below(14);
    if (what < 3 || assignments.empty()) {
      ProposeAssignment command{actor(), person_id(any(names)), Function::head, {}, ""};
      if (chance(2))
        command.function = any(std::array{Function::handler, Function::deputy, Function::external_contact});
      return perform(command);
    }
    const auto assignment = chance(3) ? any(assignments) : assignments.back();
    switch (what) {
      case 3:
      case 4:
      case 5:
        return perform(AnswerAssignment{holder_of(assignment), assignment.id, !chance(5), chance(4) ? "" : "理由"});
      case 6:
      case 7:
        return perform(ActivateAssignment{holder_of(assignment), assignment.id});
      case 8:
        return perform(ReleaseAssignment{holder_of(assignment), assignment.id, "理由"});
      case 9:
      case 10: {
        const auto* head = scene_.incident().head_of(assignment.organization);
        const auto& replaced = head && chance(2) ? *head : assignment;
        return perform(ProposeAssignment{holder_of(replaced), person_id(any(names)), {}, replaced.id, ""});
      }
      case 11:
        return change_roster(assignment);
      case 12:
        return change_case();
      default:
        return ring();
    }
  }
  void change_roster(const Assignment& assignment) {
    auto& staff = scene_.context().staffs[assignment.organization];
    if (chance(3)) staff.shifts.clear();
    staff.shifts.push_back({{ShiftId{}, assignment.person, Post::csirt_member, scene_.now() - minutes(below(200)),
                             scene_.now() + minutes(1 + below(400)), false},
                            {}});
  }
  void change_case() {
    if (chance(3)) {
      if (chance(2)) {
        scene_.waive_all();
        return perform(MoveIncident{person("jps"), IncidentState::closed, "終結"});
      }
      MakeJudgement none{person("jps"), routing::Assessment::not_incident};
      none.assessment_reason = "理由";
      return perform(none);
    }
    if (scene_.incident().state == IncidentState::closed)
      return perform(MoveIncident{person("jps"), IncidentState::assessed, "再開"});
    return perform(MakeJudgement{person("jps"), routing::Assessment::incident});
  }
  // As the store does: of who leads, what the roster says now.
  void ring() {
    auto& until = scene_.listeners().on_duty_until;
    until.clear();
    for (const auto& assignment : scene_.incident().assignments)
      if (assignment.function == Function::head && assignment.state == AssignmentState::active)
        until[assignment.person] =
            scene_.context().staffs[assignment.organization].on_duty_until(assignment.person, scene_.now());
    const auto events = scene_.events().size();
    for (const auto& line : of(scene_.ring(), "handover_overdue")) {
      ++happened_["handover_overdue"];
      const auto to = line.substr(line.find("-> ") + 3);
      RC_ASSERT(line.find(to.substr(0, to.find(' ')) + " ->") != std::string::npos);  // to the body itself
    }
    for (auto i = events; i < scene_.events().size(); ++i) {
      if (std::holds_alternative<AssignmentDutyMoved>(scene_.events()[i].what)) ++happened_["assignment.duty_moved"];
    }
  }

  static bool is_live(const Assignment& assignment) {
    return assignment.state == AssignmentState::proposed || assignment.state == AssignmentState::accepted ||
           assignment.state == AssignmentState::active;
  }
  void check() {
    const auto& incident = scene_.incident();
    std::set<std::string> heads;
    std::set<std::pair<std::string, PersonId>> people;
    std::set<AssignmentId> replaced;
    for (const auto& assignment : incident.assignments) {
      if (!is_live(assignment)) {
        RC_ASSERT(assignment.ended_at.has_value());
        continue;
      }
      RC_ASSERT(!has_ended(incident.state));
      RC_ASSERT(!assignment.ended_at);
      RC_ASSERT(people.emplace(assignment.organization, assignment.person).second);
      if (assignment.replaces) {
        const auto* before = incident.find(*assignment.replaces);
        if (assignment.state != AssignmentState::active) RC_ASSERT(before->state == AssignmentState::active);
        RC_ASSERT(replaced.insert(*assignment.replaces).second);
      }
      if (assignment.function == Function::head && assignment.state == AssignmentState::active)
        RC_ASSERT(heads.insert(assignment.organization).second);
    }
    // Once there was one there is one, until the case ends.
    if (!has_ended(incident.state))
      for (const char* body : bodies)
        if (before_.head_of(body)) RC_ASSERT(heads.contains(body));
    // What a body did to its own leaves the other's alone, but for the end of the case.
    RC_ASSERT(incident.assignments.size() >= before_.assignments.size());
  }

  Choices choices_;
  Scene scene_;
  Incident before_;
  std::map<std::string, int> happened_, refused_;
};

}  // namespace

TEST_CASE("assignments at random never leave a response without its head, nor with two") {
  std::map<std::string, int> happened, refused;
  CHECK(rc::check("a response is never without its head", [&] {
    const auto people = *any_walk(1);
    const auto acts = *any_walk(250);
    AssignmentWalk walk(people.empty() ? Act{} : people.front());
    walk.run(acts);
    for (const auto& [type, count] : walk.happened()) happened[type] += count;
    for (const auto& [code, count] : walk.refused()) refused[code] += count;
  }));
  if (!whole_run()) return;
  for (const std::string type :
       {"assignment.proposed", "assignment.accepted", "assignment.declined", "assignment.activated",
        "assignment.handed_over", "assignment.released", "assignment.duty_moved", "handover_overdue"}) {
    CAPTURE(type);
    CHECK(happened[type] > 0);
  }
  for (const std::string code : {"role_required", "not_the_person", "last_head", "already_assigned", "post_taken",
                                 "transition_not_allowed", "incident_closed", "not_found"}) {
    CAPTURE(code);
    CHECK(refused[code] > 0);
  }
}
