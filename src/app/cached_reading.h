// A reading that takes time, such as a question to the database, shared by all who ask for it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace noroshi::app {

// One thread takes the reading when somebody asks and the last one is no longer fresh: however many ask, and
// however slow the answer, there is one question at a time and none while nobody asks.
template <class T>
class CachedReading {
 public:
  using Callback = std::function<void(const T&)>;

  // `read` runs on the thread of this object and must not throw.
  CachedReading(std::function<T()> read, std::chrono::steady_clock::duration fresh_for)
      : read_(std::move(read)), fresh_for_(fresh_for), thread_([this](std::stop_token stop) { run(stop); }) {}
  // Waits for a reading under way; callbacks that still wait are dropped.
  ~CachedReading() {
    thread_.request_stop();
    thread_.join();
  }
  CachedReading(const CachedReading&) = delete;
  CachedReading& operator=(const CachedReading&) = delete;

  // Never blocks. The callback is called once, on the thread of this object, and must not throw.
  void get(Callback callback) {
    {
      std::lock_guard lock(mutex_);
      waiting_.push_back(std::move(callback));
    }
    wake_.notify_one();
  }

 private:
  void run(std::stop_token stop) {
    std::optional<T> reading;
    std::chrono::steady_clock::time_point taken_at;
    for (;;) {
      std::vector<Callback> callbacks;
      {
        std::unique_lock lock(mutex_);
        if (!wake_.wait(lock, stop, [&] { return !waiting_.empty(); }) || stop.stop_requested()) return;
        callbacks.swap(waiting_);
      }
      if (!reading || std::chrono::steady_clock::now() - taken_at >= fresh_for_) {
        reading = read_();
        taken_at = std::chrono::steady_clock::now();
      }
      for (const auto& callback : callbacks) callback(*reading);
    }
  }

  std::function<T()> read_;
  const std::chrono::steady_clock::duration fresh_for_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::vector<Callback> waiting_;
  std::jthread thread_;
};

}  // namespace noroshi::app
