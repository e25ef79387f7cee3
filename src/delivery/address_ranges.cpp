#include "src/delivery/address_ranges.h"

#include <algorithm>
#include <array>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>
#include <charconv>
#include <optional>
#include <vector>

namespace noroshi::delivery {
namespace {

namespace ip = boost::asio::ip;

constexpr std::size_t most_ranges = 32;
constexpr unsigned shortest_v4 = 8;
constexpr unsigned shortest_v6 = 16;

unsigned bits_of(const ip::address& address) {
  return address.is_v4() ? 32 : 128;
}

std::vector<unsigned char> bytes_of(const ip::address& address) {
  if (address.is_v4()) {
    const auto bytes = address.to_v4().to_bytes();
    return {bytes.begin(), bytes.end()};
  }
  const auto bytes = address.to_v6().to_bytes();
  return {bytes.begin(), bytes.end()};
}

bool same_beginning(const ip::address& one, const ip::address& other, unsigned bits) {
  if (one.is_v4() != other.is_v4()) return false;
  const auto first = bytes_of(one);
  const auto second = bytes_of(other);
  for (unsigned at = 0; at < bits; ++at) {
    const unsigned mask = 0x80U >> (at % 8);
    if ((first[at / 8] & mask) != (second[at / 8] & mask)) return false;
  }
  return true;
}

bool is_zero_after(const ip::address& address, unsigned prefix) {
  const auto bytes = bytes_of(address);
  for (unsigned at = prefix; at < bits_of(address); ++at)
    if (bytes[at / 8] & (0x80U >> (at % 8))) return false;
  return true;
}

struct Special {
  std::string_view network;
  unsigned prefix;
  enum class Allowed { nowhere, closed, not_internet } allowed;
  routing::Reason what;
};

const std::vector<Special>& specials() {
  using enum Special::Allowed;
  static const routing::Reason unspecified{"未指定アドレス", "unspecified addresses"};
  static const routing::Reason link{"リンクローカルアドレス", "link-local addresses"};
  static const routing::Reason multicast{"マルチキャストアドレス", "multicast addresses"};
  static const routing::Reason reserved{"予約済みアドレス", "reserved addresses"};
  static const routing::Reason mapped{"IPv4射影アドレス", "IPv4 addresses inside IPv6"};
  static const routing::Reason loopback{"ループバックアドレス", "loopback addresses"};
  static const routing::Reason internal{"プライベートアドレス", "private addresses"};
  static const routing::Reason shared{"共有アドレス", "shared addresses"};
  static const routing::Reason translated{"変換アドレス", "translated addresses"};
  static const std::vector<Special> all{
      {"0.0.0.0", 8, nowhere, unspecified},
      {"169.254.0.0", 16, nowhere, link},
      {"224.0.0.0", 4, nowhere, multicast},
      {"240.0.0.0", 4, nowhere, reserved},
      {"::", 128, nowhere, unspecified},
      {"::ffff:0:0", 96, nowhere, mapped},
      {"fe80::", 10, nowhere, link},
      {"fec0::", 10, nowhere, reserved},
      {"ff00::", 8, nowhere, multicast},
      {"127.0.0.0", 8, closed, loopback},
      {"::1", 128, closed, loopback},
      {"10.0.0.0", 8, not_internet, internal},
      {"172.16.0.0", 12, not_internet, internal},
      {"192.168.0.0", 16, not_internet, internal},
      {"fc00::", 7, not_internet, internal},
      {"100.64.0.0", 10, not_internet, shared},
      {"192.0.0.0", 24, not_internet, reserved},
      {"198.18.0.0", 15, not_internet, reserved},
      {"64:ff9b::", 96, not_internet, translated},
      {"64:ff9b:1::", 48, not_internet, translated},
      {"2002::", 16, not_internet, translated},
  };
  return all;
}

bool is_allowed(const Special& special, core::Zone zone) {
  switch (special.allowed) {
    case Special::Allowed::nowhere:
      return false;
    case Special::Allowed::closed:
      return zone == core::Zone::closed;
    case Special::Allowed::not_internet:
      return zone != core::Zone::internet;
  }
  return false;
}

struct Parsed {
  ip::address network;
  unsigned prefix = 0;
};

std::optional<Parsed> parse(std::string_view text) {
  const auto slash = text.find('/');
  const std::string_view address = text.substr(0, slash);
  if (address.find('%') != std::string_view::npos) return std::nullopt;  // a link's zone (RFC 4007)
  boost::system::error_code error;
  Parsed parsed{ip::make_address(std::string(address), error)};
  if (error) return std::nullopt;
  parsed.prefix = bits_of(parsed.network);
  if (slash == std::string_view::npos) return parsed;
  const std::string_view digits = text.substr(slash + 1);
  unsigned prefix = 0;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
  const bool whole = fault == std::errc() && end == digits.data() + digits.size();
  if (!whole || prefix > parsed.prefix || (digits.size() > 1 && digits.front() == '0')) return std::nullopt;
  parsed.prefix = prefix;
  return parsed;
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const auto space = std::min(text.find(' '), text.size());
    if (space > 0) words.push_back(text.substr(0, space));
    text.remove_prefix(std::min(space + 1, text.size()));
  }
  return words;
}

}  // namespace

