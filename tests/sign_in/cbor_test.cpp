// Items of RFC 8949, appendix A, that authenticators write; and what they do not.
#include <doctest/doctest.h>

#include <string>

#include "src/sign_in/cbor.h"

namespace noroshi::sign_in {
namespace {

using Kind = CborItem::Kind;
using namespace std::string_literals;

TEST_CASE("numbers") {
  const struct {
    std::string bytes;
    std::int64_t number;
  } cases[] = {{"\x00"s, 0},           {"\x17"s, 23},          {"\x18\x18"s, 24},         {"\x19\x03\xe8"s, 1000},
               {"\x1a\x00\x0f\x42\x40"s, 1000000}, {"\x1b\x00\x00\x00\xe8\xd4\xa5\x10\x00"s, 1000000000000},
               {"\x20"s, -1},          {"\x29"s, -10},         {"\x38\x63"s, -100},       {"\x39\x01\x00"s, -257},
               {"\x1b\x7f\xff\xff\xff\xff\xff\xff\xff"s, 9223372036854775807}};
  for (const auto& given : cases) {
    const auto item = read_whole_cbor(given.bytes);
    REQUIRE(item);
    CHECK(item->kind == Kind::number);
    CHECK(item->number == given.number);
  }
}

TEST_CASE("bytes, texts, booleans, lists and maps") {
  CHECK(read_whole_cbor("\x44\x01\x02\x03\x04"s)->bytes == "\x01\x02\x03\x04"s);
  CHECK(read_whole_cbor("\x64IETF"s)->bytes == "IETF");
  CHECK(read_whole_cbor("\x64IETF"s)->kind == Kind::text);
  CHECK(read_whole_cbor("\xf5"s)->number == 1);
  const auto list = read_whole_cbor("\x83\x01\x82\x02\x03\x82\x04\x05"s);
  REQUIRE(list);
  CHECK(list->list.at(2).list.at(1).number == 5);
  const auto written = "\xa2\x61\x61\x01\x20\x41\x07"s;
  const auto map = read_whole_cbor(written);
  REQUIRE(map);
  CHECK(map->find("a", Kind::number)->number == 1);
  CHECK(map->find(-1, Kind::bytes)->bytes == "\x07"s);
  CHECK(map->find("a", Kind::bytes) == nullptr);
  CHECK(map->find("b", Kind::number) == nullptr);
  CHECK(map->find(1, Kind::number) == nullptr);
}

TEST_CASE("what follows the first item is left") {
  const auto bytes = "\x01rest"s;
  std::string_view input = bytes;
  CHECK(read_cbor(input)->number == 1);
  CHECK(input == "rest");
  CHECK_FALSE(read_whole_cbor(bytes));
}

TEST_CASE("what no authenticator writes is unreadable") {
  const std::string cases[] = {
      ""s,
      "\x1b\x80\x00\x00\x00\x00\x00\x00\x00"s,  // beyond 2^63
      "\x3b\xff\xff\xff\xff\xff\xff\xff\xff"s,
      "\x1c"s, "\x1f"s,              // no length
      "\x5f\x41\x01\xff"s,           // of indefinite length
      "\x9f\x01\xff"s, "\xbf\xff"s,
      "\xc0\x61\x61"s,               // a tag
      "\xf6"s, "\xf7"s,              // null, undefined
      "\xf9\x3c\x00"s,               // floating point
      "\xa2\x01\x01\x01\x02"s,       // a name twice
      "\xa1\x41\x01\x01"s,           // a name of bytes
      "\xa1\x80\x01"s,
      "\x81\x81\x81\x81\x01"s,       // too deep
      "\x98\x41"s + std::string(65, '\x01'),  // too many
      "\x9b\xff\xff\xff\xff\xff\xff\xff\xff"s,
      "\x5b\xff\xff\xff\xff\xff\xff\xff\xff\x01"s,
      "\xbb\xff\xff\xff\xff\xff\xff\xff\xff\x01"s,
  };
  for (const auto& bytes : cases) CHECK_FALSE(read_whole_cbor(bytes));
}

TEST_CASE("cut off anywhere it is unreadable") {
  const auto whole = "\xa3\x63"s + "fmt\x64none" + "\x67"s + "attStmt\xa0" + "\x68"s + "authData\x58\x25" + std::string(37, 'x');
  REQUIRE(read_whole_cbor(whole));
  for (std::size_t length = 0; length < whole.size(); ++length) CHECK_FALSE(read_whole_cbor(whole.substr(0, length)));
}

}  // namespace
}  // namespace noroshi::sign_in
