// What the witness says to people, in both languages, and how it ends.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace noroshi::witness {

enum class Language { ja, en };
// By --lang, else by LANG; Japanese where neither says.
Language language_from(std::string_view wanted);

struct Text {
  std::string ja;
  std::string en;
};
inline const std::string& in(const Text& text, Language language) {
  return language == Language::en ? text.en : text.ja;
}

// Those of noroshi.
enum ExitCode {
  exit_ok = 0,
  exit_refused_log = 1,  // the log contradicts itself, or is not the one that was pinned: nothing was cosigned
  exit_usage = 2,
  exit_unavailable = 69,  // no answer, or none of use; try again
  exit_internal = 70,
  exit_refused = 77,  // the log refuses the token
  exit_configuration = 78,
};

// Ends a pass with a word to whoever runs the witness.
class Stop : public std::exception {
 public:
  Stop(ExitCode code, Text text) : code_(code), text_(std::move(text)) {}
  ExitCode code() const { return code_; }
  const Text& text() const { return text_; }
  const char* what() const noexcept override { return text_.en.c_str(); }

 private:
  ExitCode code_;
  Text text_;
};

// Text from outside for a terminal: what is not visible ASCII is replaced.
std::string printable(std::string_view text);

}  // namespace noroshi::witness
