#include <doctest/doctest.h>

#include <sstream>

#include "src/cli/table.h"

using namespace noroshi::cli;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

}  // namespace

TEST_CASE("a Japanese letter takes two columns, a halfwidth one takes one, a combining mark none") {
  CHECK(display_width("abc") == 3);
  CHECK(display_width("厚生労働省") == 10);
  CHECK(display_width("ｱｲｳ") == 3);
  CHECK(display_width("𠮷") == 2);
  CHECK(display_width("か\xE3\x82\x99") == 2);  // か + combining dakuten
  CHECK(display_width("") == 0);
}

TEST_CASE("what came from elsewhere cannot act on the terminal") {
  CHECK(printable("a\x1b[31mb") == "a\xEF\xBF\xBD[31mb");
  CHECK(printable("a\nb\tc") == "a b c");
  CHECK(printable("a\xC2\x9B"
                  "b") ==
        "a\xEF\xBF\xBD"
        "b");
  CHECK(printable("\xE2\x80\xAE"
                  "txt") == "\xEF\xBF\xBDtxt");  // right-to-left override
  CHECK(printable("a\xFFz") == "a\xEF\xBF\xBDz");
  CHECK(printable("年金機構") == "年金機構");
}

TEST_CASE("a text is shortened at a letter, never within one") {
  CHECK(shorten("日本年金機構", 12) == "日本年金機構");
  CHECK(shorten("日本年金機構", 11) == "日本年金機…");
  CHECK(shorten("日本年金機構", 8) == "日本年…");
  CHECK(display_width(shorten("日本年金機構", 8)) <= 8);
  CHECK(shorten("abc", 0).empty());
}

TEST_CASE("columns stay straight when Japanese and Latin stand in one of them") {
  Table table({"機関", "state"});
  table.add_row({"日本年金機構 (jps)", "未了"});
  table.add_row({"mhlw", "fulfilled"});
  const auto lines = lines_of(table.render(0));
  REQUIRE(lines.size() == 4);
  const auto column = [](const std::string& line, std::string_view cell) {
    return display_width(line.substr(0, line.find(cell)));
  };
  CHECK(column(lines[0], "state") == 20);
  CHECK(column(lines[2], "未了") == 20);
  CHECK(column(lines[3], "fulfilled") == 20);
  for (const auto& line : lines) CHECK(line.back() != ' ');
}

TEST_CASE("a table fits the terminal by shortening its widest columns") {
  Table table({"a", "b"});
  table.add_row({"独立行政法人国立科学博物館と独立行政法人教職員支援機構", "short"});
  for (const auto& line : lines_of(table.render(30))) CHECK(display_width(line) <= 30);
  CHECK(table.render(30).find("short") != std::string::npos);
  CHECK(table.render(30).find("…") != std::string::npos);
}

TEST_CASE("a row of another length is a mistake of the program") {
  Table table({"a", "b"});
  CHECK_THROWS_AS(table.add_row({"1"}), std::logic_error);
}
