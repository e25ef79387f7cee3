// The thread that rings clocks while the daemon runs, beside those of any other daemon on the same database.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "src/core/decision.h"
#include "src/store/database.h"
#include "src/store/ticker.h"

namespace noroshi::app {

// Told from its thread. Must not block or throw.
struct TickingObserver {
  std::function<void(const store::Rung&)> rung;
  std::function<void()> clock_jumped;  // the database's clock has moved otherwise than time has
};

// Looks as often as the next clock comes due, at the latest every 200 ms: waiting is on steady time, what is due is decided
// by the database's clock. Survives a database that goes and comes.
class Ticking {
 public:
  // `law` must outlive it.
  Ticking(store::ConnectionSettings settings, const core::Law& law, TickingObserver observer);

 private:
  class Pass;
  void run(std::stop_token stop);
  void tick_until_lost(std::stop_token stop);
  void wait(std::stop_token stop, std::chrono::milliseconds length);

  store::ConnectionSettings settings_;
  const core::Law& law_;
  TickingObserver observer_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

}  // namespace noroshi::app
