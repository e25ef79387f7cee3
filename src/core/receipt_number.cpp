#include "src/core/receipt_number.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>

namespace noroshi::core {
namespace {

using std::chrono::minutes;
using Code = std::array<unsigned, 12>;

constexpr std::string_view digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr Timestamp epoch{std::chrono::sys_days(std::chrono::year(2010) / 1 / 1)};
constexpr std::uint64_t most_minutes = std::uint64_t{1} << 25;

// Times x in GF(32).
constexpr unsigned times_x(unsigned value) { return (value << 1 ^ (value & 16 ? 0b100101U : 0U)) & 31; }

unsigned check_digit(const Code& code) {
  unsigned sum = 0;
  for (std::size_t i = 0; i + 1 < code.size(); ++i) sum = times_x(sum) ^ code[i];
  return times_x(sum);
}

// FNV-1a, then the last step of SplitMix64: nothing secret, only spread.
std::uint64_t hash_of(std::string_view organization, const Uuid& id) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  const auto take = [&](std::uint8_t byte) { hash = (hash ^ byte) * 0x100000001b3ULL; };
  for (const char c : organization) take(static_cast<std::uint8_t>(c));
  take(0);
  for (const auto byte : id.bytes) take(byte);
  hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9ULL;
  hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebULL;
  return hash ^ (hash >> 31);
}

std::uint64_t minute_of(const Uuid& id) {
  std::int64_t milliseconds = 0;
  for (int i = 0; i < 6; ++i) milliseconds = milliseconds << 8 | id.bytes[static_cast<std::size_t>(i)];
  const Timestamp at{std::chrono::milliseconds(milliseconds)};
  return static_cast<std::uint64_t>(std::chrono::floor<minutes>(at - epoch).count()) % most_minutes;
}

constexpr char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }
constexpr bool is_separator(char c) { return c == '-' || c == ' '; }

std::string write(std::string_view organization, const Code& code) {
  std::string text;
  for (const char c : organization) text += upper(c);
  text += "-R";
  for (std::size_t i = 0; i < code.size(); ++i) {
    if (i % 4 == 0) text += '-';
    text += digits[code[i]];
  }
  return text;
}

// As Crockford reads what people write.
std::optional<unsigned> value_of(char c) {
  c = upper(c);
  if (c == 'O') c = '0';
  if (c == 'I' || c == 'L') c = '1';
  const auto at = digits.find(c);
  return at == std::string_view::npos ? std::nullopt : std::optional(static_cast<unsigned>(at));
}

void trim_end(std::string_view& text) {
  while (!text.empty() && is_separator(text.back())) text.remove_suffix(1);
}

}  // namespace

std::string receipt_number(std::string_view organization, MessageId first) {
  Code code{};
  auto minute = minute_of(first.value);
  auto hash = hash_of(organization, first.value);
  for (std::size_t i = 5; i-- > 0; minute >>= 5) code[i] = static_cast<unsigned>(minute & 31);
  for (std::size_t i = 11; i-- > 5; hash >>= 5) code[i] = static_cast<unsigned>(hash & 31);
  code.back() = check_digit(code);
  return write(organization, code);
}

std::optional<std::string> parse_receipt_number(std::string_view text) {
  if (text.size() > 100) return std::nullopt;
  Code code{};
  for (std::size_t i = code.size(); i-- > 0;) {
    trim_end(text);
    if (text.empty()) return std::nullopt;
    const auto value = value_of(text.back());
    if (!value) return std::nullopt;
    code[i] = *value;
    text.remove_suffix(1);
  }
  if (code.back() != check_digit(code)) return std::nullopt;
  trim_end(text);
  if (text.empty() || upper(text.back()) != 'R') return std::nullopt;
  text.remove_suffix(1);
  if (text.empty() || !is_separator(text.back())) return std::nullopt;
  trim_end(text);
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  if (text.empty() || text.size() > 40) return std::nullopt;
  std::string organization(text);
  for (char& c : organization) {
    if (c == ' ') c = '-';
    c = upper(c);
    if (!(c == '-' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'))) return std::nullopt;
  }
  return write(organization, code);
}

std::pair<Timestamp, Timestamp> minute_of_receipt(std::string_view number) {
  const auto parsed = parse_receipt_number(number);
  if (!parsed) return {epoch, epoch};
  std::uint64_t minute = 0;
  const auto code = std::string_view(*parsed).substr(parsed->size() - 14);  // with its two hyphens
  std::size_t taken = 0;
  for (const char c : code) {
    if (c == '-') continue;
    if (taken++ == 5) break;
    minute = minute << 5 | *value_of(c);
  }
  const Timestamp from = epoch + minutes(minute);
  return {from, from + minutes(1)};
}

}  // namespace noroshi::core
