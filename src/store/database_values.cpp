// Values to and from PostgreSQL's text forms, as a session set up by Connection writes them (UTC, ISO dates,
// hex bytea).
#include <memory>
#include <fmt/format.h>

#include <charconv>

#include "src/store/content_keys.h"
#include "src/store/database.h"

namespace noroshi::store {

namespace {

[[noreturn]] void wrong_form(const char* type) {
  // Never the value: it is a row's content.
  throw std::logic_error(fmt::format("a column does not hold the form of a {}", type));
}

template <typename Number>
Number parse_number(std::string_view text, const char* type) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) wrong_form(type);
  return number;
}

// "2018-08-01"
std::chrono::year_month_day parse_date(std::string_view text, const char* type) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') wrong_form(type);
  const std::chrono::year_month_day day{std::chrono::year{parse_number<int>(text.substr(0, 4), type)},
                                        std::chrono::month{parse_number<unsigned>(text.substr(5, 2), type)},
                                        std::chrono::day{parse_number<unsigned>(text.substr(8, 2), type)}};
  if (!day.ok()) wrong_form(type);
  return day;
}

// "2018-08-01 09:00:00+00" or "2018-08-01 09:00:00.123456+00"; `infinity` and years beyond 9999 are not ours.
Timestamp parse_timestamp(std::string_view text) {
  constexpr const char* type = "timestamptz";
  if (!text.ends_with("+00")) wrong_form(type);
  text.remove_suffix(3);
  if (text.size() < 19 || text[10] != ' ' || text[13] != ':' || text[16] != ':') wrong_form(type);
  Timestamp at = std::chrono::sys_days(parse_date(text.substr(0, 10), type));
  at += std::chrono::hours(parse_number<int>(text.substr(11, 2), type));
  at += std::chrono::minutes(parse_number<int>(text.substr(14, 2), type));
  at += std::chrono::seconds(parse_number<int>(text.substr(17, 2), type));
  if (text.size() == 19) return at;
  const std::string_view fraction = text.substr(20);
  if (text[19] != '.' || fraction.empty() || fraction.size() > 6) wrong_form(type);
  int micros = parse_number<int>(fraction, type);
  for (std::size_t digits = fraction.size(); digits < 6; ++digits) micros *= 10;
  return at + std::chrono::microseconds(micros);
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

Bytes parse_bytes(std::string_view text) {
  if (!text.starts_with("\\x") || text.size() % 2 != 0) wrong_form("bytea");
  text.remove_prefix(2);
  Bytes bytes(text.size() / 2);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const int high = hex_digit(text[2 * i]);
    const int low = hex_digit(text[2 * i + 1]);
    if (high < 0 || low < 0) wrong_form("bytea");
    bytes[i] = static_cast<std::byte>(high << 4 | low);
  }
  return bytes;
}

// One-dimensional: {a,"b c","say \"x\""}. An element NULL has no place in a std::string and is refused.
std::vector<std::string> parse_text_array(std::string_view text) {
  constexpr const char* type = "text[]";
  if (text.size() < 2 || text.front() != '{' || text.back() != '}') wrong_form(type);
  text = text.substr(1, text.size() - 2);
  std::vector<std::string> elements;
  std::size_t at = 0;
  while (at < text.size()) {
    std::string element;
    const bool quoted = text[at] == '"';
    if (quoted) ++at;
    while (at < text.size() && text[at] != (quoted ? '"' : ',')) {
      if (text[at] == '{') {
        if (!quoted) wrong_form(type);
      } else if (text[at] == '\\') {
        ++at;
      }
      if (at == text.size()) wrong_form(type);
      element += text[at++];
    }
    if (quoted && at++ == text.size()) wrong_form(type);
    if (!quoted && element == "NULL") wrong_form(type);
    elements.push_back(std::move(element));
    if (at == text.size()) break;
    if (text[at] != ',' || ++at == text.size()) wrong_form(type);
  }
  return elements;
}

