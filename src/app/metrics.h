// Figures for Prometheus: what is counted as it happens (Metrics), and the page /metrics.
//
// No name of a body, no token, no target and no content stands in a label.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "src/app/cached_reading.h"
#include "src/app/canary_state.h"
#include "src/app/sealing.h"
#include "src/app/ticking.h"
#include "src/delivery/worker.h"
#include "src/http/live_streams.h"
#include "src/http/router.h"
#include "src/http/server.h"
#include "src/store/connection_pool.h"
#include "src/store/operation.h"
#include "src/store/writer.h"

namespace prometheus {
class Registry;
class Histogram;
struct MetricFamily;
template <class T>
class Family;
class Counter;
}  // namespace prometheus

namespace noroshi::app {

// Counts as things happen. Must outlive whoever observes through it.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // For http::Server: noroshi_http_request_duration_seconds{route,method,status}. On the io thread alone.
  http::Observer http_observer();
  // For store::WriterOptions: noroshi_reports_received_total{stage}, noroshi_commands_total{action,result}.
  // Any thread.
  std::function<void(const store::CommandObservation&)> command_observer();

  // For Ticking: noroshi_alarms_raised_total, noroshi_alarm_lateness_seconds, noroshi_clock_jumps_total. Any thread.
  TickingObserver ticking_observer();

  // For delivery::Worker: noroshi_delivery_attempts_total{channel,verdict}, noroshi_delivery_attempt_seconds{channel}. Any
  // thread.
  delivery::WorkerObserver delivery_observer();

  std::vector<prometheus::MetricFamily> collect() const;

 private:
  void observe(const http::RequestObservation& observation);
  void observe(const store::CommandObservation& observation);

  using Series = std::tuple<std::string, std::string, unsigned>;
  std::unique_ptr<prometheus::Registry> registry_;
  prometheus::Family<prometheus::Histogram>* durations_;
  std::map<Series, prometheus::Histogram*> durations_by_series_;
  prometheus::Family<prometheus::Counter>* reports_;
  prometheus::Family<prometheus::Counter>* commands_;
  prometheus::Counter* alarms_;
  prometheus::Counter* clock_jumps_;
  prometheus::Histogram* alarm_lateness_;
  prometheus::Family<prometheus::Counter>* attempts_;
  prometheus::Family<prometheus::Histogram>* attempt_durations_;
};

// Where the page looks when it is asked. What they refer to must outlive the page.
struct MetricsSources {
  store::ConnectionPool& operators;  // of role operator_; one connection is used at a time
  std::function<std::size_t()> writer_queue;
  std::function<store::WriterPool::Counts()> writer_counts;
  std::filesystem::path certificate;
  std::function<http::LiveStreams::Counts()> stream_counts;
  std::function<RecordStatus()> record = {};  // without one its figures are left out
  std::function<CanaryState()> canary = {};   // likewise
};

// The page: the database is asked at most every five seconds, on a thread of the page.
class MetricsPage {
 public:
  MetricsPage(const Metrics& metrics, MetricsSources sources);

  // The text of the page (Prometheus text format 0.0.4). Never blocks; the callback comes on another thread.
  void render(std::function<void(std::string)> callback);

 private:
  struct DatabaseFigures {
    bool reachable = false;
    store::Waiting waiting;
    store::ClockCounts clocks;
    std::vector<store::OpenObligations> obligations;
  };
  static DatabaseFigures ask(store::ConnectionPool& operators);
  std::string text(const DatabaseFigures& figures) const;

  const Metrics& metrics_;
  MetricsSources sources_;
  CachedReading<DatabaseFigures> figures_;
};

// GET /metrics, for the role operator: 401 without a token, 403 for others. `page` must outlive the router.
void add_metrics_route(http::Router& router, MetricsPage& page);

}  // namespace noroshi::app
