// CBOR (RFC 8949) as far as authenticators write it (CTAP2 canonical form): whole numbers, bytes, texts, lists, maps, booleans, all
// of definite length. Anything else, and whatever is too deep, too many or cut off, is unreadable. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace noroshi::sign_in {

constexpr int deepest_cbor = 4;              // lists and maps within each other
constexpr std::size_t most_cbor_items = 64;  // in all

struct CborItem {
  enum class Kind { number, bytes, text, list, map, boolean };
  Kind kind = Kind::number;
  std::int64_t number = 0;      // and of a boolean: 0 or 1
  std::string_view bytes;       // of bytes and texts: into what was read
  std::vector<CborItem> list;
  std::vector<std::pair<CborItem, CborItem>> map;  // names are numbers or texts, none twice

  // The member of that name, of that kind; null where there is none.
  const CborItem* find(std::string_view name, Kind of) const;
  const CborItem* find(std::int64_t name, Kind of) const;
};

// The first item of `input`, which is moved behind it. Texts and bytes point into what `input` pointed at.
std::optional<CborItem> read_cbor(std::string_view& input);
// The only item.
std::optional<CborItem> read_whole_cbor(std::string_view input);

}  // namespace noroshi::sign_in
