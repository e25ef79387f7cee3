// A record in a database of its own, sealed by daemons that a test holds in its hands, with a key that it has.
#pragma once

#include <openssl/sha.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "src/record/encodings.h"
#include "src/record/subject_public_key.h"
#include "src/store/sealer.h"
#include "src/store/sequencer.h"
#include "tests/record/test_key.h"
#include "tests/store/store_scene.h"

namespace noroshi::store::test {

using namespace std::chrono_literals;
using record::Digest;

// --- RFC 6962 section 2.1, word by word
// --------------------------------------------------------------------------------

inline Digest hash_of(const std::string& bytes) {
  Digest digest;
  ::SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
  return digest;
}
inline std::string text(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

inline Digest naive_root(const std::vector<std::string>& leaves, std::size_t from, std::size_t to) {
  if (from == to) return hash_of("");
  if (to - from == 1) return hash_of(std::string(1, '\0') + leaves[from]);
  std::size_t split = 1;
  while (split * 2 < to - from) split *= 2;
  return hash_of("\1" + text(naive_root(leaves, from, from + split)) + text(naive_root(leaves, from + split, to)));
}

// --- A database with a record
// ------------------------------------------------------------------------------------------

inline SealerOptions quick() {
  return {.lease = 10s, .batch = 100, .burst = 10s, .between = 0ms};
}

class Record {
 public:
  // `name`: the tree, where it is to be that of another database, as after a restore.
  explicit Record(const std::string& name = {}) : owner_(database_.settings(), DatabaseRole::owner) {
    // The key with which this test signs, without its event: sequences begin at 0 here.
    run(owner_,
        fmt::format("ALTER TABLE signing_key DROP CONSTRAINT key_of_record_has_event; INSERT INTO signing_key (id, "
                    "purpose, algorithm, public_key, registered_at) VALUES ('{}', 'record', 'ed25519', '\\x{}', "
                    "clock())",
                    record::key_id(key().key.key), record::to_hex(record::subject_public_key(key().key.key))));
    if (!name.empty())
      run(owner_, "INSERT INTO record_origin (ordinal, name, first_sequence, opened_at) VALUES (1, '" + name +
                      "', 0, clock()); UPDATE sealer SET origin = 1");
    origin_ = open_record(owner_);
    sequencer_ = std::make_unique<Connection>(database_.settings(), DatabaseRole::sequencer);
  }

  static const record::testing::TestKey& key() {
    static const record::testing::TestKey key("any", "sealer test");
    return key;
  }

  Connection& owner() { return owner_; }
  const ConnectionSettings& settings() const { return database_.settings(); }
  const std::string& origin() const { return origin_; }
  std::string text(const std::string& query) { return text_of(owner_, query); }
  std::int64_t number(const std::string& query) { return std::stoll(text(query)); }
  std::int64_t checkpoints() { return number("SELECT count(*) FROM checkpoint"); }

  // As a superuser, past every trigger.
  void attack(const std::string& sql) { run(owner_, "SET LOCAL session_replication_role = replica; " + sql); }

  // The same events in every database, but for those from `other_from` on.
  void add_events(int count, int other_from = 1'000'000'000) {
    run(owner_, fmt::format("INSERT INTO event (id, type, at, incident_id, leaf) SELECT "
                            "('00000000-0000-0000-0000-' || lpad(n::text, 12, '0'))::uuid, 'incident.opened', "
                            "'2026-11-26Z'::timestamptz + n * interval '1 ms', gen_random_uuid(), "
                            "sha256((CASE WHEN n >= {} THEN 'other ' ELSE 'event ' END || n)::bytea) "
                            "FROM generate_series({}, {}) n",
                            other_from, added_, added_ + count - 1));
    added_ += count;
  }
  void number_events() { CHECK(Sequencer(*sequencer_, Sequencer::make_holder(), 1ms).run_once().has_value()); }
  void add(int count, int other_from = 1'000'000'000) {
    add_events(count, other_from);
    number_events();
  }

  std::vector<std::string> leaves(std::int64_t from = 0) {
    std::vector<std::string> leaves;
    constexpr Statement select{"test_leaves", "SELECT leaf FROM event WHERE sequence >= $1 ORDER BY sequence"};
    for (const auto& row : owner_.execute(select, {from})) {
      const auto leaf = row.get<Bytes>(0);
      leaves.emplace_back(reinterpret_cast<const char*>(leaf.data()), leaf.size());
    }
    return leaves;
  }

  // Every checkpoint of the tree is that of so many first leaves, and its note says the same.
  void check_all(int ordinal = 1, std::int64_t from = 0) {
    const auto all = leaves(from);
    constexpr Statement select{"test_checkpoints",
                               "SELECT size, root, note FROM checkpoint WHERE origin = $1 ORDER BY size"};
    for (const auto& row : owner_.execute(select, {ordinal})) {
      const auto size = static_cast<std::size_t>(row.get<std::int64_t>(0));
      const auto root = row.get<Bytes>(1);
      REQUIRE(size <= all.size());
      const auto expected = naive_root(all, 0, size);
      CHECK(std::string(reinterpret_cast<const char*>(root.data()), root.size()) == test::text(expected));
      const auto note = record::parse_note(row.get<std::string>(2));
      REQUIRE(note);
      CHECK(record::parse_checkpoint(note->text)->size == size);
      CHECK(record::parse_checkpoint(note->text)->root == expected);
    }
  }

 private:
  OwnDatabase database_{OwnDatabase::Contents::schema};
  Connection owner_;
  std::string origin_;
  std::unique_ptr<Connection> sequencer_;
  int added_ = 0;
};

// What was signed, by anybody, in all of a test: one size of a tree has one root.
class Signed {
 public:
  std::string sign(const record::Checkpoint& head) {
    std::lock_guard lock(mutex_);
    const auto [place, fresh] = heads_.emplace(std::pair(head.origin, head.size), head.root);
    CHECK(place->second == head.root);
    ++count_;
    return note(head.origin, record::checkpoint_text(head));
  }
  // Of a head, which is remembered, or of a history.
  std::string sign(const std::string& origin, const std::string& text) {
    const auto head = record::parse_checkpoint(text);
    return head ? sign(*head) : note(origin, text);
  }
  int count() const { return count_; }

 private:
  static std::string note(const std::string& origin, const std::string& text) {
    const auto& key = Record::key();
    return record::to_string(
        record::Note{text, {record::sign_note(text, {origin, record::KeyKind::log, key.key.key}, key.sign)}});
  }

  std::mutex mutex_;
  std::map<std::pair<std::string, std::uint64_t>, Digest> heads_;
  int count_ = 0;
};

// A daemon's part: its connection, its lease, its folder.
class Daemon {
 public:
  // `before_signing` is called before each signature, where the lease is held and no transaction open.
  Daemon(
      const ConnectionSettings& settings, Signed& signed_heads, const std::filesystem::path& folder,
      SealerOptions options = quick(), std::function<void()> before_signing = [] {})
      : connection_(settings, DatabaseRole::sequencer),
        kept_(folder),
        sealer_(
            connection_, Sequencer::make_holder(), kept_,
            [&signed_heads, before_signing = std::move(before_signing)](const std::string& origin,
                                                                        const std::string& text) {
              if (record::parse_checkpoint(text)) before_signing();
              return signed_heads.sign(origin, text);
            },
            options) {}

  Sealer& sealer() { return sealer_; }
  KeptCheckpoint& kept() { return kept_; }
  SealingState pass() { return sealer_.run_once(); }
  std::string stopped_by() {
    const auto state = pass();
    return state.stopped ? std::string(to_string(state.stopped->kind())) : "nothing";
  }
  std::uint64_t kept_size() const {
    const auto head = kept_.read();
    return head ? head->checkpoint.size : 0;
  }

 private:
  Connection connection_;
  KeptCheckpoint kept_;
  Sealer sealer_;
};

}  // namespace noroshi::store::test
