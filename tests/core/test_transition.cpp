#include "tests/core/scene.h"

using namespace noroshi;
using namespace noroshi::core;
using namespace noroshi::core::testing;

namespace {

MoveIncident move_by(const std::string& organization, IncidentState to) {
  return {person(organization), to, "理由"};
}

void meet_all_of(Scene& scene, const std::string& organization) {
  const std::vector obligations = scene.incident().obligations;
  for (const auto& obligation : obligations)
    if (obligation.holder == organization && obligation.state == ObligationState::open)
      scene.accept(FulfillObligation{person(organization), obligation.id, FulfillmentMethod::telephone});
}

}  // namespace

TEST_CASE("a person leads an incident forward to its end, with reasons") {
  Scene scene("2018-08-01T09:20:00+09:00");
  scene.accept(report_of("jps", "2018-08-01T09:00:00+09:00"));
  for (auto to :
       {IncidentState::contained, IncidentState::recovered, IncidentState::reviewed, IncidentState::closed}) {
    if (to == IncidentState::closed) meet_all_of(scene, "jps");
    const auto decision = scene.accept(move_by("jps", to));
    CHECK(scene.incident().state == to);
    CHECK(std::get<IncidentMoved>(decision.events.back().what).reason == "理由");
  }
  // The agency's duty to the centre is its own and is not ended by the corporation's closing.
  CHECK(scene.duty("g.3", "mhlw").state == ObligationState::open);
  scene.accept(FulfillObligation{person("mhlw"), scene.duty("g.3", "mhlw").id, FulfillmentMethod::relay});
}

TEST_CASE("an incident does not close while its body owes something") {
  Scene scene("2018-08-01T09:20:00+09:00");
  scene.accept(report_of("jps", "2018-08-01T09:00:00+09:00"));
  for (auto to : {IncidentState::contained, IncidentState::recovered, IncidentState::reviewed})
    scene.accept(move_by("jps", to));
  CHECK(scene.refuse(move_by("jps", IncidentState::closed)) == "duties_open");
  meet_all_of(scene, "jps");
  scene.accept(move_by("jps", IncidentState::closed));
}

TEST_CASE("a successor does not close over the open duties of the body in whose place it stands") {
  Scene scene("2022-11-10T09:20:00+09:00");
  scene.accept(report_of("jogmec", "2022-11-10T09:00:00+09:00"));
  for (auto to : {IncidentState::contained, IncidentState::recovered, IncidentState::reviewed})
    scene.accept(move_by("jogmec", to));
  scene.travel_to("2022-11-14T09:00:00+09:00");
  CHECK(scene.refuse(move_by("jogmec-2022", IncidentState::closed)) == "duties_open");
}

TEST_CASE("what the table does not allow is refused") {
  Scene scene("2018-08-01T09:20:00+09:00");
  auto report = report_of("jps", "2018-08-01T09:00:00+09:00");
  report.in_force.assessment = routing::Assessment::possible;
  scene.accept(report);
  for (auto to : all_incident_states()) {
    CAPTURE(to_string(to));
    CHECK(scene.refuse(move_by("jps", to)) == "transition_not_allowed");
  }
}

TEST_CASE("only the body whose incident it is moves it") {
  Scene scene("2018-08-01T09:20:00+09:00");
  scene.accept(report_of("jps", "2018-08-01T09:00:00+09:00"));
  CHECK(scene.refuse(move_by("mhlw", IncidentState::contained)) == "not_the_holder");
  CHECK(scene.refuse(move_by("nisc", IncidentState::contained)) == "not_the_holder");
}
