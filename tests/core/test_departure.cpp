// Who is gone from a body, or from the posts that let him respond, is gone from the cases he works on; a response keeps its head.
#include <algorithm>

#include "src/core/departure.h"
#include "tests/core/staff_scene.h"

using namespace noroshi;
using namespace noroshi::core;
using namespace noroshi::core::testing;

namespace {

const Actor chief = bound("mhlw", "責任者", Role::csirt_head);
const Actor sato = bound("mhlw", "佐藤");
const Actor suzuki = bound("mhlw", "鈴木");
const Actor ito = bound("mhlw", "伊藤");

// 佐藤 leads, 鈴木 handles, 伊藤 is asked to. No roster says who is on duty.
struct Case : Scene {
  Case() : Scene("2018-08-01T09:20:00+09:00") {
    accept(report_of("mhlw", "2018-08-01T09:00:00+09:00"));
    acknowledge_all();
    waive_all();
    clocks().followup.usual = hours(1000);
    context().staffs["mhlw"] =
        StaffScene("mhlw").with("責任者", Post::csirt_head).with("佐藤").with("鈴木").with("伊藤").with("田中");
    propose("佐藤", Function::head);
    accept(AnswerAssignment{sato, last(), true, ""});
    accept(ActivateAssignment{sato, last()});
    propose("鈴木", Function::handler);
    accept(AnswerAssignment{suzuki, last(), true, ""});
    accept(ActivateAssignment{suzuki, last()});
    propose("伊藤", Function::deputy);
  }
  void propose(const char* name, Function function) { accept(ProposeAssignment{chief, person_id(name), function, {}, ""}); }
  AssignmentId last() const { return incident().assignments.back().id; }
  Staff& staff() { return context().staffs["mhlw"]; }
  Ending<Appointment>& post_of(const char* name) {
    for (auto& entry : staff().appointments)
      if (entry.value.person == person_id(name)) return entry;
    FAIL("nobody is called so: " << name);
    std::abort();
  }
  void end_post(const char* name) { post_of(name).ended_at = now(); }
  void leave_body(const char* name) {
    for (auto& known : staff().people)
      if (known.person.id == person_id(name)) known.left_at = now();
    end_post(name);
  }
  std::string state_of(const char* name) const {
    std::string states;
    for (const auto& assignment : incident().assignments)
      if (assignment.name == name) states += (states.empty() ? "" : " ") + std::string(to_string(assignment.state));
    return states;
  }
};

}  // namespace

