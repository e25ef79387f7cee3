// The thread that numbers events while the daemon runs.
#pragma once

#include <memory>
#include <thread>

#include "src/core/identifier.h"
#include "src/store/database.h"

namespace noroshi::app {

// Wakes on the notification of a commit, at the latest after a second. Survives a database that goes and comes.
class SequencingThread {
 public:
  explicit SequencingThread(store::ConnectionSettings settings);

 private:
  void run(std::stop_token stop) const;
  void number_until_lost(std::stop_token stop) const;

  store::ConnectionSettings settings_;
  core::Uuid holder_;
  std::jthread thread_;
};

}  // namespace noroshi::app
