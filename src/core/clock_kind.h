// What clocks watch over, and how far their alarms have risen.
#pragma once

#include <string_view>

#include "routing/time.h"

namespace noroshi::core {

// What a clock watches over.
enum class ClockKind {
  duty,             // its holder has to meet it
  acknowledgement,  // a named person of the recipient has to acknowledge the message
  followup,         // 続報: the body has to say how the case goes on
  handover,         // who leads the response goes off duty, and has to hand over
  permission,       // 課室情報セキュリティ責任者: somebody waits for his permission to send an annex
  inquiry,          // 照会: somebody waits for the answer
};
std::string_view to_string(ClockKind kind);

// How far the alarms of a clock have risen since it started.
struct Ladder {
  int round = 1;   // counts the starts: opening, reopening, passing to a successor, a version after the last alarm, a case again
  int level = 0;   // the highest level that was alarmed; 0: none
  Timestamp from;  // when it started; levels count from the later of this and the due time
  void restart(Timestamp at) { *this = {round + 1, 0, at}; }
  friend bool operator==(const Ladder&, const Ladder&) = default;
};

}  // namespace noroshi::core
