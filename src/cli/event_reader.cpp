#include "src/cli/event_reader.h"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

namespace noroshi::cli {

void EventReader::feed(std::string_view bytes) {
  for (const char byte : bytes) {
    const bool second_of_pair = byte == '\n' && after_return_;
    after_return_ = byte == '\r';
    if (second_of_pair) continue;
    if (byte != '\n' && byte != '\r') {
      line_ += byte;
      continue;
    }
    take_line(line_);
    line_.clear();
  }
}

void EventReader::reconnect() {
  line_.clear();
  after_return_ = false;
  item_ = {};
  has_data_ = false;
  id_ = last_id_;
}

void EventReader::take_line(std::string_view line) {
  if (line.empty()) return end_item();
  const std::size_t colon = line.find(':');
  std::string_view value = colon == std::string_view::npos ? std::string_view{} : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (colon == 0) return on_comment_(value);
  take_field(line.substr(0, colon), value);
}

void EventReader::take_field(std::string_view name, std::string_view value) {
  if (name == "event") item_.name = value;
  if (name == "id" && value.find('\0') == std::string_view::npos) id_ = value;
  if (name == "data") {
    if (has_data_) item_.data += '\n';
    item_.data += value;
    has_data_ = true;
  }
  if (name == "retry" && !value.empty() &&
      std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    int milliseconds = 0;
    if (std::from_chars(value.data(), value.data() + value.size(), milliseconds).ec == std::errc())
      retry_ = std::chrono::milliseconds(milliseconds);
  }
}

void EventReader::end_item() {
  last_id_ = id_;
  StreamItem item = std::exchange(item_, {});
  if (!std::exchange(has_data_, false)) return;
  if (item.name.empty()) item.name = "message";
  item.id = last_id_;
  on_item_(item);
}

}  // namespace noroshi::cli
