// What the golden cases cannot show because the registry of the repository does not know such a body.
#include <algorithm>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/routing/law.h"

using namespace noroshi;
using namespace noroshi::routing;

namespace {

constexpr std::string_view police_and_crisis =
    "police-tokyo,警視庁,MPD,police,,,東京都,police-tokyo,,,,x,,,M,high,\n"
    "cas-jitai,事態対処,Crisis,crisis_management,,,東京都,police-tokyo,,,national_agency,x,,,M,high,\n";
constexpr std::string_view centre =
    "nisc,センター,NISC,center,,,東京都,police-tokyo,,,national_agency,x,,,M,high,\n";

std::string agency(std::string_view slug, std::string_view to = "", std::string_view successor = "") {
  return fmt::format("{0},{0}省,,national_agency,,,東京都,police-tokyo,,{1},,x,,{2},M,high,\n", slug, to,
                     successor);
}
std::string corporation(std::string_view slug, std::string_view supervising) {
  return fmt::format(
      "{0},{0}機構,,independent_administrative_agency,{1},,東京都,police-tokyo,,,,x,,,M,high,\n", slug,
      supervising);
}
std::string scope(std::string_view corp, std::string_view agency_slug, std::string_view role) {
  return fmt::format("{},{},{},全業務,大臣,yes,yes,,,high\n", corp, agency_slug, role);
}

// A large-scale attack, recognised in the morning of the day.
Facts grave_attack(std::string organization, std::string_view day = "2019-03-31") {
  Facts facts;
  facts.organization = std::move(organization);
  facts.recognized = test::morning_of(day);
  facts.cyberattack = Cyberattack::yes;
  facts.large_scale = {{Criterion::life, Harm::occurred, Certainty::is}};
  return facts;
}

const Edition& h30() {
  return *test::editions().find("h30");
}

std::string crossing(const Routing& routing) {
  std::string all;
  for (const auto& duty : routing.duties)
    if (!duty.rule->inner())
      all +=
          fmt::format("{} {}>{}{}; ", duty.rule->id, duty.holder, duty.recipient, duty.self ? " self" : "");
  return all;
}

std::string alarms(const Routing& routing) {
  std::string all;
  for (const auto& alarm : routing.alarms)
    all += fmt::format("{} {}; ", to_string(alarm.code), alarm.organization);
  return all;
}

}  // namespace

TEST_CASE("without a centre in force (g)1 and (g)3 are an alarm, and the rest goes its way") {
  const auto registry =
      test::registry_of(agency("min") + corporation("corp", "min") + std::string(police_and_crisis),
                        scope("corp", "min", "main"));
  const auto own = route(&h30(), registry, grave_attack("min"), test::morning_of("2019-03-31"));
  CHECK(crossing(own) == "h min>police-tokyo; i min>cas-jitai; ");
  CHECK(alarms(own) == "no_recipient min; ");
  const auto received = route(&h30(), registry, grave_attack("corp"), test::morning_of("2019-03-31"));
  CHECK(crossing(received) == "g.2 corp>min; h corp>police-tokyo; i min>cas-jitai; ");
  CHECK(alarms(received) == "no_recipient min; ");
}

TEST_CASE("without the crisis management recipient in force (i) is an alarm") {
  const auto registry =
      test::registry_of(agency("min") + std::string(centre) +
                            "police-tokyo,警視庁,MPD,police,,,東京都,police-tokyo,,,,x,,,M,high,\n",
                        "");
  const auto routing = route(&h30(), registry, grave_attack("min"), test::morning_of("2019-03-31"));
  CHECK(crossing(routing) == "g.1 min>nisc; h min>police-tokyo; ");
  CHECK(alarms(routing) == "no_recipient min; ");
}

