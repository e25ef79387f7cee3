// Thousands of damaged reports: nothing but a report or a list of mistakes may come of them.
#include <doctest/doctest.h>

#include <cstdlib>
#include <random>

#include "src/codec/explain.h"
#include "src/codec/report_decoder.h"
#include "src/codec/strict_json.h"
#include "tests/codec/reports.h"

using namespace noroshi::codec;
using namespace noroshi::codec::test;

namespace {

constexpr int rounds = 4'000;

// NOROSHI_SEED repeats a run.
std::uint64_t seed() {
  if (const char* given = std::getenv("NOROSHI_SEED")) return std::strtoull(given, nullptr, 10);
  return std::random_device{}();
}

class Mutator {
 public:
  explicit Mutator(std::uint64_t seed) : random_(seed) {}

  std::string damage(std::string text) {
    for (std::size_t times = 1 + below(4); times > 0 && !text.empty(); --times) once(text);
    return text;
  }
  // A member of the top level, or one below, replaced by something else.
  std::string replace_value(std::string_view report) {
    static const char* values[] = {"null",        "0",
                                   "-1",          "1e308",
                                   "\"\"",        "[]",
                                   "{}",          "[null]",
                                   "true",        "\"\\u202e\"",
                                   "\"\\u0000\"", "9007199254740993",
                                   "[[[[]]]]",    "{\"value\":\"x\"}",
                                   "\"no\""};
    auto value = boost::json::parse(report);
    auto* object = &value.as_object();
    auto member = object->begin() + below(object->size());
    if (member->value().is_object() && below(2) == 0) {
      object = &member->value().as_object();
      member = object->begin() + below(object->size());
    }
    const std::string mark = "@replaced@";
    member->value() = mark;
    std::string text = boost::json::serialize(value);
    const std::size_t at = text.find("\"" + mark + "\"");
    return text.replace(at, mark.size() + 2, values[below(std::size(values))]);
  }
  std::size_t below(std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_);
  }

 private:
  void once(std::string& text) {
    static const char* pieces[] = {"{",
                                   "}",
                                   "[",
                                   "]",
                                   ",",
                                   ":",
                                   "\"",
                                   "\\",
                                   "\\u0000",
                                   "\\ud800",
                                   "null",
                                   "1e400",
                                   "\xff",
                                   "\xe3\x81",
                                   "\n",
                                   "{\"title\":1}",
                                   "-",
                                   "0",
                                   "\"stage\":\"first\","};
    const std::size_t at = below(text.size());
    switch (below(5)) {
      case 0:
        text[at] = static_cast<char>(below(256));
        break;
      case 1:
        text.erase(at, 1 + below(8));
        break;
      case 2:
        text.insert(at, pieces[below(std::size(pieces))]);
        break;
      case 3:
        text.resize(at);
        break;
      default:
        text.insert(at, text.substr(below(text.size()), below(40)));
        break;
    }
  }

  std::mt19937_64 random_;
};

void check_errors(const std::vector<noroshi::core::FieldError>& errors) {
  REQUIRE_FALSE(errors.empty());
  REQUIRE(errors.size() <= 201);
  for (const auto& error : errors) {
    REQUIRE_FALSE(error.code.empty());
    REQUIRE_FALSE(error.message.ja.empty());
    REQUIRE_FALSE(error.message.en.empty());
  }
  // What is said about it is JSON again, whatever was sent.
  JsonDocument document;
  REQUIRE(document.parse(encode_errors(errors, Language::ja)).has_value());
}

void check(const std::string& text) {
  const auto submission = decode_submission(text);
  if (!submission) return check_errors(submission.error());
  if (submission->complete) {
    const auto again = decode_submission(submission->report.document);
    REQUIRE(again.has_value());
    REQUIRE(again->report == submission->report);
  }
  const auto report = complete_report(*submission, largest_report);
  if (!report) return check_errors(report.error());
  REQUIRE(decode_submission(report->document).has_value());
  JsonDocument changes;
  REQUIRE(changes.parse(report->changes).has_value());
}

}  // namespace

TEST_CASE("damaged reports are reports still or are refused with reasons") {
  const std::uint64_t chosen = seed();
  MESSAGE("NOROSHI_SEED=", chosen);
  CAPTURE(chosen);
  Mutator mutator(chosen);
  const std::string followup = with(largest_report, R"({"stage":"followup"})");
  for (int round = 0; round < rounds; ++round) {
    CAPTURE(round);
    const std::string_view report = mutator.below(2) == 0 ? std::string_view(largest_report) : followup;
    check(round % 2 == 0 ? mutator.damage(std::string(report)) : mutator.replace_value(report));
  }
}
