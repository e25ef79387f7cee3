// Sealing against a real PostgreSQL. Every head that is signed is compared with a tree that this file computes itself,
// as RFC 6962 defines it and no faster.
#include "src/store/sealer.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <mutex>
#include <set>
#include <thread>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "src/record/event_codec.h"
#include "src/record/merkle.h"
#include "src/record/subject_public_key.h"
#include "src/store/record_acts.h"
#include "src/store/record_tree.h"
#include "tests/store/sealed_record.h"

namespace noroshi::store::test {

TEST_CASE("a tree grows with the events in batches, and each head is kept outside and inside") {
  Record record;
  Signed heads;
  TemporaryFolder folder;
  auto options = quick();
  options.batch = 1000;
  Daemon daemon(record.settings(), heads, folder.path() / "record", options);

  auto state = daemon.pass();
  CHECK(state.holds_lease);
  CHECK(!state.signed_now);  // nothing to sign
  CHECK(state.origin == record.origin());

  for (const int more : {1, 1, 254, 1, 511, 66'000}) {
    record.add(more);
    do {
      state = daemon.pass();
      REQUIRE(!state.stopped);
      CHECK(state.signed_now);
    } while (state.more);
    CHECK(state.unsealed == 0);
    CHECK(!state.more);
    CHECK(daemon.kept_size() == state.checkpoint);
    CHECK(daemon.kept().read()->note == record.text("SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1"));
  }
  CHECK(record.checkpoints() == 10);  // no more than 16 batches under one signature
  record.check_all();
  // 66,768 leaves: three levels of tiles, the last of each no longer than it has to be.
  CHECK(record.text("SELECT string_agg(level || ':' || tiles || ':' || bytes, ' ' ORDER BY level) FROM (SELECT level, "
                    "count(*) AS tiles, sum(length(hashes)) AS bytes FROM record_tile GROUP BY level) t") ==
        fmt::format("0:261:{} 1:2:{} 2:1:32", 66'768 * 32, 260 * 32));

  state = daemon.pass();
  CHECK(!state.signed_now);  // a head is signed once
  CHECK(heads.count() == 10);
}

TEST_CASE("events that wait are counted, and their age told") {
  Record record;
  Signed heads;
  TemporaryFolder folder;
  Daemon daemon(record.settings(), heads, folder.path());
  record.add_events(3);
  auto state = daemon.pass();
  CHECK(state.unsealed == 3);
  CHECK(state.oldest_seconds.has_value());
  record.number_events();
  state = daemon.pass();
  CHECK(state.unsealed == 0);
  CHECK(!state.oldest_seconds.has_value());
}

TEST_CASE("no more signatures than one in the time between") {
  Record record;
  Signed heads;
  TemporaryFolder folder;
  auto options = quick();
  options.between = 1h;
  Daemon daemon(record.settings(), heads, folder.path(), options);
  record.add(1);
  CHECK(daemon.pass().signed_now);
  record.add(1);
  const auto state = daemon.pass();
  CHECK(!state.signed_now);
  CHECK(state.sealed == 2);
  CHECK(state.unsealed == 1);
  CHECK(state.more);
}

TEST_CASE("another daemon goes on where one ended, and follows where it does not seal") {
  Record record;
  Signed heads;
  TemporaryFolder first_folder;
  TemporaryFolder second_folder;
  auto options = quick();
  options.lease = 1ms;
  record.add(300);
  {
    Daemon first(record.settings(), heads, first_folder.path(), options);
    first.pass();
  }
  REQUIRE(eventually([&] { return record.text("SELECT lease_until <= clock() FROM sealer") == "true"; }));
  Daemon second(record.settings(), heads, second_folder.path());
  CHECK(second.pass().holds_lease);
  CHECK(second.kept_size() == 300);  // what another signed is kept here too
  record.add(300);
  CHECK(second.pass().signed_now);

  Daemon first(record.settings(), heads, first_folder.path());
  const auto state = first.pass();
  CHECK(!state.holds_lease);
  CHECK(!state.stopped);
  CHECK(state.checkpoint == 600);
  CHECK(first.kept_size() == 600);
  CHECK(heads.count() == 2);
  record.check_all();
}

TEST_CASE("several sealers that fight for the lease seal one tree") {
  Record record;
  Signed heads;
  constexpr int sealers = 4;
  std::vector<TemporaryFolder> folders(sealers);
  std::atomic<bool> stop{false};
  std::atomic<bool> has_held[sealers]{};
  const auto fighters = [&] { return std::count(std::begin(has_held), std::end(has_held), true); };
  std::atomic<bool> one_has_paused{false};
  std::atomic<int> stopped{0};
  std::vector<std::jthread> threads;
  for (int i = 0; i < sealers; ++i)
    threads.emplace_back([&, i] {
      auto options = quick();
      options.lease = 20ms;  // lost in the middle of many passes
      options.batch = 7;
      Daemon daemon(record.settings(), heads, folders[i].path(), options, [&, i] {
        has_held[i] = true;
        // The first to sign does so when its lease has gone to another.
        if (!one_has_paused.exchange(true))
          while (!stop && fighters() < 2) std::this_thread::sleep_for(1ms);
      });
      while (!stop) {
        const auto state = daemon.pass();
        if (state.holds_lease) has_held[i] = true;
        if (state.stopped) ++stopped;
      }
    });
  for (int round = 0; round < 60; ++round) record.add(round % 40 + 1);
  const auto numbered = record.number("SELECT next_sequence FROM sequencer");
  CHECK(eventually([&] { return record.number("SELECT coalesce(max(size), 0) FROM checkpoint") == numbered; }));
  CHECK(eventually([&] { return fighters() >= 2; }));
  stop = true;
  threads.clear();

  CHECK(stopped == 0);
  record.check_all();
  const auto leaves = record.leaves();
  for (const auto& folder : folders) {
    const auto head = KeptCheckpoint(folder.path()).read();
    REQUIRE(head);
    CHECK(head->checkpoint.root == naive_root(leaves, 0, head->checkpoint.size));
  }
}

TEST_CASE("a sealer whose lease went to another while it waited writes nothing") {
  Record record;
  Signed heads;
  TemporaryFolder folder;
  Daemon daemon(record.settings(), heads, folder.path());
  record.add(10);
  daemon.pass();
  const auto stand = [&] {
    return record.text(
        "SELECT size || encode(nodes, 'hex') || (SELECT string_agg(encode(hashes, 'hex'), '' ORDER BY level, "
        "index) FROM record_tile) || (SELECT count(*) FROM checkpoint) FROM sealer");
  };

  SUBCASE("to extend") {
    record.add(10);
  }
  SUBCASE("to keep what it signed") {
    record.add(10);
    REQUIRE(daemon.sealer().extend());
  }
  const auto before = stand();
  const auto kept_before = daemon.kept_size();
  Connection thief(record.settings(), DatabaseRole::owner);
  Transaction holding(thief);
  holding.execute_script("LOCK TABLE noroshi.event");  // it holds the lease, and waits for the events
  const bool extending = record.number("SELECT size FROM sealer") == 10;
  std::atomic<bool> done{true};
  std::jthread sealing([&] { done = extending ? daemon.sealer().extend() : daemon.sealer().sign(); });
  CHECK(eventually([&] {
    return record.number(
               "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = "
               "current_database()") > 0;
  }));
  holding.execute_script(
      "UPDATE noroshi.sealer SET token = token + 1, holder = gen_random_uuid(), "
      "lease_until = noroshi.clock() + interval '15 s'");
  holding.commit();
  sealing.join();
  CHECK(!done);
  CHECK(stand() == before);
  CHECK(daemon.kept_size() == kept_before);
}

TEST_CASE("the database itself refuses what a fenced-off sealer sends, and a second root of one size") {
  Record record;
  Signed heads;
  TemporaryFolder folder;
  Daemon daemon(record.settings(), heads, folder.path());
  record.add(10);
  daemon.pass();
  const auto token = record.number("SELECT token FROM sealer");
  CHECK(record.text(fmt::format("SELECT extend_record({}, 1, 10, 11, '', ARRAY[0], ARRAY[9], ARRAY['AAAA'])",
                                token - 1)) == "false");
  CHECK(record.text(fmt::format("SELECT extend_record({}, 1, 9, 11, '', ARRAY[0], ARRAY[9], ARRAY['AAAA'])", token)) ==
        "false");
  CHECK(record.text(fmt::format("SELECT keep_checkpoint({}, 1, 9, sha256(''), 'x', clock(), 'x')", token - 1)) == "false");
  CHECK(record.text(fmt::format("SELECT keep_checkpoint({}, 1, 11, sha256(''), 'x', clock(), 'x')", token)) == "false");
  CHECK(record.number("SELECT count(*) FROM record_tile WHERE index = 9") == 0);
  CHECK(record.checkpoints() == 1);
  try {
    record.text(fmt::format("SELECT keep_checkpoint({}, 1, 10, sha256(''), 'x', clock(), 'x')", token));
    FAIL("a second root");
  } catch (const ConstraintViolation& violation) {
    CHECK(violation.constraint() == "checkpoint_contradicts");
  }
}

TEST_CASE("what was changed behind the sealer's back is found before it signs") {
  struct Attack {
    const char* name;
    const char* sql;
    std::string found;
  };
  // 600 events are signed, 300 more are sealed and not signed, 100 more are numbered.
  const Attack attacks[] = {
      {"an event that was sealed and not signed", "UPDATE event SET leaf = 'forged' WHERE sequence = 700",
       "leaves_changed"},
      {"the last of them", "UPDATE event SET leaf = 'forged' WHERE sequence = 899", "leaves_changed"},
      {"two events swapped",
       "UPDATE event SET sequence = 10000 WHERE sequence = 700; UPDATE event SET sequence = 700 WHERE sequence = 701; "
       "UPDATE event SET sequence = 701 WHERE sequence = 10000",
       "leaves_changed"},
      {"an event deleted after it was sealed", "DELETE FROM event WHERE sequence = 650", "events_missing"},
      {"an event deleted before it was sealed", "DELETE FROM event WHERE sequence = 950", "events_missing"},
      {"an event signed long ago", "UPDATE event SET leaf = 'forged' WHERE sequence = 300", "leaves_changed"},
      {"an event signed long ago deleted", "DELETE FROM event WHERE sequence = 300", "events_missing"},
      {"a node of a leaf",
       "UPDATE record_tile SET hashes = overlay(hashes PLACING sha256('') FROM 1 + 32 * 188) WHERE level = 0 AND index "
       "= 2",
       "tiles_changed"},
      {"a node above", "UPDATE record_tile SET hashes = overlay(hashes PLACING sha256('') FROM 1) WHERE level = 1",
       "tiles_changed"},
      {"the edge cut short", "UPDATE record_tile SET hashes = substr(hashes, 1, 32) WHERE level = 0 AND index = 3",
       "tiles_changed"},
      {"a tile taken away", "DELETE FROM record_tile WHERE level = 0 AND index = 1", "tiles_changed"},
      {"the range of the sealer", "UPDATE sealer SET nodes = overlay(nodes PLACING sha256('') FROM 1)",
       "tiles_changed"},
      {"a range of another size", "UPDATE sealer SET nodes = substr(nodes, 33)", "tiles_changed"},
      {"the size of the sealer set back to nothing", "UPDATE sealer SET size = 0, nodes = ''", "smaller"},
      {"the counter of numbers set back", "UPDATE sequencer SET next_sequence = 500", "smaller"},
      {"everything numbered taken away", "DELETE FROM event; UPDATE sequencer SET next_sequence = 0", "smaller"},
      {"another time beside the newest checkpoint", "UPDATE checkpoint SET signed_at = signed_at + interval '1 us'",
       "history_wrong"},
      {"the history beside it changed", "UPDATE checkpoint SET history = replace(history, 'signed 2', 'signed 3')",
       "history_wrong"},
      {"the history beside it cut off", "UPDATE checkpoint SET history = left(history, 100)", "history_wrong"},
      {"its key exchanged", "UPDATE signing_key SET public_key = set_byte(public_key, 20, 0)", "history_wrong"},
      {"another root in the newest checkpoint", "UPDATE checkpoint SET root = sha256('')", "inconsistent"},
      {"another tree", "UPDATE record_origin SET name = 'noroshi/another/1'", "other_tree"},
      {"the whole record away",
       "DELETE FROM record_tile; DELETE FROM checkpoint; DELETE FROM event; UPDATE sealer SET size = 0, nodes = ''; "
       "UPDATE sequencer SET next_sequence = 0",
       "smaller"},
  };
  for (const auto& attack : attacks) {
    CAPTURE(std::string(attack.name));
    Record record;
    Signed heads;
    TemporaryFolder folder;
    Daemon daemon(record.settings(), heads, folder.path());
    record.add(600);
    REQUIRE(daemon.pass().signed_now);
    record.add(300);
    REQUIRE(daemon.sealer().extend());
    record.add(100);
    record.attack(attack.sql);
    const int before = heads.count();
    CHECK(daemon.stopped_by() == attack.found);
    CHECK(heads.count() == before);
    // It stays so, for whoever comes.
    CHECK(daemon.stopped_by() == attack.found);
    CHECK(daemon.kept_size() == 600);
  }
}

TEST_CASE("an event that is changed long after is found in turn") {
  Record record;
  Signed heads;
  TemporaryFolder folder;
  Daemon daemon(record.settings(), heads, folder.path());
  record.add(2000);
  REQUIRE(daemon.pass().signed_now);
  record.attack("UPDATE event SET leaf = 'forged' WHERE sequence = 1500");
  std::string found = "nothing";
  int signatures = 0;
  for (; signatures < 8 && found == "nothing"; ++signatures) {
    record.add(1);
    found = daemon.stopped_by();
  }
  CHECK(found == "leaves_changed");
  CHECK(signatures >= 2);
}

TEST_CASE("a database that was set back to before a head that was signed is not signed") {
  Record lost;
  Signed heads;
  TemporaryFolder folder;
  {
    Daemon daemon(lost.settings(), heads, folder.path());
    lost.add(500);
    REQUIRE(daemon.pass().signed_now);
  }
  Record restored(lost.origin());
  Daemon daemon(restored.settings(), heads, folder.path());

  SUBCASE("smaller") {
    restored.add(499);
    CHECK(daemon.stopped_by() == "smaller");
    // What came in since makes it as large, and not the same.
    restored.add(101, 0);
    CHECK(daemon.stopped_by() == "inconsistent");
    CHECK(daemon.stopped_by() == "inconsistent");
  }
  SUBCASE("as large, with one event that is another") {
    restored.add(500, 499);
    CHECK(daemon.stopped_by() == "inconsistent");
  }
  SUBCASE("only what the sealer wrote is lost: it is sealed again to the same head, and on") {
    restored.add(700);
    const auto state = daemon.pass();
    CHECK(!state.stopped);
    CHECK(state.checkpoint == 700);
    restored.check_all();
    return;
  }
  CHECK(heads.count() == 1);
  CHECK(restored.checkpoints() == 0);
  CHECK(daemon.kept_size() == 500);
}

TEST_CASE("a pass that ended between its steps is gone on from") {
  Record record;
  Signed heads;
  TemporaryFolder folder;
  record.add(250);

  SUBCASE("after the tiles") {
    Daemon(record.settings(), heads, folder.path()).sealer().extend();
    CHECK(record.number("SELECT size FROM sealer") == 250);
  }
  SUBCASE("after the note outside: the same note is recorded, and not signed again") {
    Daemon daemon(record.settings(), heads, folder.path());
    daemon.sealer().extend();
    daemon.kept().keep(heads.sign({record.origin(), 250, naive_root(record.leaves(), 0, 250)}));
  }
  run(record.owner(), "UPDATE sealer SET lease_until = clock()");
  Daemon daemon(record.settings(), heads, folder.path());
  const auto state = daemon.pass();
  CHECK(!state.stopped);
  CHECK(state.checkpoint == 250);
  CHECK(heads.count() == 1);
  CHECK(record.text("SELECT note FROM checkpoint") == daemon.kept().read()->note);
  record.check_all();
}

TEST_CASE("a head that cannot be kept is not recorded, and a file that is no note stops") {
  Record record;
  Signed heads;
  TemporaryFolder folder;
  record.add(1);
  Daemon daemon(record.settings(), heads, folder.path() / "record");
  std::filesystem::create_directory(folder.path() / "record");
  std::filesystem::create_directory(folder.path() / "record" / "checkpoint.new");
  std::filesystem::create_directory(folder.path() / "record" / "checkpoint.new" / "in the way");
  CHECK(daemon.stopped_by() == "head_unusable");
  CHECK(record.checkpoints() == 0);
  std::filesystem::remove_all(folder.path() / "record" / "checkpoint.new");
  CHECK(daemon.stopped_by() == "nothing");  // by itself, once it can be written
  CHECK(record.checkpoints() == 1);

  std::filesystem::resize_file(folder.path() / "record" / "checkpoint", 10);
  record.add(1);
  CHECK(daemon.stopped_by() == "head_unusable");
  CHECK(record.checkpoints() == 1);
}

TEST_CASE("without a key nothing is signed: the lease is left to who has one, and with a key of its own it goes on") {
  Record record;
  TemporaryFolder folder;
  KeptCheckpoint kept(folder.path());
  Connection connection(record.settings(), DatabaseRole::sequencer);
  Signed heads;
  bool has_key = false;
  Sealer sealer(
      connection, Sequencer::make_holder(), kept,
      [&](const std::string& origin, const std::string& text) {
        return has_key ? heads.sign(origin, text) : std::string();
      },
      quick());
  record.add(1);
  const auto state = sealer.run_once();
  REQUIRE(state.stopped);
  CHECK(state.stopped->kind() == RecordFaultKind::no_key);
  CHECK(!kept.read());

  TemporaryFolder elsewhere;
  Daemon other(record.settings(), heads, elsewhere.path());
  CHECK(other.pass().signed_now);

  has_key = true;
  record.add(1);
  CHECK(eventually([&] { return sealer.run_once().signed_now; }));
}

TEST_CASE("on an operator's word a new tree begins, whose first leaf names the head before and what was held") {
  Record lost;
  Signed heads;
  TemporaryFolder folder;
  {
    Daemon daemon(lost.settings(), heads, folder.path());
    lost.add(500);
    REQUIRE(daemon.pass().signed_now);
  }
  const auto old_head = KeptCheckpoint(folder.path()).read()->checkpoint;
  Record restored(lost.origin());
  restored.add(300);
  {
    TemporaryFolder before_the_loss;
    Daemon daemon(restored.settings(), heads, before_the_loss.path());
    REQUIRE(daemon.pass().signed_now);
    run(restored.owner(), "UPDATE sealer SET holder = NULL");
  }
  Daemon daemon(restored.settings(), heads, folder.path());
  REQUIRE(daemon.stopped_by() == "smaller");
  restored.add(20, 0);        // taken meanwhile, and numbered
  restored.add_events(7, 0);  // and not yet numbered

  const auto done =
      continue_record(restored.owner(), daemon.kept(), "昨夜の控えから復旧した", operator_at_machine("運用 花子"));
  REQUIRE(std::holds_alternative<Continued>(done));
  const auto& continued = std::get<Continued>(done);
  const auto name = restored.origin().substr(0, restored.origin().size() - 1) + "2";
  CHECK(continued.origin == name);
  CHECK(continued.highest == old_head);
  CHECK(continued.held_size == 327);

  const auto leaves = restored.leaves();
  REQUIRE(leaves.size() == 328);
  const auto first = record::decode(leaves[327], {}).value();
  CHECK(first.incident == core::IncidentId{});
  CHECK(first.actor.role == core::Role::operator_);
  const auto& begun = std::get<core::RecordContinued>(first.what);
  CHECK(begun.origin == name);
  CHECK(begun.origin_before == restored.origin());
  CHECK(begun.highest_size == 500);
  CHECK(begun.highest_root == old_head.root);
  CHECK(begun.held_size == 327);
  CHECK(begun.held_root == naive_root(leaves, 0, 327));
  CHECK(restored.text("SELECT convert_from(value, 'UTF8') FROM event_opening WHERE field = 'reason'") ==
        "昨夜の控えから復旧した");
  // What nobody signed can still be proved in the head that the first leaf names.
  {
    Connection reader(restored.settings(), DatabaseRole::sequencer);
    Transaction transaction(reader);
    const auto nodes = nodes_in_tiles(transaction, {1, restored.origin(), 0});
    CHECK(record::verify_inclusion(record::leaf_hash(leaves[326]), 326, 327, record::inclusion_proof(326, 327, nodes),
                                   begun.held_root));
  }

  restored.add(5);
  const auto state = daemon.pass();
  CHECK(!state.stopped);
  CHECK(state.origin == name);
  CHECK(state.checkpoint == 6);
  CHECK(daemon.kept().read()->checkpoint.origin == name);
  restored.check_all(1);
  restored.check_all(2, 327);

  // Nothing is wrong any more.
  CHECK(std::holds_alternative<NotNeeded>(
      continue_record(restored.owner(), daemon.kept(), "もう一度", operator_at_machine(""))));
  CHECK(restored.number("SELECT count(*) FROM record_origin") == 2);

  // Another daemon that kept an earlier head: its operator has to say so too, and no third tree begins.
  TemporaryFolder other_folder;
  KeptCheckpoint(other_folder.path()).keep(heads.sign({restored.origin(), 200, naive_root(lost.leaves(), 0, 200)}));
  Daemon other(restored.settings(), heads, other_folder.path());
  CHECK(other.stopped_by() == "other_tree");
  const auto accepted = continue_record(restored.owner(), other.kept(), "", operator_at_machine(""));
  REQUIRE(std::holds_alternative<Continued>(accepted));
  CHECK(std::get<Continued>(accepted).begun_before);
  CHECK(other.stopped_by() == "nothing");
  CHECK(other.kept().read()->checkpoint.origin == name);
  CHECK(restored.number("SELECT count(*) FROM record_origin") == 2);
}

TEST_CASE("a new tree takes no name that a lost one had") {
  Record restored("noroshi/0164f3a0-bd00-7000-8000-000000000060/1");
  Signed heads;
  TemporaryFolder folder;
  Daemon daemon(restored.settings(), heads, folder.path());
  daemon.kept().keep(heads.sign({"noroshi/0164f3a0-bd00-7000-8000-000000000060/4", 9, {}}));
  restored.add(3);
  CHECK(daemon.stopped_by() == "other_tree");
  const auto done = continue_record(restored.owner(), daemon.kept(), "復旧", operator_at_machine(""));
  CHECK(std::get<Continued>(done).origin == "noroshi/0164f3a0-bd00-7000-8000-000000000060/5");
  CHECK(std::get<Continued>(done).highest.size == 9);
  CHECK(daemon.stopped_by() == "nothing");
}

TEST_CASE("a record whose events were changed is continued from what is there, and its tiles are left as they were") {
  Record record;
  Signed heads;
  TemporaryFolder folder;
  Daemon daemon(record.settings(), heads, folder.path());
  record.add(300);
  REQUIRE(daemon.pass().signed_now);
  record.attack(
      "UPDATE event SET leaf = 'forged' WHERE sequence = 3; DELETE FROM event WHERE sequence = 9; "
      "UPDATE sequencer SET next_sequence = 5");
  record.add_events(2);
  const auto tiles = record.text("SELECT string_agg(encode(hashes, 'hex'), '' ORDER BY index) FROM record_tile");
  CHECK(daemon.stopped_by() == "smaller");
  const auto done = continue_record(record.owner(), daemon.kept(), "改ざんを確認", operator_at_machine(""));
  REQUIRE(std::holds_alternative<Continued>(done));
  CHECK(std::get<Continued>(done).held_size == 301);  // 299 and the two that waited
  CHECK(record.text("SELECT string_agg(encode(hashes, 'hex'), '' ORDER BY index) FROM record_tile WHERE origin = 1") ==
        tiles);
  const auto leaves = record.leaves();
  REQUIRE(leaves.size() == 302);
  CHECK(std::get<core::RecordContinued>(record::decode(leaves[301], {})->what).held_root == naive_root(leaves, 0, 301));
  record.add(1);
  CHECK(daemon.stopped_by() == "nothing");
  CHECK(record.number("SELECT max(size) FROM checkpoint WHERE origin = 2") == 2);
}

TEST_CASE("the acts on the record are the owner's alone") {
  Record record;
  for (const auto role :
       {DatabaseRole::writer, DatabaseRole::reader, DatabaseRole::sequencer, DatabaseRole::operator_}) {
    Connection other(record.settings(), role);
    for (const char* act : {"SELECT hold_record()", "SELECT open_record('x')",
                            "SELECT register_record_key('{}', 'x', '')", "SELECT retire_record_key('{}', 'x')",
                            "SELECT continue_record('{}', 2, 'x')", "SELECT keep_events_of_record('{}')"})
      CHECK_THROWS_AS(run(other, act), DatabaseFault);
  }
}

TEST_CASE("keys are rows with their events; the last one is not retired") {
  Record record;
  run(record.owner(), "DELETE FROM signing_key");  // the test's own
  const auto by = operator_at_machine("運用 花子");
  record::PublicKey raw, other;
  raw.fill('k');
  other.fill('o');
  const auto der = record::subject_public_key(raw);
  CHECK(register_record_key(record.owner(), "0123456789abcdef", der, raw, core::Actor::system()));
  CHECK(!register_record_key(record.owner(), "0123456789abcdef", der, raw, core::Actor::system()));
  CHECK(!retire_record_key(record.owner(), "0123456789abcdef", "最後の鍵", by));
  CHECK(!retire_record_key(record.owner(), "fedcba9876543210", "知らない鍵", by));
  CHECK(register_record_key(record.owner(), "fedcba9876543210", record::subject_public_key(other), other, by));
  CHECK(retire_record_key(record.owner(), "0123456789abcdef", "年次の更新", by));
  CHECK(!retire_record_key(record.owner(), "0123456789abcdef", "もう一度", by));

  const auto keys = record_keys(record.owner());
  REQUIRE(keys.size() == 2);
  CHECK(keys[0].retired_at.has_value());
  CHECK(!keys[1].retired_at.has_value());
  CHECK(keys[0].key == raw);
  CHECK(keys[1].key == other);
  // Another length or another head is no key of Ed25519.
  CHECK(record::raw_key(der) == raw);
  CHECK(!record::raw_key(der + 'k'));
  CHECK(!record::raw_key(der.substr(1)));
  CHECK(!record::raw_key(std::string(44, 'k')));
  record.number_events();
  std::vector<std::string> types;
  for (const auto& leaf : record.leaves()) types.emplace_back(core::type_of(record::decode(leaf, {}).value().what));
  CHECK(types == std::vector<std::string>{"key.registered", "key.registered", "key.retired"});
  CHECK(record.text(
            "SELECT string_agg(e.type, ' ' ORDER BY e.type) FROM signing_key k JOIN event e ON e.id IN (k.event_id, "
            "k.retirement_event_id)") == "key.registered key.registered key.retired");

  // Everybody may see that it happened, and nobody why.
  Connection reader(record.settings(), DatabaseRole::reader);
  TenantTransaction anybody(reader, "jps", "jps 当直");
  constexpr Statement select{"test_key_events", "SELECT count(*) FROM event WHERE type LIKE 'key.%'"};
  CHECK(anybody.execute(select).one().get<std::int64_t>(0) == 3);
}

}  // namespace noroshi::store::test
