// 保存期間: when the content of a case may be erased.
#include "tests/core/scene.h"

using namespace noroshi;
using namespace noroshi::core;
using namespace noroshi::core::testing;

TEST_CASE("a retention counts whole years from the first April 1 after the fiscal year in which the case ended") {
  const struct {
    const char* ended;
    int years;
    const char* until;
  } table[] = {
      {"2018-08-01T10:00:00+09:00", 5, "2024-04-01T00:00:00+09:00"},
      {"2018-08-01T10:00:00+09:00", 1, "2020-04-01T00:00:00+09:00"},
      // The last instant of a fiscal year and the first of the next; in UTC both are March 31.
      {"2019-03-31T23:59:59.999999+09:00", 5, "2024-04-01T00:00:00+09:00"},
      {"2019-04-01T00:00:00+09:00", 5, "2025-04-01T00:00:00+09:00"},
      {"2019-03-31T14:59:59Z", 5, "2024-04-01T00:00:00+09:00"},
      {"2019-03-31T15:00:00Z", 5, "2025-04-01T00:00:00+09:00"},
      // At the turn of the calendar year nothing changes.
      {"2018-12-31T23:59:59+09:00", 3, "2022-04-01T00:00:00+09:00"},
      {"2019-01-01T00:00:00+09:00", 3, "2022-04-01T00:00:00+09:00"},
      // Leap days are days like others, at the start, on the way and at the end.
      {"2020-02-29T12:00:00+09:00", 1, "2021-04-01T00:00:00+09:00"},
      {"2019-06-01T00:00:00+09:00", 3, "2023-04-01T00:00:00+09:00"},
      {"2022-04-01T00:00:00+09:00", 1, "2024-04-01T00:00:00+09:00"},
      {"2096-02-29T23:00:00+09:00", 4, "2100-04-01T00:00:00+09:00"},
      {"2018-04-01T00:00:00+09:00", 60, "2079-04-01T00:00:00+09:00"},
  };
  for (const auto& [ended, years, until] : table) {
    CAPTURE(ended);
    CAPTURE(years);
    CHECK(format_rfc3339(retained_until(at(ended), years)) == until);
  }
}

TEST_CASE(
    "looking for what may be erased finds exactly what may be: on every day of ten years, at both ends of the day") {
  for (const int years : {1, 3, 5, 30})
    for (auto day = *parse_day("2015-01-01"); day < *parse_day("2025-01-01"); day += std::chrono::days(1))
      for (const auto ended : {start_of(day), start_of(day) + hours(24) - std::chrono::microseconds(1)}) {
        const auto until = retained_until(ended, years);
        for (const auto now : {until - std::chrono::microseconds(1), until, until + hours(24 * 200)})
          REQUIRE((ended < kept_if_ended_before(now, years)) == (now >= until));
      }
}

TEST_CASE("the class is that of the confidentiality; an exercise has its own; what states none is kept as 2") {
  const RetentionPolicy policy{.confidentiality_1 = 3, .confidentiality_2 = 10, .exercise = 1};
  const struct {
    bool exercise;
    int confidentiality;
    const char* name;
    int years;
  } table[] = {{false, 0, "confidentiality_2", 10},
               {false, 1, "confidentiality_1", 3},
               {false, 2, "confidentiality_2", 10},
               {false, 3, "confidentiality_2", 10},
               {true, 0, "exercise", 1},
               {true, 1, "exercise", 1},
               {true, 2, "exercise", 1}};
  for (const auto& [exercise, confidentiality, name, years] : table) {
    CAPTURE(exercise);
    CAPTURE(confidentiality);
    CHECK(to_string(retention_class(exercise, confidentiality)) == name);
    CHECK(policy.years(retention_class(exercise, confidentiality)) == years);
  }
}
