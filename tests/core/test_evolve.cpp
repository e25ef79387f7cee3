// evolve(): what each event does to the state, and that what cannot follow from it ends the program.
#include <algorithm>
#include <csignal>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/core/scene.h"

using namespace noroshi;
using namespace noroshi::core;
using namespace noroshi::core::testing;

namespace {

// Whether a child process that folds the event is ended by SIGABRT.
bool aborts(Incident incident, const Event& event) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    // doctest would report the signal as a failure of its own.
    std::signal(SIGABRT, SIG_DFL);
    evolve(incident, event);
    _exit(0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

Event event_with(const Incident& incident, Happening what) {
  return {EventId{}, at("2018-08-01T12:00:00+09:00"), Actor::system(), incident.id, std::move(what)};
}

Scene reported_by_jps() {
  Scene scene("2018-08-01T09:20:00+09:00");
  scene.accept(report_of("jps", "2018-08-01T09:00:00+09:00"));
  return scene;
}

}  // namespace

TEST_CASE("all events of an incident, folded over nothing, give the incident") {
  auto scene = reported_by_jps();
  scene.accept(AcknowledgeMessage{person("mhlw"), scene.message_to("mhlw").id, "当直", "受領"});
  scene.accept(FulfillObligation{person("mhlw"), scene.duty("g.3", "mhlw").id, FulfillmentMethod::relay});
  scene.accept(AskWaiver{person("jps"), scene.duty("h", "jps").id, "対象外"});
  scene.accept(followup(report_of("jps", "2018-08-01T09:00:00+09:00")));
  scene.accept(MoveIncident{person("jps"), IncidentState::contained, "遮断"});
  scene.travel_to("2025-07-01T00:00:00+09:00");
  scene.pass_to_successors();
  Incident folded;
  for (const auto& event : scene.events()) evolve(folded, event);
  CHECK(folded == scene.incident());
  CHECK(folded.revision == static_cast<int>(scene.events().size()));
}

TEST_CASE("access only widens: to content, never back to the rows of duties") {
  Incident incident;
  evolve(incident, event_with(incident, AccessGranted{"nisc", AccessScope::duties, "2.2.4(2)(g)", ""}));
  CHECK(!incident.content_visible_to("nisc"));
  evolve(incident, event_with(incident, AccessGranted{"nisc", AccessScope::content, "2.2.4(2)(g)", ""}));
  CHECK(incident.content_visible_to("nisc"));
  evolve(incident, event_with(incident, AccessGranted{"nisc", AccessScope::duties, "2.2.4(2)(g)", ""}));
  CHECK(incident.content_visible_to("nisc"));
  CHECK(!incident.content_visible_to("mhlw"));
}

TEST_CASE("an alarm raises the ladder of its clock, never lowers it, and changes nothing else of what it is about") {
  const auto scene = reported_by_jps();
  auto incident = scene.incident();
  const auto subject = scene.duty("g.3", "mhlw").id.value;
  const auto rung = [&](int level) {
    evolve(incident, event_with(incident, AlarmRung{.clock = ClockKind::duty,
                                                    .subject = subject,
                                                    .level = level,
                                                    .code = "duty_overdue",
                                                    .holder = "mhlw",
                                                    .organization = "nisc",
                                                    .reason = {}}));
    return *incident.find(ObligationId{subject});
  };
  auto expected = scene.duty("g.3", "mhlw");
  for (const int level : {2, 1, 4}) {
    expected.ladder.level = std::max(expected.ladder.level, level);
    CHECK(rung(level) == expected);
  }
  CHECK(incident.alarms == std::set<std::pair<std::string, std::string>>{{"duty_overdue", "mhlw"}});
}

TEST_CASE("an event that cannot follow from the state is a broken invariant and ends the program") {
  const auto scene = reported_by_jps();
  const auto& incident = scene.incident();
  const auto met = scene.duty("g.2", "jps").id;
  const auto open = scene.duty("h", "jps").id;
  const auto aborts_with = [&](Happening what) {
    return aborts(incident, event_with(incident, std::move(what)));
  };

  CHECK(aborts_with(ObligationFulfilled{{FulfillmentId{}, met, FulfillmentMethod::report, {}, "", ""}, {}}));
  CHECK(aborts_with(ObligationFulfilled{{FulfillmentId{}, {}, FulfillmentMethod::report, {}, "", ""}, {}}));
  CHECK(aborts_with(ObligationWaived{met, {}}));
  CHECK(aborts_with(ObligationSuperseded{met, {}}));
  CHECK(aborts_with(ObligationReopened{open, {}, {}}));
  CHECK(aborts_with(ObligationRecurred{{}, 2}));
  CHECK(aborts_with(ObligationPassed{{}, "a", "b", "", ""}));
  CHECK(aborts_with(MessagePassed{{}, "a", "b"}));
  CHECK(aborts_with(MessageAcknowledged{{}, {}, "当直", ""}));
  CHECK(aborts_with(WaiverDecided{{}, open, true, ""}));
  AlarmRung alarm;
  for (const auto clock : {ClockKind::duty, ClockKind::acknowledgement}) {
    alarm.clock = clock;
    CHECK(aborts_with(alarm));
  }
  CHECK(aborts_with(RelaySwitchAsked{}));
  CHECK(aborts_with(RelaySwitchDecided{}));
  CHECK(aborts_with(RecordContinued{}));
  CHECK(aborts_with(KeyRegistered{}));
  CHECK(aborts_with(KeyRetired{}));
  // And one that can does not.
  CHECK(
      !aborts_with(ObligationFulfilled{{FulfillmentId{}, open, FulfillmentMethod::report, {}, "", ""}, {}}));
  CHECK(!aborts_with(ObligationSuperseded{open, {}}));
}
