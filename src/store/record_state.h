// What stands in the database beside the events of the record: trees, keys, witnesses, checkpoints, tiles, and how far
// sealing has come. Read as it stands, for whoever checks, shows or exports it; over the owner's connection, in the
// caller's transaction. Nothing here judges what it reads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "src/record/checkpoint.h"
#include "src/record/verification.h"
#include "src/store/database.h"

namespace noroshi::store {

struct StoredOrigin {
  int ordinal = 0;
  record::RecordOrigin origin;
};
std::vector<StoredOrigin> read_origins(Transaction& transaction);

struct StoredKey {
  std::string id;
  std::optional<record::PublicKey> key;  // nothing where the row holds no Ed25519 key
  Timestamp registered_at;
  std::optional<Timestamp> retired_at;
};
// Those that sign in the name of the record, oldest first.
std::vector<StoredKey> read_record_keys(Transaction& transaction);
// Every key under the name of every tree: how notes name it.
std::vector<record::NoteKey> note_keys(const std::vector<StoredOrigin>& origins, const std::vector<StoredKey>& keys);

// Of all tokens, those that are no longer good too: keys with which their holders sign what they do.
std::vector<record::ActorKey> read_actor_keys(Transaction& transaction);

struct StoredWitness {
  record::NoteKey key;
  std::optional<Timestamp> removed_at;
};
std::vector<StoredWitness> read_witnesses(Transaction& transaction);

struct StoredCosignature {
  std::string witness;
  std::string line;
  Timestamp cosigned_at;
};
struct StoredCheckpoint {
  int origin = 0;
  std::uint64_t size = 0;
  std::string root;  // the column's bytes
  Timestamp signed_at;
  std::string note;  // as signed, without cosignatures
  std::vector<StoredCosignature> cosignatures;

  std::string whole_note() const;  // with them
};
// Of the origin, of sizes above `above` up to `up_to`, by rising size, at most `most`.
std::vector<StoredCheckpoint> read_checkpoints(Transaction& transaction, int origin, std::int64_t above,
                                               std::uint64_t up_to, std::size_t most);
std::optional<StoredCheckpoint> read_checkpoint(Transaction& transaction, int origin, std::uint64_t size);
std::optional<StoredCheckpoint> highest_checkpoint(Transaction& transaction, int origin);
// That a witness has cosigned.
std::optional<StoredCheckpoint> highest_cosigned_checkpoint(Transaction& transaction, int origin);

// The bytes of a tile; nothing where there is no such row.
std::optional<std::string> read_tile(Transaction& transaction, int origin, const record::TileId& tile);
struct TileCount {
  int origin = 0;
  unsigned level = 0;
  std::uint64_t rows = 0, highest = 0;  // number of rows, highest index
};
std::vector<TileCount> count_tiles(Transaction& transaction);

struct StoredSealing {
  bool sealer_is_there = false, sequencer_is_there = false;  // their only rows
  std::optional<int> origin;
  std::uint64_t size = 0;
  std::string nodes;                // the compact range
  std::uint64_t next_sequence = 0;  // as the sequencer counts
  std::uint64_t highest_after = 0;  // one more than the highest sequence that an event has
  std::uint64_t unnumbered = 0;     // events that wait for a number
};
StoredSealing read_sealing(Transaction& transaction);

}  // namespace noroshi::store
