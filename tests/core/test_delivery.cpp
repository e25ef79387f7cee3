// Deliveries: which endpoints a message goes to, what comes of each attempt, who sends again.
#include "src/core/clocks.h"
#include "src/core/decide_delivery.h"
#include "tests/core/scene.h"

using namespace noroshi;
using namespace noroshi::core;
using namespace noroshi::core::testing;

namespace {

constexpr auto now = "2018-08-01T09:00:00+09:00";

Endpoint endpoint_of(const std::string& body, std::uint8_t n = 1) {
  Endpoint endpoint;
  endpoint.id.value.bytes[0] = 9;
  endpoint.id.value.bytes[15] = n;
  endpoint.organization = body;
  endpoint.channel = "webhook";
  endpoint.state = EndpointState::active;
  return endpoint;
}

// A decision with what is queued beside it. That nothing else moves, and that all of it folds, is looked at.
Decision queued(const Law& law, Decision decision, const std::vector<Endpoint>& endpoints) {
  static std::uint8_t n = 0;
  IdentifierSequence identifiers(at(now), IdentifierSequence::Seed{7, ++n});
  const auto before = decision;
  queue_deliveries(law, decision, endpoints, {at(now), identifiers});
  CHECK(decision.after.revision == before.after.revision);
  CHECK(decision.rings_at == before.rings_at);
  auto folded = before.after;
  for (std::size_t i = 0; i < decision.events.size(); ++i) {
    if (i < before.events.size()) {
      CHECK(decision.events[i] == before.events[i]);
      continue;
    }
    CHECK(std::holds_alternative<DeliveryQueued>(decision.events[i].what));
    CHECK(may_follow(folded, decision.events[i]));
    evolve(folded, decision.events[i]);
    CHECK_FALSE(may_follow(folded, decision.events[i]));
  }
  CHECK(folded == decision.after);
  return decision;
}

// "relay -> nisc, webhook" for each that was queued.
Lines lines_of(const Decision& decision) {
  Lines lines;
  for (const auto& event : decision.events)
    if (const auto* what = std::get_if<DeliveryQueued>(&event.what)) {
      const auto* message = decision.after.find(what->delivery.message);
      REQUIRE(message);
      lines.push_back(std::string(to_string(message->kind)) + " -> " + what->delivery.organization);
    }
  return lines;
}

// The first report of a corporation: it goes to its ministry.
struct Story {
  Scene scene{now};
  Decision report = scene.accept(report_of("jps", now));
};

// An incident with one delivery, of the report to the ministry, in that state.
struct Delivered {
  Story story;
  Incident incident;
  DeliveryId id;
  IdentifierSequence identifiers{at(now), IdentifierSequence::Seed{3}};
  explicit Delivered(MessageState state = MessageState::queued) {
    incident = queued(law(), story.report, {endpoint_of("mhlw")}).after;
    REQUIRE(incident.deliveries.size() == 1);
    incident.deliveries.front().state = state;
    if (state != MessageState::queued) incident.deliveries.front().attempts = 2;
    if (state == MessageState::dead) incident.deliveries.front().cause = "timeout";
    id = incident.deliveries.front().id;
  }
  Message& message() { return *incident.find(incident.deliveries.front().message); }
  Decision settle(MessageState state, int attempts = 3, const std::string& cause = "") {
    auto decision = decide_settlement(law(), incident, {id, state, attempts, cause}, {at(now), identifiers});
    auto folded = incident;
    for (const auto& event : decision.events) {
      CHECK(may_follow(folded, event));
      CHECK(!event.actor.role);
      evolve(folded, event);
    }
    CHECK(folded == decision.after);
    CHECK(decision.after.revision == incident.revision);
    return decision;
  }
  std::string replay(const Actor& actor, bool active = true) {
    auto outcome = decide_replay(law(), incident, {actor, id, "受信側が復旧した", active}, {at(now), identifiers});
    if (!outcome) return std::string(to_string(outcome.error().code));
    REQUIRE(outcome->events.size() == 1);
    CHECK(may_follow(incident, outcome->events.front()));
    CHECK(outcome->after.deliveries.front().state == MessageState::queued);
    CHECK(outcome->after.deliveries.front().attempts == incident.deliveries.front().attempts);
    CHECK(outcome->after.revision == incident.revision);
    return "accepted";
  }
};

Lines alarms_in(const Decision& decision) {
  Lines lines;
  for (const auto& event : decision.events)
    if (const auto* raised = std::get_if<AlarmRaised>(&event.what)) lines.push_back(raised->code + " " + raised->organization);
  return lines;
}

}  // namespace

