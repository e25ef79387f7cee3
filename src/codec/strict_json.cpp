#include "src/codec/strict_json.h"

#include <algorithm>
#include <array>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>
#include <cmath>
#include <cstdint>
#include <deque>
#include <functional>
#include <set>

#include "src/codec/json_pointer.h"
#include "src/codec/utf8.h"

namespace noroshi::codec {
namespace {

namespace json = boost::json;

constexpr std::int64_t largest_integer = std::int64_t{1} << 53;

// The names of one object seen so far. Few are compared one by one; many are kept in order, so that no choice
// of names makes the comparison quadratic.
class Names {
 public:
  void clear() {
    few_size_ = 0;
    many_.clear();
  }
  // False where the name has been there.
  bool insert(std::string_view name) {
    if (!many_.empty()) return many_.insert(name).second;
    const auto end = few_.begin() + few_size_;
    if (std::find(few_.begin(), end, name) != end) return false;
    if (few_size_ < few_.size()) {
      few_[few_size_++] = name;
    } else {
      many_.insert(few_.begin(), few_.end());
      many_.insert(name);
    }
    return true;
  }

 private:
  std::array<std::string_view, 16> few_;
  std::size_t few_size_ = 0;
  std::set<std::string_view> many_;
};

// Builds the values as Boost.JSON's own handler does, and refuses what that one lets through. A refusal is
// the fault kept here; the error code only stops the parser.
class Handler {
 public:
  static constexpr std::size_t max_object_size = json::object::max_size();
  static constexpr std::size_t max_array_size = json::array::max_size();
  static constexpr std::size_t max_key_size = json::string::max_size();
  static constexpr std::size_t max_string_size = json::string::max_size();

  explicit Handler(std::string_view text)
      : text_(text), values_(json::storage_ptr(), buffer_, sizeof buffer_) {}

  void reset(json::storage_ptr storage) { values_.reset(std::move(storage)); }
  json::value release() { return values_.release(); }
  std::optional<JsonFault> fault() const { return fault_; }

  std::string pointer() const {
    std::string pointer;
    for (std::size_t i = 0; i < depth_; ++i) {
      const Level& level = levels_[i];
      if (!level.is_object)
        append_pointer_token(pointer, level.index);
      else if (level.named)
        append_pointer_token(pointer, level.name);
    }
    return pointer;
  }

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code& error) { return enter(true, error); }
  bool on_array_begin(json::error_code& error) { return enter(false, error); }
  bool on_object_end(std::size_t size, json::error_code&) {
    values_.push_object(size);
    return leave();
  }
  bool on_array_end(std::size_t size, json::error_code&) {
    values_.push_array(size);
    return leave();
  }

  bool on_key_part(std::string_view part, std::size_t, json::error_code& error) {
    if (has_null(part)) return refuse(JsonFault::null_character, error);
    split_name_.append(part);
    values_.push_chars(part);
    return true;
  }
  bool on_key(std::string_view part, std::size_t, json::error_code& error) {
    if (has_null(part)) return refuse(JsonFault::null_character, error);
    values_.push_key(part);
    Level& level = levels_[depth_ - 1];
    level.name = keep_name(part);
    level.named = true;
    return level.names.insert(level.name) || refuse(JsonFault::duplicate_name, error);
  }

  bool on_string_part(std::string_view part, std::size_t, json::error_code& error) {
    if (has_null(part)) return refuse(JsonFault::null_character, error);
    values_.push_chars(part);
    return true;
  }
  bool on_string(std::string_view part, std::size_t, json::error_code& error) {
    if (has_null(part)) return refuse(JsonFault::null_character, error);
    values_.push_string(part);
    return after_value();
  }

  bool on_number_part(std::string_view, json::error_code&) { return true; }
  bool on_int64(std::int64_t number, std::string_view, json::error_code& error) {
    if (number > largest_integer || number < -largest_integer) return refuse(JsonFault::number_range, error);
    values_.push_int64(number);
    return after_value();
  }
  bool on_uint64(std::uint64_t number, std::string_view, json::error_code& error) {
    if (number > static_cast<std::uint64_t>(largest_integer)) return refuse(JsonFault::number_range, error);
    values_.push_int64(static_cast<std::int64_t>(number));
    return after_value();
  }
  bool on_double(double number, std::string_view digits, json::error_code& error) {
    // Digits alone come here when they are too many for 64 bits.
    const bool integer = digits.find_first_of(".eE") == std::string_view::npos;
    if (integer || !std::isfinite(number)) return refuse(JsonFault::number_range, error);
    values_.push_double(number);
    return after_value();
  }
  bool on_bool(bool value, json::error_code&) {
    values_.push_bool(value);
    return after_value();
  }
  bool on_null(json::error_code&) {
    values_.push_null();
    return after_value();
  }

