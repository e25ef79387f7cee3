// A closed list of words: an enumeration and how its values are written in files and answers. Private to
// routing/ and src/core.
#pragma once

#include <array>
#include <cstddef>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

namespace noroshi::routing {

template <class Enum, std::size_t N>
struct ClosedList {
  struct Word {
    Enum value;
    std::string_view text;
  };
  std::array<Word, N> words;

  constexpr std::string_view text_of(Enum value) const {
    for (const auto& word : words)
      if (word.value == value) return word.text;
    std::abort();  // a value outside its own enumeration
  }

  constexpr std::optional<Enum> value_of(std::string_view text) const {
    for (const auto& word : words)
      if (word.text == text) return word.value;
    return std::nullopt;
  }

  // "yes, possible, no or unknown", for messages.
  std::string alternatives() const {
    std::string all;
    for (std::size_t i = 0; i < N; ++i) {
      if (i > 0) all += i + 1 == N ? " or " : ", ";
      all += words[i].text;
    }
    return all;
  }
};

}  // namespace noroshi::routing