TEST_CASE("the crisis management recipient is the one that the edition file names") {
  auto edition = h30();
  edition.crisis_management = "cas";
  const auto routing = route(&edition, test::registry(), grave_attack("mof"), test::morning_of("2019-03-31"));
  CHECK(crossing(routing) == "g.1 mof>nisc; h mof>police-tokyo; i mof>cas; ");
}

TEST_CASE("a target that the operator set stands at the duty") {
  auto edition = h30();
  edition.rules.front().target.usual = std::chrono::minutes{7};
  auto facts = grave_attack("mof");
  facts.assessment = Assessment::possible;
  const auto routing = route(&edition, test::registry(), facts, facts.recognized);
  REQUIRE(routing.duties.size() == 1);
  CHECK(routing.duties.front().target == std::chrono::minutes{7});
}

TEST_CASE("two supervisors that have merged since hold one duty, which names its reasons once") {
  const auto registry =
      test::registry_of(agency("a", "2019-03-31", "ab") + agency("b", "2019-03-31", "ab") + agency("ab") +
                            corporation("corp", "a;b") + std::string(centre) + std::string(police_and_crisis),
                        scope("corp", "a", "main") + scope("corp", "b", "joint") +
                            "corp,ab,main,全業務,大臣,yes,yes,2019-04-01,,high\n");
  const auto before = route(&h30(), registry, grave_attack("corp"), test::morning_of("2019-03-31"));
  CHECK(
      crossing(before) ==
      "g.2 corp>a; g.2 corp>b; g.3 a>nisc; g.3 b>nisc; h corp>police-tokyo; i a>cas-jitai; i b>cas-jitai; ");
  const auto after = route(&h30(), registry, grave_attack("corp"), test::morning_of("2019-04-01"));
  CHECK(crossing(after) == "g.2 corp>ab; g.3 ab>nisc; h corp>police-tokyo; i ab>cas-jitai; ");
  CHECK(after.alarms.empty());
  const auto& told = *std::find_if(after.duties.begin(), after.duties.end(),
                                   [](const Duty& duty) { return duty.rule->id == "g.2"; });
  CHECK(told.recipient_formerly == "a");
  for (std::size_t i = 0; i < told.because.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) CHECK_FALSE(told.because[i] == told.because[j]);
}

TEST_CASE("an agency that became the centre holds a step to itself") {
  const auto registry = test::registry_of(
      agency("min", "2019-03-31", "nisc") + std::string(centre) + std::string(police_and_crisis), "");
  const auto after = route(&h30(), registry, grave_attack("min"), test::morning_of("2019-04-01"));
  CHECK(crossing(after) == "g.1 nisc>nisc self; h nisc>police-tokyo; i nisc>cas-jitai; ");
}

TEST_CASE("a successor that is gone again passes on to the next one, and to nobody where none is known") {
  const auto registry =
      test::registry_of(agency("a", "2019-03-31", "b") + agency("b", "2020-03-31", "c") +
                            agency("c", "2021-03-31") + std::string(centre) + std::string(police_and_crisis),
                        "");
  CHECK(crossing(route(&h30(), registry, grave_attack("a"), test::morning_of("2021-03-31"))) ==
        "g.1 c>nisc; h c>police-tokyo; i c>cas-jitai; ");
  const auto lost = route(&h30(), registry, grave_attack("a"), test::morning_of("2021-04-01"));
  CHECK(crossing(lost) == "g.1 a>nisc; h a>police-tokyo; i a>cas-jitai; ");
  CHECK(alarms(lost) == "successor_unknown a; ");
}

TEST_CASE("a later edition added as a file is applied without a note") {
  auto later = h30();
  later.id = "r3";
  later.in_force_from = parse_day("2021-07-07").value();
  later.later_not_held.reset();
  const auto editions = Editions::make({h30(), later}).value();
  const auto routing =
      route(editions, test::registry(), grave_attack("mof", "2021-07-07"), test::morning_of("2021-07-07"));
  CHECK(routing.edition->id == "r3");
  CHECK(routing.notes.empty());
}
