// Endpoints of a body: who sets them, the four eyes, the transitions in every cell, and what a record must not hold.
#include <algorithm>
#include <map>

#include "src/core/decide_endpoint.h"
#include "tests/core/scene.h"

using namespace noroshi;
using namespace noroshi::core;
using namespace noroshi::core::testing;

namespace {

constexpr auto now = "2018-08-01T09:00:00+09:00";

// A body's endpoints, as the store holds them. Whatever was decided folds to the same.
class Endpoints {
 public:
  template <class Command>
  std::string act(const Command& command) {
    identifiers_.emplace(at(now), IdentifierSequence::Seed{++decisions_});
    auto outcome = decide_endpoint_command(known_, EndpointCommand{command}, {at(now), *identifiers_});
    if (!outcome) {
      CHECK(!outcome.error().detail.ja.empty());
      CHECK(!outcome.error().detail.en.empty());
      auto told = std::string(to_string(outcome.error().code));
      for (const auto& error : outcome.error().errors) told += " " + error.pointer + " " + error.code;
      return told;
    }
    REQUIRE(outcome->events.size() == 1);
    last_ = outcome->events.front();
    CHECK(may_follow(known_, last_));
    auto folded = known_;
    evolve(folded, last_);
    const auto same = [&](const Endpoint& endpoint) { return endpoint.id == outcome->after.id; };
    const auto before = std::find_if(known_.begin(), known_.end(), same);
    if (before == known_.end())
      known_.push_back(outcome->after);
    else
      *before = outcome->after;
    CHECK(folded == known_);
    return "accepted";
  }
  std::string propose(const Actor& actor) {
    return act(ProposeEndpoint{actor, "webhook", "当直の受信機", Zone::government_lan, {{"url", "https://receiver.example"}}, {}});
  }
  std::string decide(const Actor& actor, bool approved = true) {
    return act(DecideEndpoint{actor, id(), approved, "確認した", {}, {}});
  }
  EndpointId id() const { return known_.back().id; }
  // The one endpoint, in that state.
  void put(EndpointState state) { known_.back().state = state; }
  std::vector<Endpoint>& known() { return known_; }
  const Event& last() const { return last_; }

 private:
  std::vector<Endpoint> known_;
  Event last_;
  std::uint8_t decisions_ = 0;
  std::optional<IdentifierSequence> identifiers_;
};

const Actor head = person("mhlw", Role::csirt_head, "甲");
const Actor contact = person("mhlw", Role::external_contact, "乙");

}  // namespace

TEST_CASE("every cell of the states of an endpoint") {
  const std::map<std::pair<EndpointState, EndpointEvent>, EndpointState> cells = {
      {{EndpointState::proposed, EndpointEvent::approve}, EndpointState::active},
      {{EndpointState::proposed, EndpointEvent::reject}, EndpointState::rejected},
      {{EndpointState::proposed, EndpointEvent::withdraw}, EndpointState::withdrawn},
      {{EndpointState::active, EndpointEvent::disable}, EndpointState::disabled},
      {{EndpointState::active, EndpointEvent::withdraw}, EndpointState::withdrawn},
      {{EndpointState::disabled, EndpointEvent::resume}, EndpointState::active},
      {{EndpointState::disabled, EndpointEvent::withdraw}, EndpointState::withdrawn}};
  for (const auto state : all_endpoint_states())
    for (const auto event : all_endpoint_events()) {
      CAPTURE(to_string(state));
      CAPTURE(to_string(event));
      const auto cell = cells.find({state, event});
      CHECK(next(state, event) == (cell == cells.end() ? std::nullopt : std::optional(cell->second)));
      CHECK(parse_endpoint_state(to_string(state)) == state);

      Endpoints endpoints;
      REQUIRE(endpoints.propose(head) == "accepted");
      endpoints.put(state);
      const auto told = [&] {
        switch (event) {
          case EndpointEvent::approve: return endpoints.decide(contact, true);
          case EndpointEvent::reject: return endpoints.decide(contact, false);
          case EndpointEvent::disable: return endpoints.act(DisableEndpoint{head, endpoints.id(), "", "点検"});
          case EndpointEvent::resume: return endpoints.act(ResumeEndpoint{head, endpoints.id(), "復旧"});
          case EndpointEvent::withdraw: return endpoints.act(WithdrawEndpoint{head, endpoints.id(), "廃止"});
        }
        return std::string();
      }();
      const bool decision = event == EndpointEvent::approve || event == EndpointEvent::reject;
      CHECK(told == (cell != cells.end() ? "accepted" : decision ? "endpoint_decided" : "transition_not_allowed"));
      if (cell != cells.end()) CHECK(endpoints.known().back().state == cell->second);
    }
}

