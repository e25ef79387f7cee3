// The thread that seals the record while the daemon runs, or follows the daemon that does.
#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>

#include "src/app/record_keys.h"
#include "src/app/record_lag.h"
#include "src/core/identifier.h"
#include "src/store/database.h"
#include "src/store/sealer.h"

namespace noroshi::app {

// Past these the record is late: to be looked at, and no more to be added to.
inline constexpr std::chrono::seconds record_late{60};
inline constexpr std::chrono::hours record_too_late{1};

struct RecordStatus {
  store::SealingState state;
  double behind_seconds = 0;  // how long the oldest event waits for a signature; 0 where none does
};

// Wakes when events were numbered, at the latest after half a second. Survives a database that goes and comes.
class Sealing {
 public:
  // `origin`: the tree that grows, as open_record() gave it. `folder` is DIR/record. `keys` must outlive it.
  Sealing(store::ConnectionSettings settings, RecordKeys& keys, std::filesystem::path folder, std::string origin);

  // Any thread; none waits for the database.
  RecordStatus status() const;
  std::string origin() const;
  // Whether an event has waited for more than an hour: nothing is to be added.
  bool too_late() const;

 private:
  void run(std::stop_token stop);
  void seal_until_lost(std::stop_token stop);
  void publish(const store::SealingState& state);
  void warn_without_head(const store::SealingState& found);
  void wait(std::stop_token stop, std::chrono::milliseconds length);

  store::ConnectionSettings settings_;
  RecordKeys& keys_;
  store::KeptCheckpoint kept_;
  core::Uuid holder_;
  bool looked_for_head_ = false;  // on the thread
  mutable std::mutex mutex_;
  store::SealingState state_;
  RecordLag lag_;
  std::mutex sleep_;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

}  // namespace noroshi::app
