#include "src/app/sequencing.h"

#include <spdlog/spdlog.h>

#include "src/store/sequencer.h"

namespace noroshi::app {
namespace {

using namespace std::chrono_literals;

constexpr auto longest_wait = 500ms;  // well inside the lease of 2 s
constexpr auto retry_after = 200ms;
// While much is written its events are numbered in lots: two commits and a notification to everybody are for each pass.
// The first pass after a quiet moment does not wait.
constexpr auto between_passes = 50ms;

}  // namespace

SequencingThread::SequencingThread(store::ConnectionSettings settings)
    : settings_(std::move(settings)), holder_(store::Sequencer::make_holder()) {
  settings_.application_name = "noroshi sequencer";
  thread_ = std::jthread([this](std::stop_token stop) { run(stop); });
}

void SequencingThread::run(std::stop_token stop) const {
  bool lost = false;
  while (!stop.stop_requested()) {
    try {
      number_until_lost(stop);
    } catch (const store::DatabaseError& error) {
      if (!lost) spdlog::warn("the sequencer has lost the database: SQLSTATE {}", error.sqlstate());
      lost = true;
      std::this_thread::sleep_for(retry_after);
      continue;
    }
    lost = false;
  }
}

void SequencingThread::number_until_lost(std::stop_token stop) const {
  store::Connection connection(settings_, store::DatabaseRole::sequencer);
  connection.listen("noroshi_event");
  store::Sequencer sequencer(connection, holder_);
  while (!stop.stop_requested()) {
    const auto since = std::chrono::steady_clock::now();
    sequencer.run_once();
    connection.wait_notification(longest_wait);
    std::this_thread::sleep_until(since + between_passes);
  }
}

}  // namespace noroshi::app
