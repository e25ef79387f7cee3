#include "src/record/checkpoint.h"
#include "src/record/encodings.h"
#include "src/record/merkle.h"
#include "src/store/column_reader.h"
#include "src/record/subject_public_key.h"
#include "src/store/view_rows.h"

namespace noroshi::store {
namespace {

#define NOROSHI_CHECKPOINT_COLUMNS                                                               \
  "c.origin, o.name, o.first_sequence, c.size, c.root, c.signed_at, c.note || coalesce((SELECT " \
  "string_agg(w.line || E'\\n', '' ORDER BY w.received_at, w.witness) FROM cosignature w "       \
  "WHERE w.origin = c.origin AND w.size = c.size), '') AS note "                                 \
  "FROM checkpoint c JOIN record_origin o ON o.ordinal = c.origin "

constexpr Statement select_newest{"view_newest_checkpoint",
                                  "SELECT " NOROSHI_CHECKPOINT_COLUMNS "ORDER BY c.origin DESC, c.size DESC LIMIT 1"};
constexpr Statement select_of_size{
    "view_checkpoint_of_size", "SELECT " NOROSHI_CHECKPOINT_COLUMNS "WHERE c.size = $1 ORDER BY c.origin DESC LIMIT 1"};
// The newest of the tree in which an event stands; that of a size, where one is named.
constexpr Statement select_of_event{
    "view_checkpoint_of_event",
    "SELECT " NOROSHI_CHECKPOINT_COLUMNS
    "WHERE c.origin = (SELECT ordinal FROM record_origin WHERE first_sequence <= $1 ORDER BY ordinal DESC LIMIT 1) "
    "AND ($2::bigint IS NULL OR c.size = $2) ORDER BY c.size DESC LIMIT 1"};
constexpr Statement select_ended{"view_tree_ended",
                                 "SELECT EXISTS (SELECT FROM record_origin WHERE first_sequence > $1)"};
constexpr Statement select_cosignatures{
    "view_cosignatures",
    "SELECT witness, cosigned_at FROM cosignature WHERE origin = $1 AND size = $2 ORDER BY received_at, witness"};
constexpr Statement select_record_keys{
    "view_record_keys", "SELECT public_key FROM signing_key WHERE purpose = 'record' ORDER BY registered_at, id"};
constexpr Statement select_tile{"view_record_tile",
                                "SELECT hashes FROM record_tile WHERE origin = $1 AND level = $2 AND index = $3"};
// A reporter is given leaves of his body's own incidents only, as of everything else.
constexpr Statement select_leaf{
    "view_leaf",
    "SELECT l.leaf FROM leaves_of(ARRAY[$1::bigint]) l WHERE NOT $2::boolean OR EXISTS (SELECT FROM event e "
    "JOIN incident_access a ON a.incident_id = e.incident_id JOIN incident i ON i.id = a.incident_id "
    "WHERE e.sequence = l.sequence "
    "AND (i.organization = ANY (a.stands_for) OR i.submitted_by = ANY (a.stands_for)))"};

struct Checkpoint {
  std::int32_t ordinal = 0;
  std::int64_t first_sequence = 0;
  codec::CheckpointView view;
};

Checkpoint read_checkpoint(const Row& row) {
  Checkpoint checkpoint;
  checkpoint.ordinal = row.get<std::int32_t>("origin");
  checkpoint.first_sequence = row.get<std::int64_t>("first_sequence");
  checkpoint.view.origin = row.get<std::string>("name");
  checkpoint.view.size = row.get<std::int64_t>("size");
  checkpoint.view.root = record::to_base64(text_of(row.get<Bytes>("root")));
  checkpoint.view.signed_at = row.get<Timestamp>("signed_at");
  checkpoint.view.note = row.get<std::string>("note");
  return checkpoint;
}

std::optional<Checkpoint> maybe_checkpoint(const Rows& rows) {
  const auto row = rows.maybe_one();
  return row ? std::optional(read_checkpoint(*row)) : std::nullopt;
}

std::optional<Checkpoint> newest_or_of_size(TenantTransaction& transaction, std::optional<std::int64_t> size) {
  return maybe_checkpoint(size ? transaction.execute(select_of_size, {*size}) : transaction.execute(select_newest));
}

// Keys of all daemons that sign or signed, as they are published for that tree.
std::vector<std::string> keys_for(TenantTransaction& transaction, const std::string& origin) {
  std::vector<std::string> keys;
  for (const Row row : transaction.execute(select_record_keys)) {
    if (const auto key = record::raw_key(text_of(row.get<Bytes>("public_key"))))
      keys.push_back(record::to_string(record::NoteKey{origin, record::KeyKind::log, *key}));
  }
  return keys;
}

record::NodeReader nodes_of(TenantTransaction& transaction, std::int32_t origin) {
  return record::node_reader([&transaction, origin](const record::TileId& tile) {
    const Rows rows = transaction.execute(
        select_tile, {origin, static_cast<std::int64_t>(tile.level), static_cast<std::int64_t>(tile.index)});
    const auto row = rows.maybe_one();
    return row ? text_of(row->get<Bytes>("hashes")) : std::string();
  });
}

std::vector<std::string> in_base64(const std::vector<record::Digest>& proof) {
  std::vector<std::string> texts;
  texts.reserve(proof.size());
  for (const auto& node : proof) texts.push_back(record::to_base64(record::bytes_of(node)));
  return texts;
}

NoProof why_not_sealed(TenantTransaction& transaction, std::int64_t sequence) {
  return transaction.execute(select_ended, {sequence}).one().get<bool>(0) ? NoProof::tree_ended
                                                                          : NoProof::not_sealed_yet;
}

}  // namespace

std::optional<std::string> newest_note(TenantTransaction& transaction) {
  const auto newest = newest_or_of_size(transaction, std::nullopt);
  return newest ? std::optional(newest->view.note) : std::nullopt;
}

std::optional<codec::CheckpointView> find_checkpoint(TenantTransaction& transaction, std::optional<std::int64_t> size) {
  auto found = newest_or_of_size(transaction, size);
  if (!found) return std::nullopt;
  found->view.keys = keys_for(transaction, found->view.origin);
  for (const Row row : transaction.execute(select_cosignatures, {found->ordinal, found->view.size}))
    found->view.cosignatures.push_back({row.get<std::string>("witness"), row.get<Timestamp>("cosigned_at")});
  return std::move(found->view);
}

tl::expected<codec::ProofView, NoProof> find_proof(TenantTransaction& transaction, std::int64_t sequence,
                                                   std::optional<std::int64_t> size, bool own) {
  if (sequence < 0 || sequence >= numbered_events(transaction)) return tl::unexpected(NoProof::unknown_sequence);
  const auto found = maybe_checkpoint(transaction.execute(select_of_event, {sequence, size}));
  if (!found) return tl::unexpected(size ? NoProof::no_checkpoint : why_not_sealed(transaction, sequence));
  const std::int64_t index = sequence - found->first_sequence;
  if (index >= found->view.size)
    return tl::unexpected(size ? NoProof::later_than_size : why_not_sealed(transaction, sequence));

  const auto nodes = nodes_of(transaction, found->ordinal);
  const auto leaf = nodes(0, static_cast<std::uint64_t>(index));
  codec::ProofView view;
  view.sequence = sequence;
  view.origin = found->view.origin;
  view.leaf_index = index;
  view.leaf_sha256 = record::to_hex(record::bytes_of(leaf));
  view.size = found->view.size;
  view.proof = in_base64(
      record::inclusion_proof(static_cast<std::uint64_t>(index), static_cast<std::uint64_t>(view.size), nodes));
  view.note = found->view.note;
  const Rows rows = transaction.execute(select_leaf, {sequence, own});
  if (const auto row = rows.maybe_one(); row && !row->is_null("leaf"))
    view.leaf = record::to_base64(text_of(row->get<Bytes>("leaf")));
  return view;
}

std::optional<codec::ConsistencyView> find_consistency(TenantTransaction& transaction, std::int64_t from,
                                                       std::optional<std::int64_t> to) {
  const auto found = newest_or_of_size(transaction, to);
  if (!found || from < 0 || from > found->view.size) return std::nullopt;
  codec::ConsistencyView view;
  view.origin = found->view.origin;
  view.from = from;
  view.to = found->view.size;
  view.proof = in_base64(record::consistency_proof(
      static_cast<std::uint64_t>(from), static_cast<std::uint64_t>(view.to), nodes_of(transaction, found->ordinal)));
  view.note = found->view.note;
  return view;
}

}  // namespace noroshi::store
