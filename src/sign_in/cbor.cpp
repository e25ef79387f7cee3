#include "src/sign_in/cbor.h"

#include <algorithm>
#include <limits>

namespace noroshi::sign_in {
namespace {

using Kind = CborItem::Kind;

bool same_name(const CborItem& a, const CborItem& b) { return a.kind == b.kind && a.number == b.number && a.bytes == b.bytes; }

class Reader {
 public:
  explicit Reader(std::string_view& input) : input_(input) {}

  std::optional<CborItem> item(int depth) {
    if (++items_ > most_cbor_items || depth > deepest_cbor) return std::nullopt;
    unsigned char first = 0;
    if (!byte(first)) return std::nullopt;
    if (first == 0xf4 || first == 0xf5) return CborItem{Kind::boolean, first & 1, {}, {}, {}};
    const auto argument = argument_of(first & 31);
    if (!argument) return std::nullopt;
    switch (first >> 5) {
      case 0:
        return number(*argument, false);
      case 1:
        return number(*argument, true);
      case 2:
        return string(Kind::bytes, *argument);
      case 3:
        return string(Kind::text, *argument);
      case 4:
        return list(*argument, depth);
      case 5:
        return map(*argument, depth);
      default:
        return std::nullopt;  // tags, floating point, null
    }
  }

 private:
  bool byte(unsigned char& value) {
    if (input_.empty()) return false;
    value = static_cast<unsigned char>(input_.front());
    input_.remove_prefix(1);
    return true;
  }

  // RFC 8949 section 3; 31 is an indefinite length.
  std::optional<std::uint64_t> argument_of(unsigned additional) {
    if (additional < 24) return additional;
    if (additional > 27) return std::nullopt;
    std::uint64_t value = 0;
    for (int left = 1 << (additional - 24); left > 0; --left) {
      unsigned char next = 0;
      if (!byte(next)) return std::nullopt;
      value = value << 8 | next;
    }
    return value;
  }

  static std::optional<CborItem> number(std::uint64_t argument, bool negative) {
    if (argument > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
    const auto value = static_cast<std::int64_t>(argument);
    return CborItem{Kind::number, negative ? -1 - value : value, {}, {}, {}};
  }

  std::optional<CborItem> string(Kind kind, std::uint64_t length) {
    if (length > input_.size()) return std::nullopt;
    CborItem item{kind, 0, input_.substr(0, length), {}, {}};
    input_.remove_prefix(length);
    return item;
  }

  std::optional<CborItem> list(std::uint64_t count, int depth) {
    if (count > most_cbor_items) return std::nullopt;
    CborItem whole{Kind::list, 0, {}, {}, {}};
    for (; count > 0; --count) {
      auto member = item(depth + 1);
      if (!member) return std::nullopt;
      whole.list.push_back(std::move(*member));
    }
    return whole;
  }

  std::optional<CborItem> map(std::uint64_t count, int depth) {
    if (count > most_cbor_items) return std::nullopt;
    CborItem whole{Kind::map, 0, {}, {}, {}};
    for (; count > 0; --count) {
      auto name = item(depth + 1);
      if (!name || (name->kind != Kind::number && name->kind != Kind::text)) return std::nullopt;
      const bool twice = std::any_of(whole.map.begin(), whole.map.end(), [&](const auto& member) { return same_name(member.first, *name); });
      auto value = twice ? std::nullopt : item(depth + 1);
      if (!value) return std::nullopt;
      whole.map.emplace_back(std::move(*name), std::move(*value));
    }
    return whole;
  }

  std::string_view& input_;
  std::size_t items_ = 0;
};

const CborItem* find_member(const CborItem& map, const CborItem& name, Kind of) {
  for (const auto& [known, value] : map.map)
    if (same_name(known, name)) return value.kind == of ? &value : nullptr;
  return nullptr;
}

}  // namespace

const CborItem* CborItem::find(std::string_view name, Kind of) const {
  return find_member(*this, CborItem{Kind::text, 0, name, {}, {}}, of);
}

const CborItem* CborItem::find(std::int64_t name, Kind of) const {
  return find_member(*this, CborItem{Kind::number, name, {}, {}, {}}, of);
}

std::optional<CborItem> read_cbor(std::string_view& input) { return Reader(input).item(1); }

std::optional<CborItem> read_whole_cbor(std::string_view input) {
  auto item = read_cbor(input);
  return input.empty() ? std::move(item) : std::nullopt;
}

}  // namespace noroshi::sign_in
