#include "src/store/sealer.h"

#include <algorithm>

#include <fmt/format.h>

#include "src/record/merkle.h"
#include "src/record/encodings.h"
#include "src/store/bytes.h"
#include "src/store/column_reader.h"
#include "src/store/clock.h"
#include "src/store/kept_history.h"
#include "src/store/record_tree.h"

namespace noroshi::store {
namespace {

constexpr Statement hold_lease{"hold_sealer",
                               "SELECT hold_sealer($1::uuid, clock(), "
                               "shown_length(make_interval(secs => $2::double precision / 1000)))"};
constexpr Statement leave_lease{"leave_sealer", "SELECT leave_sealer($1::bigint)"};
// One statement, one moment.
constexpr Statement look_at_record{
    "look_at_record",
    "SELECT o.ordinal, o.name, o.first_sequence, s.origin AS grown, s.size, s.nodes, q.next_sequence, "
    "c.size AS signed_size, c.root AS signed_root, c.note, "
    "(SELECT count(*) FROM event u WHERE u.sequence IS NULL) AS unnumbered, "
    "(SELECT CASE WHEN k.rate = 1 AND k.shown_at = k.real_at THEN extract(epoch FROM clock() - least("
    "(SELECT min(u.at) FROM event u WHERE u.sequence IS NULL), "
    "(SELECT e.at FROM event e WHERE e.sequence = o.first_sequence + coalesce(c.size, 0)))) END "
    "FROM clock_setting k)::double precision AS oldest_seconds "
    "FROM sequencer q, sealer s, "
    "LATERAL (SELECT * FROM record_origin ORDER BY ordinal DESC LIMIT 1) AS o "
    "LEFT JOIN LATERAL (SELECT * FROM checkpoint h WHERE h.origin = o.ordinal ORDER BY h.size DESC LIMIT 1) AS c ON "
    "true"};
constexpr Statement keep{"keep_checkpoint",
                         "SELECT keep_checkpoint($1::bigint, $2::integer, $3::bigint, $4::bytea, $5, $6::timestamptz, $7)"};
constexpr Statement open_first{"open_record", "SELECT open_record($1)"};

}  // namespace

// Where the database says that the record stands.
struct Sealer::Look {
  RecordOrigin origin;
  bool grown = false;  // the row of the sealer is of that tree
  std::uint64_t size = 0;
  Bytes nodes;
  std::uint64_t numbered = 0;  // events of the tree
  std::uint64_t unnumbered = 0;
  std::optional<record::Checkpoint> signed_head;
  std::string signed_note;
  std::optional<double> oldest_seconds;
  std::optional<KeptHead> kept;

