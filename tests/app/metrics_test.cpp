#include "src/app/metrics.h"

#include <doctest/doctest.h>
#include <prometheus/metric_family.h>

#include <future>
#include <map>
#include <sstream>

#include "src/http/tls.h"
#include "tests/app/asking.h"
#include "tests/store/store_scene.h"

namespace noroshi::app::test {
namespace {

using namespace std::chrono_literals;
using store::test::StoreScene;

// The samples of a page in text format: 'name{labels}' → value. Fails on a line that is none.
std::map<std::string, double> samples_of(const std::string& page) {
  std::map<std::string, double> samples;
  std::istringstream stream(page);
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with("# HELP ") || line.starts_with("# TYPE ")) continue;
    CAPTURE(line);
    const auto space = line.rfind(' ');
    REQUIRE(space != std::string::npos);
    REQUIRE(samples.emplace(line.substr(0, space), std::stod(line.substr(space + 1))).second);
  }
  return samples;
}

double at(const std::map<std::string, double>& samples, const std::string& name) {
  CAPTURE(name);
  const auto found = samples.find(name);
  REQUIRE(found != samples.end());
  return found->second;
}

// A page over the shared database, and writers that are observed.
struct Scene {
  explicit Scene(store::ConnectionSettings settings = StoreScene::shared().settings())
      : writers(StoreScene::shared().settings(), StoreScene::shared().law(),
                {.writers = 1, .observer = metrics.command_observer()}),
        operators(std::move(settings), store::DatabaseRole::operator_, 1),
        page(metrics, MetricsSources{operators, [this] { return writers.queued(); },
                                     [this] { return writers.counts(); }, "/nonexistent",
                                     [] {
                                       return http::LiveStreams::Counts{3, 2};
                                     },
                                     [] {
                                       RecordStatus status;
                                       status.state.checkpoint = 1000;
                                       status.state.unsealed = 7;
                                       status.state.stopped.emplace(store::RecordFaultKind::smaller, "o", 1);
                                       status.behind_seconds = 12.5;
                                       return status;
                                     }}) {
    add_metrics_route(router, page);
  }

  store::Result perform(store::Command command) {
    std::promise<store::Result> promise;
    auto result = promise.get_future();
    writers.submit(std::move(command), [&](store::Result done) { promise.set_value(std::move(done)); });
    return result.get();
  }
  std::map<std::string, double> samples() {
    const auto response = ask(router, "/metrics", "operator");
    CHECK(response.status == 200);
    CHECK(response.content_type == "text/plain; version=0.0.4; charset=utf-8");
    return samples_of(response.body);
  }

  Metrics metrics;
  store::WriterPool writers;
  store::ConnectionPool operators;
  MetricsPage page;
  http::Router router;
};

http::RequestObservation observation(std::string_view method, std::string_view pattern, unsigned status,
                                     std::chrono::milliseconds duration) {
  return {method, pattern, status, "", duration, 0, 0, "id"};
}

}  // namespace

TEST_CASE("only an operator gets the page") {
  Scene scene;
  const auto& route = route_of(scene.router, "/metrics");
  CHECK(route.access == http::Access::token_required);
  CHECK(route.roles == std::vector<std::string>{"operator"});
}

TEST_CASE("requests are counted by route, method and status, with their durations") {
  Scene scene;
  const auto observe = scene.metrics.http_observer();
  observe(observation("GET", "/api/v1/incidents/{id}", 200, 3ms));
  observe(observation("GET", "/api/v1/incidents/{id}", 200, 300ms));
  observe(observation("POST", "/api/v1/reports", 201, 7ms));
  observe(observation("-", "-", 400, 1ms));
  for (const char* invented : {"BREW", "X1", "X2"}) observe(observation(invented, "-", 405, 1ms));
  const auto samples = scene.samples();
  const std::string incident = R"(route="/api/v1/incidents/{id}",method="GET",status="200")";
  const auto labelled = [&](std::string_view suffix, std::string_view bucket) {
    for (const auto& [name, value] : samples) {
      const bool of_incident = name.find("/api/v1/incidents/{id}") != std::string::npos;
      if (of_incident && name.find(std::string("_seconds") + std::string(suffix)) != std::string::npos &&
          (bucket.empty() || name.find(bucket) != std::string::npos))
        return value;
    }
    return -1.0;
  };
  CHECK(labelled("_count{", "") == 2);
  CHECK(labelled("_sum{", "") == doctest::Approx(0.303));
  CHECK(labelled("_bucket{", "le=\"0.0025\"") == 0);
  CHECK(labelled("_bucket{", "le=\"0.005\"") == 1);
  CHECK(labelled("_bucket{", "le=\"0.5\"") == 2);
  CHECK(labelled("_bucket{", "le=\"+Inf\"") == 2);
  // Methods that a client makes up are one series, not one each.
  int invented = 0;
  for (const auto& [name, value] : samples)
    if (name.find("_count{") != std::string::npos && name.find("status=\"405\"") != std::string::npos) {
      ++invented;
      CHECK(value == 3);
      CHECK(name.find("method=\"-\"") != std::string::npos);
    }
  CHECK(invented == 1);
}

