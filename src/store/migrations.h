// The schema's upgrades: numbered SQL files, applied in order, each once.
//
// A file is schemas/sql/NNNN_name.sql, numbers from 0001 without gaps, embedded in the binary. It runs in one
// transaction of its own, together with its row in noroshi.migration, so it holds no BEGIN or COMMIT. Roles
// belong to the whole cluster, not to the database: a file that creates them asks first (DO … IF NOT EXISTS).
// Once released a file never changes: its SHA-256 is kept and compared.
#pragma once

#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "src/store/database.h"

namespace noroshi::store {

struct Migration {
  int number = 0;
  std::string name;  // the file's name without number and ending: "reports"
  std::string sql;
  std::string sha256;  // of the file's bytes, 64 lower-case hexadecimal digits
};

// The schema and the binary do not fit: a changed file, a gap, a schema newer than this binary, a file that
// fails. The text says which and what to do; for a file that fails the SQLSTATE and, migrations holding no
// data of anyone's, the server's words.
class MigrationRefused : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Migrations {
 public:
  // Those the binary was built with.
  static const Migrations& embedded();
  // Those in a folder. Throws MigrationRefused for a name of another form, a gap or a doubled number.
  static Migrations from_directory(const std::filesystem::path& directory);
  explicit Migrations(std::vector<Migration> migrations);  // same refusals

  const std::vector<Migration>& all() const { return migrations_; }

  // What apply() would run, in order; changes nothing. `owner` is a connection of role owner. Throws
  // MigrationRefused.
  std::vector<Migration> plan(Connection& owner) const;

  // Runs what is missing and returns how many files ran. One process at a time, by an advisory lock of the
  // database; others wait for it. What has run before a failure stays. `progress` is told each file before it
  // runs.
  int apply(Connection& owner, const std::function<void(const Migration&)>& progress = {}) const;

 private:
  std::vector<Migration> migrations_;
};

// A connection for migrations: role owner, without limits of time, since an upgrade of a large table takes
// what it takes.
ConnectionSettings for_migrations(ConnectionSettings settings);

}  // namespace noroshi::store