  bool on_comment_part(std::string_view, json::error_code&) { return true; }
  bool on_comment(std::string_view, json::error_code&) { return true; }

 private:
  struct Level {
    bool is_object = false;
    bool named = false;     // an object: `name` is set
    std::string_view name;  // of the member being read
    std::size_t index = 0;  // of the element being read
    Names names;
  };

  static bool has_null(std::string_view text) { return text.find('\0') != std::string_view::npos; }

  bool refuse(JsonFault fault, json::error_code& error) {
    fault_ = fault;
    error = json::error::syntax;
    return false;
  }

  bool enter(bool is_object, json::error_code& error) {
    if (depth_ == levels_.size()) return refuse(JsonFault::too_deep, error);
    Level& level = levels_[depth_++];
    level.is_object = is_object;
    level.named = false;
    level.index = 0;
    level.names.clear();
    return true;
  }
  bool leave() {
    --depth_;
    return after_value();
  }
  bool after_value() {
    if (depth_ > 0) ++levels_[depth_ - 1].index;
    return true;
  }

  // A name without escapes is a piece of the text and stays there; others are put together here.
  std::string_view keep_name(std::string_view part) {
    const std::less_equal<const char*> not_after;
    const bool in_text = not_after(text_.data(), part.data()) &&
                         not_after(part.data() + part.size(), text_.data() + text_.size());
    if (split_name_.empty() && in_text) return part;
    split_name_.append(part);
    unescaped_names_.push_back(std::move(split_name_));
    split_name_.clear();
    return unescaped_names_.back();
  }

  std::string_view text_;
  unsigned char buffer_[4096];
  json::value_stack values_;
  std::array<Level, max_json_depth> levels_;
  std::size_t depth_ = 0;
  std::string split_name_;
  std::deque<std::string> unescaped_names_;
  std::optional<JsonFault> fault_;
};

// Whether the text is invalid UTF-8 at or shortly before `offset`, where the parser stopped.
bool broken_utf8_at(std::string_view text, std::size_t offset) {
  for (std::size_t position = 0; position < text.size() && position <= offset;)
    if (next_code_point(text, position) == invalid_code_point) return true;
  return false;
}

// Whether the parser stopped just behind the escape of a leading surrogate, \uD800 to \uDBFF, or one
// backslash later.
bool behind_leading_surrogate(std::string_view text, std::size_t offset) {
  std::string_view before = text.substr(0, offset);
  if (before.ends_with('\\')) before.remove_suffix(1);
  if (before.size() < 6) return false;
  before.remove_prefix(before.size() - 6);
  const auto among = [](char c, std::string_view set) { return set.find(c) != std::string_view::npos; };
  return before.starts_with("\\u") && among(before[2], "dD") && among(before[3], "89abAB");
}

JsonFault fault_of(const json::error_code& error, std::string_view text, std::size_t offset) {
  if (error == json::error::incomplete) return JsonFault::incomplete;
  if (error == json::error::too_deep) return JsonFault::too_deep;
  if (error == json::error::exponent_overflow) return JsonFault::number_range;
  if (error == json::error::illegal_leading_surrogate || error == json::error::illegal_trailing_surrogate ||
      error == json::error::expected_utf16_escape)
    return JsonFault::lone_surrogate;
  if (behind_leading_surrogate(text, offset)) return JsonFault::lone_surrogate;
  return broken_utf8_at(text, offset) ? JsonFault::not_utf8 : JsonFault::syntax;
}

JsonError error_at(JsonFault fault, std::string_view text, std::size_t offset, std::string pointer) {
  const std::string_view before = text.substr(0, offset);
  const std::size_t line_begin = before.rfind('\n') + 1;  // npos + 1 is 0
  return {.fault = fault,
          .offset = offset,
          .line = 1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')),
          .column = 1 + offset - line_begin,
          .pointer = std::move(pointer)};
}

constexpr std::string_view white_space = " \t\n\r";

core::Reason explanation(JsonFault fault) {
  switch (fault) {
    case JsonFault::empty:
      return {"本文が空です。", "The body is empty."};
    case JsonFault::syntax:
      return {"JSON として正しくありません。", "This is not JSON."};
    case JsonFault::incomplete:
      return {"JSON が途中で終わっています。", "The JSON text ends too early."};
    case JsonFault::trailing_bytes:
      return {"JSON の後に余分なデータがあります。", "There are bytes after the JSON text."};
    case JsonFault::too_deep:
      return {"入れ子が 32 段を超えています。", "Values are nested deeper than 32 levels."};
    case JsonFault::not_utf8:
      return {"UTF-8 ではありません。UTF-8 で送ってください。", "This is not UTF-8. Send UTF-8."};
    case JsonFault::byte_order_mark:
      return {"先頭の BOM を取り除いてください。", "Remove the byte order mark at the beginning."};
    case JsonFault::lone_surrogate:
      return {"サロゲートの対の片方しかありません。", "A surrogate stands without its other half."};
    case JsonFault::duplicate_name:
      return {"一つのオブジェクトに同じ名前が二度あります。", "A name stands twice in one object."};
    case JsonFault::null_character:
      return {"U+0000 は使えません。", "U+0000 is not allowed."};
    case JsonFault::number_range:
      return {"扱えない大きさの数です。整数は ±2^53 までです。",
              "The number is too large; integers reach to ±2^53."};
  }
  return {};
}

}  // namespace