bool AddressRange::contains(const ip::address& address) const {
  return same_beginning(network_, address, prefix_);
}

bool AddressRange::overlaps(const AddressRange& other) const {
  return same_beginning(network_, other.network_, std::min(prefix_, other.prefix_));
}

bool AddressRanges::contain(ip::address address) const {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) address = ip::make_address_v4(ip::v4_mapped, address.to_v6());
  return std::any_of(ranges.begin(), ranges.end(), [&](const auto& range) { return range.contains(address); });
}

AddressRanges parse_ranges(std::string_view text, core::Zone zone, std::string_view pointer) {
  AddressRanges result;
  const auto mistake = [&](std::string code, routing::Reason message) {
    result.mistakes.push_back({std::string(pointer), std::move(code), std::move(message)});
  };
  const auto words = words_of(text);
  if (words.empty())
    mistake("value", {"アドレスの範囲を一つ以上書いてください。", "Give at least one range of addresses."});
  if (words.size() > most_ranges) {
    mistake("too_long", {"範囲は32個までです。", "No more than 32 ranges."});
    return result;
  }
  for (std::size_t index = 0; index < words.size(); ++index) {
    const std::string ordinal = std::to_string(index + 1);
    const routing::Reason which{ordinal + "番目の範囲: ", "Range " + ordinal + ": "};
    const auto parsed = parse(words[index]);
    if (!parsed) {
      mistake("value", {which.ja + "CIDR形式（例 198.51.100.0/28）ではありません。",
                        which.en + "it is not in CIDR form (198.51.100.0/28)."});
      continue;
    }
    if (!is_zero_after(parsed->network, parsed->prefix)) {
      mistake("value", {which.ja + "接頭長より後のビットは0にしてください。",
                        which.en + "the bits after the prefix must be 0."});
      continue;
    }
    if (parsed->prefix < (parsed->network.is_v4() ? shortest_v4 : shortest_v6)) {
      mistake("out_of_range", {which.ja + "広すぎます。IPv4は/8、IPv6は/16より狭くしてください。",
                               which.en + "it is too wide: at least /8 for IPv4, /16 for IPv6."});
      continue;
    }
    const AddressRange range(parsed->network, parsed->prefix);
    const auto special = std::find_if(specials().begin(), specials().end(), [&](const auto& each) {
      return !is_allowed(each, zone) && range.overlaps({ip::make_address(std::string(each.network)), each.prefix});
    });
    if (special != specials().end()) {
      mistake("address_not_allowed", {which.ja + "この区域では" + special->what.ja + "を含められません。",
                                      which.en + "it may hold no " + special->what.en + " in this zone."});
      continue;
    }
    result.ranges.push_back(range);
  }
  return result;
}

}  // namespace noroshi::delivery
