#include "tests/core/scene.h"

using namespace noroshi;
using namespace noroshi::core;
using namespace noroshi::core::testing;

namespace {

Scene reported_by_jps() {
  Scene scene("2018-08-01T09:20:00+09:00");
  auto report = report_of("jps", "2018-08-01T09:00:00+09:00");
  report.in_force.large_scale = {property_feared};
  scene.accept(report);
  scene.wait(minutes(10));
  return scene;
}

FulfillObligation by(const std::string& organization, const Obligation& obligation,
                     FulfillmentMethod method) {
  return {person(organization), obligation.id, method};
}

const ObligationFulfilled& fulfilled_in(const Decision& decision) {
  for (const auto& event : decision.events)
    if (const auto* met = std::get_if<ObligationFulfilled>(&event.what)) return *met;
  FAIL("nothing was met");
  return std::get<ObligationFulfilled>(decision.events.front().what);
}

}  // namespace

TEST_CASE("the agency relays: the centre gets the report, sees it, and the duty is met") {
  auto scene = reported_by_jps();
  auto relay = by("mhlw", scene.duty("g.3", "mhlw"), FulfillmentMethod::relay);
  relay.note = "電話でも連絡済み";
  const auto decision = scene.accept(relay);
  CHECK(scene.duty("g.3", "mhlw").state == ObligationState::fulfilled);
  CHECK(fulfilled_in(decision).late_by == seconds(0));
  const auto& message = scene.message_to("nisc");
  CHECK(message.kind == MessageKind::relay);
  CHECK(message.sender == "mhlw");
  CHECK(message.clause == "2.2.4(2)(g)");
  CHECK(message.sentence == 3);
  CHECK(message.note == "電話でも連絡済み");
  CHECK(message.report == scene.incident().latest_report);
  CHECK(scene.incident().content_visible_to("nisc"));
}

TEST_CASE("by telephone the program sends nothing and records when it was done") {
  auto scene = reported_by_jps();
  auto call = by("mhlw", scene.duty("i", "mhlw"), FulfillmentMethod::telephone);
  call.at = at("2018-08-01T09:25:00+09:00");
  call.reference = "受付 31";
  const auto decision = scene.accept(call);
  CHECK(scene.duty("i", "mhlw").fulfilled_at == call.at);
  CHECK(fulfilled_in(decision).fulfillment.reference == "受付 31");
  CHECK(fulfilled_in(decision).late_by == seconds(0));
  CHECK(scene.messages_to("cas-jitai") == 0);
  CHECK(!scene.incident().content_visible_to("cas-jitai"));
}

TEST_CASE("how late a duty was met counts from its due time to the stated time") {
  auto scene = reported_by_jps();
  scene.travel_to("2018-08-01T12:00:00+09:00");
  auto call = by("mhlw", scene.duty("g.3", "mhlw"), FulfillmentMethod::telephone);
  call.at = at("2018-08-01T10:20:00+09:00");
  CHECK(fulfilled_in(scene.accept(call)).late_by == minutes(30));
}

TEST_CASE("a stated time must be past, and not before the incident was known") {
  auto scene = reported_by_jps();
  auto call = by("mhlw", scene.duty("g.3", "mhlw"), FulfillmentMethod::telephone);
  call.at = scene.now() + minutes(5) + seconds(1);
  CHECK(scene.refuse(call) == "invalid /at time_in_future");
  call.at = at("2018-08-01T08:59:59+09:00");
  CHECK(scene.refuse(call) == "invalid /at before_recognition");
}

TEST_CASE("what the program sends itself was sent when it was sent, whatever time is stated") {
  auto scene = reported_by_jps();
  scene.travel_to("2018-08-01T12:00:00+09:00");
  auto relay = by("mhlw", scene.duty("g.3", "mhlw"), FulfillmentMethod::relay);
  relay.at = at("2018-08-01T09:30:00+09:00");
  CHECK(fulfilled_in(scene.accept(relay)).fulfillment.at == scene.now());
}

