// A client of GET /stream, as a screen is one.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "tests/scenario/scene.h"

namespace httplib {
class SSLClient;
}

namespace noroshi::scenario {

// What came: an item, or a comment (then the text alone is set).
struct Item {
  std::string name;
  std::string id;
  json::value data;
  std::string comment;
};

class Stream {
 public:
  // `after` is sent as Last-Event-ID where it is not empty.
  Stream(Daemon& daemon, const std::string& token, const std::string& after = "",
         const std::string& path = "/stream");
  // cut().
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // The next item; fails the test where none comes in time. Comments and heartbeats are left out.
  Item next();
  // The data of the first heartbeat; fails the test where none comes in time.
  json::value heartbeat();
  // The next of that name about that incident; others in between are passed over.
  Item next(const std::string& name, const Incident& incident);
  // The next comment with that text.
  void wait_for_comment(const std::string& text);
  // Everything that is left, once the server has ended the stream in order; fails the test where it does not.
  std::vector<Item> rest();
  // From now on what comes is left unread, as by a screen that hangs.
  void hang();
  // Waits until the connection is over, in whatever way. Not after rest().
  void wait_for_end();
  // Leaves.
  void cut();

 private:
  void run(const std::string& path, const Headers& headers);
  bool take(std::string_view bytes);
  void parse(std::string_view block);
  Item next_of_any_kind();

  std::unique_ptr<httplib::SSLClient> client_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string text_;
  std::deque<Item> items_;
  std::optional<json::value> heartbeat_;  // the first
  bool hangs_ = false;
  bool over_ = false;
  bool in_order_ = false;
  std::thread thread_;
};

}  // namespace noroshi::scenario
