// Whether the daemon can do its work: /livez, /readyz, /version.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "routing/registry.h"
#include "src/app/cached_reading.h"
#include "src/app/canary_state.h"
#include "src/app/sealing.h"
#include "src/codec/problem.h"
#include "src/http/router.h"
#include "src/store/connection_pool.h"

namespace noroshi::app {

enum class CheckStatus {
  ok,
  warning,  // works; an operator should look
  failed,   // reports cannot be taken: not ready
};

struct Check {
  std::string name;  // "database"
  CheckStatus status = CheckStatus::ok;
  codec::Text message;                                  // what to do; empty where ok
  std::vector<std::pair<std::string, double>> numbers;  // {"days_left", 396}
  std::string_view word = {};                           // of a closed list: "missing"; empty: none
};

struct HealthReading {
  std::vector<Check> checks;
  std::string server_version;  // PostgreSQL's; empty where it could not be asked
  bool ready() const;
};

struct HealthSources {
  store::ConnectionPool& operators;           // of role operator_; one connection is used at a time
  const routing::Registry& registry;          // which body is the centre
  std::function<std::size_t()> writer_queue;  // commands waiting
  std::size_t writer_queue_limit = 0;
  std::filesystem::path data;         // whose disk is looked at
  std::filesystem::path certificate;  // PEM, as the server serves it
  std::string configuration_digest;   // digest(config)
  std::function<RecordStatus()> record = {};  // how far the record is sealed; without one it is not looked at
  bool delivers = true;  // whether this daemon has the key of deliveries
  std::function<CanaryState()> canary = {};  // without one there is none
};

// What the sources refer to must outlive it.
class Health {
 public:
  explicit Health(HealthSources sources);

  // The state of all checks, at most a second old. Never blocks; the callback comes on another thread.
  void read(CachedReading<HealthReading>::Callback callback) { reading_.get(std::move(callback)); }

  // From now on not ready, whatever the checks say, so that no new work is sent here. Any thread.
  void set_stopping() { stopping_ = true; }
  bool stopping() const { return stopping_; }

  const HealthSources& sources() const { return sources_; }

 private:
  HealthSources sources_;
  std::atomic<bool> stopping_{false};
  CachedReading<HealthReading> reading_;
};

// GET /livez    open: {"status":"alive"} while the io thread turns
// GET /readyz   open: {"status":"ready"} or 503 {"status":"unavailable"}; with an operator's token each check
// GET /version  open: version and build type; with an operator's token also the libraries and the
// configuration's digest `health` must outlive the router.
void add_health_routes(http::Router& router, Health& health);

// When the first certificate of a PEM file ends; nothing where it cannot be read.
std::optional<std::chrono::system_clock::time_point> certificate_end(
    const std::filesystem::path& certificate);

}  // namespace noroshi::app