TEST_CASE("since when somebody is gone") {
  const auto day = [](int number) { return at("2018-04-01T00:00:00+09:00") + hours(24 * number); };
  using Time = std::optional<Timestamp>;
  struct Held {
    Post post;
    int from;
    std::optional<int> until, ended;
  };
  struct Row {
    const char* what;
    std::vector<Held> held;
    std::optional<int> left;
    Time gone;  // on day 10
  };
  const Post member = Post::csirt_member;
  const Row rows[] = {
      {"holds a post", {{member, 0, {}, {}}}, {}, {}},
      {"never held any", {}, {}, {}},
      {"never held any of these", {{Post::section_officer, 0, 5, {}}}, {}, {}},
      {"the post was ended", {{member, 0, {}, 4}}, {}, day(4)},
      {"its time is over", {{member, 0, 7, {}}}, {}, day(7)},
      {"its time is over in this moment", {{member, 0, 10, {}}}, {}, day(10)},
      {"its time is not over", {{member, 0, 11, {}}}, {}, {}},
      {"it was ended before its time", {{member, 0, 7, 4}}, {}, day(4)},
      {"another post goes on", {{member, 0, {}, 4}, {Post::csirt_coordinator, 3, {}, {}}}, {}, {}},
      {"another post of no CSIRT goes on", {{member, 0, {}, 4}, {Post::ciso, 3, {}, {}}}, {}, day(4)},
      {"the last of two counts", {{member, 0, {}, 4}, {Post::csirt_coordinator, 3, 6, {}}}, {}, day(6)},
      {"left, though nobody ended the post", {{member, 0, {}, {}}}, 8, day(8)},
      {"will leave", {{member, 0, {}, {}}}, 11, {}},
      {"a post that begins later is none", {{member, 0, {}, 4}, {member, 12, {}, {}}}, {}, day(4)},
      {"one that ended before it began never was", {{member, 5, {}, 5}}, {}, {}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    Staff staff{.organization = "mhlw", .people = {}, .appointments = {}, .delegations = {}, .trainings = {}, .shifts = {}};
    const auto who = person_id("誰か");
    staff.people.push_back({{who, "mhlw", "誰か", Employment::employee, {}, false},
                            row.left ? Time(day(*row.left)) : std::nullopt, 1});
    for (const auto& held : row.held)
      staff.appointments.push_back({{AppointmentId{}, who, held.post, Ground::expertise, "", day(held.from),
                                     held.until ? Time(day(*held.until)) : std::nullopt},
                                    held.ended ? Time(day(*held.ended)) : std::nullopt});
    CHECK(gone_since(staff, who, csirt_posts, day(10)) == row.gone);
  }
}

TEST_CASE("who leaves, or loses the post, is released from the response when the clocks look next") {
  Case scene;
  scene.wait(minutes(10));
  CHECK(scene.ring().empty());
  scene.leave_body("鈴木");
  scene.end_post("伊藤");
  CHECK(scene.ring().empty());  // no alarm: who leads reads it in the case
  CHECK(scene.state_of("鈴木") == "released");
  CHECK(scene.state_of("伊藤") == "released");
  CHECK(scene.state_of("佐藤") == "active");
  CHECK(scene.refuse(AnswerAssignment{ito, scene.last(), true, ""}) == "transition_not_allowed");
}

TEST_CASE("a post that ends on its day ends the assignment with it, and not before") {
  Case scene;
  scene.post_of("鈴木").value.until = at("2018-09-01T00:00:00+09:00");
  scene.ring("2018-08-31T23:59:59+09:00");
  CHECK(scene.state_of("鈴木") == "active");
  scene.ring("2018-09-01T00:00:00+09:00");
  CHECK(scene.state_of("鈴木") == "released");
}

TEST_CASE("an offer to take over what is released ends with it, whoever of the two is gone") {
  for (const char* gone : {"鈴木", "田中"}) {
    CAPTURE(gone);
    Case scene;
    const auto handler = scene.incident().assignments[1].id;
    scene.accept(ProposeAssignment{suzuki, person_id("田中"), {}, handler, "交代"});
    scene.leave_body(gone);
    scene.ring();
    CHECK(scene.state_of("田中") == "released");
    CHECK(scene.state_of("鈴木") == (gone == std::string("鈴木") ? "released" : "active"));
  }
}

TEST_CASE("a head who is gone stays until another takes over, and an alarm of his own rises at once") {
  for (const bool leaves : {true, false}) {
    CAPTURE(leaves);
    Case scene;
    scene.travel_to("2018-08-01T12:00:00+09:00");
    if (leaves)
      scene.leave_body("佐藤");
    else
      scene.end_post("佐藤");
    CHECK(of(scene.ring(), "head_gone") == Lines{"1 head_gone mhlw -> mhlw csirt_member"});
    CHECK(scene.state_of("佐藤") == "active");
    CHECK(of(scene.ring("2018-08-01T12:15:00+09:00"), "head_gone") == Lines{"2 head_gone mhlw -> mhlw csirt_head"});
    CHECK(of(scene.ring("2018-08-01T12:30:00+09:00"), "head_gone") == Lines{"3 head_gone mhlw -> mhlw ciso"});
    CHECK(scene.incident().head_of("mhlw")->duty_until == at("2018-08-01T12:00:00+09:00"));

    // He himself does nothing any more; anybody of the CSIRT names another, who leads from then on.
    const auto headless = scene.incident().head_of("mhlw")->id;
    auto reporter = sato;
    reporter.role = Role::reporter;
    CHECK(scene.refuse(ProposeAssignment{reporter, person_id("田中"), Function::handler, {}, ""}) == "role_required");
    auto stranger = bound("mhlw", "田中", Role::section_officer);
    CHECK(scene.refuse(ProposeAssignment{stranger, person_id("鈴木"), {}, headless, ""}) == "role_required");
    const auto tanaka = bound("mhlw", "田中");
    scene.accept(ProposeAssignment{tanaka, person_id("田中"), {}, headless, "佐藤の離任のため"});
    scene.accept(AnswerAssignment{tanaka, scene.last(), true, ""});
    CHECK(scene.incident().head_of("mhlw")->name == "田中");
    CHECK(of(scene.ring("2018-08-02T12:00:00+09:00"), "head_gone").empty());
  }
}

TEST_CASE("a head who is off duty already, and then leaves, is a new case for alarm") {
  Case scene;
  auto& until = scene.listeners().on_duty_until;
  until[person_id("佐藤")] = at("2018-08-01T17:15:00+09:00");
  scene.ring();
  until[person_id("佐藤")] = std::nullopt;
  CHECK(of(scene.ring("2018-08-01T19:00:00+09:00"), "handover_overdue").size() == 4);
  scene.leave_body("佐藤");
  CHECK(of(scene.ring(), "head_gone") == Lines{"1 head_gone mhlw -> mhlw csirt_member"});
  CHECK(scene.ring("2018-08-01T19:01:00+09:00").empty());
}

TEST_CASE("which posts go with a role") {
  for (const auto role : all_roles()) {
    CAPTURE(to_string(role));
    const auto posts = posts_of(role);
    // A role that is named as a post goes with that post; desks, reporters and auditors go with none.
    const auto same = parse_post(to_string(role));
    CHECK(posts.empty() == !same.has_value());
    if (same) CHECK(std::find(posts.begin(), posts.end(), *same) != posts.end());
  }
  // Every post of the CSIRT lets its holder act as a member.
  CHECK(posts_of(Role::csirt_member).size() == csirt_posts.size());
}
