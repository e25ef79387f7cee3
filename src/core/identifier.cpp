#include "src/core/identifier.h"

#include <cstring>

namespace noroshi::core {
namespace {

constexpr std::string_view digits = "0123456789abcdef";

std::optional<std::uint8_t> hex_value(char c) {
  if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
  return std::nullopt;
}

constexpr bool is_hyphen_place(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

// SplitMix64 (Steele, Lea, Flood 2014): spreads a seed and a counter over all bits.
std::uint64_t mix(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15ULL;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
  return value ^ (value >> 31);
}

}  // namespace

std::string to_string(const Uuid& id) {
  std::string text(36, '-');
  std::size_t at = 0;
  for (std::uint8_t byte : id.bytes) {
    if (is_hyphen_place(at)) ++at;
    text[at++] = digits[byte >> 4];
    text[at++] = digits[byte & 15];
  }
  return text;
}

std::optional<Uuid> parse_uuid(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  Uuid id;
  std::size_t byte = 0;
  for (std::size_t i = 0; i < text.size();) {
    if (is_hyphen_place(i)) {
      if (text[i] != '-') return std::nullopt;
      ++i;
      continue;
    }
    auto high = hex_value(text[i]);
    auto low = hex_value(text[i + 1]);
    if (!high || !low) return std::nullopt;
    id.bytes[byte++] = static_cast<std::uint8_t>(*high << 4 | *low);
    i += 2;
  }
  return id;
}

IdentifierSequence::IdentifierSequence(Timestamp at, const Seed& seed) {
  auto since_epoch = std::chrono::floor<std::chrono::milliseconds>(at).time_since_epoch();
  milliseconds_ = static_cast<std::uint64_t>(since_epoch.count());
  std::memcpy(&random_high_, seed.data(), sizeof random_high_);
  std::memcpy(&random_low_, seed.data() + sizeof random_high_, sizeof random_low_);
}

// RFC 9562 section 5.7 with method 1 of 6.2: rand_a and the top of rand_b are a counter that starts at random, so the
// ids of one sequence increase; the rest is fresh for each.
Uuid IdentifierSequence::next_uuid() {
  const std::uint64_t start = random_high_ & 0x0fffff;  // 20 bits, leaving room to count in 26
  const std::uint64_t count = start + counter_++;       // 26 bits: 12 in rand_a, 14 in rand_b
  const std::uint64_t random = mix(mix(random_low_ ^ counter_) ^ random_high_);

  Uuid id;
  for (int i = 0; i < 6; ++i) id.bytes[i] = static_cast<std::uint8_t>(milliseconds_ >> (40 - 8 * i));
  id.bytes[6] = static_cast<std::uint8_t>(0x70 | ((count >> 22) & 0x0f));
  id.bytes[7] = static_cast<std::uint8_t>(count >> 14);
  id.bytes[8] = static_cast<std::uint8_t>(0x80 | ((count >> 8) & 0x3f));
  id.bytes[9] = static_cast<std::uint8_t>(count);
  for (int i = 0; i < 6; ++i) id.bytes[10 + i] = static_cast<std::uint8_t>(random >> (8 * i));
  return id;
}

}  // namespace noroshi::core
