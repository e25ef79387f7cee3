// Keeps the database told what lies around this daemon, so that every daemon on it refuses annexes because of any other
// (src/store/zones.h).
#pragma once

#include <functional>
#include <string>
#include <thread>

#include "src/store/database.h"
#include "src/store/zones.h"

namespace noroshi::app {

// Why the daemon does not start; for the operator.
std::string zone_refusal(const store::DaemonZone& daemon);

// Says every minute that the daemon is here, on a thread of its own, and at its end that it has ended. It said so at
// its start, or was refused: say_daemon_is_here().
class ZoneKeeping {
 public:
  // `must_end` is called once, from the thread, where the database says that the daemon must not be here: it was away
  // for so long that it was forgotten, and annexes are held since.
  ZoneKeeping(store::ConnectionSettings settings, store::DaemonZone daemon, std::function<void()> must_end);
  ~ZoneKeeping();
  ZoneKeeping(const ZoneKeeping&) = delete;
  ZoneKeeping& operator=(const ZoneKeeping&) = delete;

 private:
  void run(std::stop_token stop);
  bool say();

  store::ConnectionSettings settings_;
  store::DaemonZone daemon_;
  std::function<void()> must_end_;
  std::jthread thread_;
};

}  // namespace noroshi::app
