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

  // So many of them, held until what is returned is destroyed. Null: there are not as many left.
  std::shared_ptr<void> take(const std::string& body, int count = 1) {
    std::lock_guard lock(mutex_);
    const auto held = held_.find(body);
    const int of_body = held == held_.end() ? 0 : held->second;
    if (count > all_ - taken_ || count > of_one_ - of_body) return nullptr;
    held_[body] = of_body + count;
    taken_ += count;
    return std::shared_ptr<void>(this, [self = shared_from_this(), body, count](void*) { self->give_back(body, count); });
  }

 private:
  void give_back(const std::string& body, int count) {
    std::lock_guard lock(mutex_);
    taken_ -= count;
    if (const auto held = held_.find(body); held != held_.end() && (held->second -= count) == 0) held_.erase(held);
  }

  const int all_;
  const int of_one_;
  std::mutex mutex_;
  int taken_ = 0;
  std::map<std::string, int> held_;  // by its slug
};

}  // namespace noroshi::http