TEST_CASE("a message goes to each active endpoint of its recipient, and to nobody else's") {
  Story story;
  CHECK(bodies_told(story.report) == std::set<std::string>{"mhlw"});
  CHECK(lines_of(queued(law(), story.report, {})).empty());
  CHECK(lines_of(queued(law(), story.report, {endpoint_of("mhlw", 1), endpoint_of("mhlw", 2)})) ==
        Lines{"report -> mhlw", "report -> mhlw"});
  CHECK(lines_of(queued(law(), story.report, {endpoint_of("jps"), endpoint_of("nisc"), endpoint_of("mof")})).empty());
  for (const auto state : all_endpoint_states()) {
    CAPTURE(to_string(state));
    auto endpoint = endpoint_of("mhlw");
    endpoint.state = state;
    CHECK(lines_of(queued(law(), story.report, {endpoint})).size() == (state == EndpointState::active ? 1 : 0));
  }
}

TEST_CASE("a filter narrows by kind, by the role of an alarm, and by the severity of the incident") {
  Story story;
  const auto with = [&](const Decision& decision, const std::string& body, EndpointFilter filter) {
    auto endpoint = endpoint_of(body);
    endpoint.filter = std::move(filter);
    return lines_of(queued(law(), decision, {endpoint}));
  };
  CHECK(with(story.report, "mhlw", {{MessageKind::report}, {}, {}}).size() == 1);
  CHECK(with(story.report, "mhlw", {{MessageKind::alarm, MessageKind::relay}, {}, {}}).empty());
  // It is a cyberattack, of no large scale.
  CHECK(with(story.report, "mhlw", {{}, {}, routing::Severity::ordinary}).size() == 1);
  CHECK(with(story.report, "mhlw", {{}, {}, routing::Severity::attack}).size() == 1);
  CHECK(with(story.report, "mhlw", {{}, {}, routing::Severity::large_scale}).empty());
  // What is no alarm is for the whole body.
  CHECK(with(story.report, "mhlw", {{}, Role::ciso, {}}).size() == 1);

  story.scene.wait(std::chrono::hours(2));
  IdentifierSequence identifiers(story.scene.now(), IdentifierSequence::Seed{5});
  const auto rung = decide_ring(law(), story.scene.incident(), story.scene.listeners(), {story.scene.now(), identifiers});
  std::map<std::string, std::set<Role>> roles;
  for (const auto& event : rung.events)
    if (const auto* alarm = std::get_if<AlarmRung>(&event.what)) roles[alarm->organization].insert(alarm->role);
  REQUIRE(!roles["mhlw"].empty());
  for (const auto role : all_roles()) {
    CAPTURE(to_string(role));
    CHECK(with(rung, "mhlw", {{}, role, {}}).size() == (roles["mhlw"].contains(role) ? 1 : 0));
  }
}

TEST_CASE("of an exercise, police and crisis desk get nothing, everybody else what he would get") {
  for (const bool exercise : {false, true}) {
    Story story;
    auto decision = story.report;
    decision.after.exercise = exercise;
    for (auto& message : decision.after.messages) message.recipient = "police-tokyo";
    for (auto& event : decision.events)
      if (auto* sent = std::get_if<MessageSent>(&event.what)) sent->message.recipient = "police-tokyo";
    const auto* police = law().registry.find("police-tokyo");
    REQUIRE(police);
    REQUIRE(police->kind == routing::OrganizationKind::police);
    CHECK(lines_of(queued(law(), decision, {endpoint_of("police-tokyo")})).size() == (exercise ? 0 : 1));
  }
  Story story;
  auto decision = story.report;
  decision.after.exercise = true;
  CHECK(lines_of(queued(law(), decision, {endpoint_of("mhlw")})).size() == 1);
}

TEST_CASE("a message whose recipient ended goes to whoever stands in its place") {
  Story story;
  auto decision = story.report;
  decision.after.messages.back().successor = "nco";
  CHECK(bodies_told(decision) == std::set<std::string>{"nco"});
  CHECK(lines_of(queued(law(), decision, {endpoint_of("mhlw"), endpoint_of("nco")})) == Lines{"report -> nco"});
}

TEST_CASE("what is settled: every state, every outcome, acknowledged meanwhile or not") {
  for (const auto from : all_message_states())
    for (const auto to : all_message_states())
      for (const bool acknowledged : {false, true}) {
        CAPTURE(to_string(from));
        CAPTURE(to_string(to));
        CAPTURE(acknowledged);
        Delivered delivered(from);
        if (acknowledged) delivered.message().acknowledged_at = at(now);
        const auto decision = delivered.settle(to, 3, to == MessageState::dead ? "timeout" : "");
        const bool open = from == MessageState::queued || from == MessageState::sent;
        const auto reached = acknowledged ? MessageState::delivered : to;
        const auto event = event_leading_to(reached);
        if (!open || !event || !next(from, *event)) {
          CHECK(decision.events.empty());
          continue;
        }
        const auto& after = decision.after.deliveries.front();
        CHECK(after.state == reached);
        CHECK(after.attempts == 3);
        CHECK(after.revision == 2);
        const bool by_hand = acknowledged && to != MessageState::delivered;
        CHECK(after.cause == (by_hand ? "acknowledged_meanwhile" : to == MessageState::dead ? "timeout" : ""));
        CHECK(alarms_in(decision) ==
              (reached == MessageState::dead ? Lines{"delivery_dead mhlw", "delivery_dead jps"} : Lines{}));
        if (reached == MessageState::dead) CHECK(std::get<AlarmRaised>(decision.events.back().what).reason.en.find("timeout") != std::string::npos);
      }
}