TEST_CASE("who sets endpoints, and who does not: every role") {
  for (const auto role : all_roles()) {
    CAPTURE(to_string(role));
    const bool sets = role == Role::csirt_head || role == Role::external_contact || role == Role::ciso ||
                      role == Role::center_liaison || role == Role::police_desk || role == Role::crisis_desk;
    CHECK(sets_endpoints(role) == sets);
    Endpoints endpoints;
    CHECK(endpoints.propose(person("mhlw", role, "丙")) == (sets ? "accepted" : "role_required"));
    if (endpoints.known().empty()) REQUIRE(endpoints.propose(head) == "accepted");
    const auto other = person("mhlw", role, "丁");
    CHECK(endpoints.decide(other) == (sets ? "accepted" : "role_required"));
    endpoints.put(EndpointState::active);
    CHECK(endpoints.act(DisableEndpoint{other, endpoints.id(), "", "x"}) == (sets ? "accepted" : "role_required"));
    endpoints.put(EndpointState::disabled);
    CHECK(endpoints.act(ResumeEndpoint{other, endpoints.id(), "x"}) == (sets ? "accepted" : "role_required"));
    CHECK(endpoints.act(WithdrawEndpoint{other, endpoints.id(), "x"}) == (sets ? "accepted" : "role_required"));
  }
}

TEST_CASE("who asks may not decide: the same token, the same name, the same authority") {
  Endpoints endpoints;
  REQUIRE(endpoints.propose(head) == "accepted");
  CHECK(endpoints.decide(head) == "four_eyes");
  auto another_token = person("mhlw", Role::ciso, "甲");
  CHECK(endpoints.decide(another_token) == "four_eyes");
  PersonId one, two;
  one.value.bytes[0] = 1;
  two.value.bytes[0] = 2;
  CHECK(endpoints.act(DecideEndpoint{contact, endpoints.id(), true, "x", {one, {}}, {one, {}}}) == "four_eyes");
  CHECK(endpoints.act(DecideEndpoint{contact, endpoints.id(), true, "x", {one, {two}}, {two, {}}}) == "four_eyes");
  CHECK(endpoints.act(DecideEndpoint{person("mhlw", Role::ciso, "乙"), endpoints.id(), true, "x", {one, {}}, {two, {}}}) ==
        "accepted");
}

TEST_CASE("an endpoint of another body is not there") {
  Endpoints endpoints;
  REQUIRE(endpoints.propose(head) == "accepted");
  const auto stranger = person("mof", Role::csirt_head, "他");
  CHECK(endpoints.decide(stranger) == "not_found");
  CHECK(endpoints.act(DisableEndpoint{stranger, endpoints.id(), "", "x"}) == "not_found");
  CHECK(endpoints.act(WithdrawEndpoint{stranger, endpoints.id(), "x"}) == "not_found");
}

TEST_CASE("the daemon disables with a cause; a person's word carries none; resuming takes the cause away") {
  Endpoints endpoints;
  REQUIRE(endpoints.propose(head) == "accepted");
  REQUIRE(endpoints.decide(contact) == "accepted");
  CHECK(endpoints.act(DisableEndpoint{Actor::system(), endpoints.id(), "http_410", ""}) == "accepted");
  CHECK(endpoints.known().back().cause == "http_410");
  CHECK(std::get<EndpointDisabled>(endpoints.last().what).organization == "mhlw");
  CHECK(endpoints.act(ResumeEndpoint{head, endpoints.id(), "直した"}) == "accepted");
  CHECK(endpoints.known().back().cause.empty());
  CHECK(endpoints.act(DisableEndpoint{head, endpoints.id(), "http_410", "点検"}) == "accepted");
  CHECK(endpoints.known().back().cause.empty());
}

