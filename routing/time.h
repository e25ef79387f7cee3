// Instants, Japanese days and durations, as the rules count them.
//
// Inside the program every instant is UTC with microseconds (what PostgreSQL keeps); at its edges it is
// written with the offset +09:00. Japan has had no daylight saving time since 1951, so a fixed offset is the
// whole time zone. Everything here is pure: nobody in this room asks what time it is.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace noroshi {

using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;
// A calendar day in Japan. It begins at midnight +09:00; this is the form in which dates of law are compared.
using JapaneseDay = std::chrono::local_days;

inline constexpr std::chrono::hours japan_offset{9};

// The Japanese day in which the instant lies.
JapaneseDay japanese_day(Timestamp at);
// The instant at which that day begins: midnight +09:00.
Timestamp start_of(JapaneseDay day);

// RFC 3339 section 5.6 date-time with an offset or Z; at most six digits of a second's fraction are kept. A
// leap second (60) is read as the first instant of the next minute. Nothing for anything else, for a day that
// does not exist, or for a year outside 1900-9999.
std::optional<Timestamp> parse_rfc3339(std::string_view text);
// RFC 3339 with offset +09:00, and a fraction only where there is one: "2018-08-01T09:00:00+09:00".
std::string format_rfc3339(Timestamp at);

// ISO 8601 full date, "2018-07-25". Nothing for a day that does not exist.
std::optional<JapaneseDay> parse_day(std::string_view text);
std::string format_day(JapaneseDay day);

// ISO 8601 durations of days, hours, minutes and seconds: "PT60M", "P1DT12H", "P90D". Nothing for years and
// months (they have no fixed length), for negative or fractional ones, or for more than ten years.
std::optional<std::chrono::seconds> parse_duration(std::string_view text);
// The normal such form, hours before days below two days: PT1H, PT1H30M, PT24H, P2D, P2DT12H, PT0S. Not for
// negative durations.
std::string format_duration(std::chrono::seconds duration);

}  // namespace noroshi
