// Code points of UTF-8 text (RFC 3629): what the strict layer and the rules for text need of them.
#pragma once

#include <cstddef>
#include <string_view>

namespace noroshi::codec {

inline constexpr char32_t invalid_code_point = 0xFFFFFFFF;

// The code point at `position`, which moves past it. Overlong forms, surrogates, values above U+10FFFF and
// cut sequences are invalid; then `position` moves by one byte.
constexpr char32_t next_code_point(std::string_view text, std::size_t& position) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(position++);
  if (first < 0x80) return first;
  const std::size_t more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
  if (first < 0xC2 || first > 0xF4 || text.size() - position < more) return invalid_code_point;
  char32_t point = first & (0x3F >> more);
  for (std::size_t i = 0; i < more; ++i) {
    if ((byte(position + i) & 0xC0) != 0x80) return invalid_code_point;
    point = point << 6 | (byte(position + i) & 0x3F);
  }
  constexpr char32_t least[] = {0, 0x80, 0x800, 0x10000};
  if (point < least[more] || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF))
    return invalid_code_point;
  position += more;
  return point;
}

// C0, DEL and C1.
constexpr bool is_control(char32_t point) {
  return point < 0x20 || (point >= 0x7F && point <= 0x9F);
}
// Explicit embeddings, overrides and isolates: text that reads otherwise than it is stored.
constexpr bool is_bidi_control(char32_t point) {
  return (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
}
// U+2028 and U+2029; the others are controls.
constexpr bool is_line_separator(char32_t point) {
  return point == 0x2028 || point == 0x2029;
}
// What \s means in ECMA-262, so that the schema's pattern and the decoder agree.
constexpr bool is_space(char32_t point) {
  return (point >= 0x09 && point <= 0x0D) || point == 0x20 || point == 0xA0 || point == 0x1680 ||
         (point >= 0x2000 && point <= 0x200A) || is_line_separator(point) || point == 0x202F ||
         point == 0x205F || point == 0x3000 || point == 0xFEFF;
}

}  // namespace noroshi::codec
