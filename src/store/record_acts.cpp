#include "src/store/record_acts.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "src/record/encodings.h"
#include "src/record/event_codec.h"
#include "src/record/merkle.h"
#include "src/store/bytes.h"
#include "src/store/clock.h"
#include "src/store/column_reader.h"
#include "src/store/decided.h"
#include "src/store/kept_history.h"
#include "src/store/record_state.h"
#include "src/store/record_tree.h"

namespace noroshi::store {
namespace {

constexpr Statement select_time{"record_act_time", "SELECT clock()"};
constexpr Statement register_key{"register_record_key", "SELECT register_record_key($1::jsonb, $2, $3::bytea)"};
constexpr Statement retire_key{"retire_record_key", "SELECT retire_record_key($1::jsonb, $2)"};
constexpr Statement hold{"hold_record", "SELECT * FROM hold_record()"};
constexpr Statement begin_tree{"continue_record", "SELECT continue_record($1::jsonb, $2::integer, $3)"};
constexpr Statement select_head{"newest_head",
                                "SELECT size, root FROM checkpoint WHERE origin = $1 ORDER BY size DESC LIMIT 1"};
constexpr Statement select_present{
    "present_leaves",
    "SELECT sequence, leaf FROM event WHERE sequence >= $1 AND sequence < $2 ORDER BY sequence LIMIT 10000"};
constexpr Statement select_beginning{
    "beginning_of_tree", "SELECT e.leaf FROM record_origin o JOIN event e ON e.id = o.event_id WHERE o.ordinal = $1"};

// An event of the record itself, with the rows of its opening, as keep_events_of_record() of schemas/sql takes it.
std::string decided_event(Timestamp at, const core::Actor& by, core::Happening what) {
  auto identifiers = fresh_identifiers(at);
  RandomSalts salts;
  Decided decided(salts);
  decided.add(core::Event{identifiers.next<core::EventId>(), at, by, {}, std::move(what)});
  return decided.json();
}

struct Held {
  RecordOrigin origin;
  std::int64_t token = 0;
  std::int64_t next_sequence = 0;
  std::uint64_t sealed = 0;
  Bytes nodes;
  Timestamp at;
};

Held hold_record(Transaction& transaction) {
  const auto rows = transaction.execute(hold);
  const auto row = rows.one();
  return {{row.get<std::int32_t>("ordinal"), row.get<std::string>("name"), row.get<std::int64_t>("first_sequence")},
          row.get<std::int64_t>("token"),
          row.get<std::int64_t>("next_sequence"),
          static_cast<std::uint64_t>(row.get<std::int64_t>("size")),
          row.get<Bytes>("nodes"),
          row.get<Timestamp>("at")};
}

std::optional<record::Checkpoint> newest_head(Transaction& transaction, const RecordOrigin& origin) {
  const auto row = transaction.execute(select_head, {origin.ordinal}).maybe_one();
  if (!row) return std::nullopt;
  // One of another length matches no root, and neither do zeros.
  const auto root = record::to_digest(text_of(row->get<Bytes>(1))).value_or(record::Digest{});
  return record::Checkpoint{origin.name, static_cast<std::uint64_t>(row->get<std::int64_t>(0)), root};
}

// The tree over the events that are there, in the order of their numbers, and what it says to heads of that tree.
class PresentTree {
 public:
  PresentTree(Transaction& transaction, const Held& held, std::vector<record::Checkpoint> sealed_heads,
              std::vector<record::Checkpoint> signed_heads)
      : sealed_heads_(std::move(sealed_heads)), signed_heads_(std::move(signed_heads)) {
    compare();
    for (auto from = held.origin.first_sequence; from < held.next_sequence;) {
      const auto rows = transaction.execute(select_present, {from, held.next_sequence});
      for (const auto& row : rows) {
        const auto sequence = row.get<std::int64_t>(0);
        complete_ = complete_ && sequence == held.origin.first_sequence + static_cast<std::int64_t>(range_.size());
        from = sequence + 1;
        range_.append(record::leaf_hash(text_of(row.get<Bytes>(1))));
        compare();
      }
      if (rows.empty()) break;
    }
    complete_ =
        complete_ && held.origin.first_sequence + static_cast<std::int64_t>(range_.size()) == held.next_sequence;
  }

