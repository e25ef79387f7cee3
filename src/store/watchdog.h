// Cuts sockets whose answer is overdue.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <thread>

namespace noroshi::store {

// libpq's blocking calls know no deadline: a server that stands still, or a COMMIT that waits for a standby
// which never comes back, would hold a thread for ever. The one thread of this class shuts the socket down
// instead, so that the call returns with a lost connection. Safe to use from any thread.
class Watchdog {
 public:
  static Watchdog& instance();

  // While it lives the socket is shut down at the deadline. Made and destroyed round one call; the socket
  // must stay open meanwhile, which is what keeps the number from meaning another file.
  class Guard {
   public:
    // timeout 0: no deadline.
    Guard(int socket, std::chrono::milliseconds timeout);
    ~Guard();
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

   private:
    std::pair<std::chrono::steady_clock::time_point, std::uint64_t> key_{};
    bool armed_ = false;
  };

 private:
  Watchdog();
  ~Watchdog();
  void run();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::map<std::pair<std::chrono::steady_clock::time_point, std::uint64_t>, int> sockets_;
  std::uint64_t next_ = 0;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace noroshi::store
