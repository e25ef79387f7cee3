// What stands beside checkpoints: what the sealer states of those before, computed a second time here, and what a check
// says of tables that somebody changed behind its back.
#include <fstream>
#include <thread>

#include "src/record/history.h"
#include "src/store/history_check.h"
#include "src/store/kept_history.h"
#include "src/store/migrations.h"
#include "src/store/record_acts.h"
#include "src/store/record_state.h"
#include "tests/store/sealed_record.h"

namespace noroshi::store::test {
namespace {

const std::string old_tree = "noroshi/0164f3a0-bd00-7000-8000-000000000060/1";  // of a time before histories

class Collected : public RefoldSink {
 public:
  void found(TableFinding finding) override {
    list += fmt::format("{} {}{}{}{}; ", name_of(finding.fault), finding.key,
                        finding.column.empty() ? "" : " " + finding.column,
                        finding.other.empty() ? "" : " (" + finding.other + ")",
                        finding.count == 0 ? "" : fmt::format(" {}", finding.count));
  }
  std::string list;
};

// Each finding with its place, a semicolon after it.
std::string found_in(Record& record, const std::map<std::string, std::uint64_t>& retired = {}) {
  Transaction transaction(record.owner(), Isolation::repeatable_read, Access::read_only);
  Collected collected;
  check_histories(transaction, note_keys(read_origins(transaction), read_record_keys(transaction)), retired, collected);
  return collected.list;
}

void cosign(Record& record, int size, const std::string& witness, const std::string& line = "— w c2ln") {
  run(record.owner(),
      fmt::format("INSERT INTO witness (name, public_key, added_at) VALUES ('{0}', sha256('{0}'), clock()) "
                  "ON CONFLICT DO NOTHING",
                  witness));
  record.text(fmt::format("SELECT keep_cosignature((SELECT max(ordinal) FROM record_origin), {}, '{}', '{}', clock())",
                          size, witness, line));
}

// Checkpoints of 10, 20, … events; after the second two cosignatures, after the fourth three more, and one that no
// history speaks of yet.
void play(Record& record, Daemon& daemon) {
  for (int size = 10; size <= 60; size += 10) {
    record.add(10);
    REQUIRE(daemon.pass().signed_now);
    if (size == 20) cosign(record, 20, "one"), cosign(record, 20, "two");
    if (size == 40) cosign(record, 30, "one"), cosign(record, 40, "one"), cosign(record, 40, "two");
  }
  cosign(record, 60, "one");
}

// As a database has it that was upgraded: without histories so far.
void forget_histories(Record& record) {
  record.attack("ALTER TABLE checkpoint DROP CONSTRAINT checkpoint_has_history; UPDATE checkpoint SET history = NULL");
}

}  // namespace

TEST_CASE("a history states all that was kept before, by the very bytes") {
  Record record;
  Signed heads;
  TemporaryFolder folder;
  Daemon daemon(record.settings(), heads, folder.path());
  play(record, daemon);
  record::RunningHash checkpoints, cosignatures;
  int compared = 0;
  constexpr Statement rows{
      "test_histories",
      "SELECT size, signed_at, note, history, to_char(signed_at AT TIME ZONE '-09', 'YYYY-MM-DD\"T\"HH24:MI:SS.US') AS "
      "at FROM checkpoint ORDER BY size"};
  for (const auto& row : record.owner().execute(rows)) {
    const auto size = row.get<std::int64_t>("size");
    const auto note = record::parse_note(row.get<std::string>("history"));
    REQUIRE(note);
    CHECK(record::verify(note->text, note->signatures.at(0),
                         {record.origin(), record::KeyKind::log, Record::key().key.key}));
    const auto history = record::parse_history(note->text);
    REQUIRE(history);
    CHECK(history->origin == record.origin());
    CHECK(history->size == static_cast<std::uint64_t>(size));
    CHECK(history->signed_at == row.get<Timestamp>("signed_at"));
    CHECK(history->checkpoints == checkpoints);
    const std::uint64_t kept = size > 40 ? 5 : size > 20 ? 2 : 0;
    CHECK(history->cosignatures.count == kept);
    // RFC 3339 with the fraction as short as it is.
    auto at = row.get<std::string>("at");
    at.erase(at.find_last_not_of('0') + 1);
    if (at.back() == '.') at.pop_back();
    checkpoints.hash = hash_of(test::text(checkpoints.hash) + record.origin() + "\n" + std::to_string(size) + "\n" +
                               at + "+09:00\n" + row.get<std::string>("note"));
    ++checkpoints.count;
    ++compared;
  }
  CHECK(compared == 6);
  CHECK(found_in(record).empty());
}

TEST_CASE("what somebody changed behind the sealer's back is found, each once and by name") {
  struct Attack {
    const char* name;
    const char* sql;
    std::string found;
  };
  const Attack attacks[] = {
      {"nothing", "SELECT 1", ""},
      {"a checkpoint in the middle", "DELETE FROM checkpoint WHERE size = 30", "checkpoints_missing 1/40 (1/20) 1; "},
      {"the first", "DELETE FROM checkpoint WHERE size = 10", "checkpoints_missing 1/20 1; "},
      {"two in a row", "DELETE FROM checkpoint WHERE size IN (30, 40)", "checkpoints_missing 1/50 (1/20) 2; "},
      {"two apart", "DELETE FROM checkpoint WHERE size IN (20, 50)",
       "checkpoints_missing 1/30 (1/10) 1; checkpoints_missing 1/60 (1/40) 1; "},
      {"all but the newest", "DELETE FROM checkpoint WHERE size < 60", "checkpoints_missing 1/60 5; "},
      {"one, and the history of the next",
       "DELETE FROM checkpoint WHERE size = 30; UPDATE checkpoint SET history = NULL WHERE size = 40",
       "history_absent 1/40 (1/40); checkpoints_missing 1/50 (1/20) 1; "},
      {"one, and all histories after it",
       "DELETE FROM checkpoint WHERE size = 30; UPDATE checkpoint SET history = NULL WHERE size > 30",
       "history_absent 1/40 (1/60); "},
      {"one, and all histories", "DELETE FROM checkpoint WHERE size = 30; UPDATE checkpoint SET history = NULL",
       "history_absent 1/10 (1/60); "},
      {"a history", "UPDATE checkpoint SET history = NULL WHERE size = 30", "history_absent 1/30 (1/30); "},
      {"a history changed",
       "UPDATE checkpoint SET history = replace(history, 'checkpoints 2', 'checkpoints 1') WHERE size = 30",
       "history_wrong 1/30; "},
      {"the history of another",
       "UPDATE checkpoint SET history = (SELECT history FROM checkpoint WHERE size = 20) WHERE size = 30",
       "history_wrong 1/30; "},
      {"a note in the place of a history", "UPDATE checkpoint SET history = note WHERE size = 30",
       "history_wrong 1/30; "},
      {"when it was signed", "UPDATE checkpoint SET signed_at = signed_at - interval '1 day' WHERE size = 30",
       "column_differs 1/30 signed_at; "},
      {"when the newest was signed", "UPDATE checkpoint SET signed_at = signed_at + interval '1 us' WHERE size = 60",
       "column_differs 1/60 signed_at; "},
      {"a time without end", "UPDATE checkpoint SET signed_at = 'infinity' WHERE size = 30",
       "column_differs 1/30 signed_at; "},
      {"a note", "UPDATE checkpoint SET note = note || 'x' WHERE size = 30", "checkpoints_differ 1/40 (1/30) 1; "},
      {"a checkpoint that was none",
       "INSERT INTO checkpoint (origin, size, root, signed_at, note) SELECT origin, 25, root, "
       "signed_at, note FROM checkpoint WHERE size = 20",
       "history_absent 1/25 (1/25); "},
      {"a cosignature", "DELETE FROM cosignature WHERE number = 1", "cosignatures_missing 1; "},
      {"the last that a history speaks of, and those after it", "DELETE FROM cosignature WHERE number >= 5",
       "cosignatures_missing 5; "},
      {"two in a row", "DELETE FROM cosignature WHERE number IN (3, 4)", "cosignatures_missing 3-4; "},
      {"the last, which no history speaks of", "DELETE FROM cosignature WHERE number = 6", ""},
      {"all of them", "DELETE FROM cosignature", "cosignatures_missing 1-2; cosignatures_missing 3-5; "},
      {"one, and the rest renumbered",
       "DELETE FROM cosignature WHERE number = 3; UPDATE cosignature SET number = number - 1 "
       "WHERE number > 3",
       "cosignatures_differ 3-5 (1/50); "},
      {"one, and the last that a history speaks of renumbered",
       "DELETE FROM cosignature WHERE number IN (3, 6); UPDATE cosignature SET number = 3 WHERE number = 5",
       "cosignatures_missing 5; "},
      {"when it came", "UPDATE cosignature SET received_at = received_at - interval '1 day' WHERE number = 4",
       "cosignatures_differ 3-5 (1/50); "},
      {"its line", "UPDATE cosignature SET line = line || 'x' WHERE number = 2", "cosignatures_differ 1-2 (1/30); "},
      {"a number beyond", "UPDATE cosignature SET number = 1000 WHERE number = 2",
       "cosignatures_missing 2; cosignatures_missing 7-999; "},
      {"a number twice",
       "ALTER TABLE cosignature DROP CONSTRAINT cosignature_number; UPDATE cosignature SET number = 3 WHERE "
       "number = 4",
       "cosignatures_missing 4; column_differs 1/40/one number; "},
      {"one that came later put between",
       "INSERT INTO cosignature (origin, size, witness, line, cosigned_at, received_at, "
       "number) SELECT origin, 10, witness, line, cosigned_at, received_at, 7 FROM "
       "cosignature WHERE number = 1",
       ""},  // it is the newest: what its line says tells
      {"the key of the record", "UPDATE signing_key SET public_key = set_byte(public_key, 20, 0)",
       "history_wrong 1/10; history_wrong 1/20; history_wrong 1/30; history_wrong 1/40; history_wrong 1/50; "
       "history_wrong "
       "1/60; "},
  };
  for (const auto& attack : attacks) {
    CAPTURE(std::string(attack.name));
    Record record;
    Signed heads;
    TemporaryFolder folder;
    Daemon daemon(record.settings(), heads, folder.path());
    play(record, daemon);
    run(record.owner(), "ALTER TABLE checkpoint DROP CONSTRAINT checkpoint_has_history");
    record.attack(attack.sql);
    CHECK(found_in(record) == attack.found);
  }
}

TEST_CASE(
    "a database from before there were histories is stated whole by the first, and has to have them from there on") {
  Record record(old_tree);
  Signed heads;
  TemporaryFolder folder;
  Daemon daemon(record.settings(), heads, folder.path());
  play(record, daemon);
  forget_histories(record);
  CHECK(found_in(record).empty());
  record.add(10);
  REQUIRE(daemon.pass().signed_now);
  record.add(10);
  REQUIRE(daemon.pass().signed_now);
  CHECK(found_in(record).empty());
  CHECK(record.text("SELECT history LIKE '%checkpoints 6 %cosignatures 6 %' FROM checkpoint WHERE size = 70") ==
        "true");

  SUBCASE("one of before is taken away") {
    record.attack("DELETE FROM checkpoint WHERE size = 30");
    CHECK(found_in(record) == "checkpoints_missing 1/70 1; ");
  }
  SUBCASE("one is put in") {
    record.attack("INSERT INTO checkpoint SELECT origin, 35, root, signed_at, note FROM checkpoint WHERE size = 30");
    CHECK(found_in(record) == "checkpoints_surplus 1/70 1; ");
  }
  SUBCASE("the time of one is changed") {
    record.attack("UPDATE checkpoint SET signed_at = signed_at + interval '1 s' WHERE size = 30");
    CHECK(found_in(record) == "checkpoints_differ 1/70 (1/60) 6; ");
  }
  SUBCASE("the newest loses its history: no new beginning is made") {
    record.attack("UPDATE checkpoint SET history = NULL WHERE size = 80");
    CHECK(found_in(record) == "history_absent 1/80 (1/80); ");
    record.add(10);
    CHECK(daemon.stopped_by() == "history_wrong");
  }
}

TEST_CASE(
    "an upgrade numbers the cosignatures that are there by when they came, and asks no history of a checkpoint that "
    "is") {
  const OwnDatabase database;
  Connection owner(database.settings(), DatabaseRole::owner);
  {
    TemporaryFolder folder;
    for (const auto& migration : Migrations::embedded().all())
      if (migration.number <= 16)
        std::ofstream(folder.path() / fmt::format("{:04}_{}.sql", migration.number, migration.name)) << migration.sql;
    Migrations::from_directory(folder.path()).apply(owner);
  }
  run(owner,
      "INSERT INTO record_origin (ordinal, name, first_sequence, opened_at) VALUES (1, 'noroshi/a/1', 0, clock()); "
      "INSERT INTO checkpoint (origin, size, root, signed_at, note) SELECT 1, n, sha256(''), clock(), 'x' FROM "
      "generate_series(1, 3) n; INSERT INTO witness (name, public_key, added_at) VALUES ('a', sha256('a'), clock()), "
      "('b', "
      "sha256('b'), clock()); INSERT INTO cosignature (origin, size, witness, line, cosigned_at, received_at) VALUES "
      "(1, 3, 'a', 'x', clock(), '2026-11-02Z'), (1, 1, 'b', 'x', clock(), '2026-11-03Z'), (1, 1, 'a', 'x', clock(), "
      "'2026-11-01Z')");
  CHECK(Migrations::embedded().apply(owner) >= 1);
  CHECK(text_of(owner, "SELECT string_agg(number || ' ' || size || witness, ', ' ORDER BY number) FROM cosignature") ==
        "1 1a, 2 3a, 3 1b");
  CHECK(text_of(owner, "SELECT count(*) FROM checkpoint WHERE history IS NULL") == "3");
  CHECK_THROWS_AS(run(owner,
                      "INSERT INTO checkpoint (origin, size, root, signed_at, note) VALUES (1, 4, sha256(''), clock(), "
                      "'x')"),
                  ConstraintViolation);
  CHECK_THROWS_AS(run(owner, "UPDATE cosignature SET number = number + 10"), ConstraintViolation);
}

TEST_CASE("a tree that had histories from the first cannot be made one of before") {
  Record record;
  Signed heads;
  TemporaryFolder folder;
  Daemon daemon(record.settings(), heads, folder.path());
  play(record, daemon);
  forget_histories(record);
  record.attack("DELETE FROM checkpoint WHERE size = 30");
  record.add(10);
  CHECK(daemon.stopped_by() == "history_wrong");
  CHECK(found_in(record) == "history_absent 1/10 (1/60); ");
}

TEST_CASE(
    "where a history is wrong an operator's word begins a tree, which states what is there; what was wrong stays "
    "told") {
  Record record;
  Signed heads;
  TemporaryFolder folder;
  Daemon daemon(record.settings(), heads, folder.path());
  play(record, daemon);
  CHECK(std::holds_alternative<NotNeeded>(continue_record(record.owner(), daemon.kept(), "", operator_at_machine(""))));
  record.attack(
      "UPDATE checkpoint SET signed_at = signed_at + interval '1 s' WHERE size = 60; DELETE FROM checkpoint WHERE "
      "size = 20; DELETE FROM cosignature WHERE number IN (4, 6)");
  const std::string told = "checkpoints_missing 1/30 (1/10) 1; cosignatures_missing 4; column_differs 1/60 signed_at; ";
  CHECK(found_in(record) == told);
  record.add(10);
  CHECK(daemon.stopped_by() == "history_wrong");
  const auto done = continue_record(record.owner(), daemon.kept(), "改ざんを確認", operator_at_machine(""));
  REQUIRE(std::holds_alternative<Continued>(done));
  record.add(10);
  CHECK(daemon.stopped_by() == "nothing");
  cosign(record, 11, "two");
  record.add(10);
  CHECK(daemon.stopped_by() == "nothing");
  CHECK(found_in(record) == told);
  record.attack("DELETE FROM checkpoint WHERE origin = 2 AND size = 11");
  CHECK(found_in(record) == told + "checkpoints_missing 2/21 (1/60) 1; ");
}

TEST_CASE("cosignatures that were gone when a tree was given up are told once, and those that come are numbered anew") {
  Record record;
  Signed heads;
  TemporaryFolder folder;
  Daemon daemon(record.settings(), heads, folder.path());
  play(record, daemon);
  record.attack(
      "DELETE FROM cosignature WHERE number >= 4; UPDATE checkpoint SET history = replace(history, '5', '6') WHERE "
      "size = 60");
  const std::string told = "cosignatures_missing 4-5; history_wrong 1/60; ";
  CHECK(found_in(record) == told);
  record.add(10);
  REQUIRE(daemon.stopped_by() == "history_wrong");
  continue_record(record.owner(), daemon.kept(), "改ざんを確認", operator_at_machine(""));
  for (int size = 11; size <= 41; size += 10) {
    record.add(10);
    REQUIRE(daemon.stopped_by() == "nothing");
    if (size == 11) CHECK(found_in(record) == told);
    cosign(record, size, "one");
  }
  // The numbers 4 and 5 are others now, and so says the history that knew them.
  CHECK(found_in(record) == "cosignatures_differ 3-5 (1/50); history_wrong 1/60; ");
  record.attack("DELETE FROM cosignature WHERE number = 6");
  CHECK(found_in(record) == "cosignatures_differ 3-5 (1/50); history_wrong 1/60; cosignatures_missing 6; ");
}

TEST_CASE("a database that was set back and continued is whole") {
  Record lost;
  Signed heads;
  TemporaryFolder folder;
  {
    Daemon daemon(lost.settings(), heads, folder.path());
    play(lost, daemon);
  }
  Record restored(lost.origin());
  TemporaryFolder before_the_loss;
  {
    Daemon daemon(restored.settings(), heads, before_the_loss.path());
    for (int i = 0; i < 3; ++i) {
      restored.add(10);
      REQUIRE(daemon.pass().signed_now);
    }
    run(restored.owner(), "UPDATE sealer SET holder = NULL");
  }
  Daemon daemon(restored.settings(), heads, folder.path());
  REQUIRE(daemon.stopped_by() == "smaller");
  continue_record(restored.owner(), daemon.kept(), "復旧", operator_at_machine(""));
  for (int i = 0; i < 3; ++i) {
    restored.add(10);
    CHECK(daemon.stopped_by() == "nothing");
  }
  CHECK(restored.checkpoints() == 6);
  CHECK(found_in(restored).empty());
}

TEST_CASE("a note that was kept outside alone gets its history when it is recorded") {
  Record record;
  Signed heads;
  TemporaryFolder folder;
  {
    Daemon daemon(record.settings(), heads, folder.path());
    record.add(10);
    REQUIRE(daemon.pass().signed_now);
    record.add(10);
    daemon.sealer().extend();
    daemon.kept().keep(heads.sign({record.origin(), 20, naive_root(record.leaves(), 0, 20)}));
  }
  run(record.owner(), "UPDATE sealer SET lease_until = clock()");
  Daemon daemon(record.settings(), heads, folder.path());
  CHECK(daemon.stopped_by() == "nothing");
  record.add(10);
  REQUIRE(daemon.pass().signed_now);
  CHECK(record.checkpoints() == 3);
  CHECK(found_in(record).empty());
}

TEST_CASE("a history that retired keys alone have signed counts up to where they were retired") {
  Record record;
  Signed heads;
  TemporaryFolder folder;
  Daemon daemon(record.settings(), heads, folder.path());
  play(record, daemon);
  const auto id = record::key_id(Record::key().key.key);
  CHECK(found_in(record, {{id, 60}}).empty());
  CHECK(found_in(record, {{id, 59}}) == "history_wrong 1/60; ");
  CHECK(found_in(record, {{"0123456789abcdef", 0}}).empty());
}

TEST_CASE("cosignatures are numbered in the order in which they become visible, without a gap") {
  Record record;
  Signed heads;
  TemporaryFolder folder;
  Daemon daemon(record.settings(), heads, folder.path());
  record.add(10);
  REQUIRE(daemon.pass().signed_now);
  cosign(record, 10, "first");
  for (const bool committed : {true, false}) {
    Connection one(record.settings(), DatabaseRole::owner);
    Transaction holding(one);
    run(record.owner(), "INSERT INTO witness (name, public_key, added_at) SELECT n || " + std::to_string(committed) +
                            ", sha256((n || " + std::to_string(committed) +
                            ")::bytea), clock() FROM unnest(ARRAY['slow', 'quick']) n");
    const auto named = [&](const char* name) { return name + std::to_string(committed); };
    holding.execute_script("SELECT noroshi.keep_cosignature(1, 10, '" + named("slow") + "', 'x', noroshi.clock())");
    std::jthread other([&] {
      Connection two(record.settings(), DatabaseRole::owner);
      run(two, "SELECT keep_cosignature(1, 10, '" + named("quick") + "', 'x', clock())");
    });
    // The second waits until the first is there to be seen, or never was.
    CHECK(eventually([&] {
      return record.number(
                 "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'advisory' AND datname = "
                 "current_database()") > 0;
    }));
    if (committed)
      holding.commit();
    else
      holding.rollback();
  }
  // Again: the first stays, and takes no number.
  cosign(record, 10, "first");
  CHECK(record.text("SELECT string_agg(number || ' ' || witness, ', ' ORDER BY number) FROM cosignature") ==
        "1 first, 2 slow1, 3 quick1, 4 quick0");
}

TEST_CASE("who numbers cosignatures and keeps histories is who did it before") {
  Record record;
  Connection sequencer(record.settings(), DatabaseRole::sequencer);
  CHECK_THROWS_AS(run(sequencer, "SELECT keep_cosignature(1, 1, 'x', 'x', clock())"), DatabaseFault);
  CHECK_THROWS_AS(run(sequencer, "INSERT INTO cosignature SELECT * FROM cosignature"), DatabaseFault);
  for (const auto role : {DatabaseRole::writer, DatabaseRole::reader}) {
    Connection other(record.settings(), role);
    CHECK_THROWS_AS(run(other, "SELECT keep_checkpoint(1, 1, 1, sha256(''), 'x', clock(), 'x')"), DatabaseFault);
  }
}

}  // namespace noroshi::store::test
