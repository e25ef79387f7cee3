// The Merkle tree over the leaves of the record: RFC 6962 section 2.1, with the names of RFC 9162 section 2.1.
//
// A node is the root of a perfect subtree: level 0 are the hashes of leaves, the node (level, index) covers the leaves
// from index << level up to (index + 1) << level. Sizes count leaves. Pure; safe from any number of threads.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "src/record/sha256.h"

namespace noroshi::record {

// More leaves than any record has; what is kept in signed 64-bit columns ends here.
inline constexpr std::uint64_t maximum_size = (std::uint64_t{1} << 63) - 1;

// SHA-256(0x01 || left || right).
Digest node_hash(const Digest& left, const Digest& right);

// The root of a tree without leaves: SHA-256 of nothing.
Digest empty_root();

// What is enough of a tree to append to it and to tell its root: the roots of its perfect subtrees, largest first, one
// for each bit of the size.
class CompactRange {
 public:
  CompactRange() = default;
  // Nothing where the number of nodes does not fit the size. Whether they are the right ones, the root tells.
  static std::optional<CompactRange> of(std::uint64_t size, std::vector<Digest> nodes);

  // Told of every node that the leaf completes, the leaf's own first: what tiles keep.
  using NodeSink = std::function<void(unsigned level, std::uint64_t index, const Digest&)>;
  void append(const Digest& leaf, const NodeSink& completed);
  void append(const Digest& leaf);

  std::uint64_t size() const { return size_; }
  const std::vector<Digest>& nodes() const { return nodes_; }
  Digest root() const;

  friend bool operator==(const CompactRange&, const CompactRange&) = default;

 private:
  std::uint64_t size_ = 0;
  std::vector<Digest> nodes_;
};

// Gives the hash of a complete node. May throw; what it throws passes through.
using NodeReader = std::function<Digest(unsigned level, std::uint64_t index)>;

// The root of the first `size` leaves.
Digest root_of(std::uint64_t size, const NodeReader& node);

// RFC 9162 section 2.1.3.1. `index` < `size`: a broken invariant aborts.
std::vector<Digest> inclusion_proof(std::uint64_t index, std::uint64_t size, const NodeReader& node);
// RFC 9162 section 2.1.4.1. `from` <= `to`; empty where they are equal or `from` is 0.
std::vector<Digest> consistency_proof(std::uint64_t from, std::uint64_t to, const NodeReader& node);

// RFC 9162 section 2.1.3.2. Any sizes and any number of hashes; `leaf` is the leaf's hash.
bool verify_inclusion(const Digest& leaf, std::uint64_t index, std::uint64_t size, const std::vector<Digest>& proof,
                      const Digest& root);
// RFC 9162 section 2.1.4.2. Every tree is consistent with the empty one, whose root is empty_root().
bool verify_consistency(std::uint64_t from, const Digest& from_root, std::uint64_t to, const Digest& to_root,
                        const std::vector<Digest>& proof);

// Tiles: where nodes are kept (C2SP tlog-tiles). The tile (level, index) holds up to 256 nodes of tree level 8 * level,
// from index * 256 on, one after the other; the nodes between two tile levels are computed from the lower one.
inline constexpr unsigned tile_height = 8;
inline constexpr std::uint64_t tile_width = 256;
struct TileId {
  unsigned level = 0;
  std::uint64_t index = 0;
  friend auto operator<=>(const TileId&, const TileId&) = default;
};
// Gives the bytes of a tile, 32 for each node it holds. May throw.
using TileReader = std::function<std::string(const TileId&)>;
// Reads nodes out of tiles and keeps the tiles it has read. For one proof or one pass; throws std::out_of_range where a
// tile does not hold what the tree needs.
NodeReader node_reader(TileReader tiles);

}  // namespace noroshi::record
