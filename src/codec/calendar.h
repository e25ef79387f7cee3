// The turns of duty of a body as an iCalendar (RFC 5545): times in UTC, a UID that stays, lines folded at 75 octets. Pure; any
// number of threads.
#pragma once

#include <string>

#include "src/codec/language.h"
#include "src/core/staff.h"

namespace noroshi::codec {

// Turns that end after `from`; one that was cancelled is shown as such, so that a client takes it out. `now` is the DTSTAMP.
std::string encode_calendar(const core::Staff& staff, Timestamp from, Timestamp now, Language language);

// The line, folded, with its end. For tests.
std::string folded_line(const std::string& line);

}  // namespace noroshi::codec
