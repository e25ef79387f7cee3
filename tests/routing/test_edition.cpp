#include <doctest/doctest.h>

#include "tests/routing/law.h"

using namespace noroshi;
using namespace noroshi::routing;
using test::editions;

namespace {

const Edition& edition(std::string_view id) {
  const auto* found = editions().find(id);
  REQUIRE(found);
  return *found;
}

std::string ids(const Edition& of, bool inner) {
  std::string all;
  for (const auto& rule : of.rules)
    if (rule.inner() == inner) all += (all.empty() ? "" : " ") + rule.id;
  return all;
}

std::string target(const Edition& of, std::string_view rule) {
  return format_duration(of.find(rule)->target.usual);
}

Edition minimal(std::string id, std::string_view from) {
  Edition made;
  made.id = std::move(id);
  made.in_force_from = parse_day(from).value();
  return made;
}

}  // namespace

TEST_CASE("two editions are held, and each says which rules cross the border of a body") {
  CHECK(editions().all().size() == 2);
  CHECK(ids(edition("h28"), false) == "g.1 g.2 g.3");
  CHECK(ids(edition("h28"), true) == "b c d e f g.decide h i j k 3.a 3.b 3.c");
  CHECK(ids(edition("h30"), false) == "g.1 g.2 g.3 h i");
  CHECK(ids(edition("h30"), true) == "b c d e f h.decide j k l m 3.a 3.b 3.c");
  CHECK_FALSE(edition("h30").find("g"));
  CHECK_FALSE(editions().find("r3"));
}

TEST_CASE("the edition in force changes at midnight in Japan") {
  const auto in_force = [](std::string_view day) {
    const auto* found = editions().in_force(parse_day(day).value());
    return found ? found->id : "";
  };
  CHECK(in_force("2016-08-30") == "");
  CHECK(in_force("2016-08-31") == "h28");
  CHECK(in_force("2018-07-24") == "h28");
  CHECK(in_force("2018-07-25") == "h30");
  CHECK(in_force("2030-01-01") == "h30");
}

TEST_CASE("targets are those of the plan, and each inner duty has one of its own") {
  const auto& h30 = edition("h30");
  CHECK(target(h30, "g.1") == "PT1H");
  CHECK(target(h30, "g.2") == "PT1H");
  CHECK(target(h30, "g.3") == "PT30M");
  CHECK(target(h30, "h") == "PT24H");
  CHECK(target(h30, "i") == "PT15M");
  CHECK(target(h30, "h.decide") == "PT24H");
  CHECK(target(h30, "j") == "PT24H");
  CHECK(target(edition("h28"), "g.2") == "PT24H");
  CHECK(target(edition("h28"), "g.3") == "PT15M");
  for (const auto& of : editions().all())
    for (const auto& rule : of.rules) CHECK(rule.target.usual.count() > 0);
}

TEST_CASE("the standard's own words stand for the sentences that we hold, and for no others") {
  for (const auto& of : editions().all())
    for (const auto& rule : of.rules) {
      CAPTURE(rule.id);
      CHECK(rule.words.empty() == rule.inner());
      CHECK_FALSE(rule.gloss.empty());
      CHECK_FALSE(rule.gloss_ja.empty());
      if (!rule.inner()) CHECK(rule.words.ends_with("こと。"));
    }
  CHECK(edition("h30").find("g.2")->words.find("当該法人を所管する国の行政機関に連絡すること") !=
        std::string::npos);
  CHECK(edition("h28").find("g.3")->words.find("報告連絡も行うこと") != std::string::npos);
  CHECK(edition("h30").find("i")->words.find("報告連絡を行うこと") != std::string::npos);
}

TEST_CASE("sentences are counted in (g) alone: (h) and (i) of H30 are one sentence each") {
  for (const auto& of : editions().all())
    for (const auto& rule : of.rules) CHECK((rule.sentence > 0) == (rule.clause == "2.2.4(2)(g)"));
}

TEST_CASE("(i) of H30 opens on own and on received incidents, and H28 knows own ones alone") {
  const Opening own{Incident::own, OpensOn::assessment};
  const Opening received{Incident::received, OpensOn::receipt};
  CHECK(edition("h30").find("i")->openings == std::vector{own, received});
  CHECK(edition("h30").find("g.3")->openings == std::vector{received});
  for (const auto& rule : edition("h28").rules) CHECK(rule.openings == std::vector{own});
}

TEST_CASE("H28 binds national agencies alone") {
  for (const auto& rule : edition("h28").rules)
    CHECK(rule.holders == std::vector{OrganizationKind::national_agency});
}

TEST_CASE("one small file for each mistake: refused whole, with every mistake and its place") {
  const auto files = test::files_in(test::source_dir() / "tests/routing/broken_editions", ".toml");
  REQUIRE(files.size() > 30);
  for (const auto& path : files) {
    const auto name = path.filename().string();
    CAPTURE(name);
    const auto text = test::read_file(path);
    // The mistakes are told on the first lines: "# refused: line:column: message".
    constexpr std::string_view mark = "# refused: ";
    std::string expected;
    std::string_view rest = text;
    while (rest.starts_with(mark)) {
      expected += name + ":" + std::string(rest.substr(mark.size(), rest.find('\n') + 1 - mark.size()));
      rest.remove_prefix(rest.find('\n') + 1);
    }
    REQUIRE_FALSE(expected.empty());
    const auto read = parse_edition(text, name);
    REQUIRE_FALSE(read);
    CHECK(test::listing(read.error()) == expected);
  }
}

TEST_CASE("a file that is no text at all is refused with its place") {
  const auto read = parse_edition("id = \"\xFF\"", "x.toml");
  REQUIRE_FALSE(read);
  CHECK(read.error().front().line == 1);
}

TEST_CASE("editions stand in the order of their days, and two of one id or day are refused") {
  auto made = Editions::make({minimal("b", "2020-01-01"), minimal("a", "2010-01-01")});
  REQUIRE(made);
  CHECK(made->all().front().id == "a");
  CHECK(made->in_force(parse_day("2019-12-31").value())->id == "a");
  CHECK(made->in_force(parse_day("2020-01-01").value())->id == "b");

  const auto same_id = Editions::make({minimal("a", "2010-01-01"), minimal("a", "2020-01-01")});
  REQUIRE_FALSE(same_id);
  CHECK(test::listing(same_id.error()) == "a: two editions have the id 'a'\n");
  const auto same_day = Editions::make({minimal("a", "2010-01-01"), minimal("b", "2010-01-01")});
  REQUIRE_FALSE(same_day);
  CHECK(test::listing(same_day.error()) ==
        "b: the editions 'a' and 'b' come into force on one day, 2010-01-01\n");
}
