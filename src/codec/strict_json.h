// JSON as this program takes it: RFC 8259 and I-JSON (RFC 7493), with a place for every mistake.
//
// Refused beyond what Boost.JSON refuses: a name twice in one object (compared after unescaping), U+0000 in a
// string or a name, integers outside ±2^53, numbers that overflow to infinity. Refused by Boost.JSON and
// given a code here: nesting deeper than 32, invalid UTF-8, lone surrogates, a byte order mark, bytes after
// the document, comments. Other control characters are legal JSON and reach the decoders, which refuse them
// per member with its pointer.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/value.hpp>
#include <tl/expected.hpp>

#include "src/core/refusal.h"

namespace noroshi::codec {

inline constexpr std::size_t max_json_depth = 32;

enum class JsonFault {
  empty,  // nothing, or white space alone
  syntax,
  incomplete,      // ends inside the document
  trailing_bytes,  // more after the document
  too_deep,
  not_utf8,
  byte_order_mark,
  lone_surrogate,  // \uD800 without its other half
  duplicate_name,
  null_character,  // U+0000
  number_range,    // beyond ±2^53 as an integer, or beyond a double
};
// "json_empty", "json_syntax", ...: the stable code of an error.
std::string_view to_string(JsonFault fault);

struct JsonError {
  JsonFault fault{};
  std::size_t offset = 0;  // in bytes from 0, of the byte at which the text became wrong
  std::size_t line = 1;    // from 1
  std::size_t column = 1;  // from 1, in bytes
  std::string pointer;     // RFC 6901, to the value that was being read; names shortened and made printable
};
// Code, pointer, and a message that names line, column and byte. Never a value of the text.
core::FieldError to_field_error(const JsonError& error);

// Whether these are faults of the JSON itself (status 400) and not of its content (422). They never mix.
bool is_malformed(const std::vector<core::FieldError>& errors);

// A parsed text. Values live in one monotonic resource of the document, freed at once with it; memory is at
// most a constant times the size of the text. Neither copied nor moved: keep it where it is made.
class JsonDocument {
 public:
  JsonDocument() : resource_(first_block_, sizeof first_block_) {}
  JsonDocument(const JsonDocument&) = delete;
  JsonDocument& operator=(const JsonDocument&) = delete;

  // Reads one text, in time linear in its length. To be called once. The text is not referred to afterwards.
  tl::expected<void, JsonError> parse(std::string_view text);

  // Null before and after a failed parse.
  const boost::json::value& root() const { return root_ ? *root_ : null_; }

 private:
  unsigned char first_block_[4096];
  boost::json::monotonic_resource resource_;
  const boost::json::value null_;
  std::optional<boost::json::value> root_;  // in resource_
};

}  // namespace noroshi::codec
