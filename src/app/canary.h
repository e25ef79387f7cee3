// The thread that submits the canary of the day (core/canary.h) and sees whether it arrives, beside those of any other daemon on
// the same database: whichever is first submits it, the Idempotency-Key and the reference let no second one in.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string_view>
#include <thread>

#include "src/app/canary_state.h"
#include "src/core/canary.h"
#include "src/store/connection_pool.h"
#include "src/store/writer.h"

namespace noroshi::app {

// Looks every second, on the shown clock. Survives a database that goes and comes.
class Canary {
 public:
  // What they refer to must outlive it. A plan without a body: there is no thread.
  Canary(store::ConnectionSettings settings, store::ConnectionPool& readers, store::WriterPool& writers, const core::Law& law,
         core::CanaryPlan plan);

  // Any thread.
  CanaryState state() const;

 private:
  void run(std::stop_token stop);
  void look();
  void submit(JapaneseDay day);
  void set(CanaryState state);

  store::ConnectionSettings settings_;
  store::ConnectionPool& readers_;
  store::WriterPool& writers_;
  const core::Law& law_;
  core::CanaryPlan plan_;
  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  CanaryState state_ = CanaryState::off;
  std::jthread thread_;
};

}  // namespace noroshi::app
