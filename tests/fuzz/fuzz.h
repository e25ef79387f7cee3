// What the targets share: a target is a function of bytes that returns, or aborts where something does not hold.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

// Unlike assert() it is there in every build.
#define HOLDS(condition)                                                                   \
  do {                                                                                     \
    if (!(condition)) {                                                                    \
      std::fprintf(stderr, "does not hold: %s (%s:%d)\n", #condition, __FILE__, __LINE__); \
      std::abort();                                                                        \
    }                                                                                      \
  } while (false)

namespace noroshi::fuzz {

void target(std::string_view input);

// Takes from the front what stands before the next NUL, and the NUL.
inline std::string_view part(std::string_view& input) {
  const auto end = input.find('\0');
  const auto taken = input.substr(0, end);
  input = end == std::string_view::npos ? std::string_view() : input.substr(end + 1);
  return taken;
}

}  // namespace noroshi::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  noroshi::fuzz::target({reinterpret_cast<const char*>(data), size});
  return 0;
}
