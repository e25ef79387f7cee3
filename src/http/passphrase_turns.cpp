#include "src/http/passphrase_turns.h"

#include <utility>

namespace noroshi::http {

PassphraseTurns::Place PassphraseTurns::take(const std::string& address, bool exists) {
  const std::lock_guard lock(mutex_);
  const auto found = held_.find(address);
  const int of_address = found == held_.end() ? 0 : found->second;
  // The same for every login, so that it tells nothing of one.
  if (taken_ >= all || of_address >= (taken_ >= all / 2 ? of_one_of_many : of_one)) return {};
  Place place;
  place.derives = exists || taken_by_nobody_ < of_nobody;
  place.wait = (taken_ + 1) * turn_;
  held_[address] = of_address + 1;
  if (place.derives) ++taken_;
  if (place.derives && !exists) ++taken_by_nobody_;
  place.held = std::shared_ptr<void>(this, [self = shared_from_this(), address, derives = place.derives, exists](void*) {
    self->give_back(address, derives, exists);
  });
  return place;
}

void PassphraseTurns::took(Duration duration) {
  const std::lock_guard lock(mutex_);
  turn_ = duration;
}

void PassphraseTurns::give_back(const std::string& address, bool derives, bool exists) {
  const std::lock_guard lock(mutex_);
  if (derives) --taken_;
  if (derives && !exists) --taken_by_nobody_;
  if (const auto held = held_.find(address); held != held_.end() && --held->second == 0) held_.erase(held);
}

void LaterCalls::call(std::chrono::steady_clock::duration after, std::function<void()> what) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.emplace(std::chrono::steady_clock::now() + after, std::move(what));
  }
  wake_.notify_one();
}

void LaterCalls::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    if (waiting_.empty()) {
      wake_.wait(lock, stop, [this] { return !waiting_.empty(); });
      continue;
    }
    const auto first = waiting_.begin();
    if (const auto due = first->first; due > std::chrono::steady_clock::now()) {
      // Woken by one that is due earlier too.
      wake_.wait_until(lock, stop, due, [this, due] { return !waiting_.empty() && waiting_.begin()->first < due; });
      continue;
    }
    auto what = std::move(first->second);
    waiting_.erase(first);
    lock.unlock();
    what();
    what = nullptr;  // what it holds is let go before the lock is taken
    lock.lock();
  }
}

}  // namespace noroshi::http
