// Who waits for a passphrase to be derived. It costs the daemon a third of a second, and anybody may ask for it: so places are few, and
// half of them are kept for logins that somebody has. Whoever writes logins that nobody has finds the other half taken, and is answered
// as if he had waited. Private to src/http.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace noroshi::http {

// Counts. Any thread.
class PassphraseTurns : public std::enable_shared_from_this<PassphraseTurns> {
 public:
  using Duration = std::chrono::steady_clock::duration;
  static constexpr int all = 16, of_nobody = 8;            // places; of them, at most, for logins that nobody has
  static constexpr int of_one = 4, of_one_of_many = 1;     // of one address, and once half of all are taken

  struct Place {
    std::shared_ptr<void> held;  // until it is destroyed; null: none is left, for no login
    bool derives = false;        // false: only as long as `wait`, by who derives nothing
    Duration wait{};             // how long an answer would take by now
  };
  Place take(const std::string& address, bool exists);
  // How long a turn took.
  void took(Duration duration);

 private:
  void give_back(const std::string& address, bool derives, bool exists);

  std::mutex mutex_;
  int taken_ = 0, taken_by_nobody_ = 0;
  std::map<std::string, int> held_;                          // by address
  Duration turn_ = std::chrono::milliseconds(300);           // the last one's
};

// Calls what it is given after a time, on a thread of its own. Safe from any thread; what waits when it ends is dropped.
class LaterCalls {
 public:
  LaterCalls() : thread_([this](const std::stop_token& stop) { run(stop); }) {}
  void call(std::chrono::steady_clock::duration after, std::function<void()> what);  // must not throw

 private:
  void run(const std::stop_token& stop);

  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::multimap<std::chrono::steady_clock::time_point, std::function<void()>> waiting_;
  std::jthread thread_;  // ends first
};

}  // namespace noroshi::http
