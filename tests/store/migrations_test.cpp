// The schema's upgrades.
#include "src/store/migrations.h"

#include <doctest/doctest.h>

#include <fstream>
#include <future>
#include <list>

#include "tests/store/cluster_fixture.h"

namespace noroshi::store::test {

using namespace std::chrono_literals;

namespace {

// A database of its own for each story.
class FreshDatabase {
 public:
  FreshDatabase() : administration_(quick_settings(), DatabaseRole::owner) {
    static int number = 0;
    name_ = "story_" + std::to_string(++number);
    run_alone("CREATE DATABASE " + name_);
  }
  ~FreshDatabase() { run_alone("DROP DATABASE " + name_ + " WITH (FORCE)"); }
  ConnectionSettings settings() const {
    ConnectionSettings settings = for_migrations(quick_settings());
    settings.address += " dbname='" + name_ + "'";
    return settings;
  }

 private:
  // Not in a transaction. A statement's texts live as long as the program.
  void run_alone(const std::string& sql) {
    static std::list<std::string> texts;
    const char* text = texts.emplace_back(sql).c_str();
    administration_.execute({text, text});
  }
  Connection administration_;
  std::string name_;
};

void write(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path) << text;
}

// Three files; the second needs the first, the third looks at when it ran.
void write_three(const std::filesystem::path& folder) {
  write(folder / "0001_bodies.sql", "CREATE TABLE noroshi.body_of_test (slug text);");
  write(folder / "0002_rows.sql",
        "INSERT INTO noroshi.body_of_test VALUES ('a'), ('b');\nINSERT INTO noroshi.body_of_test VALUES "
        "('c');");
  write(folder / "0003_role.sql",
        "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'role_of_test') THEN"
        " CREATE ROLE role_of_test; END IF; END $$;");
}

std::string refusal(const std::function<void()>& attempt) {
  try {
    attempt();
  } catch (const MigrationRefused& refused) {
    return refused.what();
  }
  return "not refused";
}

bool contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

constexpr Statement count_rows{"count_rows", "SELECT count(*) AS n FROM noroshi.body_of_test"};
constexpr Statement count_migrations{"count_migrations", "SELECT count(*) AS n FROM noroshi.migration"};

}  // namespace

TEST_CASE("migrations run in order, each once; the plan says what would run and changes nothing") {
  const FreshDatabase database;
  const TemporaryFolder folder;
  write_three(folder.path());
  const Migrations migrations = Migrations::from_directory(folder.path());
  Connection owner(database.settings(), DatabaseRole::owner);

  CHECK(migrations.plan(owner).size() == 3);
  CHECK_FALSE(owner.execute({"there", "SELECT to_regclass('noroshi.migration') IS NOT NULL AS yes"})
                  .one()
                  .get<bool>("yes"));

  std::vector<int> told;
  CHECK(migrations.apply(owner, [&](const Migration& migration) { told.push_back(migration.number); }) == 3);
  CHECK(told == std::vector<int>{1, 2, 3});
  CHECK(migrations.plan(owner).empty());
  CHECK(migrations.apply(owner) == 0);
  CHECK(owner.execute(count_rows).one().get<int>("n") == 3);

  write(folder.path() / "0004_more.sql", "INSERT INTO noroshi.body_of_test VALUES ('d');");
  const Migrations grown = Migrations::from_directory(folder.path());
  REQUIRE(grown.plan(owner).size() == 1);
  CHECK(grown.plan(owner)[0].name == "more");
  CHECK(grown.apply(owner) == 1);

  // The program of yesterday on the schema of today.
  CHECK(contains(refusal([&] { migrations.apply(owner); }), "newer than this program"));
  CHECK(contains(refusal([&] { migrations.plan(owner); }), "0004_more"));
}

TEST_CASE("a migration that was changed after it ran is refused by name") {
  const FreshDatabase database;
  const TemporaryFolder folder;
  write_three(folder.path());
  Connection owner(database.settings(), DatabaseRole::owner);
  Migrations::from_directory(folder.path()).apply(owner);
  write(folder.path() / "0002_rows.sql", "INSERT INTO noroshi.body_of_test VALUES ('changed');");
  const Migrations changed = Migrations::from_directory(folder.path());
  CHECK(contains(refusal([&] { changed.plan(owner); }), "0002_rows"));
  CHECK(contains(refusal([&] { changed.apply(owner); }), "0002_rows"));
  CHECK(owner.execute(count_rows).one().get<int>("n") == 3);
}