  std::uint64_t signed_size() const { return signed_head ? signed_head->size : 0; }
  bool kept_is_of_this_tree() const { return kept && kept->checkpoint.origin == origin.name; }
  // A head was kept outside and is not recorded, and what is sealed does not reach it.
  bool kept_lies_ahead() const { return kept_is_of_this_tree() && kept->checkpoint.size > size; }
};

Sealer::Sealer(Connection& connection, const core::Uuid& holder, KeptCheckpoint& kept, SignNote sign,
               SealerOptions options)
    : connection_(connection),
      holder_(core::to_string(holder)),
      kept_(kept),
      sign_(std::move(sign)),
      options_(options) {}

std::optional<std::int64_t> Sealer::hold() {
  const auto token = connection_.execute(hold_lease, {holder_, options_.lease.count()}).maybe_one();
  if (!token || token->is_null(0)) return std::nullopt;
  return token->get<std::int64_t>(0);
}

// Others may have a key; while it waits, whoever looks takes the lease.
void Sealer::leave(std::int64_t token, const RecordFault& keyless) {
  connection_.execute(leave_lease, {token});
  keyless_ = keyless;
  keyless_until_ = Clock::now() + 2 * options_.lease;
}

Sealer::Look Sealer::look() {
  const auto rows = connection_.execute(look_at_record);
  const auto row = rows.one();
  Look look;
  look.origin = {row.get<std::int32_t>("ordinal"), row.get<std::string>("name"),
                 row.get<std::int64_t>("first_sequence")};
  look.grown = row.get<std::optional<std::int32_t>>("grown") == look.origin.ordinal;
  look.size = static_cast<std::uint64_t>(row.get<std::int64_t>("size"));
  look.nodes = row.get<Bytes>("nodes");
  look.numbered = static_cast<std::uint64_t>(
      std::max<std::int64_t>(0, row.get<std::int64_t>("next_sequence") - look.origin.first_sequence));
  look.unnumbered = static_cast<std::uint64_t>(row.get<std::int64_t>("unnumbered"));
  look.oldest_seconds = row.get<std::optional<double>>("oldest_seconds");
  if (const auto size = row.get<std::optional<std::int64_t>>("signed_size")) {
    look.signed_head = record::Checkpoint{look.origin.name, static_cast<std::uint64_t>(*size),
                                          record::to_digest(text_of(row.get<Bytes>("signed_root"))).value_or(record::Digest{})};
    look.signed_note = row.get<std::string>("note");
  }
  return look;
}

// With the head kept outside; RecordFault where it is of another tree that no operator gave up.
void Sealer::read_kept(Look& look) {
  try {
    look.kept = kept_.read();
    if (look.kept && !look.kept_is_of_this_tree() && kept_.accepted_origin() != look.origin.name)
      throw RecordFault(RecordFaultKind::other_tree, look.origin.name, look.kept->checkpoint.size,
                        look.kept->checkpoint.origin);
  } catch (const KeptCheckpointFault& fault) {
    throw RecordFault(RecordFaultKind::head_unusable, look.origin.name, 0, fault.what());
  }
}

// Whether the tree has that size and that root there; RecordFault where it has another.
bool Sealer::prove(const Look& look, const record::Checkpoint& head) {
  if (head.size > look.size) return false;
  Transaction transaction(connection_, Isolation::repeatable_read, Access::read_only);
  if (record::root_of(head.size, nodes_in_tiles(transaction, look.origin)) != head.root)
    throw RecordFault(RecordFaultKind::inconsistent, look.origin.name, head.size);
  return true;
}

// What was signed is contained in what there is, as far as that can be known before more is sealed.
void Sealer::check_kept(Look& look) {
  read_kept(look);
  if (!look.grown || look.size > look.numbered || look.signed_size() > look.size)
    throw RecordFault(RecordFaultKind::smaller, look.origin.name, look.numbered);
  if (!look.kept_is_of_this_tree()) return;
  const auto& head = look.kept->checkpoint;
  if (head.size > look.numbered) throw RecordFault(RecordFaultKind::smaller, look.origin.name, head.size);
  if (proven_ == head && head.size <= look.size) return;
  if (prove(look, head)) proven_ = head;
}

bool Sealer::extend_batch(std::int64_t token, const Look& look, std::uint64_t end) {
  Transaction transaction(connection_);
  GrowingTree tree(transaction, look.origin, read_range(look.size, look.nodes, look.origin));
  for (const auto& hash : hash_leaves(transaction, look.origin, look.size, end)) tree.append(hash);
  if (!extend_record(transaction, token, look.origin, look.size, tree)) return false;
  transaction.commit();
  return true;
}

// False where the lease went to another.
bool Sealer::extend_until_burst(std::int64_t token, Look& look) {
  const auto end_of_burst = Clock::now() + options_.burst;
  // What is read back before a signature is bounded, so that it is done within a lease.
  const auto most = look.signed_size() + 16 * static_cast<std::uint64_t>(options_.batch);
  while (look.size < look.numbered && (look.size < most || look.kept_lies_ahead()) && Clock::now() < end_of_burst) {
    auto end = std::min(look.numbered, look.size + static_cast<std::uint64_t>(options_.batch));
    // A head that was kept and not recorded: up to there first, to see whether it is the same tree.
    if (look.kept_lies_ahead()) end = std::min(end, look.kept->checkpoint.size);
    if (hold() != token || !extend_batch(token, look, end)) return false;
    const auto origin = look.origin.ordinal;
    look = this->look();
    if (look.origin.ordinal != origin) return false;  // an operator let another begin
    check_kept(look);
  }
  return true;
}

// The root, after everything of this pass was read again and the heads signed before were found in the tree.
record::Digest Sealer::check_tree(const Look& look) {
  Transaction transaction(connection_, Isolation::repeatable_read, Access::read_only);
  const auto& origin = look.origin;
  const auto nodes = nodes_in_tiles(transaction, origin);
  const auto root = read_range(look.size, look.nodes, origin).root();
  if (record::root_of(look.size, nodes) != root)
    throw RecordFault(RecordFaultKind::tiles_changed, origin.name, look.size);

