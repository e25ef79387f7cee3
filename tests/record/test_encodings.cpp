#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "src/record/encodings.h"

using namespace noroshi::record;

TEST_CASE("base64 is that of RFC 4648, section 10") {
  const std::vector<std::pair<std::string, std::string>> known = {{"", ""},
                                                                  {"f", "Zg=="},
                                                                  {"fo", "Zm8="},
                                                                  {"foo", "Zm9v"},
                                                                  {"foob", "Zm9vYg=="},
                                                                  {"fooba", "Zm9vYmE="},
                                                                  {"foobar", "Zm9vYmFy"},
                                                                  {"\xfb\xff", "+/8="}};
  for (const auto& [bytes, text] : known) {
    CAPTURE(text);
    CHECK(to_base64(bytes) == text);
    CHECK(from_base64(text) == bytes);
  }
}

TEST_CASE("base64 reads back for all bytes and lengths") {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    CHECK(from_base64(to_base64(bytes)) == bytes);
    bytes.push_back(static_cast<char>(i * 7));
  }
}

TEST_CASE("base64 that is written otherwise is refused") {
  for (const std::string text : {"Zg", "Zg=", "Zg===", "Z===", "====", "=", "Zh==", "Zm9=", "Zg==Zg==", "Zm9v ",
                                 " Zm9v", "Zm9v\n", "Zm\n9v", "-_8=", "Zm9*", "Z=9v", "Zm=v", "Zm9vZ", "Zg==\n"}) {
    CAPTURE(text);
    CHECK_FALSE(from_base64(text));
  }
  CHECK_FALSE(from_base64(std::string("Zm9\0", 4)));
}

TEST_CASE("hexadecimal is lower case and whole bytes") {
  CHECK(to_hex("\x01\xaf\xff") == "01afff");
  CHECK(from_hex("01afff") == "\x01\xaf\xff");
  CHECK(from_hex("") == "");
  for (const std::string text : {"0", "0A", "0g", "0x01", " 01", "01 "}) {
    CAPTURE(text);
    CHECK_FALSE(from_hex(text));
  }
}

TEST_CASE("a digest has 32 bytes") {
  CHECK(to_digest(std::string(32, 'a')));
  CHECK_FALSE(to_digest(std::string(31, 'a')));
  CHECK_FALSE(to_digest(std::string(33, 'a')));
}
