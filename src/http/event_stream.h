// The text of Server-Sent Events (WHATWG HTML, 9.2 "Server-sent events"): items, comments, the time to wait
// before connecting again. Pure; each call appends what is complete by itself.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace noroshi::http {

// `event` and `id` are one line each without U+0000 (std::invalid_argument). `data` may have several lines,
// ended by LF; an item without data is not given to a client's program.
struct SseItem {
  std::string event;
  std::string data;
  std::optional<std::string>
      id;  // what the client sends back as Last-Event-ID; absent: it keeps the one before
};

void append_item(std::string& out, const SseItem& item);

// What a client's program never sees: it keeps the line open. One line (std::invalid_argument).
void append_comment(std::string& out, std::string_view text);

// How long a client waits before it connects again.
void append_retry(std::string& out, std::chrono::milliseconds wait);

// Moves the client's Last-Event-ID without giving an item to its program.
void append_id(std::string& out, std::string_view id);

}  // namespace noroshi::http
