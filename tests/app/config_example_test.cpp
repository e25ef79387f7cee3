// deploy/noroshi.toml says what it says it does.
#include <doctest/doctest.h>

#include <iterator>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <sstream>

#include "routing/time.h"
#include "src/app/law.h"
#include "tests/app/config_files.h"

namespace noroshi::app::test {
namespace {

std::string example() {
  std::ifstream file(NOROSHI_SOURCE_DIR "/deploy/noroshi.toml");
  return {std::istreambuf_iterator<char>(file), {}};
}

// Keys that stand in the example, set or as a comment: "listen.address" → whether it is set, and the value's
// text.
struct Line {
  bool set;
  std::string value;
};
std::map<std::string, Line> lines_of(const std::string& text) {
  static const std::regex table(R"(^\[(\w+)\]$)");
  static const std::regex key(R"re(^(# )?("?)([\w.]+)\2 = ("[^"]*"|\[.*\]|\w+) *(#.*)?$)re");
  std::map<std::string, Line> lines;
  std::istringstream stream(text);
  std::string in_table;
  std::smatch match;
  for (std::string line; std::getline(stream, line);) {
    if (std::regex_match(line, match, table)) {
      in_table = match[1];
    } else if (std::regex_match(line, match, key)) {
      lines[in_table + "." + match[3].str()] = {!match[1].matched, match[4]};
    }
  }
  return lines;
}

}  // namespace

TEST_CASE("the example loads and sets nothing but the defaults") {
  const ConfigFiles files;
  REQUIRE_FALSE(example().empty());
  const auto config = files.load(example());
  REQUIRE(config);
  Config defaults;
  defaults.data = files.data();
  CHECK(show(*config) == show(defaults));
}

TEST_CASE("the example names every key, and no other") {
  const auto lines = lines_of(example());
  std::set<std::string> expected;
  for (const auto& key : config_keys())
    if (key != "targets.*") expected.insert(key);
  REQUIRE(expected.size() > 10);
  std::set<std::string> found;
  for (const auto& [key, line] : lines)
    if (!key.starts_with("targets.")) found.insert(key);
  CHECK(found == expected);
  // What has a default of its own is set, so that the default can be read there.
  const auto shown = lines_of(show(Config{}));
  for (const auto& [key, line] : lines) {
    if (key.starts_with("targets.")) continue;
    CAPTURE(key);
    const auto in_force = shown.find(key);
    CHECK(line.set == (in_force != shown.end() && in_force->second.set));
  }
}

TEST_CASE("the targets shown in the example are those of the last edition") {
  const auto law = load_law({}, {});
  REQUIRE(law);
  const auto* edition = law->editions.find("h30");
  REQUIRE(edition);
  const auto lines = lines_of(example());
  std::size_t shown = 0;
  for (const auto& [key, line] : lines) shown += key.starts_with("targets.");
  CHECK(shown == edition->rules.size());
  for (const auto& rule : edition->rules) {
    CAPTURE(rule.id);
    const auto found = lines.find("targets." + rule.id);
    REQUIRE(found != lines.end());
    CHECK_FALSE(found->second.set);
    const auto& value = found->second.value;
    CHECK(parse_duration(value.substr(1, value.size() - 2)) == rule.target.usual);
  }
}

}  // namespace noroshi::app::test
