#include "src/codec/problem.h"

#include <doctest/doctest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "src/http/refusals.h"

namespace noroshi {
namespace {

using codec::Language;
using codec::language_of;

TEST_CASE("a problem document has the members of RFC 9457 and ours, in the language asked for") {
  const codec::Problem problem{
      422,
      "report_invalid",
      {"報告に誤りがあります", "The report is not valid"},
      {"誤りを直してください。", "Correct the mistakes."},
      {{"/times/recognized/value", "in_the_future", {"未来の時刻です。", "The time lies in the future."}}}};
  CHECK(
      codec::render(problem, Language::ja) ==
      R"({"type":"urn:noroshi:problem:report_invalid","title":"報告に誤りがあります","status":422,)"
      R"("detail":"誤りを直してください。","code":"report_invalid",)"
      R"("errors":[{"pointer":"/times/recognized/value","code":"in_the_future","message":"未来の時刻です。"}]})");
  const auto english = boost::json::parse(codec::render(problem, Language::en));
  CHECK(english.at("title") == "The report is not valid");
  CHECK(english.at("errors").at(0).at("message") == "The time lies in the future.");
}

TEST_CASE("members without content are left out") {
  const codec::Problem problem{404, "not_found", {"ない", "None"}, {}, {}};
  CHECK(codec::render(problem, Language::en) ==
        R"({"type":"urn:noroshi:problem:not_found","title":"None","status":404,"code":"not_found"})");
}

TEST_CASE("every refusal of the guards has both languages and says what to do") {
  for (std::size_t i = 0; i <= static_cast<std::size_t>(http::Refusal::overloaded); ++i) {
    const auto refusal = static_cast<http::Refusal>(i);
    const codec::Problem& problem = http::problem_of(refusal);
    CHECK(problem.code == http::to_string(refusal));
    CHECK(problem.status >= 400);
    for (const codec::Text& text : {problem.title, problem.detail}) {
      CHECK_FALSE(text.ja.empty());
      CHECK_FALSE(text.en.empty());
      CHECK(text.ja != text.en);
    }
  }
}

TEST_CASE("Accept-Language chooses between Japanese and English; Japanese is the default") {
  for (const char* japanese : {"", "ja", "ja-JP", "fr", "*", "JA", "en;q=0.5, ja;q=0.6", "ja, en", "en;q=0",
                               "en;q=2", "en;q=x", "english", ";", ",,,", "en;q=", "en;q=0.0000"}) {
    CAPTURE(japanese);
    CHECK(language_of(japanese) == Language::ja);
  }
  for (const char* english : {"en", "EN-us", "en, ja", "fr, en;q=0.1", "ja;q=0.8, en;q=0.9",
                              "ja;q=0, en;q=0.001", "en ; q=1.000", "\ten-GB;q=0.3"}) {
    CAPTURE(english);
    CHECK(language_of(english) == Language::en);
  }
}

}  // namespace
}  // namespace noroshi
