// The switch of the automatic relay: asked by one person, decided by another, one of the two the CISO.
#include <functional>

#include "src/core/relay_switch.h"
#include "tests/core/scene.h"

using namespace noroshi;
using namespace noroshi::core;
using namespace noroshi::core::testing;

namespace {

constexpr auto now = "2018-08-01T09:00:00+09:00";

// A body's requests, as the store holds them.
class Switches {
 public:
  std::string ask(const Actor& actor, bool switched_on = true) {
    return take(decide_relay_switch_request(law(), known_, {actor, switched_on, "夜間は当直のみ"}, moment()));
  }
  std::string decide(const Actor& actor, bool approved = true) {
    return decide(actor, known_.back().id, approved);
  }
  std::string decide(const Actor& actor, RelaySwitchId id, bool approved = true) {
    return take(decide_relay_switch(known_, {actor, id, approved, "確認した"}, moment()));
  }
  const std::vector<RelaySwitchRequest>& known() const { return known_; }
  const Event& last() const { return events_.back(); }

 private:
  Moment moment() {
    identifiers_.emplace(at(now), IdentifierSequence::Seed{++decisions_});
    return {at(now), *identifiers_};
  }
  std::string take(SwitchOutcome outcome) {
    if (!outcome) {
      CHECK(!outcome.error().detail.ja.empty());
      CHECK(!outcome.error().detail.en.empty());
      return std::string(to_string(outcome.error().code));
    }
    REQUIRE(outcome->events.size() == 1);
    events_.push_back(outcome->events.front());
    std::erase_if(known_, [&](const RelaySwitchRequest& asked) { return asked.id == outcome->after.id; });
    known_.push_back(outcome->after);
    return "accepted";
  }

  std::vector<RelaySwitchRequest> known_;
  std::vector<Event> events_;
  std::uint8_t decisions_ = 0;
  std::optional<IdentifierSequence> identifiers_;
};

}  // namespace

TEST_CASE("of the two who switch, one is the CISO: every pair of roles") {
  for (const auto asks : all_roles())
    for (const auto decides : all_roles()) {
      CAPTURE(to_string(asks));
      CAPTURE(to_string(decides));
      Switches switches;
      CHECK(switches.ask(person("mhlw", asks, "A")) == "accepted");
      const bool one_is = asks == Role::ciso || decides == Role::ciso;
      CHECK(switches.decide(person("mhlw", decides, "B")) == (one_is ? "accepted" : "role_required"));
      CHECK(switches.known().back().decision ==
            (one_is ? RelaySwitchRequest::Decision::approved : RelaySwitchRequest::Decision::pending));
    }
}

TEST_CASE("who asked does not decide: neither with the same token nor with another one of his name") {
  const auto asker = person("mhlw", Role::ciso, "A");
  struct Story {
    std::string name;
    Actor decides;
    std::string told;
  };
  const std::vector<Story> stories = {
      {"the same token", asker, "four_eyes"},
      {"another token in his name", person("mhlw", Role::csirt_head, "A"), "four_eyes"},
      {"another person", person("mhlw", Role::csirt_head, "B"), "accepted"},
  };
  for (const auto& story : stories) {
    CAPTURE(story.name);
    Switches switches;
    REQUIRE(switches.ask(asker) == "accepted");
    CHECK(switches.decide(story.decides) == story.told);
  }
  // Tokens issued to nobody in particular are told apart by themselves alone.
  Switches nameless;
  REQUIRE(nameless.ask(person("mhlw", Role::ciso)) == "accepted");
  CHECK(nameless.decide(person("mhlw", Role::ciso)) == "four_eyes");
  CHECK(nameless.decide(person("mhlw", Role::csirt_head)) == "accepted");
}

TEST_CASE("only who owes a relay has a switch") {
  for (const char* body : {"jps", "jaxa", "police-tokyo", "nisc", "cas-jitai", "no-such-body"}) {
    CAPTURE(body);
    Switches switches;
    CHECK(switches.ask(person(body, Role::ciso)) == "invalid");
  }
  Switches switches;
  CHECK(switches.ask(person("mext", Role::ciso)) == "accepted");
}

