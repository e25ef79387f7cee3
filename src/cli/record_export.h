// `noroshi record export`: one file with all that is needed to check the record, or a part of it, somewhere else. Its
// form is that of schemas/events/README.md, "The export file".
#pragma once

#include <string>

#include "src/cli/database_visit.h"
#include "src/cli/output.h"

namespace noroshi::cli {

struct RecordExportOptions {
  std::string file;      // "-": standard output
  std::string incident;  // number, id or reference; empty: not one incident
  std::string from, to;  // RFC 3339 or a day; empty: no bound
  DatabaseOptions database;
};
// The file appears whole or not at all, mode 0600; one that is there is never overwritten (exit 2). Events that no
// checkpoint covers yet are left out, and told of. Exit 1 where nothing is signed yet, there is no such
// incident, or its label forbids an export of it (取扱制限: 持出禁止, 複製禁止); the whole record is evidence and is always exported.
int run(const RecordExportOptions& options, const Output& output);

}  // namespace noroshi::cli
