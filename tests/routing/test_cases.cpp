// Runs routing/cases: facts and the duties that follow from them, one small file each, against every edition.
#include <algorithm>
#include <set>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <toml++/toml.h>

#include "tests/routing/law.h"

using namespace noroshi;
using namespace noroshi::routing;

namespace {

std::string text(const toml::table& table, std::string_view key) {
  return table[key].value_or(std::string());
}

std::vector<std::string> texts(const toml::table& table, std::string_view key) {
  std::vector<std::string> values;
  if (const auto* array = table[key].as_array())
    for (const auto& node : *array) values.push_back(node.value<std::string>().value());
  return values;
}

// One value, so that a failure shows both lists.
template <class Range>
std::string joined(const Range& lines) {
  return fmt::format("{}", fmt::join(lines, "; "));
}

// The keys of a table, so that a slip in a case file is not overlooked.
void only(const toml::table& table, const std::set<std::string>& keys) {
  for (const auto& [key, node] : table)
    if (!keys.contains(std::string(key.str())))
      throw std::runtime_error("unknown key " + std::string(key.str()));
}

std::vector<LargeScaleCell> cells(const toml::table& table) {
  std::vector<LargeScaleCell> read;
  for (const auto& cell : texts(table, "large_scale")) {
    const auto first = cell.find(' ');
    const auto second = cell.rfind(' ');
    read.push_back({parse_criterion(cell.substr(0, first)).value(),
                    parse_harm(cell.substr(first + 1, second - first - 1)).value(),
                    parse_certainty(cell.substr(second + 1)).value()});
  }
  return read;
}

Facts facts_of(const toml::table& table) {
  only(table, {"organization", "recognized", "at", "assessment", "cyberattack", "large_scale", "police",
               "added_supervisors", "added_police", "judgements_of_others", "shared_platform"});
  Facts facts;
  facts.organization = text(table, "organization");
  facts.recognized = parse_rfc3339(text(table, "recognized")).value();
  facts.assessment = parse_assessment(text(table, "assessment")).value();
  facts.cyberattack = parse_cyberattack(text(table, "cyberattack")).value();
  facts.large_scale = cells(table);
  facts.police = text(table, "police");
  facts.shared_platform = table["shared_platform"].value_or(false);
  facts.added_supervisors = texts(table, "added_supervisors");
  facts.added_police = texts(table, "added_police");
  if (const auto* others = table["judgements_of_others"].as_array())
    for (const auto& node : *others) {
      const auto& other = *node.as_table();
      only(other, {"organization", "assessment", "cyberattack", "large_scale"});
      facts.judgements_of_others.push_back(
          {text(other, "organization"), parse_assessment(text(other, "assessment")).value(),
           parse_cyberattack(text(other, "cyberattack")).value(), cells(other)});
    }
  return facts;
}

std::string line(std::string_view rule, std::string_view holder, std::string_view recipient,
                 std::string_view opens_on, bool self, std::string_view formerly,
                 std::string_view recipient_formerly) {
  return fmt::format("{} {}{} -> {}{} on {}{}", rule, holder,
                     formerly.empty() ? "" : fmt::format(" (formerly {})", formerly), recipient,
                     recipient_formerly.empty() ? "" : fmt::format(" (formerly {})", recipient_formerly),
                     opens_on, self ? ", self" : "");
}

std::vector<std::string> expected_duties(const toml::table& expected) {
  std::vector<std::string> lines;
  for (const auto& node : *expected["duties"].as_array()) {
    const auto& duty = *node.as_table();
    only(duty, {"rule", "holder", "recipient", "opens_on", "self", "formerly", "recipient_formerly"});
    lines.push_back(line(text(duty, "rule"), text(duty, "holder"), text(duty, "recipient"),
                         text(duty, "opens_on"), duty["self"].value_or(false), text(duty, "formerly"),
                         text(duty, "recipient_formerly")));
  }
  return lines;
}

void check_duties(const toml::table& expected, const Facts& facts, const Routing& routing) {
  std::vector<std::string> crossing;
  std::vector<std::string> inner;
  const auto inner_holder = expected["inner_holder"].value_or(facts.organization);
  for (const auto& duty : routing.duties) {
    CHECK_FALSE(duty.because.empty());
    for (const auto& reason : duty.because) CHECK((!reason.ja.empty() && !reason.en.empty()));
    if (duty.rule->inner()) {
      CHECK(duty.holder == inner_holder);
      CHECK(duty.recipient == inner_holder);
      CHECK_FALSE(duty.self);
      inner.push_back(duty.rule->id);
    } else {
      crossing.push_back(line(duty.rule->id, duty.holder, duty.recipient, to_string(duty.opens_on), duty.self,
                              duty.formerly, duty.recipient_formerly));
    }
  }
  CHECK(joined(crossing) == joined(expected_duties(expected)));
  CHECK(joined(inner) == joined(texts(expected, "inner")));
}

// Every entry expected is there once, and every body that could be added is expected. Every rule that opened
// nothing stands there once; every rule that opened does not.
void check_not_opened(const toml::table& expected, const Routing& routing) {
  std::size_t further_bodies = 0;
  for (const auto& node : *expected["not_opened"].as_array()) {
    const auto& wanted = *node.as_table();
    only(wanted, {"rule", "recipient", "because"});
    further_bodies += wanted.contains("recipient");
    const auto matches =
        std::count_if(routing.not_opened.begin(), routing.not_opened.end(), [&](const NotOpened& n) {
          return n.rule->id == text(wanted, "rule") && n.recipient == text(wanted, "recipient") &&
                 std::any_of(n.because.begin(), n.because.end(), [&](const Reason& reason) {
                   return reason.en.find(text(wanted, "because")) != std::string::npos;
                 });
        });
    CHECK_MESSAGE(matches == 1, text(wanted, "rule"), " ", text(wanted, "recipient"), ": ",
                  text(wanted, "because"));
  }
  const auto& listed = routing.not_opened;
  CHECK(further_bodies ==
        static_cast<std::size_t>(
            std::count_if(listed.begin(), listed.end(), [](const auto& n) { return !n.recipient.empty(); })));
  for (const auto& rule : routing.edition->rules) {
    CAPTURE(rule.id);
    const bool opened = std::any_of(routing.duties.begin(), routing.duties.end(),
                                    [&](const Duty& duty) { return duty.rule == &rule; });
    const auto times = std::count_if(listed.begin(), listed.end(), [&](const NotOpened& n) {
      return n.rule == &rule && n.recipient.empty() && !n.because.empty();
    });
    CHECK(times == (opened ? 0 : 1));
  }
}

void check_alarms_and_notes(const toml::table& expected, const Routing& routing) {
  std::multiset<std::string> wanted;
  for (const auto& node : *expected["alarms"].as_array()) {
    only(*node.as_table(), {"code", "organization"});
    wanted.insert(text(*node.as_table(), "code") + " " + text(*node.as_table(), "organization"));
  }
  std::multiset<std::string> raised;
  for (const auto& alarm : routing.alarms) {
    CHECK((!alarm.reason.ja.empty() && !alarm.reason.en.empty()));
    raised.insert(fmt::format("{} {}", to_string(alarm.code), alarm.organization));
  }
  CHECK(joined(raised) == joined(wanted));

  std::vector<std::string> notes;
  for (const auto& note : routing.notes) notes.emplace_back(to_string(note.code));
  CHECK(joined(notes) == joined(texts(expected, "notes")));
}

void check_case(const toml::table& file) {
  only(file, {"reason", "in_force", "facts", "expected"});
  REQUIRE_FALSE(text(file, "reason").empty());
  const auto& table = *file["facts"].as_table();
  const auto facts = facts_of(table);
  const auto at = table.contains("at") ? parse_rfc3339(text(table, "at")).value() : facts.recognized;

  const auto in_force = route(test::editions(), test::registry(), facts, at);
  CHECK((in_force.edition ? in_force.edition->id : "") == text(file, "in_force"));
  if (!in_force.edition) {
    REQUIRE(in_force.alarms.size() == 1);
    CHECK(in_force.alarms[0].code == AlarmCode::no_edition_in_force);
    CHECK(in_force.duties.empty());
    CHECK(in_force.not_opened.empty());
    return;
  }
  const auto& expected = *file["expected"].as_table();
  for (const auto& edition : test::editions().all()) {
    CAPTURE(edition.id);
    const auto* wanted = expected[edition.id].as_table();
    REQUIRE(wanted);
    only(*wanted, {"duties", "inner", "inner_holder", "not_opened", "alarms", "notes"});
    const auto routing = route(&edition, test::registry(), facts, at);
    check_duties(*wanted, facts, routing);
    check_not_opened(*wanted, routing);
    check_alarms_and_notes(*wanted, routing);
  }
}

}  // namespace

TEST_CASE("every golden case holds under every edition") {
  const auto files = test::files_in(test::source_dir() / "routing/cases", ".toml");
  REQUIRE(files.size() > 80);
  for (const auto& path : files) {
    CAPTURE(path.filename().string());
    check_case(toml::parse_file(path.string()));
  }
}
