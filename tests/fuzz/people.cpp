// The list of people as CSV, and what calendars are written of: mistakes are told by place; a folded line is that line.
#include <utf8proc.h>

#include "src/codec/calendar.h"
#include "src/codec/people_csv.h"
#include "tests/fuzz/fuzz.h"

namespace noroshi::fuzz {

void target(std::string_view input) {
  const auto list = codec::decode_people_csv(input);
  for (const auto& mistake : list.mistakes) HOLDS(!mistake.message.ja.empty() && !mistake.message.en.empty());

  // RFC 5545 3.1: at most 75 octets a line, continued by a blank; put together again it is what it was.
  // What is written there was read as UTF-8 before.
  std::string line;
  for (auto rest = input.substr(0, 4096); !rest.empty();) {
    utf8proc_int32_t character = 0;
    const auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(rest.data()),
                                       static_cast<utf8proc_ssize_t>(rest.size()), &character);
    if (size > 0 && character >= 0x20) line += rest.substr(0, static_cast<std::size_t>(size));
    rest.remove_prefix(size > 0 ? static_cast<std::size_t>(size) : 1);
  }
  const std::string folded = codec::folded_line(line);
  std::string again;
  std::size_t width = 0;
  for (std::size_t at = 0; at < folded.size(); ++at) {
    if (folded.compare(at, 3, "\r\n ") == 0) {
      at += 2;
      width = 1;
      continue;
    }
    if (folded.compare(at, 2, "\r\n") == 0 && at + 2 == folded.size()) break;
    HOLDS(folded[at] != '\r' && folded[at] != '\n');
    HOLDS(++width <= 75);
    again += folded[at];
  }
  HOLDS(again == line);
}

}  // namespace noroshi::fuzz
