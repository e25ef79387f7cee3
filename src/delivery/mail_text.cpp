#include "src/delivery/mail_text.h"

#include <algorithm>

#include "src/record/encodings.h"

namespace noroshi::delivery {

std::string base64_lines(std::string_view bytes) {
  constexpr std::size_t line = 57;  // bytes; 76 characters
  std::string text;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(line, bytes.size())))
    text += record::to_base64(bytes.substr(0, line)) + "\r\n";
  return text;
}

std::string text_header(std::string_view name, std::string_view text) {
  std::string clean(text);
  std::replace_if(
      clean.begin(), clean.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  std::string header = std::string(name) + ":";
  constexpr std::size_t plain_length = 60;  // with its name within the 78 characters of a line
  const bool plain =
      clean.size() <= plain_length && clean.find("=?") == std::string::npos &&
      std::all_of(clean.begin(), clean.end(), [](char c) { return static_cast<unsigned char>(c) < 0x7f; });
  if (plain) return header + " " + clean + "\r\n";
  // 36 bytes make 48 characters: a word of 60, below the 75 that it may have.
  constexpr std::size_t word = 36;
  std::string_view rest = clean;
  std::string_view separator = " ";
  while (!rest.empty()) {
    auto size = std::min(word, rest.size());
    // A character is never cut: its later bytes begin with the bits 10.
    while (size < rest.size() && size > word - 4 && (static_cast<unsigned char>(rest[size]) & 0xc0) == 0x80) --size;
    header.append(separator).append("=?UTF-8?B?").append(record::to_base64(rest.substr(0, size))).append("?=");
    separator = "\r\n ";
    rest.remove_prefix(size);
  }
  return header + "\r\n";
}

}  // namespace noroshi::delivery
