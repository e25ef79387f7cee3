// `noroshi record show` and `noroshi record events`: what the record holds, for a person who reads it at the machine.
#pragma once

#include <string>

#include "src/cli/database_visit.h"
#include "src/cli/output.h"

namespace noroshi::cli {

// How far the record goes and who has signed it; with a number, the chronology of that incident.
struct RecordShowOptions {
  std::string incident;  // number, id or reference; empty: the record as a whole
  DatabaseOptions database;
};
int run(const RecordShowOptions& options, const Output& output);

// Exit 2 for a type or a body that there is not. Events one by one, numbered ones in order: a table, CSV, or JSON Lines
// with --json. Written as it is read.
struct RecordEventsOptions {
  std::string incident, type,
      organization;      // number, id or reference; "report.received", slug of the actor; empty: all
  std::string from, to;  // RFC 3339 or a day; empty: no bound
  bool csv = false;
  DatabaseOptions database;
};
int run(const RecordEventsOptions& options, const Output& output);

// RFC 3339 or a day of Japan, which stands for its beginning; nothing for an empty text. Else what to tell of the
// option.
tl::expected<std::optional<Timestamp>, Text> read_bound(const char* option, const std::string& text);

}  // namespace noroshi::cli
