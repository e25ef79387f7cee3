#include <set>

#include <doctest/doctest.h>

#include "src/core/identifier.h"
#include "tests/core/scene.h"

using namespace noroshi;
using namespace noroshi::core;
using namespace noroshi::core::testing;

TEST_CASE("an id carries the version 7, the variant of RFC 9562 and its instant in milliseconds") {
  // The instant of the example in RFC 9562, appendix A.6.
  const auto instant = at("2022-02-22T19:22:22Z");
  IdentifierSequence sequence(instant, {1, 2, 3});
  for (int i = 0; i < 1000; ++i) {
    const auto id = sequence.next_uuid();
    const auto text = to_string(id);
    REQUIRE(text.substr(0, 13) == "017f22e2-79b0");
    REQUIRE((id.bytes[6] & 0xf0) == 0x70);
    REQUIRE((id.bytes[8] & 0xc0) == 0x80);
  }
}

TEST_CASE("the ids of one sequence increase and differ, more of them than any decision needs") {
  for (std::uint8_t fill : {0x00, 0x5a, 0xff}) {
    IdentifierSequence::Seed seed;
    seed.fill(fill);
    IdentifierSequence sequence(at("2018-08-01T09:00:00+09:00"), seed);
    auto before = sequence.next_uuid();
    for (int i = 0; i < 100'000; ++i) {
      const auto id = sequence.next_uuid();
      REQUIRE(before < id);
      before = id;
    }
  }
}

TEST_CASE("the same instant and seed give the same ids; another seed or instant gives others") {
  const auto instant = at("2018-08-01T09:00:00+09:00");
  const auto first_of = [](Timestamp when, IdentifierSequence::Seed seed) {
    return IdentifierSequence(when, seed).next_uuid();
  };
  CHECK(first_of(instant, {1}) == first_of(instant, {1}));
  CHECK(first_of(instant, {1}) != first_of(instant, {2}));
  CHECK(first_of(instant, {1}) != first_of(instant + std::chrono::milliseconds(1), {1}));

  std::set<Uuid> seen;
  for (int i = 0; i < 256; ++i)
    for (std::size_t place = 0; place < 16; ++place) {
      IdentifierSequence::Seed seed{};
      seed[place] = static_cast<std::uint8_t>(i);
      if (i == 0 && place > 0) continue;
      IdentifierSequence sequence(instant, seed);
      for (int n = 0; n < 20; ++n) REQUIRE(seen.insert(sequence.next_uuid()).second);
    }
}

TEST_CASE("a later instant gives a greater id") {
  const auto instant = at("2018-08-01T09:00:00+09:00");
  IdentifierSequence::Seed high;
  high.fill(0xff);
  CHECK(IdentifierSequence(instant, high).next_uuid() <
        IdentifierSequence(instant + std::chrono::milliseconds(1), {}).next_uuid());
}

TEST_CASE("an id is written in lower case and read in either") {
  const auto id = parse_uuid("017F22E2-79B0-7cc3-98C4-DC0C0C07398F");
  REQUIRE(id);
  CHECK(to_string(*id) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
  CHECK(parse_uuid(to_string(*id)) == id);
  CHECK(to_string(Uuid{}) == "00000000-0000-0000-0000-000000000000");
  CHECK(Uuid{}.is_nil());
  CHECK(!id->is_nil());
}

TEST_CASE("what is not an id of that form is refused") {
  for (const char* text : {"", "017f22e2", "017f22e279b07cc398c4dc0c0c07398f",
                           "{017f22e2-79b0-7cc3-98c4-dc0c0c07398f}", "017f22e2-79b0-7cc3-98c4-dc0c0c07398",
                           "017f22e2-79b0-7cc3-98c4-dc0c0c07398ff", "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
                           "017f22e2-79b0-7cc3-98c4 dc0c0c07398f", "017f22e27-9b0-7cc3-98c4-dc0c0c07398f",
                           "017f22e2-79b0-7cc3-98c4-dc0c0c073-8f", " 17f22e2-79b0-7cc3-98c4-dc0c0c07398f"}) {
    CAPTURE(text);
    CHECK(parse_uuid(text) == std::nullopt);
  }
}
