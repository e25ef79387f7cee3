#include "src/codec/text_rules.h"

namespace noroshi::codec {
namespace {

void check_character(char32_t point, bool one_line, TextFaults& faults) {
  const bool breaks_line = point == U'\n' || point == U'\r' || point == 0x85;
  if (is_control(point)) {
    if (one_line && breaks_line)
      faults.line_break = true;
    else if (one_line || (point != U'\t' && point != U'\n' && point != U'\r'))
      faults.control_character = true;
  } else if (one_line) {
    if (is_line_separator(point)) faults.line_break = true;
    if (is_bidi_control(point)) faults.bidi_control = true;
  }
}

}  // namespace

TextFaults check_text(std::string_view text, const TextRule& rule) {
  TextFaults faults;
  std::size_t characters = 0;
  bool blank = true;
  for (std::size_t position = 0; position < text.size(); ++characters) {
    const char32_t point = next_code_point(text, position);
    check_character(point, rule.one_line, faults);
    blank = blank && is_space(point);
  }
  faults.too_long = characters > rule.longest;
  faults.blank = rule.not_blank && blank;
  return faults;
}

bool is_blank(std::string_view text) {
  for (std::size_t position = 0; position < text.size();)
    if (!is_space(next_code_point(text, position))) return false;
  return true;
}

}  // namespace noroshi::codec
