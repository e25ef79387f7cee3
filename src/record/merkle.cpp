#include "src/record/merkle.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <map>
#include <memory>
#include <stdexcept>
#include <utility>

namespace noroshi::record {
namespace {

void must(bool invariant) {
  if (!invariant) std::abort();
}

// Where RFC 9162 splits a tree of `size` leaves, two at least: the largest power of two below the size.
std::uint64_t split_of(std::uint64_t size) {
  return std::bit_floor(size - 1);
}

// From right to left, the small subtrees first.
Digest fold(const std::vector<Digest>& nodes) {
  if (nodes.empty()) return empty_root();
  Digest root = nodes.back();
  for (auto node = nodes.rbegin() + 1; node != nodes.rend(); ++node) root = node_hash(*node, root);
  return root;
}

// The hash over the leaves [begin, end), `begin` a multiple of the smallest power of two not below their number: what
// splitting a tree leads to.
Digest hash_over(std::uint64_t begin, std::uint64_t end, const NodeReader& node) {
  std::vector<Digest> nodes;
  while (begin < end) {
    const auto width = std::bit_floor(end - begin);
    const auto level = static_cast<unsigned>(std::countr_zero(width));
    nodes.push_back(node(level, begin >> level));
    begin += width;
  }
  return fold(nodes);
}

// The path from the root down to a subtree; proofs list the siblings of the way up.
struct Descent {
  std::uint64_t begin = 0, end;
  std::vector<Digest> siblings;

  void left(const NodeReader& node) {
    const auto middle = begin + split_of(end - begin);
    siblings.push_back(hash_over(middle, end, node));
    end = middle;
  }
  void right(const NodeReader& node) {
    const auto middle = begin + split_of(end - begin);
    siblings.push_back(hash_over(begin, middle, node));
    begin = middle;
  }
  std::uint64_t middle() const { return begin + split_of(end - begin); }
};

}  // namespace

Digest node_hash(const Digest& left, const Digest& right) {
  return sha256({std::string_view("\1", 1), bytes_of(left), bytes_of(right)});
}

Digest empty_root() {
  return sha256({});
}

std::optional<CompactRange> CompactRange::of(std::uint64_t size, std::vector<Digest> nodes) {
  if (nodes.size() != static_cast<std::size_t>(std::popcount(size))) return std::nullopt;
  CompactRange range;
  range.size_ = size;
  range.nodes_ = std::move(nodes);
  return range;
}

void CompactRange::append(const Digest& leaf, const NodeSink& completed) {
  must(size_ < maximum_size);
  Digest node = leaf;
  unsigned level = 0;
  if (completed) completed(level, size_, node);
  // As a carry runs through a sum: each set bit from the lowest on is a subtree that now has its right half.
  for (auto index = size_; index & 1; index >>= 1) {
    node = node_hash(nodes_.back(), node);
    nodes_.pop_back();
    ++level;
    if (completed) completed(level, index >> 1, node);
  }
  nodes_.push_back(node);
  ++size_;
}

void CompactRange::append(const Digest& leaf) {
  append(leaf, nullptr);
}

Digest CompactRange::root() const {
  return fold(nodes_);
}

Digest root_of(std::uint64_t size, const NodeReader& node) {
  must(size <= maximum_size);
  return hash_over(0, size, node);
}

std::vector<Digest> inclusion_proof(std::uint64_t index, std::uint64_t size, const NodeReader& node) {
  must(index < size && size <= maximum_size);
  Descent descent{.end = size};
  while (descent.end - descent.begin > 1) index < descent.middle() ? descent.left(node) : descent.right(node);
  std::reverse(descent.siblings.begin(), descent.siblings.end());
  return std::move(descent.siblings);
}

std::vector<Digest> consistency_proof(std::uint64_t from, std::uint64_t to, const NodeReader& node) {
  must(from <= to && to <= maximum_size);
  if (from == 0 || from == to) return {};
  Descent descent{.end = to};
  while (from != descent.end) from <= descent.middle() ? descent.left(node) : descent.right(node);
  // A subtree that begins at the first leaf is the old tree itself, whose root the verifier has.
  if (descent.begin != 0) descent.siblings.push_back(hash_over(descent.begin, descent.end, node));
  std::reverse(descent.siblings.begin(), descent.siblings.end());
  return std::move(descent.siblings);
}

bool verify_inclusion(const Digest& leaf, std::uint64_t index, std::uint64_t size, const std::vector<Digest>& proof,
                      const Digest& root) {
  if (index >= size) return false;
  auto first = index, last = size - 1;  // "fn" and "sn" of the RFC
  Digest hash = leaf;
  for (const auto& sibling : proof) {
    if (last == 0) return false;
    if (first & 1 || first == last) {
      hash = node_hash(sibling, hash);
      while (!(first & 1) && first != 0) first >>= 1, last >>= 1;
    } else {
      hash = node_hash(hash, sibling);
    }
    first >>= 1, last >>= 1;
  }
  return last == 0 && hash == root;
}

bool verify_consistency(std::uint64_t from, const Digest& from_root, std::uint64_t to, const Digest& to_root,
                        const std::vector<Digest>& proof) {
  if (from > to) return false;
  if (from == to) return proof.empty() && from_root == to_root && (from != 0 || from_root == empty_root());
  if (from == 0) return proof.empty() && from_root == empty_root();
  auto next = proof.begin();
  Digest old_hash = from_root;  // of a whole subtree the proof does not repeat what the verifier has
  if (!std::has_single_bit(from)) {
    if (next == proof.end()) return false;
    old_hash = *next++;
  }
  Digest new_hash = old_hash;
  auto first = from - 1, last = to - 1;
  while (first & 1) first >>= 1, last >>= 1;
  for (; next != proof.end(); ++next) {
    if (last == 0) return false;
    if (first & 1 || first == last) {
      old_hash = node_hash(*next, old_hash);
      new_hash = node_hash(*next, new_hash);
      while (!(first & 1) && first != 0) first >>= 1, last >>= 1;
    } else {
      new_hash = node_hash(new_hash, *next);
    }
    first >>= 1, last >>= 1;
  }
  return last == 0 && old_hash == from_root && new_hash == to_root;
}

NodeReader node_reader(TileReader tiles) {
  auto cache = std::make_shared<std::map<TileId, std::string>>();
  return [tiles = std::move(tiles), cache](unsigned level, std::uint64_t index) {
    const auto above = level % tile_height;  // levels between the node and the tile that holds what is below it
    const auto first = index << above;
    const TileId id{level / tile_height, first / tile_width};
    auto found = cache->find(id);
    if (found == cache->end()) found = cache->emplace(id, tiles(id)).first;
    const std::string_view bytes = found->second;
    const auto begin = first % tile_width * sizeof(Digest);
    const auto width = (std::uint64_t{1} << above) * sizeof(Digest);
    if (bytes.size() > tile_width * sizeof(Digest) || bytes.size() % sizeof(Digest) != 0 ||
        begin + width > bytes.size())
      throw std::out_of_range("the tile does not hold what the tree needs");
    CompactRange range;
    for (auto place = begin; place < begin + width; place += sizeof(Digest)) {
      Digest node;
      std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(place), node.size(), node.begin());
      range.append(node);
    }
    return range.root();
  };
}

}  // namespace noroshi::record