TEST_CASE("a dead alarm of the daemon is told to its recipient alone; what is not there settles nothing") {
  Delivered delivered;
  delivered.message().sender.clear();
  CHECK(alarms_in(delivered.settle(MessageState::dead, 3, "timeout")) == Lines{"delivery_dead mhlw"});
  delivered.id.value.bytes[3] ^= 1;
  CHECK(delivered.settle(MessageState::delivered).events.empty());
}

TEST_CASE("a second death alarms again: the record keeps each") {
  Delivered delivered;
  auto decision = delivered.settle(MessageState::dead, 3, "timeout");
  delivered.incident = decision.after;
  REQUIRE(delivered.replay(person("mhlw", Role::csirt_member)) == "accepted");
  delivered.incident.deliveries.front().state = MessageState::queued;
  CHECK(alarms_in(delivered.settle(MessageState::dead, 9, "refused")) == Lines{"delivery_dead mhlw", "delivery_dead jps"});
}

TEST_CASE("who sends again: every role, of the recipient, the sender and of a stranger") {
  for (const auto role : all_roles()) {
    CAPTURE(to_string(role));
    // The operator mends lines, and sees nothing of what they carry.
    const bool may = hears_alarms(role) || role == Role::operator_;
    const auto expected = may ? "accepted" : "role_required";
    CHECK(Delivered(MessageState::dead).replay(person("mhlw", role)) == expected);
    CHECK(Delivered(MessageState::dead).replay(person("jps", role)) == expected);
    CHECK(Delivered(MessageState::dead).replay(person("mof", role)) == (may ? "not_found" : "role_required"));
  }
}

TEST_CASE("sent again is what was given up, to an endpoint that is active, while nobody has acknowledged it") {
  const auto actor = person("mhlw", Role::csirt_head);
  for (const auto state : all_message_states()) {
    CAPTURE(to_string(state));
    CHECK(Delivered(state).replay(actor) == (state == MessageState::dead ? "accepted" : "delivery_not_dead"));
  }
  CHECK(Delivered(MessageState::dead).replay(actor, false) == "endpoint_not_active");
  Delivered acknowledged(MessageState::dead);
  acknowledged.message().acknowledged_at = at(now);
  CHECK(acknowledged.replay(actor) == "already_acknowledged");
  Delivered erased(MessageState::dead);
  erased.incident.erased_at = at(now);
  CHECK(erased.replay(actor) == "incident_erased");
  Delivered other(MessageState::dead);
  other.id.value.bytes[3] ^= 1;
  CHECK(other.replay(actor) == "not_found");
}

TEST_CASE("a record in which a person queues or settles, or one settles without a cause, is none of this program") {
  Delivered delivered;
  Event event{{}, at(now), Actor::system(), delivered.incident.id,
              DeliverySettled{delivered.id, MessageState::dead, 3, "timeout"}};
  CHECK(may_follow(delivered.incident, event));
  event.what = DeliverySettled{delivered.id, MessageState::dead, 3, ""};
  CHECK_FALSE(may_follow(delivered.incident, event));
  event.what = DeliverySettled{delivered.id, MessageState::dead, 3, "A Cause"};
  CHECK_FALSE(may_follow(delivered.incident, event));
  event.what = DeliverySettled{delivered.id, MessageState::queued, 3, ""};
  CHECK_FALSE(may_follow(delivered.incident, event));
  event.what = DeliverySettled{delivered.id, MessageState::delivered, 3, ""};
  event.actor = person("mhlw", Role::csirt_head);
  CHECK_FALSE(may_follow(delivered.incident, event));
  Delivered dead(MessageState::dead);
  Event again{{}, at(now), person("mhlw", Role::reporter), dead.incident.id, DeliveryReplayed{dead.id, "x"}};
  CHECK_FALSE(may_follow(dead.incident, again));
  again.actor = Actor::system();
  CHECK_FALSE(may_follow(dead.incident, again));
  again.actor = person("mhlw", Role::csirt_head);
  CHECK(may_follow(dead.incident, again));
}

TEST_CASE("a cause is a word") {
  for (const char* word : {"timeout", "http_500", "acknowledged_meanwhile"}) CHECK(is_cause(word));
  for (const char* word : {"", "Timeout", "no route", "certificate-expired", "期限"}) CHECK_FALSE(is_cause(word));
  CHECK(is_cause(std::string(64, 'a')));
  CHECK_FALSE(is_cause(std::string(65, 'a')));
}
