// Instants, days and durations: what is read is written so that it is read as the same, and has one form.
#include "routing/time.h"
#include "tests/fuzz/fuzz.h"

namespace noroshi::fuzz {

void target(std::string_view input) {
  if (const auto at = parse_rfc3339(input)) {
    const auto text = format_rfc3339(*at);
    // The last hours of 9999 are of the year 10000 in Japan.
    if (const auto again = parse_rfc3339(text)) {
      HOLDS(*again == *at);
      HOLDS(format_rfc3339(*again) == text);
    } else {
      HOLDS(*at >= *parse_rfc3339("9999-12-31T15:00:00Z"));
    }
    HOLDS(start_of(japanese_day(*at)) <= *at);
    HOLDS(start_of(japanese_day(*at)) + std::chrono::hours(24) > *at);
  }
  if (const auto day = parse_day(input)) HOLDS(format_day(*day) == input);
  if (const auto duration = parse_duration(input)) {
    HOLDS(duration->count() >= 0);
    HOLDS(parse_duration(format_duration(*duration)) == duration);
  }
}

}  // namespace noroshi::fuzz