TEST_CASE(
    "reports, commands and duties are counted: new ones, repeats, refused ones, overdue ones, exercises "
    "apart") {
  Scene scene;
  const auto before = scene.samples();
  const auto head = store::test::csirt_head("mhlw");
  const std::string incident =
      R"(,"assessment":"incident","cyberattack":"no","cyberattack_reason":"部品の故障")";
  const auto report =
      store::test::submit(head, store::test::report_json("metrics-1", "first", incident), "metrics-key-1");
  store::test::accepted(scene.perform(report));
  CHECK(store::test::accepted(scene.perform(report)).replayed);
  store::test::accepted(scene.perform(store::test::submit(
      head, store::test::report_json("metrics-2", "first", incident + R"(,"exercise":true)"),
      "metrics-key-2")));
  CHECK(store::test::refusal_code(scene.perform(store::test::submit(
            head, store::test::report_json("metrics-none", "followup"), "metrics-key-3"))) != "answered");

  Scene fresh;  // its page has no reading of a moment ago
  const auto counted = scene.samples();
  CHECK(at(counted, R"(noroshi_reports_received_total{stage="first"})") == 2);
  CHECK(at(counted, R"(noroshi_reports_received_total{stage="followup"})") == 0);
  CHECK(at(counted, R"(noroshi_commands_total{action="submit_report",result="accepted"})") == 2);
  CHECK(at(counted, R"(noroshi_commands_total{action="submit_report",result="replayed"})") == 1);
  CHECK(at(counted, R"(noroshi_commands_total{action="submit_report",result="refused"})") == 1);
  CHECK(at(counted, "noroshi_writer_queue") == 0);
  CHECK(at(counted, "noroshi_streams_open") == 3);
  CHECK(at(counted, "noroshi_record_size") == 1000);
  CHECK(at(counted, "noroshi_record_unsealed_events") == 7);
  CHECK(at(counted, "noroshi_record_behind_seconds") == 12.5);
  CHECK(at(counted, "noroshi_record_stopped") == 1);
  CHECK(at(counted, "noroshi_streams_cut_slow_total") == 2);
  CHECK(at(counted, "noroshi_writer_groups_total") >= 3);

  const auto samples = fresh.samples();
  const auto rise = [&](const std::string& name) {
    const auto was = before.find(name);
    return at(samples, name) - (was == before.end() ? 0 : was->second);
  };
  // Recognised an hour ago: (g) 1 is due after PT60M, so it is overdue by now; k (P7D) is not. A duty met at
  // once is not open.
  CHECK(rise(R"(noroshi_obligations_open{edition="h30",rule="k",exercise="false"})") == 1);
  CHECK(rise(R"(noroshi_obligations_open{edition="h30",rule="k",exercise="true"})") == 1);
  CHECK(rise(R"(noroshi_obligations_overdue{edition="h30",rule="k",exercise="false"})") == 0);
  CHECK(rise(R"(noroshi_obligations_open{edition="h30",rule="c",exercise="false"})") == 1);
  CHECK(rise(R"(noroshi_obligations_overdue{edition="h30",rule="c",exercise="false"})") == 1);
  CHECK(rise("noroshi_unnumbered_events") > 0);
  CHECK(at(samples, "noroshi_unnumbered_oldest_age_seconds") > 0);
  CHECK(at(samples, "noroshi_dead_messages") == 0);
  CHECK(at(samples, "noroshi_outbox_oldest_age_seconds") >= 0);
  CHECK(at(samples, "noroshi_database_up") == 1);
}

TEST_CASE("the process tells of itself") {
  Scene scene;
  const auto samples = scene.samples();
  CHECK(at(samples, "process_resident_memory_bytes") > 1e6);
  CHECK(at(samples, "process_cpu_seconds_total") > 0);
  CHECK(at(samples, "process_open_fds") > 3);
  CHECK(at(samples, "process_max_fds") > at(samples, "process_open_fds"));
  CHECK(at(samples, "noroshi_log_lines_dropped_total") == 0);
  int build_info = 0;
  for (const auto& [name, value] : samples) build_info += name.starts_with("noroshi_build_info{version=");
  CHECK(build_info == 1);
}

TEST_CASE("with no database its figures are absent, not stale") {
  auto settings = store::ConnectionSettings::from_url("host=/nonexistent dbname=noroshi");
  settings.connect_timeout = 200ms;
  Scene scene(settings);
  const auto samples = scene.samples();
  CHECK(at(samples, "noroshi_database_up") == 0);
  CHECK_FALSE(samples.contains("noroshi_unnumbered_events"));
  CHECK(samples.contains("noroshi_writer_queue"));
}

}  // namespace noroshi::app::test