std::string_view to_string(JsonFault fault) {
  switch (fault) {
    case JsonFault::empty:
      return "json_empty";
    case JsonFault::syntax:
      return "json_syntax";
    case JsonFault::incomplete:
      return "json_incomplete";
    case JsonFault::trailing_bytes:
      return "json_trailing_bytes";
    case JsonFault::too_deep:
      return "json_too_deep";
    case JsonFault::not_utf8:
      return "json_not_utf8";
    case JsonFault::byte_order_mark:
      return "json_byte_order_mark";
    case JsonFault::lone_surrogate:
      return "json_lone_surrogate";
    case JsonFault::duplicate_name:
      return "json_duplicate_name";
    case JsonFault::null_character:
      return "json_null_character";
    case JsonFault::number_range:
      return "json_number_range";
  }
  return "json_syntax";
}

core::FieldError to_field_error(const JsonError& error) {
  const std::string line = std::to_string(error.line);
  const std::string column = std::to_string(error.column);
  const std::string offset = std::to_string(error.offset);
  core::Reason message = explanation(error.fault);
  message.ja += "（" + line + " 行 " + column + " 列、先頭から " + offset + " バイト目）";
  message.en += " (Line " + line + ", column " + column + ", byte " + offset + ".)";
  return {error.pointer, std::string(to_string(error.fault)), std::move(message)};
}

bool is_malformed(const std::vector<core::FieldError>& errors) {
  return errors.size() == 1 && errors.front().code.starts_with("json_");
}

tl::expected<void, JsonError> JsonDocument::parse(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF"))
    return tl::unexpected(error_at(JsonFault::byte_order_mark, text, 0, {}));
  if (text.find_first_not_of(white_space) == std::string_view::npos)
    return tl::unexpected(error_at(JsonFault::empty, text, text.size(), {}));

  json::parse_options options;
  options.max_depth = max_json_depth;
  json::basic_parser<Handler> parser(options, text);
  parser.handler().reset(json::storage_ptr(&resource_));
  json::error_code error;
  const std::size_t consumed = parser.write_some(false, text.data(), text.size(), error);
  const Handler& handler = parser.handler();
  if (error) {
    const JsonFault fault = handler.fault() ? *handler.fault() : fault_of(error, text, consumed);
    return tl::unexpected(error_at(fault, text, consumed, handler.pointer()));
  }
  const std::size_t rest = text.find_first_not_of(white_space, consumed);
  if (rest != std::string_view::npos)
    return tl::unexpected(error_at(JsonFault::trailing_bytes, text, rest, {}));
  root_.emplace(parser.handler().release());
  return {};
}

}  // namespace noroshi::codec
