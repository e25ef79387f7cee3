// A value handed over once, from any thread, by whoever holds the last copy of a door.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <utility>

namespace noroshi::http {

// Calls `deliver` exactly once: with the value given, or with nothing when it ends without one.
template <class T>
class OneShot {
 public:
  explicit OneShot(std::function<void(std::optional<T>)> deliver) : deliver_(std::move(deliver)) {}
  OneShot(const OneShot&) = delete;
  OneShot& operator=(const OneShot&) = delete;
  ~OneShot() {
    if (!given_.exchange(true)) deliver_(std::nullopt);
  }

  // False where a value was given before; this one is then dropped.
  [[nodiscard]] bool give(T value) {
    if (given_.exchange(true)) return false;
    deliver_(std::optional<T>(std::move(value)));
    return true;
  }

 private:
  std::atomic<bool> given_{false};
  std::function<void(std::optional<T>)> deliver_;
};

}  // namespace noroshi::http