TEST_CASE("one request at a time; what is decided is decided") {
  Switches switches;
  const auto ciso = person("mhlw", Role::ciso, "A");
  const auto head = person("mhlw", Role::csirt_head, "B");
  REQUIRE(switches.ask(head) == "accepted");
  CHECK(switches.ask(ciso) == "relay_switch_pending");
  CHECK(switches.ask(head, false) == "relay_switch_pending");
  REQUIRE(switches.decide(ciso, false) == "accepted");
  CHECK(switches.known().back().decision == RelaySwitchRequest::Decision::rejected);
  CHECK(switches.decide(ciso) == "relay_switch_decided");
  // Rejected is no end: one may ask again, and switch off what was switched on.
  REQUIRE(switches.ask(head) == "accepted");
  REQUIRE(switches.decide(ciso) == "accepted");
  REQUIRE(switches.ask(ciso, false) == "accepted");
  CHECK(!switches.known().back().switched_on);
  REQUIRE(switches.decide(head) == "accepted");
}

TEST_CASE("a request of another body is not there") {
  Switches mhlw;
  Switches mext;
  REQUIRE(mext.ask(person("mext", Role::ciso, "A")) == "accepted");
  CHECK(mhlw.decide(person("mhlw", Role::ciso, "B"), mext.known().back().id) == "not_found");
  CHECK(mhlw.decide(person("mhlw", Role::ciso, "B"), RelaySwitchId{}) == "not_found");
}

TEST_CASE("the events are of the body and of no incident, by the person who acted") {
  Switches switches;
  const auto head = person("mhlw", Role::csirt_head, "B");
  const auto ciso = person("mhlw", Role::ciso, "A");
  switches.ask(head);
  const auto id = switches.known().back().id;
  CHECK(switches.last().incident == IncidentId{});
  CHECK(switches.last().actor == head);
  CHECK(std::get<RelaySwitchAsked>(switches.last().what) ==
        RelaySwitchAsked{id, "mhlw", true, "夜間は当直のみ"});
  switches.decide(ciso);
  CHECK(switches.last().actor == ciso);
  CHECK(std::get<RelaySwitchDecided>(switches.last().what) ==
        RelaySwitchDecided{id, "mhlw", true, "確認した"});
  CHECK(switches.known().back().asked_by == head.token);
  CHECK(switches.known().back().asked_role == Role::csirt_head);
}

TEST_CASE("out of a record that others wrote, a switch is decided once, by another person, one of the two the CISO") {
  Switches switches;
  REQUIRE(switches.ask(person("mhlw", Role::csirt_head, "A")) == "accepted");
  const auto asked = switches.last();
  REQUIRE(switches.decide(person("mhlw", Role::ciso, "B")) == "accepted");
  const auto decided = switches.last();
  std::vector<RelaySwitchRequest> known;
  CHECK_FALSE(may_follow(known, decided));
  CHECK(may_follow(known, asked));
  evolve(known, asked);
  CHECK_FALSE(may_follow(known, asked));
  CHECK(may_follow(known, decided));
  struct Forged {
    const char* what;
    std::function<void(Event&)> change;
  };
  const Forged forged[] = {
      {"the asker's token", [&](Event& event) { event.actor.token = asked.actor.token; }},
      {"the asker's name", [](Event& event) { event.actor.name = "A"; }},
      {"no CISO", [](Event& event) { event.actor.role = Role::csirt_head; }},
      {"no office", [](Event& event) { event.actor.role = std::nullopt; }},
      {"another body", [](Event& event) { event.actor.organization = "meti"; }},
      {"another body's switch",
       [](Event& event) {
         event.actor.organization = "meti";
         std::get<RelaySwitchDecided>(event.what).organization = "meti";
       }},
      {"no such request", [](Event& event) { std::get<RelaySwitchDecided>(event.what).id = {}; }},
  };
  for (const auto& [what, change] : forged) {
    CAPTURE(what);
    auto event = decided;
    change(event);
    CHECK_FALSE(may_follow(known, event));
  }
  evolve(known, decided);
  CHECK(known == switches.known());
  CHECK_FALSE(may_follow(known, decided));
}
