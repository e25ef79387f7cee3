// The daemon's database, visited by a command at the machine: whether the daemon is up or down.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "src/cli/output.h"
#include "src/store/database.h"
#include "src/store/private_cluster.h"

namespace noroshi::cli {

// The command line's --data and --database-url; the latter goes before.
struct DatabaseOptions {
  std::filesystem::path data;
  std::string database_url;
  std::filesystem::path content_keys;  // --content-keys

  bool given() const { return !data.empty() || !database_url.empty(); }
};

// Where the keys are that open what people wrote of cases: that of --content-keys, else of the data folder; empty where neither is
// known.
std::filesystem::path content_key_folder(const DatabaseOptions& options);

// Root makes files for whoever runs the daemon: who owns `folder`. Throws app::KeyFileFault.
void give_to_daemon(const std::filesystem::path& folder, const std::filesystem::path& path);

// Without a URL: the private cluster of the data folder, started for the length of this object where no
// daemon runs it.
class DatabaseVisit {
 public:
  // Throws store::ClusterFault and store::DatabaseError.
  DatabaseVisit(const DatabaseOptions& options, const Output& output);

  const store::ConnectionSettings& settings() const { return settings_; }
  // A connection of role owner.
  std::unique_ptr<store::Connection> owner() const;
  // The same, to a schema that this program knows. An empty database gets its schema; one of another version
  // is store::MigrationRefused: to upgrade it is not a side effect of something else.
  std::unique_ptr<store::Connection> owner_of_current_schema() const;

 private:
  std::unique_ptr<store::ClusterVisit> cluster_;
  store::ConnectionSettings settings_;
};

// Runs what needs the database. Where it, or a key, cannot be had, says why and gives the exit code: 69, 75 or 78. Exit
// 2 where neither --data nor --database-url was given.
int with_database(const DatabaseOptions& options, const Output& output, const std::function<int()>& command);

}  // namespace noroshi::cli
