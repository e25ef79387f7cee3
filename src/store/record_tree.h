// The tree of the record as the database keeps it: leaves in the table of events, nodes in tiles. What the sealer and
// the word that ends a tree share. Private to src/store.
//
// Everything here reads in the caller's transaction, so that what is compared was true at one moment.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "src/record/merkle.h"
#include "src/store/database.h"
#include "src/store/record_fault.h"

namespace noroshi::store {

struct RecordOrigin {
  int ordinal = 0;
  std::string name;
  std::int64_t first_sequence = 0;
};

// The nodes of a complete tile row; a tile that is read twice is asked for once. Throws RecordFault (tiles_changed)
// where a tile is not there or too short. For as long as the transaction.
record::NodeReader nodes_in_tiles(Transaction& transaction, const RecordOrigin& origin);

// The hashes of the leaves from index `from` on up to `to`, read from the events. RecordFault (events_missing) where
// one is not there.
std::vector<record::Digest> hash_leaves(Transaction& transaction, const RecordOrigin& origin, std::uint64_t from,
                                        std::uint64_t to);

// The compact range of the first `size` leaves, out of nodes.
record::CompactRange range_of(std::uint64_t size, const record::NodeReader& nodes);

// A tree at its edge: grows by leaves and knows the tiles that change by it.
class GrowingTree {
 public:
  // With the tiles at the edge of `range`, which are read. RecordFault (tiles_changed) where one is not as long as the
  // tree asks; longer is what a later size left.
  GrowingTree(Transaction& transaction, const RecordOrigin& origin, record::CompactRange range);

  void append(const record::Digest& leaf);
  const record::CompactRange& range() const { return range_; }
  // The tiles that have grown, whole.
  const std::map<record::TileId, std::string>& tiles() const { return tiles_; }

 private:
  record::CompactRange range_;
  std::map<record::TileId, std::string> edge_;
  std::map<record::TileId, std::string> tiles_;
};

// Writes what has grown since the tree had `size_before` leaves, fenced by the token. False, and nothing is written,
// where the tree is no longer the caller's.
bool extend_record(Transaction& transaction, std::int64_t token, const RecordOrigin& origin, std::uint64_t size_before,
                   const GrowingTree& tree);

// That the tiles hold what `tree` has grown; RecordFault (tiles_changed) else.
void compare_tiles(Transaction& transaction, const RecordOrigin& origin, const GrowingTree& tree);

// A compact range as the row of the sealer keeps it. RecordFault (tiles_changed) where it is none.
record::CompactRange read_range(std::uint64_t size, const Bytes& nodes, const RecordOrigin& origin);

}  // namespace noroshi::store
