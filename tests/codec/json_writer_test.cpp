#include <doctest/doctest.h>

#include <boost/json/parse.hpp>
#include <cstdint>
#include <limits>
#include <string>

#include "src/codec/json_writer.h"

using namespace noroshi::codec;

namespace {

std::string written(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

}  // namespace

TEST_CASE("objects and arrays nest, with commas where they belong") {
  std::string text;
  JsonWriter out(text);
  out.begin_object()
      .member("a", 1)
      .name("b")
      .begin_array()
      .value("x")
      .null()
      .begin_object()
      .end_object()
      .value(true);
  out.begin_array()
      .end_array()
      .end_array()
      .name("c")
      .begin_object()
      .member("d", false)
      .member("e", -5)
      .end_object();
  out.name("f").raw("[1,2]").member("g", 0.5).end_object();
  CHECK(text == R"({"a":1,"b":["x",null,{},true,[]],"c":{"d":false,"e":-5},"f":[1,2],"g":0.5})");
}

TEST_CASE("numbers are written exactly") {
  std::string text;
  JsonWriter out(text);
  out.begin_array();
  out.value(std::numeric_limits<std::int64_t>::min()).value(std::numeric_limits<std::uint64_t>::max());
  out.value(std::uint8_t{200}).value(0.1).value(1e300).end_array();
  CHECK(text == "[-9223372036854775808,18446744073709551615,200,0.1,1e+300]");
}

TEST_CASE("strings cannot leave their quotes, their line or their direction") {
  CHECK(written("") == R"("")");
  CHECK(written("報告 \xF0\x9D\x84\x9E") == "\"報告 \xF0\x9D\x84\x9E\"");
  CHECK(written("a\"b\\c/") == R"("a\"b\\c/")");
  CHECK(written("\n\r\t\b\x1b\x7f") == R"("\n\r\t\u0008\u001b\u007f")");
  CHECK(written(std::string("\0", 1)) == R"("\u0000")");
  CHECK(written("\u0085\u2028\u2029") == R"("\u0085\u2028\u2029")");
  CHECK(written("\u202a\u202e\u2066\u2069") == R"("\u202a\u202e\u2066\u2069")");
  CHECK(written("</script>") == R"("\u003c/script>")");
  CHECK(written("a\xff") == R"("a\ufffd")");
}

TEST_CASE("every character comes back as it was") {
  for (char32_t point = 1; point < 0x3000; ++point) {
    std::string text;
    if (point < 0x80) {
      text = {static_cast<char>(point)};
    } else if (point < 0x800) {
      text = {static_cast<char>(0xC0 | point >> 6), static_cast<char>(0x80 | (point & 0x3F))};
    } else {
      text = {static_cast<char>(0xE0 | point >> 12), static_cast<char>(0x80 | (point >> 6 & 0x3F)),
              static_cast<char>(0x80 | (point & 0x3F))};
    }
    text = "x" + text + "y";
    REQUIRE(std::string_view(boost::json::parse(written(text)).as_string()) == text);
  }
}

TEST_CASE("what was written can be taken back") {
  std::string text;
  JsonWriter out(text);
  out.begin_object().member("a", 1);
  const auto mark = out.mark();
  out.name("b").begin_object().member("c", 2);
  out.rewind(mark);
  out.member("d", 3).end_object();
  CHECK(text == R"({"a":1,"d":3})");
}