  std::uint64_t size() const { return range_.size(); }
  record::Digest root() const { return range_.root(); }
  // Every number has its event.
  bool complete() const { return complete_; }
  // Each of these heads is that of so many first leaves.
  bool contains_sealed() const { return sealed_found_ == sealed_heads_.size(); }
  bool contains_signed() const { return signed_found_ == signed_heads_.size(); }

 private:
  void compare() {
    const auto is_here = [this](const record::Checkpoint& head) {
      return head.size == range_.size() && head.root == range_.root();
    };
    sealed_found_ += static_cast<std::size_t>(std::count_if(sealed_heads_.begin(), sealed_heads_.end(), is_here));
    signed_found_ += static_cast<std::size_t>(std::count_if(signed_heads_.begin(), signed_heads_.end(), is_here));
  }

  std::vector<record::Checkpoint> sealed_heads_;
  std::vector<record::Checkpoint> signed_heads_;
  record::CompactRange range_;
  bool complete_ = true;
  std::size_t sealed_found_ = 0;
  std::size_t signed_found_ = 0;
};

// The head that is sealed, by the sealer's row and by the tiles; nothing where these differ, or say more than is there.
std::optional<record::Checkpoint> sealed_head(Transaction& transaction, const Held& held) {
  if (held.sealed > static_cast<std::uint64_t>(held.next_sequence - held.origin.first_sequence)) return std::nullopt;
  try {
    const auto root = read_range(held.sealed, held.nodes, held.origin).root();
    if (record::root_of(held.sealed, nodes_in_tiles(transaction, held.origin)) != root) return std::nullopt;
    return record::Checkpoint{held.origin.name, held.sealed, root};
  } catch (const RecordFault&) {
    return std::nullopt;
  }
}

// Lets the tiles grow over all that the tree holds, so that what nobody signed can be proved in the head that is named.
void seal_to_the_end(Transaction& transaction, const Held& held, std::uint64_t end) {
  constexpr std::uint64_t batch = 10000;
  auto range = read_range(held.sealed, held.nodes, held.origin);
  while (range.size() < end) {
    const auto from = range.size();
    const auto to = std::min(end, from + batch);
    GrowingTree tree(transaction, held.origin, std::move(range));
    for (const auto& hash : hash_leaves(transaction, held.origin, from, to)) tree.append(hash);
    extend_record(transaction, held.token, held.origin, from, tree);
    range = tree.range();
  }
}

// "noroshi/2/<uuid>/<ordinal>"; nothing for a name of another form.
std::optional<int> ordinal_in(const std::string& name) {
  const auto slash = name.rfind('/');
  int ordinal = 0;
  const auto* end = name.data() + name.size();
  if (slash == std::string::npos || std::from_chars(name.data() + slash + 1, end, ordinal).ptr != end)
    return std::nullopt;
  return ordinal;
}

// An ordinal that no tree has had, also none that the database has forgotten.
int next_ordinal(const RecordOrigin& origin, const std::optional<KeptHead>& kept) {
  return std::max(origin.ordinal, kept ? ordinal_in(kept->checkpoint.origin).value_or(0) : 0) + 1;
}

// Whether that tree was begun in place of the one whose head is kept, by somebody who knew that head or a later one.
bool begun_in_place_of(Transaction& transaction, const RecordOrigin& origin, const record::Checkpoint& kept) {
  const auto row = transaction.execute(select_beginning, {origin.ordinal}).maybe_one();
  if (!row) return false;
  const auto event = record::decode(text_of(row->get<Bytes>(0)), {});
  const auto* begun = event ? std::get_if<core::RecordContinued>(&event->what) : nullptr;
  return begun && begun->origin == origin.name && begun->origin_before == kept.origin &&
         (begun->highest_size > kept.size || (begun->highest_size == kept.size && begun->highest_root == kept.root));
}

}  // namespace

core::Actor operator_at_machine(const std::string& name) {
  return {std::nullopt, "", core::Role::operator_, name};
}

std::vector<RecordKey> record_keys(Connection& connection) {
  Transaction transaction(connection, Isolation::repeatable_read, Access::read_only);
  std::vector<RecordKey> keys;
  for (auto& stored : read_record_keys(transaction))
    if (stored.key) keys.push_back({std::move(stored.id), *stored.key, stored.registered_at, stored.retired_at});
  return keys;
}

bool register_record_key(Connection& owner, const std::string& id, std::string_view subject_public_key,
                         const record::PublicKey& key, const core::Actor& by) {
  Transaction transaction(owner);
  const auto at = transaction.execute(select_time).one().get<Timestamp>(0);
  const auto event = decided_event(at, by, core::KeyRegistered{id, core::KeyAlgorithm::ed25519, key, "record"});
  const bool registered =
      transaction.execute(register_key, {event, id, std::as_bytes(std::span(subject_public_key))}).one().get<bool>(0);
  transaction.commit();
  return registered;
}

bool retire_record_key(Connection& owner, const std::string& id, const std::string& reason, const core::Actor& by) {
  Transaction transaction(owner);
  const auto at = transaction.execute(select_time).one().get<Timestamp>(0);
  const bool retired =
      transaction.execute(retire_key, {decided_event(at, by, core::KeyRetired{id, reason}), id}).one().get<bool>(0);
  transaction.commit();
  return retired;
}

std::vector<std::string> record_origins(Connection& owner) {
  Transaction transaction(owner, Isolation::repeatable_read, Access::read_only);
  std::vector<std::string> names;
  for (auto& stored : read_origins(transaction)) names.push_back(std::move(stored.origin.name));
  return names;
}

std::variant<Continued, NotNeeded> continue_record(Connection& owner, KeptCheckpoint& kept, const std::string& reason,
                                                   const core::Actor& by) {
  Transaction transaction(owner);
  const auto held = hold_record(transaction);
  const auto outside = kept.read();
  const auto& origin = held.origin;
  const bool of_this_tree = outside && outside->checkpoint.origin == origin.name;
  if (outside && !of_this_tree && begun_in_place_of(transaction, origin, outside->checkpoint)) {
    kept.accept_origin(origin.name);
    return Continued{origin.name, outside->checkpoint, 0, true};
  }

  const auto inside = newest_head(transaction, origin);
  std::vector<record::Checkpoint> heads;
  if (inside) heads.push_back(*inside);
  if (of_this_tree) heads.push_back(outside->checkpoint);
  const auto sealed = sealed_head(transaction, held);
  const PresentTree tree(transaction, held, sealed ? std::vector{*sealed} : std::vector<record::Checkpoint>{}, heads);
  const bool extendable = sealed && tree.complete() && tree.contains_sealed();
  const auto newest = read_newest_history(transaction);
  const bool history_wrong = newest.wrong && newest.row->ordinal == origin.ordinal;
  if ((!outside || of_this_tree) && extendable && tree.contains_signed() && !history_wrong)
    return NotNeeded{origin.name, tree.size()};

  record::Checkpoint highest{origin.name, 0, record::empty_root()};
  if (inside) highest = *inside;
  if (outside && (!of_this_tree || outside->checkpoint.size > highest.size)) highest = outside->checkpoint;
  if (extendable) seal_to_the_end(transaction, held, tree.size());

  const auto ordinal = next_ordinal(origin, outside);
  const auto name = fmt::format("{}/{}", origin.name.substr(0, origin.name.rfind('/')), ordinal);
  transaction.execute(begin_tree, {decided_event(held.at, by,
                                                 core::RecordContinued{name, highest.origin, highest.size, highest.root,
                                                                       tree.size(), tree.root(), reason}),
                                   ordinal, name});
  // Before the commit: should this process end between the two, the tree named is not there yet and nothing is lost.
  kept.accept_origin(name);
  transaction.commit();
  return Continued{name, highest, tree.size(), false};
}

}  // namespace noroshi::store