TEST_CASE("files that leave a gap, double a number or have another form of name are refused") {
  const auto refused = [](std::initializer_list<const char*> names) {
    const TemporaryFolder folder;
    for (const char* name : names) write(folder.path() / name, "SELECT 1");
    return refusal([&] { Migrations::from_directory(folder.path()); });
  };
  CHECK(contains(refused({"0001_a.sql", "0003_c.sql"}), "0002"));
  CHECK(contains(refused({"0001_a.sql", "0001_b.sql"}), "0001_b"));
  CHECK(contains(refused({"1_a.sql"}), "NNNN_name"));
  CHECK(contains(refused({"0001_A.sql"}), "NNNN_name"));
  CHECK(refused({"0001_a.sql", "README.md"}) == "not refused");
}

TEST_CASE("a gap in the database's own list is refused") {
  const FreshDatabase database;
  const TemporaryFolder folder;
  write_three(folder.path());
  const Migrations migrations = Migrations::from_directory(folder.path());
  Connection owner(database.settings(), DatabaseRole::owner);
  migrations.apply(owner);
  run(owner, "DELETE FROM noroshi.migration WHERE number = 2");
  CHECK(contains(refusal([&] { migrations.apply(owner); }), "lacks migration 0002"));
}

TEST_CASE("a migration that fails is undone as a whole; those before it stay; the next attempt goes on") {
  const FreshDatabase database;
  const TemporaryFolder folder;
  write_three(folder.path());
  write(folder.path() / "0002_rows.sql",
        "INSERT INTO noroshi.body_of_test VALUES ('half');\nINSERT INTO noroshi.no_such_table VALUES (1);");
  Connection owner(database.settings(), DatabaseRole::owner);
  const std::string said = refusal([&] { Migrations::from_directory(folder.path()).apply(owner); });
  CHECK(contains(said, "0002_rows"));
  CHECK(contains(said, "no_such_table"));
  CHECK(owner.execute(count_migrations).one().get<int>("n") == 1);
  CHECK(owner.execute(count_rows).one().get<int>("n") == 0);

  write_three(folder.path());
  CHECK(Migrations::from_directory(folder.path()).apply(owner) == 2);
}

TEST_CASE("four daemons that start at once upgrade the schema once") {
  const FreshDatabase database;
  const TemporaryFolder folder;
  write_three(folder.path());
  const Migrations migrations = Migrations::from_directory(folder.path());
  std::vector<std::future<int>> daemons;
  for (int i = 0; i < 4; ++i) {
    daemons.push_back(std::async(std::launch::async, [&] {
      Connection owner(database.settings(), DatabaseRole::owner);
      return migrations.apply(owner);
    }));
  }
  int ran = 0;
  for (auto& daemon : daemons) ran += daemon.get();
  CHECK(ran == 3);
  Connection owner(database.settings(), DatabaseRole::owner);
  CHECK(owner.execute(count_rows).one().get<int>("n") == 3);
}

TEST_CASE("a session that dies while it upgrades frees the lock and leaves no half") {
  const FreshDatabase database;
  const TemporaryFolder folder;
  write_three(folder.path());
  const Migrations migrations = Migrations::from_directory(folder.path());
  auto doomed = std::make_unique<Connection>(database.settings(), DatabaseRole::owner);
  const int pid = doomed->backend_pid();
  Connection killer(quick_settings(), DatabaseRole::owner);
  CHECK_THROWS(migrations.apply(*doomed, [&](const Migration& migration) {
    if (migration.number != 2) return;
    killer.execute({"terminate", "SELECT pg_terminate_backend($1)"}, {pid});
    CHECK(eventually([&] { return !doomed->looks_alive(); }));
  }));
  Connection owner(database.settings(), DatabaseRole::owner);
  CHECK(migrations.apply(owner) == 2);
  CHECK(owner.execute(count_rows).one().get<int>("n") == 3);
}

TEST_CASE("the binary carries the schema's own files, without a gap") {
  int expected = 0;
  for (const Migration& migration : Migrations::embedded().all()) {
    CHECK(migration.number == ++expected);
    CHECK_FALSE(migration.sql.empty());
  }
}

}  // namespace noroshi::store::test
