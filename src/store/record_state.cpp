#include "src/store/record_state.h"

#include <algorithm>
#include <limits>

#include "src/record/encodings.h"
#include "src/store/column_reader.h"
#include "src/record/subject_public_key.h"

namespace noroshi::store {
namespace {

constexpr Statement origins{"record_origins",
                            "SELECT ordinal, name, first_sequence FROM record_origin ORDER BY ordinal"};
constexpr Statement keys{"record_keys",
                         "SELECT id, public_key, registered_at, retired_at FROM signing_key WHERE purpose = 'record' "
                         "ORDER BY registered_at, id"};
constexpr Statement actor_keys{"record_actor_keys",
                               "SELECT DISTINCT signing_key FROM token WHERE signing_key IS NOT NULL ORDER BY signing_key"};
constexpr Statement witnesses{"record_witnesses",
                              "SELECT name, public_key, removed_at FROM witness ORDER BY added_at, name"};
// Times that nobody wrote here, without an end or of another age, read as 1970: what stands beside a note or in a line
// tells of them.
constexpr Statement checkpoints{
    "record_checkpoints",
    "SELECT origin, size, root, CASE WHEN signed_at >= '1900-01-02Z' AND signed_at < '9999-12-31Z' THEN signed_at ELSE "
    "'epoch' END AS signed_at, note FROM checkpoint WHERE origin = $1::integer AND size > $2::bigint "
    "AND size <= $3::bigint ORDER BY size LIMIT $4::integer"};
constexpr Statement highest{"record_highest_checkpoint",
                            "SELECT origin, size, root, CASE WHEN signed_at >= '1900-01-02Z' AND signed_at < "
                            "'9999-12-31Z' THEN signed_at ELSE 'epoch' END AS signed_at, note FROM checkpoint "
                            "WHERE origin = $1::integer ORDER BY size DESC LIMIT 1"};
constexpr Statement highest_cosigned{"record_highest_cosigned",
                                     "SELECT max(size) AS size FROM cosignature WHERE origin = $1::integer"};
constexpr Statement cosignatures{
    "record_cosignatures",
    "SELECT size, witness, line, CASE WHEN cosigned_at >= '1900-01-02Z' AND cosigned_at < '9999-12-31Z' THEN cosigned_at "
    "ELSE 'epoch' END AS cosigned_at FROM cosignature WHERE origin = $1::integer AND size >= $2::bigint "
    "AND size <= $3::bigint ORDER BY size, witness"};
constexpr Statement tile{"record_tile",
                         "SELECT hashes FROM record_tile WHERE origin = $1::integer AND level = $2::smallint "
                         "AND index = $3::bigint"};
constexpr Statement tiles{"record_tile_counts",
                          "SELECT origin, level, count(*) AS rows, max(index) AS highest FROM record_tile "
                          "GROUP BY origin, level ORDER BY origin, level"};
constexpr Statement sealing{"record_sealing", "SELECT origin, size, nodes FROM sealer"};
constexpr Statement numbering{"record_numbering",
                              "SELECT (SELECT next_sequence FROM sequencer) AS next_sequence, coalesce((SELECT "
                              "max(sequence) + 1 FROM event), 0) AS "
                              "after, (SELECT count(*) FROM event WHERE sequence IS NULL) AS unnumbered"};

std::uint64_t count_of(const Row& row, const char* column) {
  return static_cast<std::uint64_t>(row.get<std::int64_t>(column));
}

StoredCheckpoint read_row(const Row& row) {
  StoredCheckpoint checkpoint;
  checkpoint.origin = row.get<std::int32_t>("origin");
  checkpoint.size = count_of(row, "size");
  checkpoint.root = text_of(row.get<Bytes>("root"));
  checkpoint.signed_at = row.get<Timestamp>("signed_at");
  checkpoint.note = row.get<std::string>("note");
  return checkpoint;
}

void add_cosignatures(Transaction& transaction, std::vector<StoredCheckpoint>& of) {
  if (of.empty()) return;
  auto next = of.begin();
  for (const auto& row : transaction.execute(cosignatures, {of.front().origin, of.front().size, of.back().size})) {
    const auto size = count_of(row, "size");
    while (next != of.end() && next->size < size) ++next;
    if (next == of.end()) return;
    if (next->size == size)
      next->cosignatures.push_back(
          {row.get<std::string>("witness"), row.get<std::string>("line"), row.get<Timestamp>("cosigned_at")});
  }
}

}  // namespace

std::vector<StoredOrigin> read_origins(Transaction& transaction) {
  std::vector<StoredOrigin> list;
  for (const auto& row : transaction.execute(origins))
    list.push_back({row.get<std::int32_t>("ordinal"), {row.get<std::string>("name"), count_of(row, "first_sequence")}});
  return list;
}

std::vector<StoredKey> read_record_keys(Transaction& transaction) {
  std::vector<StoredKey> list;
  for (const auto& row : transaction.execute(keys))
    list.push_back({row.get<std::string>("id"), record::raw_key(text_of(row.get<Bytes>("public_key"))),
                    row.get<Timestamp>("registered_at"), row.get<std::optional<Timestamp>>("retired_at")});
  return list;
}

std::vector<record::NoteKey> note_keys(const std::vector<StoredOrigin>& of, const std::vector<StoredKey>& stored) {
  std::vector<record::NoteKey> list;
  for (const auto& origin : of)
    for (const auto& key : stored)
      if (key.key) list.push_back({origin.origin.name, record::KeyKind::log, *key.key});
  return list;
}

std::vector<record::ActorKey> read_actor_keys(Transaction& transaction) {
  std::vector<record::ActorKey> list;
  for (const auto& row : transaction.execute(actor_keys)) {
    const auto der = text_of(row.get<Bytes>(0));
    if (auto key = record::parse_actor_key(der))
      list.push_back(*std::move(key));
  }
  return list;
}

std::vector<StoredWitness> read_witnesses(Transaction& transaction) {
  std::vector<StoredWitness> list;
  for (const auto& row : transaction.execute(witnesses))
    if (const auto key = record::to_digest(text_of(row.get<Bytes>("public_key"))))
      list.push_back({{row.get<std::string>("name"), record::KeyKind::cosignature, *key},
                      row.get<std::optional<Timestamp>>("removed_at")});
  return list;
}

std::string StoredCheckpoint::whole_note() const {
  auto text = note;
  for (const auto& cosignature : cosignatures) text += cosignature.line + '\n';
  return text;
}

std::vector<StoredCheckpoint> read_checkpoints(Transaction& transaction, int origin, std::int64_t above,
                                               std::uint64_t up_to, std::size_t most) {
  std::vector<StoredCheckpoint> list;
  const auto bound = std::min(up_to, std::uint64_t{std::numeric_limits<std::int64_t>::max()});
  for (const auto& row : transaction.execute(checkpoints, {origin, above, bound, most})) list.push_back(read_row(row));
  add_cosignatures(transaction, list);
  return list;
}

std::optional<StoredCheckpoint> read_checkpoint(Transaction& transaction, int origin, std::uint64_t size) {
  auto list = read_checkpoints(transaction, origin, static_cast<std::int64_t>(size) - 1, size, 1);
  return list.empty() ? std::nullopt : std::optional(std::move(list.front()));
}

std::optional<StoredCheckpoint> highest_checkpoint(Transaction& transaction, int origin) {
  std::vector<StoredCheckpoint> list;
  for (const auto& row : transaction.execute(highest, {origin})) list.push_back(read_row(row));
  add_cosignatures(transaction, list);
  return list.empty() ? std::nullopt : std::optional(std::move(list.front()));
}

std::optional<StoredCheckpoint> highest_cosigned_checkpoint(Transaction& transaction, int origin) {
  const auto size = transaction.execute(highest_cosigned, {origin}).one().get<std::optional<std::int64_t>>("size");
  return size ? read_checkpoint(transaction, origin, static_cast<std::uint64_t>(*size)) : std::nullopt;
}

std::optional<std::string> read_tile(Transaction& transaction, int origin, const record::TileId& id) {
  const auto row = transaction.execute(tile, {origin, id.level, id.index}).maybe_one();
  return row ? std::optional(text_of(row->get<Bytes>("hashes"))) : std::nullopt;
}

std::vector<TileCount> count_tiles(Transaction& transaction) {
  std::vector<TileCount> list;
  for (const auto& row : transaction.execute(tiles))
    list.push_back({row.get<std::int32_t>("origin"), static_cast<unsigned>(row.get<std::int16_t>("level")),
                    count_of(row, "rows"), count_of(row, "highest")});
  return list;
}

StoredSealing read_sealing(Transaction& transaction) {
  StoredSealing state;
  if (const auto row = transaction.execute(sealing).maybe_one()) {
    state.sealer_is_there = true;
    state.origin = row->get<std::optional<std::int32_t>>("origin");
    state.size = count_of(*row, "size");
    state.nodes = text_of(row->get<Bytes>("nodes"));
  }
  const auto rows = transaction.execute(numbering);
  const auto row = rows.one();
  state.sequencer_is_there = !row.is_null("next_sequence");
  if (state.sequencer_is_there) state.next_sequence = count_of(row, "next_sequence");
  state.highest_after = count_of(row, "after");
  state.unnumbered = count_of(row, "unnumbered");
  return state;
}

}  // namespace noroshi::store
