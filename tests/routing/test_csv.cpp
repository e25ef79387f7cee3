#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "routing/csv.h"
#include "tests/routing/law.h"

using namespace noroshi::routing;

namespace {

std::vector<std::vector<std::string>> texts(const CsvTable& table) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& row : table.rows) {
    rows.emplace_back();
    for (const auto& field : row) rows.back().push_back(field.text);
  }
  return rows;
}

using Rows = std::vector<std::vector<std::string>>;

}  // namespace

TEST_CASE("commas, quotes and line ends may stand inside quotes") {
  const auto table = parse_csv("a,\"b,\"\"c\"\"\nd\",\r\n\"\",e\n", "t.csv");
  CHECK(table.mistakes.empty());
  CHECK(texts(table) == Rows{{"a", "b,\"c\"\nd", ""}, {"", "e"}});
}

TEST_CASE("the last line needs no end") {
  CHECK(texts(parse_csv("a,b\nc,", "t.csv")) == Rows{{"a", "b"}, {"c", ""}});
}

TEST_CASE("places are counted in characters, and lines go on inside quotes") {
  const auto table = parse_csv("警視庁,x\n\"1\n2\",y\nz", "t.csv");
  CHECK(table.rows[0][1].column == 5);
  CHECK(table.rows[1][1].line == 3);
  CHECK(table.rows[1][1].column == 4);
  CHECK(table.rows[2][0].line == 4);
}

TEST_CASE("each mistake is told with its place, and reading goes on behind it") {
  CHECK(test::listing(parse_csv("a\n\nb\"c\n", "t.csv").mistakes) ==
        "t.csv:2:1: is blank: remove the line\n"
        "t.csv:3:2: has a quote or a carriage return inside: put the whole field in quotes and double the "
        "quotes in "
        "it\n");
  CHECK(test::listing(parse_csv("\"a\"b,c\n", "t.csv").mistakes) ==
        "t.csv:1:4: goes on after its closing quote: double the quotes that belong to the text\n");
  CHECK(test::listing(parse_csv("a,\"b\nc", "t.csv").mistakes) ==
        "t.csv:1:3: opens a quote that is never closed\n");
  CHECK(test::listing(parse_csv("\xEF\xBB\xBF"
                                "a\n",
                                "t.csv")
                          .mistakes) ==
        "t.csv:1:1: begins with a byte order mark: save the file as UTF-8 without one\n");
}

TEST_CASE("what is not UTF-8 is refused: Shift_JIS, overlong forms, surrogates, a cut character") {
  for (const auto* bytes : {"\x8C\x78", "\xC0\xAF", "\xED\xA0\x80", "\xE8\xAD", "\xF4\x90\x80\x80"}) {
    const auto table = parse_csv(std::string("ab,") + bytes, "t.csv");
    CHECK(test::listing(table.mistakes) == "t.csv:1:4: is not UTF-8 from here on: save the file as UTF-8\n");
  }
}

TEST_CASE("any bytes at all are read without a crash, and fields in quotes are read as written") {
  CHECK(rc::check("any bytes", [](const std::string& bytes) { parse_csv(bytes, "t.csv"); }));
  CHECK(rc::check("round trip", [] {
    const auto field = *rc::gen::container<std::string>(rc::gen::elementOf(std::string("a,\"\r\n;")));
    std::string quoted = "\"";
    for (const char c : field) quoted += c == '"' ? "\"\"" : std::string(1, c);
    const auto table = parse_csv("x," + quoted + "\"\n", "t.csv");
    RC_ASSERT(table.mistakes.empty());
    RC_ASSERT(table.rows.at(0).at(1).text == field);
  }));
}
