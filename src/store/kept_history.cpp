#include "src/store/kept_history.h"

#include <algorithm>

#include <fmt/format.h>

#include "src/store/column_reader.h"
#include "src/store/record_state.h"

namespace noroshi::store {
namespace {

constexpr Statement after{
    "history_checkpoints",
    "SELECT c.origin, coalesce(o.name, '') AS name, c.size, "
    "CASE WHEN c.signed_at >= '1900-01-02Z' AND c.signed_at < '9999-12-31Z' THEN c.signed_at END AS signed_at, c.note, "
    "c.history FROM checkpoint c LEFT JOIN record_origin o ON o.ordinal = c.origin "
    "WHERE (c.origin, c.size) > ($1::integer, $2::bigint) ORDER BY c.origin, c.size LIMIT $3::integer"};
constexpr Statement newest{
    "history_newest",
    "SELECT c.origin, coalesce(o.name, '') AS name, c.size, "
    "CASE WHEN c.signed_at >= '1900-01-02Z' AND c.signed_at < '9999-12-31Z' THEN c.signed_at END AS signed_at, c.note, "
    "c.history FROM (SELECT * FROM checkpoint ORDER BY origin DESC, size DESC LIMIT 1) AS c "
    "LEFT JOIN record_origin o ON o.ordinal = c.origin"};
constexpr Statement cosignatures{
    "history_cosignatures",
    "SELECT s.number, coalesce(o.name, '') AS name, s.size, "
    "CASE WHEN s.received_at >= '1900-01-02Z' AND s.received_at < '9999-12-31Z' THEN s.received_at END AS received_at, "
    "s.line FROM cosignature s LEFT JOIN record_origin o ON o.ordinal = s.origin WHERE s.number > $1::bigint "
    "ORDER BY s.number, s.origin, s.size, s.witness LIMIT $2::integer"};
constexpr Statement any_history{"history_any", "SELECT EXISTS (SELECT FROM checkpoint WHERE history IS NOT NULL)"};

KeptCheckpointRow read_row(const Row& row) {
  return {row.get<std::int32_t>("origin"),
          row.get<std::string>("name"),
          static_cast<std::uint64_t>(row.get<std::int64_t>("size")),
          row.get<std::optional<Timestamp>>("signed_at"),
          row.get<std::string>("note"),
          row.get<std::optional<std::string>>("history")};
}

}  // namespace

std::string KeptCheckpointRow::key() const {
  return fmt::format("{}/{}", ordinal, size);
}

std::vector<KeptCheckpointRow> checkpoints_after(Transaction& transaction, int ordinal, std::int64_t size) {
  std::vector<KeptCheckpointRow> list;
  for (const auto& row : transaction.execute(after, {ordinal, size, history_page})) list.push_back(read_row(row));
  return list;
}

std::optional<KeptCheckpointRow> newest_checkpoint(Transaction& transaction) {
  const auto row = transaction.execute(newest).maybe_one();
  return row ? std::optional(read_row(*row)) : std::nullopt;
}

std::vector<KeptCosignature> cosignatures_after(Transaction& transaction, std::uint64_t number) {
  std::vector<KeptCosignature> list;
  for (const auto& row : transaction.execute(cosignatures, {number, history_page}))
    list.push_back({static_cast<std::uint64_t>(row.get<std::int64_t>("number")),
                    record::cosignature_entry(row.get<std::string>("name"),
                                              static_cast<std::uint64_t>(row.get<std::int64_t>("size")),
                                              row.get<std::optional<Timestamp>>("received_at").value_or(Timestamp{}),
                                              row.get<std::string>("line"))});
  return list;
}

tl::expected<SignedHistory, std::string> read_history(const KeptCheckpointRow& row,
                                                      const std::vector<record::NoteKey>& keys) {
  if (!row.history) return tl::unexpected(std::string("it is not there"));
  const auto note = record::parse_note(*row.history);
  if (!note) return tl::unexpected(note.error());
  auto history = record::parse_history(note->text);
  if (!history) return tl::unexpected(std::move(history.error()));
  if (history->origin != row.origin || history->size != row.size)
    return tl::unexpected(std::string("it is that of another checkpoint"));
  SignedHistory read{*std::move(history), {}};
  for (const auto& signature : note->signatures) {
    if (signature.name != row.origin) continue;
    for (const auto& key : keys)
      if (key.kind == record::KeyKind::log && key.name == row.origin &&
          std::find(read.signed_by.begin(), read.signed_by.end(), key.key) == read.signed_by.end() &&
          record::verify(note->text, signature, key))
        read.signed_by.push_back(key.key);
  }
  if (read.signed_by.empty()) return tl::unexpected(std::string("no key of the record has signed it"));
  return read;
}

NewestHistory read_newest_history(Transaction& transaction) {
  NewestHistory newest;
  newest.row = newest_checkpoint(transaction);
  if (!newest.row) return newest;
  const auto& row = *newest.row;
  if (!row.history && !record::has_histories(row.origin)) {
    newest.wrong = transaction.execute(any_history).one().get<bool>(0);
    return newest;
  }
  auto read = read_history(row, note_keys(read_origins(transaction), read_record_keys(transaction)));
  if (read && read->history.signed_at == row.signed_at)
    newest.history = std::move(read->history);
  else
    newest.wrong = true;
  return newest;
}

}  // namespace noroshi::store
