// Writes JSON by appending to a string: no tree in between, members in the order of the calls.
//
// The caller keeps the grammar: a name before each member, as many ends as begins. Strings must be UTF-8.
// They are escaped so that the text can stand in HTML, JavaScript and a log line: control characters (C0,
// DEL, C1), U+2028 and U+2029, the bidirectional controls U+202A-202E and U+2066-2069, and `<`.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace noroshi::codec {

class JsonWriter {
 public:
  // Appends to `out`, which must outlive the writer.
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();

  // The name of the next member; taken as it is where it needs no escape.
  JsonWriter& name(std::string_view name);

  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(const std::string& text) { return value(std::string_view(text)); }
  template <std::integral Integer>
  JsonWriter& value(Integer number) {
    if constexpr (std::same_as<Integer, bool>)
      return literal(number ? "true" : "false");
    else if constexpr (std::signed_integral<Integer>)
      return integer(static_cast<std::int64_t>(number));
    else
      return unsigned_integer(static_cast<std::uint64_t>(number));
  }
  // Finite numbers only; the shortest text that reads back as the same double.
  JsonWriter& value(double number);
  JsonWriter& null() { return literal("null"); }

  // A JSON value that is already text, such as a stored document.
  JsonWriter& raw(std::string_view json) { return literal(json); }

  // Where the text stands, to return to: what was written since is taken back.
  struct Mark {
    std::size_t size;
    bool comma;
  };
  Mark mark() const { return {out_.size(), comma_}; }
  void rewind(Mark mark) {
    out_.resize(mark.size);
    comma_ = mark.comma;
  }

  template <class Value>
  JsonWriter& member(std::string_view member_name, const Value& member_value) {
    return name(member_name).value(member_value);
  }

 private:
  void separate();
  JsonWriter& literal(std::string_view text);
  JsonWriter& integer(std::int64_t number);
  JsonWriter& unsigned_integer(std::uint64_t number);

  std::string& out_;
  bool comma_ = false;  // the next value or name follows another
};

// Appends `text` in quotes, escaped as above.
void append_json_string(std::string& out, std::string_view text);

}  // namespace noroshi::codec
