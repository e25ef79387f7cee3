#include <utf8proc.h>

#include <algorithm>

#include "src/http/framing.h"

namespace noroshi::http {
namespace {

int hexadecimal(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

// UTF-8 without control characters: C0, DEL, C1.
bool is_plain_text(std::string_view text) {
  const auto* at = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  auto left = static_cast<utf8proc_ssize_t>(text.size());
  while (left > 0) {
    utf8proc_int32_t code_point = 0;
    const utf8proc_ssize_t length = utf8proc_iterate(at, left, &code_point);
    if (length <= 0 || code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0)) return false;
    at += length;
    left -= length;
  }
  return true;
}

enum class Part { path_segment, query };

std::optional<std::string> decoded(std::string_view text, Part part) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && part == Part::query) {
      result += ' ';
      continue;
    }
    if (text[i] != '%') {
      result += text[i];
      continue;
    }
    if (text.size() - i < 3) return std::nullopt;
    const int high = hexadecimal(text[i + 1]);
    const int low = hexadecimal(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    const char byte = static_cast<char>(high * 16 + low);
    if (byte == '/' && part == Part::path_segment)
      return std::nullopt;  // a proxy may have read it as a separator
    result += byte;
    i += 2;
  }
  if (!is_plain_text(result)) return std::nullopt;
  return result;
}

template <class Visit>
bool for_each_piece(std::string_view text, char separator, Visit visit) {
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    if (!visit(text.substr(begin, end - begin))) return false;
    begin = end + 1;
  }
  return true;
}

}  // namespace

std::optional<Target> parse_target(std::string_view target) {
  if (target.empty() || target.front() != '/') return std::nullopt;
  const std::size_t question = target.find('?');
  Target result;
  const bool path_sound =
      for_each_piece(target.substr(0, question).substr(1), '/', [&](std::string_view piece) {
        auto segment = decoded(piece, Part::path_segment);
        if (!segment) return false;
        result.segments.push_back(std::move(*segment));
        return true;
      });
  if (!path_sound) return std::nullopt;
  if (question == std::string_view::npos) return result;

  const bool query_sound = for_each_piece(target.substr(question + 1), '&', [&](std::string_view piece) {
    if (piece.empty()) return true;
    const std::size_t equals = piece.find('=');
    auto name = decoded(piece.substr(0, equals), Part::query);
    auto value = decoded(equals == std::string_view::npos ? "" : piece.substr(equals + 1), Part::query);
    if (!name || !value) return false;
    result.query.emplace_back(std::move(*name), std::move(*value));
    return true;
  });
  if (!query_sound) return std::nullopt;
  return result;
}

}  // namespace noroshi::http
