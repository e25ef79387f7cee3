// `noroshi config check` and `noroshi config show`: the daemon's configuration, read as noroshid reads it,
// without a daemon and without a database.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "src/cli/database_visit.h"
#include "src/cli/output.h"

namespace noroshi::cli {

// What noroshid takes on its own command line; --data and --database-url stand in `database`.
struct ConfigOptions {
  std::optional<std::string> listen;
  std::optional<std::filesystem::path> config;
  std::optional<std::filesystem::path> registry;
  std::optional<std::filesystem::path> editions;
  DatabaseOptions database;
};

// The whole of it: file, environment and flags, the law's files, the targets against the editions held, the
// certificate and its key. Exit 0 after "ok" and what is in force in a line; 78 after every mistake with its
// place, as noroshid ends.
struct ConfigCheckOptions : ConfigOptions {};
int run(const ConfigCheckOptions& options, const Output& output);

// What is in force, as TOML that noroshid reads back, without secrets; below it, as comments, the target
// (目標) of every duty, acknowledgement and follow-up report with its default and who set it. Exit 78 where
// there are mistakes.
struct ConfigShowOptions : ConfigOptions {};
int run(const ConfigShowOptions& options, const Output& output);

}  // namespace noroshi::cli
