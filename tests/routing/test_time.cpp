#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "routing/time.h"

using namespace noroshi;
using namespace std::chrono_literals;
using std::chrono::seconds;

TEST_CASE("a Japanese day begins at midnight +09:00, which is 15:00 UTC of the day before") {
  const auto day = parse_day("2018-07-25").value();
  CHECK(format_rfc3339(start_of(day)) == "2018-07-25T00:00:00+09:00");
  CHECK(start_of(day) == parse_rfc3339("2018-07-24T15:00:00Z"));
  CHECK(japanese_day(start_of(day)) == day);
  CHECK(japanese_day(start_of(day) - 1us) == day - std::chrono::days{1});
}

TEST_CASE("days before 1970 and fractions before the epoch fall on the right day") {
  const auto at = parse_rfc3339("1945-08-15T11:59:59.5+09:00").value();
  CHECK(format_day(japanese_day(at)) == "1945-08-15");
  CHECK(format_rfc3339(at) == "1945-08-15T11:59:59.5+09:00");
}

TEST_CASE("an instant may be written with any offset, and is shown with +09:00") {
  CHECK(format_rfc3339(*parse_rfc3339("2018-08-01T00:00:00Z")) == "2018-08-01T09:00:00+09:00");
  CHECK(format_rfc3339(*parse_rfc3339("2018-07-31T19:00:00-05:00")) == "2018-08-01T09:00:00+09:00");
  CHECK(format_rfc3339(*parse_rfc3339("2018-08-01t05:30:00+05:30")) == "2018-08-01T09:00:00+09:00");
  CHECK(format_rfc3339(*parse_rfc3339("2018-08-01T00:00:00-00:00")) == "2018-08-01T09:00:00+09:00");
}

TEST_CASE("six digits of a fraction are kept, and zeros at its end are not shown") {
  CHECK(format_rfc3339(*parse_rfc3339("2018-08-01T09:00:00.123456789+09:00")) ==
        "2018-08-01T09:00:00.123456+09:00");
  CHECK(format_rfc3339(*parse_rfc3339("2018-08-01T09:00:00.5+09:00")) == "2018-08-01T09:00:00.5+09:00");
  CHECK(format_rfc3339(*parse_rfc3339("2018-08-01T09:00:00.000+09:00")) == "2018-08-01T09:00:00+09:00");
}

TEST_CASE("a leap second is the first instant of the next minute, and stands at the end of a UTC day only") {
  CHECK(format_rfc3339(*parse_rfc3339("2016-12-31T23:59:60Z")) == "2017-01-01T09:00:00+09:00");
  CHECK(format_rfc3339(*parse_rfc3339("2017-01-01T08:59:60.7+09:00")) == "2017-01-01T09:00:00+09:00");
  CHECK_FALSE(parse_rfc3339("2017-01-01T00:00:60Z"));
  CHECK_FALSE(parse_rfc3339("2016-12-31T23:59:60+09:00"));
  CHECK_FALSE(parse_rfc3339("2016-12-31T23:59:61Z"));
}

TEST_CASE("what is no date-time of RFC 3339 is refused") {
  for (const auto* text : {"",
                           "2018-08-01",
                           "2018-08-01T09:00:00",
                           "2018-08-01 09:00:00+09:00",
                           "2018-08-01T09:00+09:00",
                           "2018-8-1T09:00:00Z",
                           "2018-02-29T09:00:00Z",
                           "2018-13-01T09:00:00Z",
                           "2018-00-01T09:00:00Z",
                           "2018-08-32T09:00:00Z",
                           "2018-08-01T24:00:00Z",
                           "2018-08-01T09:60:00Z",
                           "2018-08-01T09:00:00.Z",
                           "2018-08-01T09:00:00,5Z",
                           "2018-08-01T09:00:00+9:00",
                           "2018-08-01T09:00:00+0900",
                           "2018-08-01T09:00:00+24:00",
                           "2018-08-01T09:00:00+09:60",
                           "2018-08-01T09:00:00Zx",
                           " 2018-08-01T09:00:00Z",
                           "2018-08-01T09:00:00Z ",
                           "+2018-08-01T09:00:00Z",
                           "2018-08-01T-9:00:00Z",
                           "1899-12-31T23:59:59+09:00",
                           "9999-12-31T23:59:59Z",
                           "２０１８-08-01T09:00:00Z"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_rfc3339(text));
  }
}

TEST_CASE("days that do not exist are refused, leap days are known") {
  CHECK(parse_day("2020-02-29"));
  CHECK(parse_day("2000-02-29"));
  for (const auto* text :
       {"2019-02-29", "2100-02-29", "2018-7-25", "2018-07-25 ", "20180725", "2018/07/25", ""})
    CHECK_FALSE(parse_day(text));
}

TEST_CASE("durations of days, hours, minutes and seconds") {
  CHECK(parse_duration("PT60M") == 3600s);
  CHECK(parse_duration("P1DT12H") == 36h);
  CHECK(parse_duration("P90D") == std::chrono::days{90});
  CHECK(parse_duration("PT0S") == 0s);
  CHECK(parse_duration("PT1H1M1S") == 3661s);
  CHECK(parse_duration("P3660D") == std::chrono::days{3660});
}

TEST_CASE("durations without a fixed length, negative, fractional, out of order or too long are refused") {
  for (const auto* text : {"",       "P",      "PT",      "P1DT",      "P1Y",
                           "P1M",    "P1W",    "-PT1H",   "PT-1H",     "PT1.5H",
                           "PT1M1H", "PT1H1H", "P1H",     "PT1D",      "1H",
                           "pt1h",   "PT1H ",  "PT1HT1M", "P3660DT1S", "PT999999999999999999999S"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text));
  }
}

TEST_CASE("durations are shown in hours below two days") {
  CHECK(format_duration(0s) == "PT0S");
  CHECK(format_duration(30min) == "PT30M");
  CHECK(format_duration(60min) == "PT1H");
  CHECK(format_duration(90min) == "PT1H30M");
  CHECK(format_duration(24h) == "PT24H");
  CHECK(format_duration(48h) == "P2D");
  CHECK(format_duration(60h + 1s) == "P2DT12H1S");
}

TEST_CASE("every instant and every duration survives being written and read again") {
  CHECK(rc::check("instants", [] {
    const auto microseconds =
        *rc::gen::inRange<std::int64_t>(-2'000'000'000'000'000, 250'000'000'000'000'000);
    const Timestamp at{std::chrono::microseconds{microseconds}};
    RC_ASSERT(parse_rfc3339(format_rfc3339(at)) == at);
    RC_ASSERT(start_of(japanese_day(at)) <= at);
    RC_ASSERT(at < start_of(japanese_day(at) + std::chrono::days{1}));
  }));
  CHECK(rc::check("durations", [] {
    const seconds duration{*rc::gen::inRange<std::int64_t>(0, 3660LL * 86400)};
    RC_ASSERT(parse_duration(format_duration(duration)) == duration);
  }));
}