TEST_CASE("what is proposed is bounded, and each mistake told at its place") {
  const auto told = [](auto change) {
    Endpoints endpoints;
    ProposeEndpoint command{head, "webhook", "受信機", Zone::internet, {}, {}};
    change(command);
    return endpoints.act(command);
  };
  CHECK(told([](auto& c) { c.channel = "Web hook"; }) == "invalid /channel value");
  CHECK(told([](auto& c) { c.name = ""; }) == "invalid /name required");
  CHECK(told([](auto& c) { c.name = std::string(200, 'n'); }) == "accepted");
  CHECK(told([](auto& c) { c.name = std::string(201, 'n'); }) == "invalid /name too_long");
  CHECK(told([](auto& c) { c.settings["certificate"] = std::string(16384, 'c'); }) == "accepted");
  CHECK(told([](auto& c) { c.settings["certificate"] = std::string(16385, 'c'); }) == "invalid /settings/certificate too_long");
  CHECK(told([](auto& c) { c.settings[std::string(64, 's')] = "x"; }) == "accepted");
  CHECK(told([](auto& c) { c.settings[std::string(65, 's')] = "x"; }) == "invalid /settings value");
  CHECK(told([](auto& c) { c.settings["a/b"] = "x"; }) == "invalid /settings value");
  const auto many = [&](int number) {
    return told([&](auto& c) {
      for (int i = 0; i < number; ++i) c.settings["s" + std::to_string(i)] = "x";
    });
  };
  CHECK(many(32) == "accepted");
  CHECK(many(33) == "invalid /settings too_many");
  CHECK(told([](auto& c) { c.filter.kinds = {MessageKind::alarm, MessageKind::alarm}; }) == "invalid /filter/kinds duplicate");
  CHECK(told([](auto& c) { c.filter.role = Role::auditor; }) == "invalid /filter/role value");
}

TEST_CASE("a body has sixteen endpoints that live; those rejected and withdrawn leave room") {
  Endpoints endpoints;
  for (int i = 0; i < 16; ++i) REQUIRE(endpoints.propose(head) == "accepted");
  CHECK(endpoints.propose(head) == "endpoint_limit");
  REQUIRE(endpoints.decide(contact, false) == "accepted");
  CHECK(endpoints.propose(head) == "accepted");
  CHECK(endpoints.propose(head) == "endpoint_limit");
  REQUIRE(endpoints.act(WithdrawEndpoint{head, endpoints.id(), "廃止"}) == "accepted");
  CHECK(endpoints.propose(head) == "accepted");
}

TEST_CASE("a record whose endpoint one person alone decided on, or a stranger, is none of this program") {
  Endpoints endpoints;
  REQUIRE(endpoints.propose(head) == "accepted");
  const auto proposed = endpoints.last();
  CHECK_FALSE(may_follow(endpoints.known(), proposed));  // the same again
  auto before = endpoints.known();
  REQUIRE(endpoints.decide(contact) == "accepted");
  auto decided = endpoints.last();
  CHECK(may_follow(before, decided));
  CHECK_FALSE(may_follow(endpoints.known(), decided));  // decided twice
  decided.actor = head;
  CHECK_FALSE(may_follow(before, decided));
  decided.actor = person("mhlw", Role::reporter, "庶務");
  CHECK_FALSE(may_follow(before, decided));
  decided.actor = Actor::system();
  CHECK_FALSE(may_follow(before, decided));
  decided.actor = person("mof", Role::csirt_head, "他");
  CHECK_FALSE(may_follow(before, decided));
  REQUIRE(endpoints.act(DisableEndpoint{Actor::system(), endpoints.id(), "http_410", ""}) == "accepted");
  auto disabled = endpoints.last();
  endpoints.put(EndpointState::active);
  CHECK(may_follow(endpoints.known(), disabled));
  std::get<EndpointDisabled>(disabled.what).cause = "Not A Word";
  CHECK_FALSE(may_follow(endpoints.known(), disabled));
}
