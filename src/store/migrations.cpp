#include "src/store/migrations.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>

#include "src/store/embedded_migrations.h"

namespace noroshi::store {

namespace {

// Any number that nobody else uses in this database: "noroshi" in ASCII.
constexpr Statement take_lock{"migration_lock", "SELECT pg_advisory_lock(31084746189141097)"};
constexpr Statement give_lock{"migration_unlock", "SELECT pg_advisory_unlock(31084746189141097)"};

constexpr Statement table_exists{"migration_table_exists",
                                 "SELECT to_regclass('noroshi.migration') IS NOT NULL AS there"};
constexpr const char* create_table = R"sql(
CREATE SCHEMA IF NOT EXISTS noroshi;
CREATE TABLE IF NOT EXISTS noroshi.migration (
  number      integer PRIMARY KEY CHECK (number > 0),
  name        text NOT NULL,
  sha256      text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  applied_at  timestamptz NOT NULL DEFAULT transaction_timestamp()
))sql";
constexpr Statement list_applied{"migration_list",
                                 "SELECT number, name, sha256 FROM noroshi.migration ORDER BY number"};
constexpr Statement insert_applied{
    "migration_insert", "INSERT INTO noroshi.migration (number, name, sha256) VALUES ($1, $2, $3)"};

std::string sha256(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error("OpenSSL cannot compute SHA-256");
  }
  return fmt::format("{:02x}", fmt::join(digest.begin(), digest.begin() + size, ""));
}

// "0001_foundation" and its text.
Migration make_migration(std::string_view stem, std::string sql) {
  const bool well_formed =
      stem.size() > 5 && stem[4] == '_' &&
      std::all_of(stem.begin(), stem.begin() + 4, [](char c) { return c >= '0' && c <= '9'; }) &&
      std::all_of(stem.begin() + 5, stem.end(),
                  [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
  if (!well_formed) {
    throw MigrationRefused(
        fmt::format("{}.sql: a migration is named NNNN_name.sql, in a-z, 0-9 and _", stem));
  }
  Migration migration;
  migration.number = std::stoi(std::string(stem.substr(0, 4)));
  migration.name = stem.substr(5);
  migration.sha256 = sha256(sql);
  migration.sql = std::move(sql);
  return migration;
}

std::string title(const Migration& migration) {
  return fmt::format("{:04}_{}", migration.number, migration.name);
}

// What is left to run after the rows of noroshi.migration; refuses where the two do not fit.
std::vector<Migration> missing(const std::vector<Migration>& known, const Rows& applied) {
  std::size_t done = 0;
  for (const Row row : applied) {
    const int number = row.get<int>("number");
    const std::string name = row.get<std::string>("name");
    if (number != static_cast<int>(done) + 1) {
      throw MigrationRefused(
          fmt::format("the database lacks migration {:04} but has {:04}_{}: it was changed by hand; restore "
                      "noroshi.migration",
                      done + 1, number, name));
    }
    if (done == known.size()) {
      throw MigrationRefused(
          fmt::format("the database is newer than this program: it has migration {:04}_{}, the program knows "
                      "{} of them; install the program that made it",
                      number, name, known.size()));
    }
    const Migration& file = known[done];
    if (file.name != name || file.sha256 != row.get<std::string_view>("sha256")) {
      throw MigrationRefused(
          fmt::format("migration {} is not the file that was applied to this database as {:04}_{}: a "
                      "released migration never changes; install the program that made the database, or restore the file",
                      title(file), number, name));
    }
    ++done;
  }
  return {known.begin() + static_cast<std::ptrdiff_t>(done), known.end()};
}

void run(Connection& owner, const Migration& migration) {
  try {
    Transaction transaction(owner);
    transaction.execute_script(migration.sql);
    transaction.execute(insert_applied, {migration.number, migration.name, migration.sha256});
    transaction.commit();
  } catch (const UnknownOutcome&) {
    throw;  // the next start looks again
  } catch (const Unavailable&) {
    throw;
  } catch (const DatabaseError& error) {
    throw MigrationRefused(
        fmt::format("migration {} failed and was rolled back: {}", title(migration), error.what()));
  }
}

}  // namespace

Migrations::Migrations(std::vector<Migration> migrations) : migrations_(std::move(migrations)) {
  for (std::size_t i = 0; i < migrations_.size(); ++i) {
    if (migrations_[i].number == static_cast<int>(i) + 1) continue;
    throw MigrationRefused(fmt::format("migration {:04} is missing or doubled: {} stands in its place", i + 1,
                                       title(migrations_[i])));
  }
}

const Migrations& Migrations::embedded() {
  static const Migrations migrations = [] {
    std::vector<Migration> files;
    for (const EmbeddedMigration& file : embedded_migrations()) {
      files.push_back(make_migration(file.stem, std::string(file.begin, file.end)));
    }
    return Migrations(std::move(files));
  }();
  return migrations;
}

Migrations Migrations::from_directory(const std::filesystem::path& directory) {
  std::vector<Migration> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().extension() != ".sql") continue;
    std::ifstream file(entry.path(), std::ios::binary);
    std::string sql{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (!file) throw MigrationRefused(fmt::format("{} cannot be read", entry.path().string()));
    files.push_back(make_migration(entry.path().stem().string(), std::move(sql)));
  }
  std::sort(files.begin(), files.end(), [](const Migration& a, const Migration& b) {
    return std::pair(a.number, a.name) < std::pair(b.number, b.name);
  });
  return Migrations(std::move(files));
}

std::vector<Migration> Migrations::plan(Connection& owner) const {
  if (!owner.execute(table_exists).one().get<bool>("there")) return migrations_;
  return missing(migrations_, owner.execute(list_applied));
}

int Migrations::apply(Connection& owner, const std::function<void(const Migration&)>& progress) const {
  owner.execute(take_lock);
  // A session's lock goes with the session too, so a process that dies half-way holds up nobody.
  struct Unlock {
    Connection& owner;
    ~Unlock() {
      try {
        if (!owner.broken()) owner.execute(give_lock);
      } catch (const std::exception&) {
      }
    }
  } const unlock{owner};

  {
    Transaction transaction(owner);
    transaction.execute_script(create_table);
    transaction.commit();
  }
  int count = 0;
  for (const Migration& migration : missing(migrations_, owner.execute(list_applied))) {
    if (progress) progress(migration);
    run(owner, migration);
    ++count;
  }
  return count;
}

ConnectionSettings for_migrations(ConnectionSettings settings) {
  settings.statement_timeout = settings.lock_timeout = settings.answer_timeout = std::chrono::milliseconds(0);
  settings.idle_in_transaction_timeout = std::chrono::milliseconds(0);
  return settings;
}

}  // namespace noroshi::store
