#include "src/app/zone_keeping.h"

#include <chrono>
#include <condition_variable>
#include <mutex>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "src/store/database_error.h"

namespace noroshi::app {
namespace {

constexpr std::chrono::minutes every{1};

}  // namespace

std::string zone_refusal(const store::DaemonZone& daemon) {
  return fmt::format(
      "this database holds annexes of confidentiality 3 (機密性3の別紙), and nothing that touches the internet may use "
      "it (standard "
      "3.1.1(4)(d)): [listen] zone is {}, [database] zone is {}. Say government_lan or closed where that is so, or use "
      "another database.\n"
      "このデータベースは機密性3の別紙を保管しているため、インターネットに接するものは使えません。noroshi.toml の "
      "[listen] zone、[database] zone を確認してください。",
      core::to_string(daemon.listener), core::to_string(daemon.database));
}

ZoneKeeping::ZoneKeeping(store::ConnectionSettings settings, store::DaemonZone daemon, std::function<void()> must_end)
    : settings_(std::move(settings)),
      daemon_(std::move(daemon)),
      must_end_(std::move(must_end)),
      thread_([this](std::stop_token stop) { run(stop); }) {}

ZoneKeeping::~ZoneKeeping() {
  thread_.request_stop();
  thread_.join();
  try {
    store::Connection connection(settings_, store::DatabaseRole::operator_);
    store::say_daemon_has_ended(connection, daemon_.daemon);
  } catch (const std::exception&) {
    // It is forgotten by itself after a day.
  }
}

void ZoneKeeping::run(std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  while (!wake.wait_for(lock, stop, every, [] { return false; }) && !stop.stop_requested())
    if (!say()) return must_end_();
}

bool ZoneKeeping::say() {
  try {
    store::Connection connection(settings_, store::DatabaseRole::operator_);
    if (store::say_daemon_is_here(connection, daemon_)) return true;
    spdlog::critical("{}", zone_refusal(daemon_));
    return false;
  } catch (const store::DatabaseError& error) {
    spdlog::warn("the database could not be told that this daemon is here: SQLSTATE {}", error.sqlstate());
    return true;
  }
}

}  // namespace noroshi::app
