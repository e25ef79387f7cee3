// Reads the text of Server-Sent Events (WHATWG HTML, 9.2.6), in whatever pieces it comes. Pure.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace noroshi::cli {

struct StreamItem {
  std::string name;  // "message" where the stream gives none
  std::string data;
  std::string id;  // after which the stream goes on behind it
};

class EventReader {
 public:
  // Called during feed(): an item that is whole; the text of a comment.
  EventReader(std::function<void(const StreamItem&)> on_item,
              std::function<void(std::string_view)> on_comment)
      : on_item_(std::move(on_item)), on_comment_(std::move(on_comment)) {}

  void feed(std::string_view bytes);

  // A new connection: what was not whole is dropped, since it comes again after last_id().
  void reconnect();

  // What goes back as Last-Event-ID; empty where none has come.
  const std::string& last_id() const { return last_id_; }
  // How long the server wants its clients to wait before they connect again.
  std::optional<std::chrono::milliseconds> retry() const { return retry_; }

 private:
  void take_line(std::string_view line);
  void take_field(std::string_view name, std::string_view value);
  void end_item();

  std::function<void(const StreamItem&)> on_item_;
  std::function<void(std::string_view)> on_comment_;
  std::string line_;
  bool after_return_ = false;  // a LF that follows CR belongs to it
  StreamItem item_;
  bool has_data_ = false;
  std::string id_;  // of the item that is being read
  std::string last_id_;
  std::optional<std::chrono::milliseconds> retry_;
};

}  // namespace noroshi::cli
