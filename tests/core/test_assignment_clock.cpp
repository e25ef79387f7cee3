// The clock of a hand-over: who leads a response goes off duty, and somebody has to take over.
#include "tests/core/staff_scene.h"

using namespace noroshi;
using namespace noroshi::core;
using namespace noroshi::core::testing;

namespace {

const Actor chief = bound("mhlw", "責任者", Role::csirt_head);
const Actor sato = bound("mhlw", "佐藤");
const Actor suzuki = bound("mhlw", "鈴木");

// 佐藤 leads from 09:20, on duty until 17:15; 鈴木 follows. Nothing else of the case rings.
Scene led_by_sato() {
  Scene scene("2018-08-01T09:20:00+09:00");
  scene.accept(report_of("mhlw", "2018-08-01T09:00:00+09:00"));
  scene.acknowledge_all();
  scene.waive_all();
  scene.clocks().followup.usual = hours(1000);
  scene.context().staffs["mhlw"] = StaffScene("mhlw")
                                        .with("責任者", Post::csirt_head)
                                        .with("佐藤")
                                        .with("鈴木")
                                        .on_duty("佐藤", "2018-08-01T08:30:00+09:00", "2018-08-01T17:15:00+09:00")
                                        .on_duty("鈴木", "2018-08-01T17:15:00+09:00", "2018-08-02T08:30:00+09:00");
  scene.accept(ProposeAssignment{chief, person_id("佐藤"), Function::head, {}, ""});
  scene.accept(AnswerAssignment{sato, scene.incident().assignments.back().id, true, ""});
  scene.accept(ActivateAssignment{sato, scene.incident().assignments.back().id});
  return scene;
}

Lines handovers(const Lines& alarms) {
  return of(alarms, "handover_overdue");
}

std::string now_in_office(const Scene& scene) {
  return scene.incident().head_of("mhlw")->name;
}

}  // namespace

TEST_CASE("a head who goes off duty and has not handed over rises through his body, and no further") {
  auto scene = led_by_sato();
  CHECK(handovers(scene.ring("2018-08-01T17:14:59+09:00")).empty());
  CHECK(handovers(scene.ring("2018-08-01T17:15:00+09:00")) == Lines{"1 handover_overdue mhlw -> mhlw csirt_member"});
  CHECK(handovers(scene.ring("2018-08-01T17:30:00+09:00")) == Lines{"2 handover_overdue mhlw -> mhlw csirt_head"});
  CHECK(handovers(scene.ring("2018-08-01T17:45:00+09:00")) == Lines{"3 handover_overdue mhlw -> mhlw ciso"});
  CHECK(handovers(scene.ring("2018-08-01T18:15:00+09:00")) == Lines{"4 handover_overdue mhlw -> mhlw ciso"});
  CHECK(handovers(scene.ring("2018-08-02T18:00:00+09:00")).empty());
  CHECK(now_in_office(scene) == "佐藤");  // an alarm relieves nobody
  const auto& told = scene.message_to("mhlw");
  CHECK(told.kind == MessageKind::alarm);
}

TEST_CASE("nobody outside hears of it, also where nobody inside could") {
  auto scene = led_by_sato();
  scene.listeners().bodies_with_person.erase("mhlw");
  const auto before = scene.messages_to("nisc");
  for (const auto& line : scene.ring("2018-08-01T20:00:00+09:00")) CHECK(line.find("-> mhlw") != std::string::npos);
  CHECK(scene.messages_to("nisc") == before);
}

TEST_CASE("handing over in time stops the clock, and the next turn's begins") {
  auto scene = led_by_sato();
  scene.travel_to("2018-08-01T17:10:00+09:00");
  scene.accept(ProposeAssignment{sato, person_id("鈴木"), {}, scene.incident().head_of("mhlw")->id, "残件あり"});
  CHECK(now_in_office(scene) == "佐藤");  // offered is not handed over
  scene.travel_to("2018-08-01T17:20:00+09:00");
  CHECK(handovers(scene.ring()).size() == 1);
  scene.accept(AnswerAssignment{suzuki, scene.incident().assignments.back().id, true, ""});
  CHECK(now_in_office(scene) == "鈴木");
  CHECK(shown(*scene.incident().head_of("mhlw")->duty_until) == "2018-08-02 08:30");
  CHECK(handovers(scene.ring("2018-08-01T18:30:00+09:00")).empty());
  CHECK(handovers(scene.ring("2018-08-02T08:30:00+09:00")).size() == 1);
}

TEST_CASE("the roster of the day counts: who stays on longer is not alarmed, who stays shorter is sooner") {
  auto scene = led_by_sato();
  auto& until = scene.listeners().on_duty_until;
  until[person_id("佐藤")] = at("2018-08-01T22:00:00+09:00");
  CHECK(handovers(scene.ring("2018-08-01T17:15:00+09:00")).empty());
  CHECK(std::holds_alternative<AssignmentDutyMoved>(scene.events().back().what));
  CHECK(shown(*scene.incident().head_of("mhlw")->duty_until) == "2018-08-01 22:00");
  const auto revision = scene.incident().revision;
  CHECK(handovers(scene.ring("2018-08-01T17:30:00+09:00")).empty());
  // His turn was cancelled: he is off duty from now on.
  until[person_id("佐藤")] = std::nullopt;
  CHECK(handovers(scene.ring("2018-08-01T18:00:00+09:00")) == Lines{"1 handover_overdue mhlw -> mhlw csirt_member"});
  CHECK(shown(*scene.incident().head_of("mhlw")->duty_until) == "2018-08-01 18:00");
  CHECK(scene.incident().revision == revision);  // who read the case before may still say If-Match
  // Told of, the roster puts him on again: the clock starts anew.
  until[person_id("佐藤")] = at("2018-08-01T20:00:00+09:00");
  CHECK(handovers(scene.ring("2018-08-01T18:20:00+09:00")).empty());
  until[person_id("佐藤")] = std::nullopt;
  CHECK(handovers(scene.ring("2018-08-01T20:00:00+09:00")) == Lines{"1 handover_overdue mhlw -> mhlw csirt_member"});
}

TEST_CASE("a case that ends stops the clock; a head of whom no roster says has none") {
  auto scene = led_by_sato();
  scene.accept(MoveIncident{chief, IncidentState::closed, "終結"});
  CHECK(scene.ring("2018-08-01T19:00:00+09:00").empty());

  auto other = led_by_sato();
  other.context().staffs["mhlw"].shifts.clear();
  other.accept(ProposeAssignment{sato, person_id("鈴木"), {}, other.incident().head_of("mhlw")->id, ""});
  other.accept(AnswerAssignment{suzuki, other.incident().assignments.back().id, true, ""});
  CHECK(handovers(other.ring("2018-08-03T19:00:00+09:00")).empty());
}