TEST_CASE("only the holder meets a duty") {
  auto scene = reported_by_jps();
  for (const char* other : {"jps", "nisc", "mext"}) {
    CAPTURE(other);
    CHECK(scene.refuse(by(other, scene.duty("g.3", "mhlw"), FulfillmentMethod::relay)) == "not_the_holder");
  }
}

TEST_CASE("a duty is met once") {
  auto scene = reported_by_jps();
  scene.accept(by("mhlw", scene.duty("g.3", "mhlw"), FulfillmentMethod::relay));
  CHECK(scene.refuse(by("mhlw", scene.duty("g.3", "mhlw"), FulfillmentMethod::relay)) ==
        "obligation_not_open");
  CHECK(scene.refuse(by("jps", scene.duty("g.2", "jps"), FulfillmentMethod::report)) ==
        "obligation_not_open");
}

TEST_CASE("a duty that does not exist is not found") {
  auto scene = reported_by_jps();
  CHECK(scene.refuse(FulfillObligation{person("jps"), ObligationId{}, FulfillmentMethod::report}) ==
        "not_found");
}

TEST_CASE("that the police need not be told is for the head to decide, with a reason, and for (h) alone") {
  auto scene = reported_by_jps();
  auto decided = by("jps", scene.duty("h", "jps"), FulfillmentMethod::decided_not_needed);
  decided.note = "内容に応じ不要と判断";
  for (auto role : {Role::reporter, Role::csirt_member, Role::external_contact, Role::ciso}) {
    decided.actor = person("jps", role);
    CHECK(scene.refuse(decided) == "role_required");
  }
  decided.actor = person("jps", Role::csirt_head);
  auto silent = decided;
  silent.note.clear();
  CHECK(scene.refuse(silent) == "invalid /note required");
  scene.accept(decided);
  CHECK(scene.duty("h", "jps").state == ObligationState::fulfilled);
  CHECK(scene.messages_to("police-tokyo") == 0);

  for (const char* rule : {"g.3", "i"}) {
    auto other = by("mhlw", scene.duty(rule, "mhlw"), FulfillmentMethod::decided_not_needed);
    other.actor = person("mhlw", Role::csirt_head);
    other.note = "不要";
    CHECK(scene.refuse(other) == "method_unsuitable");
  }
}

TEST_CASE("the police are told by report, by telephone, in person, formally or by consultation") {
  for (auto method : {FulfillmentMethod::report, FulfillmentMethod::telephone, FulfillmentMethod::in_person,
                      FulfillmentMethod::police_report, FulfillmentMethod::consultation}) {
    CAPTURE(to_string(method));
    auto scene = reported_by_jps();
    scene.accept(by("jps", scene.duty("h", "jps"), method));
    CHECK(scene.duty("h", "jps").state == ObligationState::fulfilled);
    CHECK(scene.messages_to("police-tokyo") == (method == FulfillmentMethod::report ? 1 : 0));
  }
}

TEST_CASE("nothing waits for anything: (g) is met while the police decision is pending") {
  auto scene = reported_by_jps();
  CHECK(scene.duty("h", "jps").state == ObligationState::open);
  scene.accept(by("mhlw", scene.duty("g.3", "mhlw"), FulfillmentMethod::relay));
  CHECK(scene.duty("h", "jps").state == ObligationState::open);
}

TEST_CASE("an inner duty is done within the body and sends nothing") {
  auto scene = reported_by_jps();
  const auto messages = scene.incident().messages.size();
  scene.accept(by("jps", scene.duty("c", "jps"), FulfillmentMethod::done));
  scene.accept(by("jps", scene.duty("k", "jps"), FulfillmentMethod::report));
  CHECK(scene.duty("c", "jps").state == ObligationState::fulfilled);
  CHECK(scene.incident().messages.size() == messages);
}

TEST_CASE("the duty to judge is met by the judgement alone") {
  Scene scene("2018-08-01T09:20:00+09:00");
  auto report = report_of("jps", "2018-08-01T09:00:00+09:00");
  report.in_force.cyberattack = routing::Cyberattack::unknown;
  scene.accept(report);
  CHECK(scene.refuse(by("jps", scene.duty("h.decide", "jps"), FulfillmentMethod::judgement)) ==
        "method_unsuitable");
}
