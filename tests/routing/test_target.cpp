// How long something may take: whose figure holds, and how grave the facts are.
#include "routing/target.h"

#include <doctest/doctest.h>

#include "tests/routing/law.h"

using namespace noroshi;
using namespace noroshi::routing;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

const LargeScaleCell cell{Criterion::life, Harm::feared, Certainty::may_be};

Judgement judgement(std::string organization, Cyberattack cyberattack,
                    std::vector<LargeScaleCell> cells = {}) {
  Judgement made;
  made.organization = std::move(organization);
  made.cyberattack = cyberattack;
  made.large_scale = std::move(cells);
  return made;
}

std::string_view severity(Cyberattack own, std::vector<LargeScaleCell> cells,
                          std::vector<Judgement> others = {}) {
  Facts facts;
  facts.cyberattack = own;
  facts.large_scale = std::move(cells);
  facts.judgements_of_others = std::move(others);
  return to_string(severity_of(facts));
}

}  // namespace

TEST_CASE("of the body's own or the usual one, and the severity's, the shorter holds") {
  struct Story {
    std::string name;
    Target target;
    std::string body;
    Severity severity;
    seconds holds;
  };
  const Target usual{.usual = minutes(60), .by_severity = {}, .by_body = {}};
  const Target grave{.usual = minutes(60), .by_severity = {{Severity::attack, minutes(30)}}, .by_body = {}};
  const Target own{.usual = minutes(60), .by_severity = {}, .by_body = {{"mhlw", minutes(90)}}};
  const Target both{.usual = minutes(60),
                    .by_severity = {{Severity::large_scale, minutes(10)}, {Severity::attack, minutes(30)}},
                    .by_body = {{"mhlw", minutes(90)}, {"mext", minutes(20)}}};
  const std::vector<Story> stories = {
      {"the usual one", usual, "mhlw", Severity::large_scale, minutes(60)},
      {"the severity's", grave, "mhlw", Severity::attack, minutes(30)},
      {"which holds for what is graver too", grave, "mhlw", Severity::large_scale, minutes(30)},
      {"but for nothing lighter", grave, "mhlw", Severity::ordinary, minutes(60)},
      {"a body's own, longer than the usual one", own, "mhlw", Severity::ordinary, minutes(90)},
      {"which is no other body's", own, "mext", Severity::ordinary, minutes(60)},
      {"a longer one of its own does not stretch what is grave", both, "mhlw", Severity::attack, minutes(30)},
      {"a severity's longer one does not stretch its own", both, "mext", Severity::attack, minutes(20)},
      {"the gravest is the shortest here", both, "mext", Severity::large_scale, minutes(10)},
      {"its own where nothing is grave", both, "mhlw", Severity::ordinary, minutes(90)},
  };
  for (const auto& story : stories) {
    CAPTURE(story.name);
    CHECK(story.target.of(story.body, story.severity) == story.holds);
  }
}

TEST_CASE("what is laid over a target replaces what it sets and leaves the rest") {
  Target target{.usual = minutes(60),
                .by_severity = {{Severity::attack, minutes(30)}},
                .by_body = {{"mhlw", minutes(90)}}};
  target.overlay({});
  CHECK(target.usual == minutes(60));
  target.overlay({.usual = {},
                  .by_severity = {{Severity::large_scale, minutes(5)}},
                  .by_body = {{"mhlw", minutes(45)}}});
  CHECK(target ==
        Target{.usual = minutes(60),
               .by_severity = {{Severity::attack, minutes(30)}, {Severity::large_scale, minutes(5)}},
               .by_body = {{"mhlw", minutes(45)}}});
  target.overlay({.usual = minutes(50), .by_severity = {{Severity::attack, minutes(20)}}, .by_body = {}});
  CHECK(target.of("mext", Severity::ordinary) == minutes(50));
  CHECK(target.of("mext", Severity::attack) == minutes(20));
}

TEST_CASE("the gravest of what the bodies hold is how grave it is") {
  using enum Cyberattack;
  CHECK(severity(no, {}) == "ordinary");
  CHECK(severity(unknown, {}) == "ordinary");
  CHECK(severity(possible, {}) == "attack");
  CHECK(severity(yes, {}) == "attack");
  CHECK(severity(unknown, {cell}) == "large_scale");
  CHECK(severity(yes, {cell}) == "large_scale");
  // A body that says it is no attack sets no cell of an attack.
  CHECK(severity(no, {cell}) == "ordinary");

  CHECK(severity(no, {}, {judgement("mhlw", yes)}) == "attack");
  CHECK(severity(no, {}, {judgement("mhlw", unknown, {cell})}) == "large_scale");
  CHECK(severity(yes, {cell}, {judgement("mhlw", no)}) == "large_scale");
  CHECK(severity(unknown, {}, {judgement("mhlw", no), judgement("mext", possible)}) == "attack");
  CHECK(severity(unknown, {}, {judgement("mhlw", no, {cell})}) == "ordinary");
}

TEST_CASE("severities have words that can be read again") {
  for (const auto value : {Severity::large_scale, Severity::attack, Severity::ordinary})
    CHECK(parse_severity(to_string(value)) == value);
  CHECK(!parse_severity("grave"));
  CHECK(!parse_severity(""));
  CHECK(severity_alternatives() == "large_scale, attack or ordinary");
}

TEST_CASE("targets of an operator are laid over those of the editions, by holder and severity of the facts") {
  const auto editions =
      test::editions().with_targets({{"g.3",
                                      {.usual = {},
                                       .by_severity = {{Severity::large_scale, minutes(5)}},
                                       .by_body = {{"mhlw", minutes(20)}}}},
                                     {"h28:g.1", {.usual = minutes(7), .by_severity = {}, .by_body = {}}}});
  Facts facts;
  facts.organization = "jps";
  facts.recognized = test::morning_of("2018-08-01");
  facts.cyberattack = Cyberattack::yes;
  const auto target = [&](std::string_view rule) {
    for (const auto& duty : route(editions, test::registry(), facts, facts.recognized).duties)
      if (duty.rule->id == rule) return format_duration(duty.target);
    return std::string("no such duty");
  };
  CHECK(target("g.2") == "PT1H");
  CHECK(target("g.3") == "PT20M");
  facts.large_scale = {cell};
  CHECK(target("g.3") == "PT5M");
  // Another agency's own is none of this one's.
  facts.organization = "jaxa";
  facts.large_scale = {};
  CHECK(target("g.3") == "PT30M");
  // An id without its edition is the newest edition's.
  facts.organization = "mhlw";
  facts.recognized = test::morning_of("2018-07-20");
  CHECK(target("g.1") == "PT7M");
  CHECK(target("g.3") == "no such duty");
  facts.large_scale = {cell};
  CHECK(target("g.3") == "PT15M");
}
