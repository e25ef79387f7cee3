// Sessions, transactions and what errors mean.
#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <future>
#include <iterator>

#include "tests/store/cluster_fixture.h"

namespace noroshi::store::test {

using namespace std::chrono_literals;

namespace {

constexpr Statement insert_secret{
    "insert_secret", "INSERT INTO secret (id, body, words, rank, later) VALUES ($1, $2, $3, $4, $5)"};
constexpr Statement count_secret{"count_secret", "SELECT count(*) AS n FROM secret WHERE id = $1"};
constexpr Statement setting{"setting", "SELECT current_setting($1, true) AS value"};
constexpr Statement terminate{"terminate", "SELECT pg_terminate_backend($1)"};
constexpr Statement cancel{"cancel", "SELECT pg_cancel_backend($1)"};
constexpr Statement waits_for_standby{
    "waits_for_standby", "SELECT FROM pg_stat_activity WHERE pid = $1 AND wait_event = 'SyncRep'"};

int next_id() {
  static int id = 1000;
  return ++id;
}

void clear_secrets() {
  Connection owner(quick_settings(), DatabaseRole::owner);
  run(owner, "TRUNCATE noroshi.secret, noroshi.body");
}

bool stored(int id) {
  Connection owner(quick_settings(), DatabaseRole::owner);
  return owner.execute(count_secret, {id}).one().get<int>("n") == 1;
}

// A standby that never comes: COMMIT of a writer waits for it until someone cancels the wait.
class MissingStandby {
 public:
  MissingStandby() : owner_(quick_settings(), DatabaseRole::owner) {
    set("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
  }
  ~MissingStandby() { set("ALTER SYSTEM RESET synchronous_standby_names"); }

 private:
  void set(const char* sql) {
    owner_.execute({sql, sql});
    owner_.execute({"reload", "SELECT pg_reload_conf()"});
    const bool wanted = std::string_view(sql).find(" SET ") != std::string_view::npos;
    // The checkpointer tells the sessions; a new session sees what is in force.
    REQUIRE(eventually([&] {
      Connection fresh(quick_settings(), DatabaseRole::owner);
      return fresh.execute(setting, {"synchronous_standby_names"}).one().get<std::string>("value").empty() !=
             wanted;
    }));
  }
  Connection owner_;
};

// What the constraint's violation says, and that it says nothing of the row.
std::string violated(Connection& connection, std::initializer_list<Parameter> values) {
  Transaction transaction(connection);
  try {
    transaction.execute(insert_secret, values);
    transaction.commit();
  } catch (const ConstraintViolation& violation) {
    CHECK(violation.sqlstate().starts_with("23"));
    CHECK(std::string(violation.what()).find("SECRETBODY") == std::string::npos);
    return violation.constraint();
  }
  return "none";
}

}  // namespace

TEST_CASE("a session is of its role, speaks UTF-8 and UTC, and has its limits") {
  ConnectionSettings settings = quick_settings();
  settings.application_name = "noroshi test";
  Connection connection(settings, DatabaseRole::writer);
  const auto value = [&](const char* name) {
    return connection.execute(setting, {name}).one().get<std::string>("value");
  };
  CHECK(connection.execute({"who", "SELECT current_user AS name"}).one().get<std::string>("name") ==
        "noroshi_writer");
  CHECK(value("application_name") == "noroshi test");
  CHECK(value("client_encoding") == "UTF8");
  CHECK(value("TimeZone") == "UTC");
  CHECK(value("statement_timeout") == "3s");
  CHECK(value("lock_timeout") == "300ms");
  CHECK(value("synchronous_commit") == "on");
  CHECK(value("lc_messages") == "C");
}

TEST_CASE("with an address of one's own the session takes the role by SET ROLE") {
  ConnectionSettings settings = quick_settings();
  settings = ConnectionSettings::from_url(settings.address);
  CHECK_FALSE(settings.login_as_role);
  Connection connection(settings, DatabaseRole::writer);
  CHECK(connection.execute({"who", "SELECT current_user AS name"}).one().get<std::string>("name") ==
        "noroshi_writer");
  // A role that the migrations have not made yet.
  CHECK_THROWS_AS(Connection(settings, DatabaseRole::ticker), DatabaseMisconfigured);
  CHECK_THROWS_AS(ConnectionSettings::from_url("postgresql://u:SECRET@[host/"), DatabaseMisconfigured);
}

TEST_CASE("a server whose words the program cannot read is refused") {
  {
    Connection owner(quick_settings(), DatabaseRole::owner);
    // Any locale but C stands for one with translated messages.
    run(owner, "ALTER ROLE noroshi_writer SET lc_messages = 'C.UTF-8'");
  }
  try {
    Connection connection(quick_settings(), DatabaseRole::writer);
    FAIL("a session with other words was opened");
  } catch (const DatabaseMisconfigured& error) {
    CHECK(std::string(error.what()).find("lc_messages") != std::string::npos);
  }
  Connection owner(quick_settings(), DatabaseRole::owner);
  run(owner, "ALTER ROLE noroshi_writer RESET lc_messages");
}

TEST_CASE("a database that is not there is unavailable, one that refuses us is misconfigured") {
  CHECK_THROWS_AS(
      Connection(ConnectionSettings::private_cluster("/nonexistent", "postgres"), DatabaseRole::owner),
      Unavailable);
  ConnectionSettings other = quick_settings();
  other.address += " dbname='no_such_database'";
  CHECK_THROWS_AS(Connection(other, DatabaseRole::owner), DatabaseMisconfigured);
  CHECK_THROWS_AS(Connection(quick_settings(), DatabaseRole::ticker), DatabaseMisconfigured);
}

TEST_CASE("a violated constraint is told by its name and without the row") {
  clear_secrets();
  Connection writer(quick_settings(), DatabaseRole::writer);
  {
    Transaction transaction(writer);
    transaction.execute(insert_secret, {1, nullptr, "SECRETBODY", 1, 1});
    transaction.commit();
  }
  CHECK(violated(writer, {1, nullptr, "SECRETBODY", 1, 2}) == "secret_pkey");
  CHECK(violated(writer, {2, "SECRETBODY", "SECRETBODY", 1, 2}) == "secret_body_fkey");
  CHECK(violated(writer, {2, nullptr, "SECRETBODY", 99, 2}) == "secret_rank_check");
  CHECK(violated(writer, {2, nullptr, nullptr, 1, 2}) == "secret.words");
  // Raised by COMMIT itself, and a definite no all the same.
  CHECK(violated(writer, {2, nullptr, "SECRETBODY", 1, 1}) == "secret_later_key");
  CHECK_FALSE(stored(2));
  CHECK(violated(writer, {2, nullptr, "SECRETBODY", 1, 2}) == "none");
}

TEST_CASE("a row's words cannot pass for the name of a constraint") {
  clear_secrets();
  Connection writer(quick_settings(), DatabaseRole::writer);
  const std::string forged =
      "x).\nSCHEMA NAME:  s\nTABLE NAME:  t\nCONSTRAINT NAME:  forged\nLOCATION:  l, f.c:1";
  CHECK(violated(writer, {7, nullptr, forged, 99, 7}) == "secret_rank_check");
}

TEST_CASE("a trigger's own constraint name is heard") {
  Connection writer(quick_settings(), DatabaseRole::writer);
  Transaction transaction(writer);
  try {
    transaction.execute_script(
        "DO $$ BEGIN RAISE 'SECRETBODY' USING ERRCODE = 'check_violation', CONSTRAINT = "
        "'transition_allowed'; END $$");
    FAIL("the trigger was not heard");
  } catch (const ConstraintViolation& violation) {
    CHECK(violation.constraint() == "transition_allowed");
    CHECK(std::string(violation.what()).find("SECRETBODY") == std::string::npos);
  }
}

TEST_CASE("an error of ours keeps what it says of our SQL, an error of a value says nothing of the value") {
  Connection writer(quick_settings(), DatabaseRole::writer);
  try {
    writer.execute({"no_such_table", "SELECT FROM no_such_table"});
    FAIL("a table that is not there was read");
  } catch (const DatabaseFault& fault) {
    CHECK(fault.sqlstate() == "42P01");
    CHECK(std::string(fault.what()).find("no_such_table") != std::string::npos);
  }
  try {
    writer.execute({"cast_words", "SELECT $1::text::integer"}, {"SECRETBODY"});
    FAIL("words were cast to a number");
  } catch (const DatabaseFault& fault) {
    CHECK(fault.sqlstate() == "22P02");
    CHECK(std::string(fault.what()).find("SECRETBODY") == std::string::npos);
  }
  // The session is none the worse for it.
  CHECK_FALSE(writer.broken());
  CHECK(writer.execute(setting, {"TimeZone"}).size() == 1);
}

TEST_CASE("what the errors above said is not in the server's log either") {
  std::ifstream file(shared_data() / "log" / "postgres.log");
  const std::string log{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  CHECK(log.find("ready to accept connections") != std::string::npos);
  CHECK(log.find("SECRETBODY") == std::string::npos);
  CHECK(log.find("forged") == std::string::npos);
}

TEST_CASE("two transactions that meet: one is told to run again") {
  clear_secrets();
  Connection first(quick_settings(), DatabaseRole::writer);
  Connection second(quick_settings(), DatabaseRole::writer);
  first.execute(insert_secret, {1, nullptr, "words", 1, 1});
  constexpr Statement raise_rank{"raise_rank", "UPDATE secret SET rank = rank + 1 WHERE id = $1"};

  SUBCASE("a row changed behind a snapshot (40001)") {
    Transaction slow(first, Isolation::repeatable_read);
    CHECK(slow.execute(count_secret, {1}).one().get<int>("n") == 1);
    second.execute(raise_rank, {1});
    CHECK_THROWS_AS(slow.execute(raise_rank, {1}), Conflict);
    // COMMIT of a failed transaction would be answered with a friendly ROLLBACK.
    CHECK_THROWS_AS(slow.commit(), std::logic_error);
  }
  SUBCASE("a lock not had in time (55P03)") {
    Transaction holder(first);
    holder.execute(raise_rank, {1});
    Transaction waiter(second);
    CHECK_THROWS_AS(waiter.execute(raise_rank, {1}), Conflict);
    waiter.rollback();
    CHECK_FALSE(second.broken());
    holder.commit();
    CHECK(second.execute(raise_rank, {1}).affected() == 1);
  }
}

TEST_CASE("what was not committed is gone; what was committed is there") {
  Connection writer(quick_settings(), DatabaseRole::writer);
  const int lost = next_id();
  const int kept = next_id();
  {
    Transaction transaction(writer);
    transaction.execute(insert_secret, {lost, nullptr, "words", 1, nullptr});
    CHECK(writer.in_transaction());
    CHECK_THROWS_AS(Transaction{writer}, std::logic_error);
  }
  CHECK_FALSE(writer.in_transaction());
  {
    Transaction transaction(writer);
    transaction.execute(insert_secret, {kept, nullptr, "words", 1, nullptr});
    transaction.commit();
    CHECK_THROWS_AS(transaction.execute(count_secret, {kept}), std::logic_error);
  }
  CHECK_FALSE(stored(lost));
  CHECK(stored(kept));
}

TEST_CASE(
    "a session ended by the server is unavailable, and stays broken instead of coming back without its "
    "role") {
  Connection owner(quick_settings(), DatabaseRole::owner);
  Connection writer(quick_settings(), DatabaseRole::writer);
  CHECK(writer.looks_alive());
  owner.execute(terminate, {writer.backend_pid()});
  CHECK(eventually([&] { return !writer.looks_alive(); }));
  CHECK_THROWS_AS(Transaction{writer}, Unavailable);
  CHECK(writer.broken());
  CHECK_THROWS_AS(writer.execute(setting, {"role"}), Unavailable);
}

TEST_CASE("a statement that takes too long ends as unavailable; the session goes on") {
  ConnectionSettings settings = quick_settings();
  settings.statement_timeout = 100ms;
  Connection writer(settings, DatabaseRole::writer);
  {
    Transaction transaction(writer);
    CHECK_THROWS_AS(transaction.execute({"long_sleep", "SELECT pg_sleep(60)"}), Unavailable);
  }
  CHECK_FALSE(writer.broken());
  CHECK(writer.execute(setting, {"role"}).size() == 1);
}

TEST_CASE("a server that does not answer is cut off at the answer's deadline") {
  ConnectionSettings settings = quick_settings();
  settings.statement_timeout = 0ms;
  settings.answer_timeout = 200ms;
  Connection writer(settings, DatabaseRole::writer);
  const auto begun = std::chrono::steady_clock::now();
  Transaction transaction(writer);
  CHECK_THROWS_AS(transaction.execute({"long_sleep", "SELECT pg_sleep(60)"}), Unavailable);
  CHECK(std::chrono::steady_clock::now() - begun < 3s);
  CHECK(writer.broken());
  // The server notices that nobody listens any more (client_connection_check_interval).
  Connection owner(quick_settings(), DatabaseRole::owner);
  constexpr Statement sleeping{"sleeping",
                               "SELECT FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%'"
                               " AND pid <> pg_backend_pid()"};
  CHECK(eventually([&] { return owner.execute(sleeping).empty(); }));
}

TEST_CASE("a session that dies during COMMIT leaves the outcome unknown") {
  Connection owner(quick_settings(), DatabaseRole::owner);
  run(owner,
      "CREATE FUNCTION noroshi.die() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS"
      " $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;"
      "CREATE CONSTRAINT TRIGGER die AFTER INSERT ON noroshi.secret DEFERRABLE INITIALLY DEFERRED"
      " FOR EACH ROW EXECUTE FUNCTION noroshi.die()");
  {
    Connection writer(quick_settings(), DatabaseRole::writer);
    Transaction transaction(writer);
    transaction.execute(insert_secret, {next_id(), nullptr, "words", 1, nullptr});
    CHECK_THROWS_AS(transaction.commit(), UnknownOutcome);
    CHECK(writer.broken());
    // A single statement commits by itself: the same.
    Connection other(quick_settings(), DatabaseRole::writer);
    CHECK_THROWS_AS(other.execute(insert_secret, {next_id(), nullptr, "words", 1, nullptr}), UnknownOutcome);
  }
  run(owner, "DROP FUNCTION noroshi.die() CASCADE");
}

// The server takes up the name of a standby a moment after it is told to: from then on a commit waits for it.
bool commit_waits() {
  ConnectionSettings settings = quick_settings();
  settings.answer_timeout = 300ms;
  Connection writer(settings, DatabaseRole::writer);
  Transaction transaction(writer);
  transaction.execute(insert_secret, {next_id(), nullptr, "words", 1, nullptr});
  try {
    transaction.commit();
    return false;
  } catch (const UnknownOutcome&) {
    return true;
  }
}

TEST_CASE("a wait for the standby that is cut short is no success, though the row is there") {
  const MissingStandby missing;
  Connection owner(quick_settings(), DatabaseRole::owner);
  REQUIRE(eventually(commit_waits));

  SUBCASE("cancelled: the server says so in a notice and answers COMMIT") {
    const int id = next_id();
    Connection writer(quick_settings(), DatabaseRole::writer);
    const int pid = writer.backend_pid();
    auto outcome = std::async(std::launch::async, [&]() -> std::string {
      Transaction transaction(writer);
      transaction.execute(insert_secret, {id, nullptr, "words", 1, nullptr});
      try {
        transaction.commit();
        return "success";
      } catch (const UnknownOutcome& unknown) {
        return unknown.sqlstate();
      }
    });
    CHECK(eventually([&] { return !owner.execute(waits_for_standby, {pid}).empty(); }));
    owner.execute(cancel, {pid});
    CHECK(outcome.get() == "01000");
    CHECK_FALSE(writer.broken());
    CHECK(stored(id));
  }
  SUBCASE("no answer in time: cut from this side") {
    const int id = next_id();
    ConnectionSettings settings = quick_settings();
    settings.answer_timeout = 300ms;
    Connection writer(settings, DatabaseRole::writer);
    Transaction transaction(writer);
    transaction.execute(insert_secret, {id, nullptr, "words", 1, nullptr});
    CHECK_THROWS_AS(transaction.commit(), UnknownOutcome);
    CHECK(writer.broken());
  }
}

TEST_CASE("a caller's reading is of his body, read only, of one snapshot, and leaves nothing behind") {
  clear_secrets();
  Connection reader(quick_settings(), DatabaseRole::reader);
  Connection writer(quick_settings(), DatabaseRole::writer);
  const auto value = [](auto& source, const char* name) {
    return source.execute(setting, {name})
        .one()
        .template get<std::optional<std::string>>("value")
        .value_or("");
  };
  {
    TenantTransaction transaction(reader, "mhlw", "山田");
    CHECK(value(transaction, "noroshi.organization") == "mhlw");
    CHECK(value(transaction, "noroshi.actor") == "山田");
    CHECK(transaction.execute({"who", "SELECT current_user AS name"}).one().get<std::string>("name") ==
          "noroshi_reader");
    CHECK(transaction.execute(count_secret, {1}).one().get<int>("n") == 0);
    writer.execute(insert_secret, {1, nullptr, "words", 1, 1});
    CHECK(transaction.execute(count_secret, {1}).one().get<int>("n") == 0);
    CHECK_THROWS_AS(transaction.execute(insert_secret, {2, nullptr, "words", 1, 2}), DatabaseFault);
  }
  CHECK_FALSE(reader.broken());
  CHECK(value(reader, "noroshi.organization").empty());
  CHECK(value(reader, "noroshi.actor").empty());
  {
    TenantTransaction transaction(reader, "jps", "someone");
    CHECK(value(transaction, "noroshi.organization") == "jps");
    CHECK(transaction.execute(count_secret, {1}).one().get<int>("n") == 1);
  }
  CHECK_THROWS_AS(TenantTransaction(writer, "mhlw", "x"), std::logic_error);
  CHECK_THROWS_AS(TenantTransaction(reader, "", "x"), std::logic_error);
  CHECK_THROWS_AS(TenantTransaction(reader, "mhlw", ""), std::logic_error);
  CHECK_FALSE(reader.in_transaction());
}

TEST_CASE("a notification wakes who listens; silence does not") {
  Connection listener(quick_settings(), DatabaseRole::writer);
  Connection speaker(quick_settings(), DatabaseRole::writer);
  listener.listen("noroshi_wake");
  CHECK_FALSE(listener.wait_notification(20ms));
  speaker.execute({"notify", "SELECT pg_notify('noroshi_wake', '')"});
  CHECK(listener.wait_notification(5s));
  CHECK_FALSE(listener.wait_notification(0ms));

  Connection owner(quick_settings(), DatabaseRole::owner);
  owner.execute(terminate, {listener.backend_pid()});
  CHECK_THROWS_AS(listener.wait_notification(5s), Unavailable);
}

TEST_CASE("two statements of one name are a mistake that is noticed") {
  Connection writer(quick_settings(), DatabaseRole::writer);
  writer.execute({"same_name", "SELECT 1"});
  writer.execute({"same_name", "SELECT 1"});
  CHECK_THROWS_AS(writer.execute({"same_name", "SELECT 2"}), std::logic_error);
}

}  // namespace noroshi::store::test
