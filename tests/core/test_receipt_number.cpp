#include <doctest/doctest.h>

#include <set>

#include "src/core/receipt_number.h"
#include "tests/core/scene.h"

using namespace noroshi;
using namespace noroshi::core;
using namespace noroshi::core::testing;

namespace {

MessageId message(std::string_view time, std::uint8_t seed = 1) {
  IdentifierSequence identifiers(at(time), IdentifierSequence::Seed{seed});
  return identifiers.next<MessageId>();
}

constexpr std::string_view alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

}  // namespace

TEST_CASE("the number follows from the body and the id, and from nothing else") {
  const auto id = MessageId{*parse_uuid("0164f3a1-2c00-7abc-9def-0123456789ab")};
  // Reckoned apart, by the rule of src/core/receipt_number.h in another language.
  CHECK(receipt_number("mhlw", id) == "MHLW-R-49QD-C9AP-39PM");
  CHECK(receipt_number("police-tokyo", id) == "POLICE-TOKYO-R-49QD-CDD1-BPSQ");
  CHECK(receipt_number("mhlw", id) == receipt_number("mhlw", id));
  CHECK(receipt_number("mhlw", message("2018-08-01T10:00:00+09:00", 2)) !=
        receipt_number("mhlw", message("2018-08-01T10:00:00+09:00", 3)));
}

TEST_CASE("it is read back as people write it") {
  const auto number = receipt_number("police-tokyo", message("2018-08-01T10:00:00+09:00"));
  REQUIRE(number.size() == 31 - 2);
  CHECK(parse_receipt_number(number) == number);
  std::string lower = number, bare, spaced;
  for (char& c : lower) c = static_cast<char>(std::tolower(c));
  CHECK(parse_receipt_number(lower) == number);
  for (const char c : number) spaced += c == '-' ? ' ' : c;
  CHECK(parse_receipt_number(spaced) == number);
  bare = number.substr(0, 15);
  for (const char c : number.substr(15))
    if (c != '-') bare += c;
  CHECK(parse_receipt_number(bare) == number);
  // What looks like another digit is that digit.
  for (int seed = 1; seed < 60; ++seed) {
    const auto one = receipt_number("mhlw", message("2018-08-01T10:00:00+09:00", static_cast<std::uint8_t>(seed)));
    auto heard = one;
    for (std::size_t i = 7; i < heard.size(); ++i) {
      if (heard[i] == '0') heard[i] = 'o';
      if (heard[i] == '1') heard[i] = i % 2 ? 'l' : 'I';
    }
    CHECK(parse_receipt_number(heard) == one);
  }
  for (const char* none : {"", "-", "MHLW-R-", "MHLW-R-0000-0000-0001", "MHLW-0000-0000-0000", "-R-0000-0000-0000",
                           "0000-0000-0000", "MHLW-R-0000-0000-000", "MHLW-R-0000-0000-000U", "MH/LW-R-0000-0000-0000"})
    CHECK(!parse_receipt_number(none));
  CHECK(!parse_receipt_number(std::string(200, 'A')));
}

TEST_CASE("each digit that was misread is found, and each two that changed places") {
  for (std::uint8_t seed = 1; seed < 20; ++seed) {
    const auto number = receipt_number("mhlw", message("2026-11-27T10:00:00+09:00", seed));
    const auto begin = number.size() - 14;
    for (std::size_t i = begin; i < number.size(); ++i) {
      if (number[i] == '-') continue;
      for (const char other : alphabet) {
        if (other == number[i]) continue;
        auto wrong = number;
        wrong[i] = other;
        CHECK(!parse_receipt_number(wrong));
      }
      for (std::size_t j = i + 1; j < number.size(); ++j) {
        if (number[j] == '-' || number[j] == number[i]) continue;
        auto wrong = number;
        std::swap(wrong[i], wrong[j]);
        CHECK(!parse_receipt_number(wrong));
      }
    }
  }
}

TEST_CASE("it says in which minute the message was sent") {
  for (const char* time : {"2010-01-01T00:00:00Z", "2018-08-01T10:00:59.999+09:00", "2026-11-27T02:00:00Z", "2073-01-01T00:00:00Z"}) {
    const auto [from, until] = minute_of_receipt(receipt_number("mhlw", message(time)));
    CHECK(from <= at(time));
    CHECK(at(time) < until);
    CHECK(until - from == minutes(1));
  }
  const auto [from, until] = minute_of_receipt("none");
  CHECK(from == until);
}

TEST_CASE("ten thousand incidents of a body in an hour have ten thousand numbers") {
  std::set<std::string> numbers;
  for (int i = 0; i < 10'000; ++i) {
    IdentifierSequence identifiers(at("2018-08-01T10:00:00+09:00") + std::chrono::milliseconds(360 * i),
                                   IdentifierSequence::Seed{static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i >> 8)});
    numbers.insert(receipt_number("mhlw", identifiers.next<MessageId>()));
  }
  CHECK(numbers.size() == 10'000);
}
