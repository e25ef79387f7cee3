#include "src/app/stream_waking.h"

#include <spdlog/spdlog.h>

#include "src/store/views.h"

namespace noroshi::app {
namespace {

using namespace std::chrono_literals;

constexpr auto longest_wait = 500ms;
constexpr auto retry_after = 200ms;

}  // namespace

StreamWaking::StreamWaking(store::ConnectionSettings settings, http::LiveStreams& streams)
    : settings_(std::move(settings)), streams_(streams) {
  settings_.application_name = "noroshi streams";
  thread_ = std::jthread([this](std::stop_token stop) { run(stop); });
}

void StreamWaking::run(std::stop_token stop) {
  while (!stop.stop_requested()) {
    try {
      look_until_lost(stop);
    } catch (const store::DatabaseError& error) {
      spdlog::debug("the streams have lost the database: SQLSTATE {}", error.sqlstate());
      streams_.tell_database_is_away();
      std::this_thread::sleep_for(retry_after);
    }
  }
}

void StreamWaking::look_until_lost(std::stop_token stop) {
  store::Connection connection(settings_, store::DatabaseRole::reader);
  connection.listen("noroshi_numbered");
  while (!stop.stop_requested()) {
    streams_.tell(store::numbered_events(connection));
    connection.wait_notification(longest_wait);
  }
}

}  // namespace noroshi::app