void refuse_nul(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) throw UnstorableText("a text contains U+0000");
}

}  // namespace

Parameter::Parameter(double value) : Parameter(fmt::format("{}", value)) {}

Parameter::Parameter(std::string value) {
  refuse_nul(value);
  text_ = std::make_shared<const std::string>(std::move(value));
}

Parameter::Parameter(std::span<const std::byte> value) {
  // The text form, not the binary one: libpqxx 6 takes a list made at run time in one form only.
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  hex.reserve(2 + 2 * value.size());
  hex = "\\x";
  for (const std::byte byte : value) {
    hex += digits[std::to_integer<unsigned>(byte) >> 4];
    hex += digits[std::to_integer<unsigned>(byte) & 15];
  }
  text_ = std::make_shared<const std::string>(std::move(hex));
}

Parameter::Parameter(Timestamp value) {
  const auto day = std::chrono::floor<std::chrono::days>(value);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{value - day};
  *this = fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:06}+00", static_cast<int>(date.year()),
                      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                      time.hours().count(), time.minutes().count(), time.seconds().count(),
                      time.subseconds().count());
}

Parameter::Parameter(JapaneseDay value) {
  const std::chrono::year_month_day date{value};
  *this = fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                      static_cast<unsigned>(date.day()));
}

Parameter::Parameter(std::chrono::seconds value) : Parameter(fmt::format("{} seconds", value.count())) {}

Parameter::Parameter(std::span<const std::string> values) {
  std::string array = "{";
  for (const std::string& value : values) {
    refuse_nul(value);
    if (array.size() > 1) array += ',';
    array += '"';
    for (const char c : value) {
      if (c == '"' || c == '\\') array += '\\';
      array += c;
    }
    array += '"';
  }
  array += '}';
  text_ = std::make_shared<const std::string>(std::move(array));
}

Parameter::Parameter(std::span<const std::int64_t> values)
    : Parameter(fmt::format("{{{}}}", fmt::join(values, ","))) {}

template <>
std::string_view Row::get<std::string_view>(int column) const {
  return text(column);
}
template <>
std::string Row::get<std::string>(int column) const {
  return std::string(text(column));
}
template <>
bool Row::get<bool>(int column) const {
  const std::string_view value = text(column);
  if (value != "t" && value != "f") wrong_form("boolean");
  return value == "t";
}
template <>
std::int16_t Row::get<std::int16_t>(int column) const {
  return parse_number<std::int16_t>(text(column), "smallint");
}
template <>
std::int32_t Row::get<std::int32_t>(int column) const {
  return parse_number<std::int32_t>(text(column), "integer");
}
template <>
std::int64_t Row::get<std::int64_t>(int column) const {
  return parse_number<std::int64_t>(text(column), "bigint");
}
template <>
double Row::get<double>(int column) const {
  return parse_number<double>(text(column), "double precision");
}
template <>
Bytes Row::get<Bytes>(int column) const {
  auto bytes = parse_bytes(stored(column));
  if (const std::string_view view(reinterpret_cast<const char*>(bytes.data()), bytes.size()); is_sealed_bytes(view)) {
    const auto text = opened(view, true);
    const auto whole = std::as_bytes(std::span(text));
    bytes.assign(whole.begin(), whole.end());
  }
  return bytes;
}
template <>
Timestamp Row::get<Timestamp>(int column) const {
  return parse_timestamp(text(column));
}
template <>
JapaneseDay Row::get<JapaneseDay>(int column) const {
  return JapaneseDay(parse_date(text(column), "date"));
}
template <>
std::vector<std::string> Row::get<std::vector<std::string>>(int column) const {
  auto texts = parse_text_array(text(column));
  for (auto& each : texts)
    if (is_sealed_text(each)) each = opened(each, false);
  return texts;
}

}  // namespace noroshi::store
