// What a receiver has opened: gaps, repeats, and what was changed.
#include <doctest/doctest.h>

#include "src/cli/bundle_state.h"

namespace noroshi::cli {
namespace {

using Verdict = BundleState::Verdict;

std::string missing(const BundleState& state) {
  std::string text;
  for (const auto& range : state.missing("line"))
    text += std::to_string(range.first) + "-" + std::to_string(range.last) + " ";
  return text;
}

BundleState::Seen bundle(std::int64_t number) {
  return {number, "delivery " + std::to_string(number), "hash " + std::to_string(number),
          number == 1 ? "" : "hash " + std::to_string(number - 1)};
}

TEST_CASE("bundles in whatever order, written down between any two") {
  BundleState state;
  const struct {
    std::int64_t number;
    Verdict verdict;
    const char* missing;
  } steps[] = {
      {2, Verdict::next, "1-1 "},
      {7, Verdict::next, "1-1 3-6 "},
      {7, Verdict::repeat, "1-1 3-6 "},
      {2, Verdict::repeat, "1-1 3-6 "},
      {4, Verdict::next, "1-1 3-3 5-6 "},
      {6, Verdict::next, "1-1 3-3 5-5 "},
      {4, Verdict::repeat, "1-1 3-3 5-5 "},
      {3, Verdict::next, "1-1 5-5 "},
      {1, Verdict::next, "5-5 "},
      {8, Verdict::next, "5-5 "},
      {5, Verdict::next, ""},
      {5, Verdict::repeat, ""},
  };
  for (const auto& step : steps) {
    CAPTURE(step.number);
    CHECK(state.note("line", bundle(step.number)) == step.verdict);
    CHECK(missing(state) == step.missing);
    const auto read = BundleState::parse(state.text());
    REQUIRE(read);
    state = *read;
  }
  CHECK(state.missing("another line").empty());
  CHECK(state.note("another line", bundle(1)) == Verdict::next);
}

TEST_CASE("a number that is another's, and one before that is not the one that was opened") {
  BundleState state;
  CHECK(state.note("line", bundle(1)) == Verdict::next);
  auto forged = bundle(1);
  forged.delivery = "another";
  CHECK(state.note("line", forged) == Verdict::changed);
  auto after = bundle(2);
  after.previous = "another hash";
  CHECK(state.note("line", after) == Verdict::changed);
  CHECK(state.note("line", bundle(3)) == Verdict::next);
}

TEST_CASE("what is no state is refused, not begun anew") {
  for (const char* text :
       {"", "{}", "[]", R"({"format":"noroshi-bundle-state/2","lines":{}})", R"({"format":"noroshi-bundle-state/1"})",
        R"({"format":"noroshi-bundle-state/1","lines":[]})",
        R"({"format":"noroshi-bundle-state/1","lines":{"a":{"number":0}}})",
        R"({"format":"noroshi-bundle-state/1","lines":{"a":{"number":1,"missing":[[1]]}}})"})
    CHECK_FALSE(BundleState::parse(text));
}

}  // namespace
}  // namespace noroshi::cli
