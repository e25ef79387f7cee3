// How many of what is scarce are in use: in all, and by one body, so that no body takes them from the others. Any thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace noroshi::http {

class Shares : public std::enable_shared_from_this<Shares> {
 public:
  Shares(int all, int of_one) : all_(all), of_one_(of_one) {}

  // Held until it is destroyed. Null: there is none left.
  std::shared_ptr<void> take(const std::string& body) {
    std::lock_guard lock(mutex_);
    const auto held = held_.find(body);
    if (taken_ >= all_ || (held != held_.end() && held->second >= of_one_)) return nullptr;
    ++held_[body];
    ++taken_;
    return std::shared_ptr<void>(this, [self = shared_from_this(), body](void*) { self->give_back(body); });
  }

 private:
  void give_back(const std::string& body) {
    std::lock_guard lock(mutex_);
    --taken_;
    if (const auto held = held_.find(body); held != held_.end() && --held->second == 0) held_.erase(held);
  }

  const int all_;
  const int of_one_;
  std::mutex mutex_;
  int taken_ = 0;
  std::map<std::string, int> held_;  // by its slug
};

}  // namespace noroshi::http
