#include "src/codec/explain.h"

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "src/codec/strict_json.h"
#include "tests/codec/reports.h"

using namespace noroshi;
using namespace noroshi::codec;
using namespace noroshi::codec::test;

using List = std::vector<std::string>;

namespace {

// The example of the public interface.
constexpr std::string_view example =
    R"({"organization":"jps","times":{"recognized":{"value":"2018-08-01T09:00:00+09:00"}},"assessment":"incident","cyberattack":"possible",)"
    R"("large_scale":[{"criterion":"property","harm":"feared","certainty":"may_be"}]})";

std::string contents(const std::string& path) {
  std::ifstream file(NOROSHI_SOURCE_DIR "/routing/" + path, std::ios::binary);
  REQUIRE_MESSAGE(file.good(), path);
  std::stringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

struct Law {
  routing::Editions editions;
  routing::Registry registry;
};

const Law& law() {
  static const Law held = [] {
    std::vector<routing::Edition> editions;
    for (const char* name : {"h28.toml", "h30.toml"}) {
      auto edition = routing::parse_edition(contents(std::string("editions/") + name), name);
      REQUIRE(edition.has_value());
      editions.push_back(*edition);
    }
    auto registry = routing::Registry::parse(contents("registry/organizations.csv"),
                                             contents("registry/supervision_scopes.csv"));
    REQUIRE(registry.has_value());
    return Law{*routing::Editions::make(std::move(editions)), *registry};
  }();
  return held;
}

std::string explained(std::string_view text, Language language = Language::en) {
  const auto facts = decode_facts(text);
  REQUIRE(facts.has_value());
  return encode_routing(routing::route(law().editions, law().registry, *facts, facts->recognized), language);
}

// "clause sentence holder recipient opens_on target" of each.
List duties(const boost::json::value& answer, std::string_view list) {
  List all;
  for (const auto& duty : answer.at(list).as_array()) {
    CHECK_FALSE(duty.at("because").as_array().empty());
    std::string line(duty.at("clause").as_string());
    if (const auto* sentence = duty.as_object().if_contains("sentence"))
      line += " " + boost::json::serialize(*sentence);
    for (const char* member : {"holder", "recipient", "opens_on", "target"})
      line += " " + std::string(duty.at(member).as_string());
    all.push_back(line);
  }
  return all;
}

}  // namespace

TEST_CASE("facts are read from the members of a report") {
  const auto facts = decode_facts(largest_report);
  REQUIRE(facts.has_value());
  CHECK(facts->organization == "jps");
  CHECK(facts->recognized == *parse_rfc3339("2018-08-01T00:00:00Z"));
  CHECK(facts->assessment == routing::Assessment::incident);
  CHECK(facts->cyberattack == routing::Cyberattack::possible);
  CHECK(facts->large_scale.size() == 1);
  CHECK(facts->police == "police-tokyo");
}

TEST_CASE("facts need a body, a time and an assessment, and nothing else") {
  CHECK(mistakes_of(decode_facts("{}")) ==
        List{"/assessment required", "/organization required", "/times/recognized/value required"});
  CHECK(mistakes_of(decode_facts(example)) == List{});
  CHECK(mistakes_of(decode_facts(with(example, R"({"assessment":"not_incident"})"))) == List{});
  CHECK(mistakes_of(decode_facts(with(example, R"({"cyberattack":"no"})"))) == List{});
  CHECK(mistakes_of(decode_facts(with(
            example, R"({"title":"a\nb","colour":1,"impact":{"persons_affected":{"min":2,"max":1}}})"))) ==
        List{"/colour unknown_member", "/impact/persons_affected contradiction", "/title line_break"});
  CHECK(is_malformed(decode_facts("{}\n{}").error()));
}

TEST_CASE("the example of the public interface is explained as written there") {
  const std::string text = explained(example);
  CHECK(
      text.starts_with(R"json({"edition":"h30","obligations":[{"clause":"2.2.4(2)(g)","sentence":2,)json"
                       R"json("holder":"jps","recipient":"mhlw","opens_on":"assessment","target":"PT1H",)json"
                       R"json("because":[")json"));
  CHECK(text.find('\n') == std::string::npos);
  const auto answer = boost::json::parse(text);
  CHECK(duties(answer, "obligations") ==
        List{"2.2.4(2)(g) 2 jps mhlw assessment PT1H", "2.2.4(2)(g) 3 mhlw nisc receipt PT30M",
             "2.2.4(2)(h) jps police-tokyo assessment PT24H", "2.2.4(2)(i) mhlw cas-jitai receipt PT15M"});
  CHECK_FALSE(answer.at("inner").as_array().empty());
  CHECK(answer.at("alarms").as_array().empty());
  bool first_sentence = false;
  for (const auto& duty : answer.at("not_opened").as_array())
    first_sentence = first_sentence || (duty.at("clause") == "2.2.4(2)(g)" &&
                                        duty.as_object().contains("sentence") && duty.at("sentence") == 1);
  CHECK(first_sentence);
}

TEST_CASE("the target that is explained is the operator's, for the holder and for how grave the facts are") {
  using std::chrono::minutes;
  const auto editions = law().editions.with_targets(
      {{"g.2", {.usual = minutes(50), .by_severity = {{routing::Severity::attack, minutes(40)}}, .by_body = {}}},
       {"g.3",
        {.usual = {},
         .by_severity = {{routing::Severity::large_scale, minutes(10)}},
         .by_body = {{"mhlw", minutes(20)}}}}});
  const auto targets = [&](const std::string& change) {
    const auto facts = decode_facts(with(example, change));
    REQUIRE(facts.has_value());
    const auto answer = boost::json::parse(
        encode_routing(routing::route(editions, law().registry, *facts, facts->recognized), Language::en));
    List all;
    for (const auto& duty : answer.at("obligations").as_array())
      all.push_back(std::string(duty.at("holder").as_string()) + " " + std::string(duty.at("target").as_string()));
    return all;
  };
  CHECK(targets("{}") == List{"jps PT40M", "mhlw PT10M", "jps PT24H", "mhlw PT15M"});
  CHECK(targets(R"({"large_scale":[]})") == List{"jps PT40M", "mhlw PT20M", "jps PT24H"});
  CHECK(targets(R"({"large_scale":[],"cyberattack":"no"})") == List{"jps PT50M", "mhlw PT20M"});
}

TEST_CASE("a step to oneself is marked") {
  const std::string text = explained(
      R"({"organization":"nisc","times":{"recognized":{"value":"2019-08-01T09:00:00+09:00"}},"assessment":"incident"})");
  CHECK(text.find(R"("holder":"nisc","recipient":"nisc","self":true)") != std::string::npos);
}

TEST_CASE("before the first edition there is none, and the answer says so") {
  const auto answer = boost::json::parse(
      explained(with(example, R"({"times":{"recognized":{"value":"2016-08-30T23:59:59+09:00"}}})")));
  CHECK(answer.at("edition").is_null());
  CHECK(answer.at("obligations").as_array().empty());
  CHECK(answer.at("alarms").at(0).at("code") == "no_edition_in_force");
  CHECK_FALSE(answer.at("alarms").at(0).at("message").as_string().empty());
}

TEST_CASE("reasons, alarms and notes speak the language asked for") {
  const auto facts = with(example, R"({"times":{"recognized":{"value":"2022-08-01T09:00:00+09:00"}}})");
  const std::string english = explained(facts, Language::en), japanese = explained(facts, Language::ja);
  CHECK(english != japanese);
  CHECK(boost::json::parse(english).at("notes").at(0).at("code") == "later_edition_not_held");
  const auto has_japanese = [](std::string_view text) {
    return text.find("\xE3\x81") != std::string_view::npos;
  };
  CHECK(has_japanese(japanese));
  CHECK_FALSE(has_japanese(boost::json::parse(english).at("notes").at(0).at("message").as_string()));
}

TEST_CASE("a successor's predecessor and alarms stand in the answer") {
  routing::Rule rule;
  rule.clause = "2.2.4(2)(g)";
  rule.recipient = routing::RecipientRule::center;
  routing::Routing routing;
  routing::Duty duty;
  duty.rule = &rule;
  duty.target = std::chrono::minutes(90);
  duty.holder = "a";
  duty.recipient = "b";
  duty.formerly = "old-a";
  duty.recipient_formerly = "old-b";
  duty.because = {{"理由 \"甲\"", "reason \"A\""}};
  routing.duties = {duty};
  routing.alarms = {{routing::AlarmCode::successor_unknown, "a", {"警報", "alarm"}}};
  routing.not_opened = {{&rule, "", "c", {{"共管", "joint work"}}}};
  CHECK(
      encode_routing(routing, Language::en) ==
      R"json({"edition":null,"obligations":[{"clause":"2.2.4(2)(g)","holder":"a","recipient":"b",)json"
      R"json("opens_on":"assessment","target":"PT1H30M","formerly":"old-a","recipient_formerly":"old-b",)json"
      R"json("because":["reason \"A\""]}],"inner":[],)json"
      R"json("not_opened":[{"clause":"2.2.4(2)(g)","recipient":"c","because":["joint work"]}],)json"
      R"json("alarms":[{"code":"successor_unknown","organization":"a","message":"alarm"}],"notes":[]})json");
}

TEST_CASE("mistakes are a line of their own") {
  const auto facts = decode_facts(
      R"({"assessment":"x","organization":"jps","times":{"recognized":{"value":"2018-08-01T09:00:00+09:00"}}})");
  CHECK(
      encode_errors(facts.error(), Language::en) ==
      R"({"errors":[{"pointer":"/assessment","code":"value","message":"This must be one of: incident, possible, not_incident."}]})");
}

#ifdef NDEBUG  // an unoptimised build says nothing about speed
TEST_CASE("ten thousand lines are explained within two seconds") {
  law();
  const auto begin = std::chrono::steady_clock::now();
  std::size_t bytes = 0;
  for (int i = 0; i < 10'000; ++i) bytes += explained(example).size();
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
  MESSAGE(bytes, " bytes in ", taken.count(), " s");
  CHECK(taken.count() < 2.0);
}
#endif
