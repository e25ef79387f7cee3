#include "src/app/content_epoch_watch.h"

#include <chrono>
#include <condition_variable>
#include <mutex>

#include <spdlog/spdlog.h>

#include "src/app/key_file.h"
#include "src/store/content_epochs.h"

namespace noroshi::app {
namespace {

constexpr std::chrono::seconds every{10};

}  // namespace

ContentEpochWatch::ContentEpochWatch(store::ConnectionSettings settings)
    : settings_(std::move(settings)), thread_([this](std::stop_token stop) { run(stop); }) {}

ContentEpochWatch::~ContentEpochWatch() {
  thread_.request_stop();
  thread_.join();
}

void ContentEpochWatch::run(std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  while (!wake.wait_for(lock, stop, every, [] { return false; }) && !stop.stop_requested()) look();
}

void ContentEpochWatch::look() {
  try {
    store::Connection connection(settings_, store::DatabaseRole::writer);
    const auto epoch = store::content_epoch_in_use(connection);
    if (!epoch || *epoch == settings_.content_keys->epoch_in_use()) return;
    if (settings_.content_keys->use(*epoch)) {
      spdlog::info("content keys: the epoch {} is in use", *epoch);
      missing_.clear();
    } else if (missing_ != *epoch) {
      spdlog::error("content keys: the epoch {} is in use and its key is not here: copy {}.key from another daemon; new cases are "
                    "still wrapped by {}",
                    *epoch, *epoch, settings_.content_keys->epoch_in_use());
      missing_ = *epoch;
    }
  } catch (const KeyFileFault& fault) {
    if (missing_ != fault.what()) spdlog::error("content keys: {}", fault.what());
    missing_ = fault.what();
  } catch (const std::exception&) {
    // The database is away: the next look finds it, or not.
  }
}

}  // namespace noroshi::app
