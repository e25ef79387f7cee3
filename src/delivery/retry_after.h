// Retry-After (RFC 9110 10.2.3): seconds, or a date. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace noroshi::delivery {

inline constexpr std::chrono::seconds longest_retry_after = std::chrono::hours(24);

// From 0 to a day, what is beyond being a day; nothing for what is neither. A date is counted from the Date field of
// the same answer, so that a receiver whose clock is wrong still says what it means, or from `now` where that is no
// date.
std::optional<std::chrono::seconds> parse_retry_after(std::string_view text, std::string_view date,
                                                      std::chrono::sys_seconds now);

// IMF-fixdate, "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 5.6.7); the two obsolete forms are nothing.
std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text);

}  // namespace noroshi::delivery
