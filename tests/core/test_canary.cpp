// 疎通確認: when the canary is due, what of it is missing, and that it asks nothing of anybody.
#include <algorithm>

#include "src/core/canary.h"
#include "src/core/clocks.h"
#include "src/core/decide_delivery.h"
#include "tests/core/scene.h"

using namespace noroshi;
using namespace noroshi::core;
using namespace noroshi::core::testing;

namespace {

const CanaryPlan plan{.organization = "jps"};
constexpr auto morning = "2018-08-01T06:30:00+09:00";

SubmitReport canary_of(const std::string& organization, std::string_view recognized = morning) {
  auto report = report_of(organization, recognized);
  report.actor = canary_actor(organization);
  report.in_force.reference = canary_reference(japanese_day(at(recognized)));
  report.in_force.exercise = true;
  report.in_force.cyberattack = routing::Cyberattack::no;
  return report;
}

// The canary of a corporation, with a delivery of its message to the ministry.
struct Submitted {
  Scene scene{morning};
  IdentifierSequence identifiers{at(morning), IdentifierSequence::Seed{5}};
  Incident incident;

  explicit Submitted(int endpoints = 1) {
    auto decision = scene.accept(canary_of("jps"));
    std::vector<Endpoint> all;
    for (int n = 1; n <= endpoints; ++n) {
      Endpoint endpoint;
      endpoint.id.value.bytes[15] = static_cast<std::uint8_t>(n);
      endpoint.organization = "mhlw";
      endpoint.channel = "webhook";
      endpoint.state = EndpointState::active;
      all.push_back(endpoint);
    }
    queue_deliveries(law(), decision, all, {at(morning), identifiers});
    incident = decision.after;
  }

  void settle(std::size_t which, MessageState state) {
    const SettleDelivery command{incident.deliveries.at(which).id, state, 1, state == MessageState::dead ? "refused" : ""};
    incident = decide_settlement(law(), incident, command, {at(morning), identifiers}).after;
  }
  Decision look(std::string_view time) {
    auto decision = decide_canary(law(), incident, plan, {at(time), identifiers});
    // What is decided folds to the same.
    auto folded = incident;
    for (const auto& event : decision.events) {
      CHECK(may_follow(folded, event));
      evolve(folded, event);
    }
    CHECK(folded == decision.after);
    incident = decision.after;
    return decision;
  }
  std::size_t alarms() const {
    return static_cast<std::size_t>(std::count_if(incident.alarms.begin(), incident.alarms.end(), [](const auto& alarm) {
      return alarm.first == alarm_codes::canary_missing;
    }));
  }
};

}  // namespace

TEST_CASE("A canary is due from its time of the Japanese day on, that day, and without a body never") {
  struct Row {
    const char* now;
    const char* due;  // empty: none
  };
  for (const auto& row : {Row{"2018-08-01T06:29:59+09:00", ""}, Row{"2018-08-01T06:30:00+09:00", "2018-08-01"},
                          Row{"2018-08-01T23:59:59+09:00", "2018-08-01"}, Row{"2018-08-02T00:00:00+09:00", ""},
                          Row{"2018-08-01T21:30:00Z", "2018-08-02"}}) {
    INFO(row.now);
    const auto due = canary_due(plan, at(row.now));
    CHECK((due ? format_day(*due) : "") == row.due);
    CHECK_FALSE(canary_due(CanaryPlan{}, at(row.now)));
  }
}

TEST_CASE("A reference tells a canary and its day, and is the daemon's alone") {
  CHECK(canary_reference(*parse_day("2018-08-01")) == "CANARY-2018-08-01");
  CHECK(canary_day("CANARY-2018-08-01") == parse_day("2018-08-01"));
  CHECK_FALSE(canary_day("CANARY-x"));
  CHECK_FALSE(canary_day("2018-08-01"));
  Scene scene(morning);
  auto report = canary_of("jps");
  report.actor = person("jps");
  CHECK(scene.refuse(report) == "invalid /reference reserved");
  scene.accept(canary_of("jps"));
  CHECK(is_canary(scene.incident()));
}

TEST_CASE("A canary takes the way of a report, and no clock of it runs") {
  Submitted canary;
  CHECK(canary.scene.messages() == Lines{"report jps -> mhlw (g.2)"});
  CHECK_FALSE(canary.incident.messages.front().acknowledge_by);
  CHECK(running_clocks(canary.incident).empty());
  CHECK_FALSE(next_ring(canary.incident, law().clocks));
  CHECK(canary.scene.ring("2018-08-03T00:00:00+09:00").empty());
  CHECK(canary.scene.messages_to("mhlw") == 1);
}

TEST_CASE("What has arrived ends at once, dismissed, with no duty left open") {
  Submitted canary(2);
  CHECK(canary.look("2018-08-01T06:31:00+09:00").events.empty());
  canary.settle(0, MessageState::delivered);
  CHECK(canary_gaps(canary.incident) == std::vector<CanaryGap>{{"mhlw", "webhook"}});
  CHECK(canary.look("2018-08-01T06:32:00+09:00").events.empty());
  canary.settle(1, MessageState::sent);
  CHECK_FALSE(canary.look("2018-08-01T06:33:00+09:00").events.empty());
  CHECK(canary.incident.state == IncidentState::dismissed);
  for (const auto& obligation : canary.incident.obligations) CHECK(obligation.state != ObligationState::open);
  CHECK(canary.alarms() == 0);
  CHECK(canary.look("2018-08-01T07:00:00+09:00").events.empty());
}

TEST_CASE("What is missing after a while alarms its body and the centre, once, and ends the next day") {
  Submitted canary;
  canary.settle(0, MessageState::dead);
  CHECK(canary.look("2018-08-01T06:44:59+09:00").events.empty());
  const auto decision = canary.look("2018-08-01T06:45:00+09:00");
  Lines told;
  for (const auto& event : decision.events)
    if (const auto* raised = std::get_if<AlarmRaised>(&event.what)) told.push_back(raised->code + " " + raised->organization);
  CHECK(told == Lines{"canary_missing jps", "canary_missing nisc"});
  Lines messages;
  for (const auto& event : decision.events)
    if (const auto* sent = std::get_if<MessageSent>(&event.what)) {
      CHECK(sent->message.kind == MessageKind::alarm);
      CHECK(sent->message.note.find("訓練") != std::string::npos);
      CHECK(sent->message.note.find("exercise") != std::string::npos);
      messages.push_back(sent->message.recipient);
    }
  CHECK(messages == Lines{"jps", "nisc"});
  CHECK_FALSE(has_ended(canary.incident.state));
  CHECK(canary.look("2018-08-01T23:00:00+09:00").events.empty());
  CHECK(canary.look("2018-08-02T06:29:00+09:00").events.empty());
  canary.look("2018-08-02T06:30:00+09:00");
  CHECK(canary.incident.state == IncidentState::dismissed);
  CHECK(canary.alarms() == 2);
}

TEST_CASE("A canary that nobody was sent is missing") {
  Submitted canary(0);
  canary.incident.messages.clear();
  CHECK(canary_gaps(canary.incident) == std::vector<CanaryGap>{{"", "inbox"}});
}

TEST_CASE("An exercise of people is no canary") {
  Scene scene(morning);
  auto report = report_of("jps", morning);
  report.in_force.exercise = true;
  scene.accept(report);
  IdentifierSequence identifiers(at(morning), IdentifierSequence::Seed{6});
  CHECK(decide_canary(law(), scene.incident(), plan, {at("2018-08-03T09:00:00+09:00"), identifiers}).events.empty());
  CHECK_FALSE(running_clocks(scene.incident()).empty());
}
