// A list of people as CSV (RFC 4180, UTF-8, a byte order mark allowed), read and written. Columns, by the names of the first line
// and in any order: name, employment, skills (separated by ;), cleared, post, ground, from, until, training_kind,
// training_course, training_completed, training_valid_until. Required: name, employment. Times are RFC 3339, or a day: its first
// instant in Japan. A person with several posts or trainings has several lines. Pure; any number of threads.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "src/core/staff.h"

namespace noroshi::codec {

struct PeopleList {
  std::vector<core::ImportedLine> lines;
  std::vector<core::FieldError> mistakes;  // every one: "/7/post" is the column `post` of line 7
};
PeopleList decode_people_csv(std::string_view text);

// Who is there at that time, with the posts that last; reads back as it is. A cell that a spreadsheet would take for a formula is
// given with an apostrophe before it, which reading takes away.
std::string encode_people_csv(const core::Staff& staff, Timestamp at);

}  // namespace noroshi::codec
