// Prints the streams of tests/http/evil_streams.h, one a line: the bytes in hexadecimal, a blank, the name.
#include <cstdio>

#include "tests/http/evil_streams.h"

int main() {
  for (const auto& stream : noroshi::http::testing::evil_streams()) {
    for (const char byte : stream.bytes) std::printf("%02x", static_cast<unsigned char>(byte));
    std::printf(" %s\n", stream.name.c_str());
  }
}
