// What text may hold: length in characters (code points) and the characters themselves.
#pragma once

#include <cstddef>
#include <string_view>

#include "src/codec/utf8.h"

namespace noroshi::codec {

struct TextRule {
  std::size_t longest = 0;  // in characters
  bool one_line = true;     // else tab, line feed and carriage return are allowed, and bidirectional controls
  bool not_blank = false;   // at least one character that is no white space
};

// What is wrong with a text; several may be. Each is a code of FieldError (to_string).
struct TextFaults {
  bool too_long = false;
  bool blank = false;
  bool line_break = false;         // in a text of one line, U+2028 and U+2029 included
  bool control_character = false;  // C0, DEL, C1
  bool bidi_control = false;       // in a text of one line

  explicit operator bool() const {
    return too_long || blank || line_break || control_character || bidi_control;
  }
};

// `text` is valid UTF-8.
TextFaults check_text(std::string_view text, const TextRule& rule);

bool is_blank(std::string_view text);

}  // namespace noroshi::codec
