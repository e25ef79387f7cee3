#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "src/codec/strict_json.h"

using namespace noroshi;
using namespace noroshi::codec;

namespace {

JsonError refusal(std::string_view text) {
  JsonDocument document;
  const auto parsed = document.parse(text);
  REQUIRE_FALSE(parsed.has_value());
  CHECK(document.root().is_null());
  return parsed.error();
}

std::string repeated(std::size_t times, std::string_view text) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

struct Fault {
  const char* text;
  JsonFault fault;
  std::size_t line, column;
  const char* pointer;
};

}  // namespace

TEST_CASE("every fault has its place") {
  const Fault faults[] = {
      {"", JsonFault::empty, 1, 1, ""},
      {" \n\t ", JsonFault::empty, 2, 3, ""},
      {"{\"a\":1,\n \"b\":tru}", JsonFault::syntax, 2, 6, "/b"},
      {"{\"a\":[1,2", JsonFault::incomplete, 1, 10, "/a/2"},
      {"{}\n{}", JsonFault::trailing_bytes, 2, 1, ""},
      {"{\"a\":\"\xff\"}", JsonFault::not_utf8, 1, 7, "/a"},
      {"\xEF\xBB\xBF{}", JsonFault::byte_order_mark, 1, 1, ""},
      {"{\"a\":{\"b\":[\"\\uD800\"]}}", JsonFault::lone_surrogate, 1, 19, "/a/b/0"},
      {"{\"a\":1,\"a\":2}", JsonFault::duplicate_name, 1, 10, "/a"},
      {"{\"a\":\"x\\u0000y\"}", JsonFault::null_character, 1, 15, "/a"},
      {"{\"a\\u0000\":1}", JsonFault::null_character, 1, 10, ""},
      {"{\"a\":9007199254740993}", JsonFault::number_range, 1, 22, "/a"},
  };
  for (const Fault& fault : faults) {
    CAPTURE(std::string(fault.text));
    const JsonError error = refusal(fault.text);
    CHECK(to_string(error.fault) == to_string(fault.fault));
    CHECK(error.line == fault.line);
    CHECK(error.column == fault.column);
    CHECK(error.pointer == fault.pointer);
  }
}

TEST_CASE("a fault tells line, column and byte in both languages, and no value") {
  const auto error = to_field_error(refusal("{\n \"secret\":\"SECRET\\u0000\"}"));
  CHECK(error.code == "json_null_character");
  CHECK(error.pointer == "/secret");
  CHECK(error.message.en == "U+0000 is not allowed. (Line 2, column 24, byte 25.)");
  CHECK(error.message.ja == "U+0000 は使えません。（2 行 24 列、先頭から 25 バイト目）");
  CHECK(is_malformed({error}));
  CHECK_FALSE(is_malformed({{"/a", "required", {}}}));
  CHECK_FALSE(is_malformed({}));
}

TEST_CASE("a name twice is found however it is written and however many names there are") {
  CHECK(refusal(R"({"ab":1,"a\u0062":2})").fault == JsonFault::duplicate_name);
  CHECK(refusal(R"({"a\u0062":1,"\u0061b":2})").fault == JsonFault::duplicate_name);
  CHECK(refusal(R"({"x":[{"y":{"ab":1,"\u0061\u0062":1}}]})").pointer == "/x/0/y/ab");
  CHECK(refusal(R"({"":1,"":2})").fault == JsonFault::duplicate_name);
  for (const std::size_t count : {1, 15, 16, 17, 18, 40, 1000}) {
    std::string text = "{";
    for (std::size_t i = 0; i < count; ++i) text += "\"n" + std::to_string(i) + "\":0,";
    CAPTURE(count);
    CHECK(refusal(text + "\"n0\":1}").fault == JsonFault::duplicate_name);
    CHECK(refusal(text + "\"n" + std::to_string(count - 1) + "\":1}").fault == JsonFault::duplicate_name);
    JsonDocument document;
    CHECK(document.parse(text + "\"other\":1}").has_value());
  }
}

TEST_CASE("the same name in different objects is no repetition") {
  JsonDocument document;
  CHECK(document.parse(R"({"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}],"A":1,"a ":2})").has_value());
}

TEST_CASE("numbers are exact or refused") {
  for (const char* text : {"9007199254740992", "-9007199254740992", "0", "-0", "1e15", "0.5", "1E-400"}) {
    CAPTURE(std::string(text));
    JsonDocument document;
    CHECK(document.parse(text).has_value());
  }
  for (const char* text :
       {"9007199254740993", "-9007199254740993", "18446744073709551615", "18446744073709551616",
        "123456789012345678901234567890", "1e400", "-1e400", "1e2147483648", "1e99999999999999"}) {
    CAPTURE(std::string(text));
    CHECK(refusal(text).fault == JsonFault::number_range);
  }
}

TEST_CASE("thirty-two levels are enough") {
  JsonDocument document;
  CHECK(document.parse(repeated(32, "[") + repeated(32, "]")).has_value());
  CHECK(refusal(repeated(33, "[") + repeated(33, "]")).fault == JsonFault::too_deep);
  CHECK(refusal(repeated(100'000, "[")).fault == JsonFault::too_deep);
  CHECK(refusal(repeated(100'000, "{\"a\":")).fault == JsonFault::too_deep);
  CHECK(refusal(repeated(100'000, "[{\"a\":")).pointer.size() <= 32 * 3);
}

TEST_CASE("a long or hostile name is shortened and made printable in the pointer") {
  const std::string name = repeated(100'000, "名");
  const std::string pointer = refusal("{\"" + name + "\":\"\\u0000\"}").pointer;
  CHECK(pointer == "/" + repeated(64, "名") + "…");
  CHECK(refusal(R"({"a/b~c\u202e\u001b\u2028":"\u0000"})").pointer == "/a~1b~0c\uFFFD\uFFFD\uFFFD");
}

TEST_CASE("other control characters are legal JSON and left to the decoders") {
  JsonDocument document;
  CHECK(document.parse(R"({"a":"\u0001\u001f\u0085\u202e\n"})").has_value());
}

TEST_CASE("eight megabytes of the worst shapes take no more than a breath") {
  std::string names = "{";
  for (int i = 0; names.size() < 8'000'000; ++i) names += "\"" + std::to_string(i) + "\":0,";
  names += "\"end\":0}";
  const std::string texts[] = {names, "[" + repeated(4'000'000, "0,") + "0]",
                               "[" + repeated(2'700'000, "[],") + "0]",
                               "\"" + repeated(1'300'000, "\\u0061") + "\""};
  for (const std::string& text : texts) {
    JsonDocument document;
    const auto begin = std::chrono::steady_clock::now();
    CHECK(document.parse(text).has_value());
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(20));  // quadratic would be hours
  }
}
