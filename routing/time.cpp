#include "routing/time.h"

#include <array>

#include <fmt/format.h>

namespace noroshi {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr int first_year = 1900;
constexpr int last_year = 9999;
constexpr seconds longest_duration = days{3660};  // ten years, leap days included

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Reads a text from left to right. Once something is missing, it has failed for good.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  // Exactly `count` ASCII digits.
  int digits(std::size_t count) {
    if (rest_.size() < count) return fail();
    int value = 0;
    for (const char c : rest_.substr(0, count)) {
      if (!is_digit(c)) return fail();
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }

  void expect(char c) {
    if (!accept(c)) fail();
  }

  bool accept(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // Every digit that follows, at least one.
  std::string_view all_digits() {
    std::size_t count = 0;
    while (count < rest_.size() && is_digit(rest_[count])) ++count;
    if (count == 0) fail();
    const auto digits = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return digits;
  }

  bool at_end() const { return rest_.empty(); }
  bool good() const { return good_; }
  bool done() const { return good_ && rest_.empty(); }

 private:
  int fail() {
    good_ = false;
    return 0;
  }

  std::string_view rest_;
  bool good_ = true;
};

bool year_held(JapaneseDay day) {
  const auto year = static_cast<int>(std::chrono::year_month_day{day}.year());
  return first_year <= year && year <= last_year;
}

std::optional<JapaneseDay> scan_day(Scanner& scanner) {
  const int year = scanner.digits(4);
  scanner.expect('-');
  const int month = scanner.digits(2);
  scanner.expect('-');
  const int day = scanner.digits(2);
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!scanner.good() || !date.ok() || year < first_year) return std::nullopt;
  return JapaneseDay{date};
}

// The digits after the point, as microseconds; more than six are cut off.
microseconds scan_fraction(Scanner& scanner) {
  int value = 0;
  const auto digits = scanner.all_digits();
  for (std::size_t i = 0; i < 6; ++i) value = value * 10 + (i < digits.size() ? digits[i] - '0' : 0);
  return microseconds{value};
}

std::optional<minutes> scan_offset(Scanner& scanner) {
  if (scanner.accept('Z') || scanner.accept('z')) return minutes{0};
  const bool west = scanner.accept('-');
  if (!west) scanner.expect('+');
  const int hour = scanner.digits(2);
  scanner.expect(':');
  const int minute = scanner.digits(2);
  if (!scanner.good() || hour > 23 || minute > 59) return std::nullopt;
  const minutes offset = hours{hour} + minutes{minute};
  return west ? -offset : offset;
}

// Leap seconds are inserted at the end of a UTC day, and nowhere else (RFC 3339 section 5.7).
bool ends_a_day(Timestamp minute_begin) {
  return (minute_begin + minutes{1}) == std::chrono::ceil<days>(minute_begin);
}

}  // namespace

JapaneseDay japanese_day(Timestamp at) {
  return JapaneseDay{std::chrono::floor<days>(at + japan_offset).time_since_epoch()};
}

Timestamp start_of(JapaneseDay day) {
  return Timestamp{day.time_since_epoch()} - japan_offset;
}

std::optional<Timestamp> parse_rfc3339(std::string_view text) {
  Scanner scanner(text);
  const auto day = scan_day(scanner);
  if (!day) return std::nullopt;
  if (!scanner.accept('T')) scanner.expect('t');
  const int hour = scanner.digits(2);
  scanner.expect(':');
  const int minute = scanner.digits(2);
  scanner.expect(':');
  const int second = scanner.digits(2);
  microseconds fraction{0};
  if (scanner.accept('.')) fraction = scan_fraction(scanner);
  const auto offset = scan_offset(scanner);
  if (!scanner.done() || !offset || hour > 23 || minute > 59 || second > 60) return std::nullopt;

  const auto minute_begin = Timestamp{day->time_since_epoch()} + hours{hour} + minutes{minute} - *offset;
  Timestamp at = minute_begin + seconds{second} + fraction;
  if (second == 60) {
    if (!ends_a_day(minute_begin)) return std::nullopt;
    at = minute_begin + minutes{1};
  }
  if (!year_held(japanese_day(at))) return std::nullopt;
  return at;
}

std::string format_rfc3339(Timestamp at) {
  const auto day = japanese_day(at);
  const std::chrono::hh_mm_ss<microseconds> time{at - start_of(day)};
  auto text = fmt::format("{}T{:02}:{:02}:{:02}", format_day(day), time.hours().count(),
                          time.minutes().count(), time.seconds().count());
  if (time.subseconds().count() != 0) {
    text += fmt::format(".{:06}", time.subseconds().count());
    while (text.back() == '0') text.pop_back();
  }
  return text + "+09:00";
}

std::optional<JapaneseDay> parse_day(std::string_view text) {
  Scanner scanner(text);
  const auto day = scan_day(scanner);
  return scanner.done() ? day : std::nullopt;
}

std::string format_day(JapaneseDay day) {
  const std::chrono::year_month_day date{day};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

std::optional<seconds> parse_duration(std::string_view text) {
  struct Unit {
    char letter;
    seconds length;
    bool of_day;  // stands after the T
  };
  static constexpr std::array units{Unit{'D', days{1}, false}, Unit{'H', hours{1}, true},
                                    Unit{'M', minutes{1}, true}, Unit{'S', seconds{1}, true}};
  Scanner scanner(text);
  scanner.expect('P');
  seconds total{0};
  bool after_t = false;
  auto unit = units.begin();
  do {
    if (!after_t && scanner.accept('T')) after_t = true;
    const auto digits = scanner.all_digits();
    if (!scanner.good() || digits.size() > 9) return std::nullopt;
    std::int64_t count = 0;
    for (const char digit : digits) count = count * 10 + (digit - '0');
    while (unit != units.end() && (unit->of_day != after_t || !scanner.accept(unit->letter))) ++unit;
    if (unit == units.end()) return std::nullopt;
    total += count * unit->length;
    ++unit;
  } while (!scanner.at_end());
  if (total > longest_duration) return std::nullopt;
  return total;
}

std::string format_duration(seconds duration) {
  const auto whole_days = duration >= days{2} ? std::chrono::floor<days>(duration) : days{0};
  const std::chrono::hh_mm_ss<seconds> rest{duration - whole_days};
  std::string text = "P";
  if (whole_days.count() != 0) text += fmt::format("{}D", whole_days.count());
  if (whole_days.count() != 0 && rest.to_duration().count() == 0) return text;
  text += 'T';
  if (rest.hours().count() != 0) text += fmt::format("{}H", rest.hours().count());
  if (rest.minutes().count() != 0) text += fmt::format("{}M", rest.minutes().count());
  if (rest.seconds().count() != 0 || text == "PT") text += fmt::format("{}S", rest.seconds().count());
  return text;
}

}  // namespace noroshi
