#include "src/codec/calendar.h"

#include <chrono>

#include <algorithm>

namespace noroshi::codec {
namespace {

constexpr std::size_t most_octets = 75;  // RFC 5545 3.1, without the end of the line

std::string digits(unsigned value, std::size_t width) {
  auto text = std::to_string(value);
  return std::string(width - std::min(width, text.size()), '0') + text;
}

// "20180801T000000Z" (RFC 5545 3.3.5, form 2).
std::string utc(Timestamp at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{std::chrono::floor<std::chrono::seconds>(at - day)};
  return digits(static_cast<unsigned>(static_cast<int>(date.year())), 4) + digits(static_cast<unsigned>(date.month()), 2) +
         digits(static_cast<unsigned>(date.day()), 2) + "T" + digits(static_cast<unsigned>(time.hours().count()), 2) +
         digits(static_cast<unsigned>(time.minutes().count()), 2) +
         digits(static_cast<unsigned>(time.seconds().count()), 2) + "Z";
}

// RFC 5545 3.3.11.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == ';' || c == ',') out += '\\';
    if (c == '\n')
      out += "\\n";
    else if (static_cast<unsigned char>(c) >= 0x20)
      out += c;
  }
  return out;
}

}  // namespace

std::string folded_line(const std::string& line) {
  std::string out;
  std::size_t width = 0;
  for (std::size_t i = 0; i < line.size();) {
    std::size_t length = 1;  // of the character, which is not cut
    while (i + length < line.size() && (static_cast<unsigned char>(line[i + length]) & 0xC0) == 0x80) ++length;
    if (width + length > most_octets) {
      out += "\r\n ";
      width = 1;
    }
    out.append(line, i, length);
    width += length;
    i += length;
  }
  return out + "\r\n";
}

std::string encode_calendar(const core::Staff& staff, Timestamp from, Timestamp now, Language language) {
  std::string out;
  const auto line = [&](const std::string& text) { out += folded_line(text); };
  line("BEGIN:VCALENDAR");
  line("VERSION:2.0");
  line("PRODID:-//Noroshi//Noroshi//EN");
  line("CALSCALE:GREGORIAN");
  line("METHOD:PUBLISH");
  for (const auto& entry : staff.shifts) {
    const auto& shift = entry.value;
    if (shift.until <= from) continue;
    const auto* person = staff.find(shift.person);
    const std::string post(core::to_string(shift.post));
    const std::string word = language == Language::en ? "Duty" : "当番";
    line("BEGIN:VEVENT");
    line("UID:" + core::to_string(shift.id) + "@noroshi");
    line("DTSTAMP:" + utc(now));
    line("DTSTART:" + utc(shift.from));
    line("DTEND:" + utc(shift.until));
    line("SEQUENCE:" + std::string(entry.ended_at ? "1" : "0"));
    line("STATUS:" + std::string(entry.ended_at ? "CANCELLED" : "CONFIRMED"));
    line("SUMMARY:" + escaped(word + " " + post + ": " + (person ? person->person.name : "")));
    line("CATEGORIES:" + post + (shift.overrides ? ",override" : ""));
    line("END:VEVENT");
  }
  line("END:VCALENDAR");
  return out;
}

}  // namespace noroshi::codec
