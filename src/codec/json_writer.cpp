#include "src/codec/json_writer.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "src/codec/utf8.h"

namespace noroshi::codec {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

// Bytes that stand for themselves in a string. Bytes from 0x80 are looked at as code points.
constexpr std::array<bool, 256> make_plain() {
  std::array<bool, 256> plain{};
  for (int byte = 0x20; byte < 0x7F; ++byte) plain[byte] = byte != '"' && byte != '\\' && byte != '<';
  return plain;
}
constexpr auto plain = make_plain();

constexpr bool needs_escape(char32_t point) {
  return is_control(point) || is_line_separator(point) || is_bidi_control(point) || point == U'"' ||
         point == U'\\' || point == U'<';
}

// All characters that need an escape lie in the basic multilingual plane.
void append_escape(std::string& out, char32_t point) {
  switch (point) {
    case U'"':
      out += "\\\"";
      return;
    case U'\\':
      out += "\\\\";
      return;
    case U'\n':
      out += "\\n";
      return;
    case U'\r':
      out += "\\r";
      return;
    case U'\t':
      out += "\\t";
      return;
    default:
      break;
  }
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += hex_digits[(point >> shift) & 0xF];
}

template <class Number>
void append_number(std::string& out, Number number) {
  char digits[32];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, number);
  if (error != std::errc{}) std::abort();
  out.append(digits, end);
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t written = 0;
  for (std::size_t position = 0; position < text.size();) {
    if (plain[static_cast<unsigned char>(text[position])]) {
      ++position;
      continue;
    }
    const std::size_t begin = position;
    const char32_t point = next_code_point(text, position);
    if (point != invalid_code_point && !needs_escape(point)) continue;
    out += text.substr(written, begin - written);
    // Text comes checked; should a byte slip through, the answer must still be JSON.
    append_escape(out, point == invalid_code_point ? U'\uFFFD' : point);
    written = position;
  }
  out += text.substr(written);
  out += '"';
}

void JsonWriter::separate() {
  if (comma_) out_ += ',';
  comma_ = true;
}

JsonWriter& JsonWriter::begin_object() {
  separate();
  out_ += '{';
  comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::end_object() {
  out_ += '}';
  comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::begin_array() {
  separate();
  out_ += '[';
  comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::end_array() {
  out_ += ']';
  comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::name(std::string_view name) {
  separate();
  append_json_string(out_, name);
  out_ += ':';
  comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  separate();
  append_json_string(out_, text);
  return *this;
}

JsonWriter& JsonWriter::value(double number) {
  if (!std::isfinite(number)) std::abort();
  separate();
  append_number(out_, number);
  return *this;
}

JsonWriter& JsonWriter::literal(std::string_view text) {
  separate();
  out_ += text;
  return *this;
}

JsonWriter& JsonWriter::integer(std::int64_t number) {
  separate();
  append_number(out_, number);
  return *this;
}

JsonWriter& JsonWriter::unsigned_integer(std::uint64_t number) {
  separate();
  append_number(out_, number);
  return *this;
}

}  // namespace noroshi::codec
