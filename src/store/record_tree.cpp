#include "src/store/record_tree.h"

#include <bit>
#include <stdexcept>

#include <fmt/format.h>

#include "src/store/bytes.h"
#include "src/store/column_reader.h"
#include "src/store/record_state.h"

namespace noroshi::store {
namespace {

constexpr Statement select_leaves{
    "record_leaves", "SELECT sequence, leaf FROM event WHERE sequence >= $1 AND sequence < $2 ORDER BY sequence"};
constexpr Statement extend{"extend_record",
                           "SELECT extend_record($1::bigint, $2::integer, $3::bigint, $4::bigint, $5::bytea, "
                           "$6::bigint[], $7::bigint[], $8::text[])"};

constexpr std::size_t hash_size = sizeof(record::Digest);

std::string read_tile(Transaction& transaction, const RecordOrigin& origin, const record::TileId& tile) {
  return store::read_tile(transaction, origin.ordinal, tile).value_or(std::string());
}

}  // namespace

std::string_view to_string(RecordFaultKind kind) {
  switch (kind) {
    case RecordFaultKind::smaller:
      return "smaller";
    case RecordFaultKind::inconsistent:
      return "inconsistent";
    case RecordFaultKind::other_tree:
      return "other_tree";
    case RecordFaultKind::events_missing:
      return "events_missing";
    case RecordFaultKind::leaves_changed:
      return "leaves_changed";
    case RecordFaultKind::tiles_changed:
      return "tiles_changed";
    case RecordFaultKind::history_wrong:
      return "history_wrong";
    case RecordFaultKind::head_unusable:
      return "head_unusable";
    case RecordFaultKind::no_key:
      break;
  }
  return "no_key";
}

RecordFault::RecordFault(RecordFaultKind kind, std::string origin, std::uint64_t place, const std::string& detail)
    : std::runtime_error(fmt::format("the record {} is {} at {}{}{}", origin, to_string(kind), place,
                                     detail.empty() ? "" : ": ", detail)),
      kind_(kind),
      origin_(std::move(origin)),
      place_(place) {}

record::NodeReader nodes_in_tiles(Transaction& transaction, const RecordOrigin& origin) {
  const auto reader = record::node_reader(
      [&transaction, origin](const record::TileId& tile) { return read_tile(transaction, origin, tile); });
  return [reader, origin](unsigned level, std::uint64_t index) {
    try {
      return reader(level, index);
    } catch (const std::out_of_range&) {
      throw RecordFault(RecordFaultKind::tiles_changed, origin.name, index << level);
    }
  };
}

std::vector<record::Digest> hash_leaves(Transaction& transaction, const RecordOrigin& origin, std::uint64_t from,
                                        std::uint64_t to) {
  const auto first = origin.first_sequence + static_cast<std::int64_t>(from);
  std::vector<record::Digest> hashes;
  hashes.reserve(to - from);
  for (const auto& row :
       transaction.execute(select_leaves, {first, origin.first_sequence + static_cast<std::int64_t>(to)})) {
    if (row.get<std::int64_t>(0) != first + static_cast<std::int64_t>(hashes.size())) break;
    hashes.push_back(record::leaf_hash(text_of(row.get<Bytes>(1))));
  }
  if (hashes.size() != to - from) throw RecordFault(RecordFaultKind::events_missing, origin.name, from + hashes.size());
  return hashes;
}

record::CompactRange range_of(std::uint64_t size, const record::NodeReader& nodes) {
  std::vector<record::Digest> roots;
  std::uint64_t before = 0;
  for (unsigned level = 64; level-- > 0;) {
    if ((size >> level & 1) == 0) continue;
    roots.push_back(nodes(level, before >> level));
    before += std::uint64_t{1} << level;
  }
  return *record::CompactRange::of(size, std::move(roots));
}

GrowingTree::GrowingTree(Transaction& transaction, const RecordOrigin& origin, record::CompactRange range)
    : range_(std::move(range)) {
  for (unsigned level = 0; level * record::tile_height < 64; ++level) {
    const auto nodes = range_.size() >> (level * record::tile_height);
    const auto length = static_cast<std::size_t>(nodes % record::tile_width) * hash_size;
    if (length == 0) continue;
    const record::TileId tile{level, nodes / record::tile_width};
    auto hashes = read_tile(transaction, origin, tile);
    if (hashes.size() < length) throw RecordFault(RecordFaultKind::tiles_changed, origin.name, range_.size());
    hashes.resize(length);
    edge_.emplace(tile, std::move(hashes));
  }
}

void GrowingTree::append(const record::Digest& leaf) {
  range_.append(leaf, [this](unsigned level, std::uint64_t index, const record::Digest& node) {
    if (level % record::tile_height != 0) return;
    const record::TileId tile{level / record::tile_height, index / record::tile_width};
    auto& hashes = tiles_[tile];
    if (hashes.empty() && index % record::tile_width != 0) hashes = edge_.at(tile);
    hashes += record::bytes_of(node);
  });
}

bool extend_record(Transaction& transaction, std::int64_t token, const RecordOrigin& origin, std::uint64_t size_before,
                   const GrowingTree& tree) {
  std::vector<std::int64_t> levels;
  std::vector<std::int64_t> indexes;
  std::vector<std::string> tiles;
  for (const auto& [tile, hashes] : tree.tiles()) {
    levels.push_back(tile.level);
    indexes.push_back(static_cast<std::int64_t>(tile.index));
    tiles.push_back(base64(hashes));
  }
  std::string nodes;
  for (const auto& node : tree.range().nodes()) nodes += record::bytes_of(node);
  return transaction
      .execute(extend, {token, origin.ordinal, static_cast<std::int64_t>(size_before),
                        static_cast<std::int64_t>(tree.range().size()), std::as_bytes(std::span(nodes)), levels,
                        indexes, tiles})
      .one()
      .get<bool>(0);
}

void compare_tiles(Transaction& transaction, const RecordOrigin& origin, const GrowingTree& tree) {
  for (const auto& [tile, hashes] : tree.tiles())
    if (read_tile(transaction, origin, tile).substr(0, hashes.size()) != hashes)
      throw RecordFault(RecordFaultKind::tiles_changed, origin.name,
                        tile.index * record::tile_width << (tile.level * record::tile_height));
}

record::CompactRange read_range(std::uint64_t size, const Bytes& nodes, const RecordOrigin& origin) {
  std::vector<record::Digest> roots(nodes.size() / hash_size);
  for (std::size_t place = 0; place < roots.size(); ++place)
    std::copy_n(reinterpret_cast<const std::uint8_t*>(nodes.data()) + place * hash_size, hash_size,
                roots[place].begin());
  auto range = record::CompactRange::of(size, std::move(roots));
  if (!range) throw RecordFault(RecordFaultKind::tiles_changed, origin.name, size);
  return std::move(*range);
}

}  // namespace noroshi::store
