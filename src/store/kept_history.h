// Checkpoints and cosignatures in the order in which histories speak of them (src/record/history.h), and the history
// that stands beside the newest checkpoint. What the sealer, the word that ends a tree, and the check share. Private to
// src/store.
//
// Reads in the caller's transaction, over a connection of role sequencer or owner.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "src/record/checkpoint.h"
#include "src/record/history.h"
#include "src/store/database.h"

namespace noroshi::store {

inline constexpr std::size_t history_page = 1000;  // rows read at once

struct KeptCheckpointRow {
  int ordinal = 0;
  std::string origin;  // its name; empty where there is no such tree
  std::uint64_t size = 0;
  std::optional<Timestamp> signed_at;  // nothing for a time that no text has
  std::string note;
  std::optional<std::string> history;

  std::string key() const;  // "1/40"
  std::string entry(Timestamp at) const { return record::checkpoint_entry(origin, size, at, note); }
  std::string entry() const { return entry(signed_at.value_or(Timestamp{})); }
};
// Of all trees, the row after that place; at most history_page.
std::vector<KeptCheckpointRow> checkpoints_after(Transaction& transaction, int ordinal, std::int64_t size);
std::optional<KeptCheckpointRow> newest_checkpoint(Transaction& transaction);

struct KeptCosignature {
  std::uint64_t number = 0;
  std::string entry;
};
// By number, above `number`; at most history_page.
std::vector<KeptCosignature> cosignatures_after(Transaction& transaction, std::uint64_t number);

struct SignedHistory {
  record::History history;
  std::vector<record::PublicKey> signed_by;  // of the keys given; never empty
};
// The history of that checkpoint, signed by one of the keys. The error says what is wrong; a row without one is wrong.
tl::expected<SignedHistory, std::string> read_history(const KeptCheckpointRow& row,
                                                      const std::vector<record::NoteKey>& keys);

// Where the next history goes on from.
struct NewestHistory {
  std::optional<KeptCheckpointRow> row;
  std::optional<record::History> history;  // good, and the time kept beside the checkpoint is its own
  // There has to be a good one and is none. Without one and not wrong: kept before there were histories.
  bool wrong = false;
};
NewestHistory read_newest_history(Transaction& transaction);

}  // namespace noroshi::store
