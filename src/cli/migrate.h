// `noroshi migrate`: brings the schema to this program's version. The daemon does the same when it starts.
#pragma once

#include "src/cli/database_visit.h"
#include "src/cli/output.h"

namespace noroshi::cli {

struct MigrateOptions {
  bool dry_run = false;  // only lists what would run
  DatabaseOptions database;
};
int run(const MigrateOptions& options, const Output& output);

}  // namespace noroshi::cli
