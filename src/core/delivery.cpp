#include "src/core/delivery.h"

#include <algorithm>

namespace noroshi::core {

bool is_cause(std::string_view word) {
  return !word.empty() && word.size() <= 64 && std::all_of(word.begin(), word.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

}  // namespace noroshi::core
