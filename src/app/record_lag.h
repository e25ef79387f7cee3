// How long the oldest event waits for a signature, on steady time: a shown clock that jumps must not make the record
// look late.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>

namespace noroshi::app {

// One thread at a time.
class RecordLag {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // `under` events are under a checkpoint, `in_all` are known. `waited` is what the database says of the oldest that is
  // under none; it counts at the first look alone, for what was there before this program.
  void look(std::uint64_t under, std::uint64_t in_all, std::optional<double> waited_seconds, Time now);
  // Another tree: what was counted is none of it.
  void forget() { waiting_.clear(); }

  std::chrono::duration<double> behind(Time now) const;

 private:
  struct Arrived {
    std::uint64_t in_all;
    Time at;
  };
  std::deque<Arrived> waiting_;  // at most one a second
  bool looked_ = false;
};

}  // namespace noroshi::app
