// How long a login waits after failures, so that guessing gets nowhere and a person who mistyped does. Pure.
#pragma once

#include <chrono>

namespace noroshi::sign_in {

constexpr int free_failures = 4;  // a person mistypes
constexpr std::chrono::seconds first_wait{2};
constexpr std::chrono::seconds longest_wait = std::chrono::minutes(15);

// After so many failures in a row: nothing before the fifth, then twice as long with each.
constexpr std::chrono::seconds wait_after(int failures) {
  auto wait = first_wait;
  if (failures <= free_failures) return std::chrono::seconds(0);
  for (int i = free_failures + 1; i < failures && wait < longest_wait; ++i) wait *= 2;
  return wait < longest_wait ? wait : longest_wait;
}

}  // namespace noroshi::sign_in
