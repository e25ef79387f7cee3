// Just enough of HTTP/1.1 for two programs that speak to servers they know: where a message ends, what its status is.
#pragma once

#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace noroshi::bench {

// The value of a header field of `head`, whose names are compared in lower case; empty where it is absent.
inline std::string_view field(std::string_view head, std::string_view name) {
  for (std::size_t at = head.find("\r\n"); at != std::string_view::npos; at = head.find("\r\n", at + 2)) {
    const auto line = head.substr(at + 2);
    if (line.size() <= name.size() || line[name.size()] != ':') continue;
    bool same = true;
    for (std::size_t i = 0; same && i < name.size(); ++i) same = (line[i] | 0x20) == name[i];
    if (!same) continue;
    auto value = line.substr(name.size() + 1);
    value = value.substr(0, value.find("\r\n"));
    while (value.starts_with(' ')) value.remove_prefix(1);
    return value;
  }
  return {};
}

inline std::size_t number(std::string_view text, int base = 10) {
  std::size_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, base);
  return value;
}

// The length of the chunks that begin at `at`, the last one and its empty line included; nothing where more must come.
inline std::optional<std::size_t> end_of_chunks(std::string_view text, std::size_t at) {
  for (;;) {
    const auto line = text.find("\r\n", at);
    if (line == std::string_view::npos) return std::nullopt;
    const auto size = number(text.substr(at, line - at), 16);
    at = line + 2 + size + 2;
    if (at > text.size()) return std::nullopt;
    if (size == 0) return at;
  }
}

// The length of the message at the start of `text`, once it is there as a whole. One that states no length has no body.
inline std::optional<std::size_t> end_of_message(std::string_view text) {
  const auto blank = text.find("\r\n\r\n");
  if (blank == std::string_view::npos) return std::nullopt;
  const auto head = text.substr(0, blank + 2);
  if (field(head, "transfer-encoding").starts_with("chunked")) return end_of_chunks(text, blank + 4);
  const auto end = blank + 4 + number(field(head, "content-length"));
  return end <= text.size() ? std::optional(end) : std::nullopt;
}

// Of an answer: "HTTP/1.1 201 Created"
inline int status(std::string_view text) {
  return text.size() < 12 ? 0 : static_cast<int>(number(text.substr(9, 3)));
}

// What stands between the text and the next quotation mark; empty where it does not stand there.
inline std::string_view quoted_after(std::string_view text, std::string_view before) {
  const auto at = before.empty() ? std::string_view::npos : text.find(before);
  if (at == std::string_view::npos) return {};
  const auto rest = text.substr(at + before.size());
  return rest.substr(0, rest.find('"'));
}

}  // namespace noroshi::bench
