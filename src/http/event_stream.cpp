#include "src/http/event_stream.h"

#include <stdexcept>

namespace noroshi::http {
namespace {

void append_field(std::string& out, std::string_view name, std::string_view value) {
  constexpr std::string_view line_ends("\n\r\0", 3);
  if (value.find_first_of(line_ends) != std::string_view::npos)
    throw std::invalid_argument("a field of an event stream is one line");
  out.append(name).append(": ").append(value).append("\n");
}

}  // namespace

void append_item(std::string& out, const SseItem& item) {
  append_field(out, "event", item.event);
  if (item.id) append_field(out, "id", *item.id);
  std::string_view rest = item.data;
  for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
    append_field(out, "data", rest.substr(0, end));
    rest.remove_prefix(end + 1);
  }
  append_field(out, "data", rest);
  out += '\n';
}

void append_comment(std::string& out, std::string_view text) {
  append_field(out, "", text);
  out += '\n';
}

void append_retry(std::string& out, std::chrono::milliseconds wait) {
  append_field(out, "retry", std::to_string(wait.count()));
  out += '\n';
}

void append_id(std::string& out, std::string_view id) {
  append_field(out, "id", id);
  out += '\n';
}

}  // namespace noroshi::http