  std::vector<record::Checkpoint> heads;
  if (look.signed_head) heads.push_back(*look.signed_head);
  if (look.kept_is_of_this_tree()) heads.push_back(look.kept->checkpoint);
  record::Checkpoint last{origin.name, 0, record::empty_root()};
  for (const auto& head : heads) {
    if (head.size > look.size) throw RecordFault(RecordFaultKind::inconsistent, origin.name, head.size);
    if (head.size > last.size) last = head;
  }

  GrowingTree again(transaction, origin, range_of(last.size, nodes));
  if (again.range().root() != last.root) throw RecordFault(RecordFaultKind::inconsistent, origin.name, last.size);
  for (auto from = last.size; from < look.size;) {
    const auto to = std::min(look.size, from + static_cast<std::uint64_t>(options_.batch));
    for (const auto& hash : hash_leaves(transaction, origin, from, to)) again.append(hash);
    from = to;
  }
  if (again.range().root() != root) throw RecordFault(RecordFaultKind::leaves_changed, origin.name, last.size);
  compare_tiles(transaction, origin, again);
  for (const auto& head : heads)
    if (!record::verify_consistency(head.size, head.root, look.size, root,
                                    record::consistency_proof(head.size, look.size, nodes)))
      throw RecordFault(RecordFaultKind::inconsistent, origin.name, head.size);
  look_back(transaction, look, nodes);
  return root;
}

// One tile of leaves that were sealed before, in turn: what was changed long after is found sooner or later here, and
// by `noroshi record verify` at once.
void Sealer::look_back(Transaction& transaction, const Look& look, const record::NodeReader& nodes) {
  auto from = next_look_back_;
  if (from >= look.size) from = 0;
  const auto to = std::min(look.size, from + record::tile_width);
  const auto leaves = hash_leaves(transaction, look.origin, from, to);
  for (auto index = from; index < to; ++index)
    if (leaves[index - from] != nodes(0, index))
      throw RecordFault(RecordFaultKind::leaves_changed, look.origin.name, index);
  next_look_back_ = to;  // not past what it stops at
}

// Outside first: a note that left this program and is nowhere would let the tree be set back unseen.
bool Sealer::sign_tree(std::int64_t token) {
  auto seen = look();
  check_kept(seen);
  if (seen.size == 0 || seen.kept_lies_ahead()) return false;
  const record::Checkpoint head{seen.origin.name, seen.size, check_tree(seen)};
  const auto before = history_before(token, seen);
  if (!before) return false;
  const bool kept_already = seen.kept && seen.kept->checkpoint == head;
  const auto note = kept_already ? seen.kept->note : sign_(head.origin, record::checkpoint_text(head));
  const auto history = sign_(head.origin, record::history_text(*before));
  if (note.empty() || history.empty()) throw RecordFault(RecordFaultKind::no_key, head.origin, head.size);
  if (hold() != token) return false;
  try {
    if (!kept_already) kept_.keep(note);
  } catch (const KeptCheckpointFault& fault) {
    throw RecordFault(RecordFaultKind::head_unusable, head.origin, head.size, fault.what());
  }
  proven_ = head;
  return connection_
      .execute(keep, {token, seen.origin.ordinal, static_cast<std::int64_t>(head.size),
                      std::as_bytes(std::span<const std::uint8_t>(head.root)), note, before->signed_at, history})
      .one()
      .get<bool>(0);
}

// What was kept before: the newest history, and what came since. Nobody keeps a checkpoint meanwhile, or this token is no
// longer the holder's. Nothing where it is not.
std::optional<record::History> Sealer::history_before(std::int64_t token, const Look& look) {
  record::History history{look.origin.name, look.size, shown_time(connection_), {}, {}};
  NewestHistory newest;
  {
    Transaction transaction(connection_, Isolation::repeatable_read, Access::read_only);
    newest = read_newest_history(transaction);
  }
  // Of a tree that an operator gave up nothing has to be right. What is there is stated as it is.
  if (newest.wrong && newest.row->ordinal == look.origin.ordinal)
    throw RecordFault(RecordFaultKind::history_wrong, look.origin.name, newest.row->size);
  if (newest.history) {
    history.checkpoints = newest.history->checkpoints;
    history.checkpoints.add(newest.row->entry());
    history.cosignatures = newest.history->cosignatures;
  } else if (newest.row && !fold_checkpoints(token, history.checkpoints)) {
    return std::nullopt;
  }
  return fold_cosignatures(token, history.cosignatures) ? std::optional(history) : std::nullopt;
}

// All of them: once in a database that was kept before there were histories, and where a tree was given up.
bool Sealer::fold_checkpoints(std::int64_t token, record::RunningHash& checkpoints) {
  std::vector<KeptCheckpointRow> page;
  do {
    if (hold() != token) return false;
    Transaction transaction(connection_, Isolation::repeatable_read, Access::read_only);
    page = page.empty() ? checkpoints_after(transaction, 0, -1)
                        : checkpoints_after(transaction, page.back().ordinal, static_cast<std::int64_t>(page.back().size));
    for (const auto& row : page) checkpoints.add(row.entry());
  } while (page.size() == history_page);
  return true;
}

bool Sealer::fold_cosignatures(std::int64_t token, record::RunningHash& cosignatures) {
  std::size_t read = 0;
  do {
    if (read > 0 && hold() != token) return false;
    Transaction transaction(connection_, Isolation::repeatable_read, Access::read_only);
    const auto page = cosignatures_after(transaction, cosignatures.count);
    for (const auto& cosignature : page) cosignatures.add(cosignature.entry, cosignature.number);
    read = page.size();
  } while (read == history_page);
  return true;
}

// Another sealed further: its head is kept here too, once it is found to contain the one kept before.
void Sealer::follow(const Look& look) {
  if (!look.signed_head) return;
  if (look.kept_is_of_this_tree() && look.kept->checkpoint.size >= look.signed_size()) return;
  const auto note = record::parse_note(look.signed_note);
  const auto stated = note ? record::parse_checkpoint(note->text) : tl::unexpected(note.error());
  if (!stated || *stated != *look.signed_head || !prove(look, *look.signed_head))
    throw RecordFault(RecordFaultKind::inconsistent, look.origin.name, look.signed_size());
  try {
    kept_.keep(look.signed_note);
  } catch (const KeptCheckpointFault& fault) {
    throw RecordFault(RecordFaultKind::head_unusable, look.origin.name, look.signed_size(), fault.what());
  }
}

bool Sealer::extend() {
  const auto token = hold();
  if (!token) return false;
  auto seen = look();
  check_kept(seen);
  return extend_until_burst(*token, seen);
}

bool Sealer::sign() {
  const auto token = hold();
  return token && sign_tree(*token);
}

void Sealer::tell(const Look& look, SealingState& state) {
  state.origin = look.origin.name;
  state.sealed = look.size;
  state.checkpoint = look.signed_size();
  state.unsealed = look.numbered - std::min(look.numbered, state.checkpoint) + look.unnumbered;
  state.oldest_seconds = look.oldest_seconds;
}

SealingState Sealer::inspect() {
  SealingState state;
  Look seen;
  try {
    seen = look();
    check_kept(seen);
    if (seen.signed_head) prove(seen, *seen.signed_head);
  } catch (const RecordFault& fault) {
    state.stopped = fault;
  }
  tell(seen, state);
  return state;
}

SealingState Sealer::run_once() {
  SealingState state;
  Look seen;
  std::optional<std::int64_t> token;
  if (Clock::now() >= keyless_until_) keyless_.reset();
  try {
    if (!keyless_) token = hold();
    state.stopped = keyless_;
    state.holds_lease = token.has_value();
    seen = look();
    check_kept(seen);
    follow(seen);
    if (token && extend_until_burst(*token, seen) && seen.size > seen.signed_size()) {
      const auto now = Clock::now();
      if (!signed_at_ || now - *signed_at_ >= options_.between) {
        state.signed_now = sign_tree(*token);
        signed_at_ = now;
        seen = look();
      }
    }
    state.more = token && (seen.size < seen.numbered || seen.size > seen.signed_size());
  } catch (const RecordFault& fault) {
    state.stopped = fault;
    if (token && fault.kind() == RecordFaultKind::no_key) leave(*token, fault);
  }
  tell(seen, state);
  return state;
}

std::string open_record(Connection& owner) {
  const auto name = fmt::format("{}{}/1", record::trees_with_history, core::to_string(fresh_identifiers(shown_time(owner)).next_uuid()));
  return owner.execute(open_first, {name}).one().get<std::string>(0);
}

}  // namespace noroshi::store
