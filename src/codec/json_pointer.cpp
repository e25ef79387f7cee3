#include "src/codec/json_pointer.h"

#include "src/codec/utf8.h"

namespace noroshi::codec {
namespace {

constexpr std::size_t longest_name = 64;  // in characters

}  // namespace

void append_pointer_token(std::string& pointer, std::string_view name) {
  pointer += '/';
  std::size_t characters = 0;
  for (std::size_t position = 0; position < name.size();) {
    if (characters++ == longest_name) {
      pointer += "…";
      return;
    }
    const std::size_t begin = position;
    const char32_t point = next_code_point(name, position);
    if (point == invalid_code_point || is_control(point) || is_bidi_control(point) ||
        is_line_separator(point))
      pointer += "\uFFFD";
    else if (point == U'~')
      pointer += "~0";
    else if (point == U'/')
      pointer += "~1";
    else
      pointer += name.substr(begin, position - begin);
  }
}

void append_pointer_token(std::string& pointer, std::size_t index) {
  pointer += '/';
  pointer += std::to_string(index);
}

std::string Place::pointer() const {
  if (!parent_) return {};
  std::string pointer = parent_->pointer();
  if (is_index_)
    append_pointer_token(pointer, index_);
  else
    append_pointer_token(pointer, name_);
  return pointer;
}

}  // namespace noroshi::codec
