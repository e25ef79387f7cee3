#include "src/store/watchdog.h"

#include <sys/socket.h>

namespace noroshi::store {

Watchdog& Watchdog::instance() {
  static Watchdog watchdog;
  return watchdog;
}

Watchdog::Watchdog() : thread_([this] { run(); }) {}

Watchdog::~Watchdog() {
  {
    std::lock_guard lock(mutex_);
    ended_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Watchdog::run() {
  std::unique_lock lock(mutex_);
  while (!ended_) {
    if (sockets_.empty()) {
      wake_.wait(lock);
      continue;
    }
    const auto first = sockets_.begin();
    const auto deadline = first->first.first;
    if (std::chrono::steady_clock::now() < deadline) {
      wake_.wait_until(lock, deadline);
      continue;
    }
    // Under the mutex: the guard cannot end, and so the socket cannot be closed, before this is done.
    ::shutdown(first->second, SHUT_RDWR);
    sockets_.erase(first);
  }
}

Watchdog::Guard::Guard(int socket, std::chrono::milliseconds timeout) {
  if (socket < 0 || timeout.count() == 0) return;
  Watchdog& watchdog = instance();
  bool earliest = false;
  {
    std::lock_guard lock(watchdog.mutex_);
    key_ = {std::chrono::steady_clock::now() + timeout, watchdog.next_++};
    watchdog.sockets_.emplace(key_, socket);
    earliest = watchdog.sockets_.begin()->first == key_;
  }
  armed_ = true;
  if (earliest) watchdog.wake_.notify_one();
}

Watchdog::Guard::~Guard() {
  if (!armed_) return;
  Watchdog& watchdog = instance();
  std::lock_guard lock(watchdog.mutex_);
  watchdog.sockets_.erase(key_);
}

}  // namespace noroshi::store
