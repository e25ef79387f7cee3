#include "src/app/metrics.h"

#include <openssl/crypto.h>
#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "src/app/health.h"
#include "src/app/logging.h"
#include "src/app/version.h"

namespace noroshi::app {
namespace {

using namespace std::chrono_literals;
using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

constexpr auto fresh_for = 5s;
constexpr auto patience = 1s;  // for a connection

// From an answer out of memory to the deadline of a handler.
const prometheus::Histogram::BucketBoundaries duration_buckets = {
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};

const prometheus::Histogram::BucketBoundaries lateness_buckets = {0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600, 3600};

// A client may send any token as its method; a label must not take each for a series of its own.
std::string_view known_method(std::string_view method) {
  constexpr std::array<std::string_view, 7> methods = {"GET",   "HEAD",   "POST",   "PUT",
                                                       "PATCH", "DELETE", "OPTIONS"};
  return std::find(methods.begin(), methods.end(), method) == methods.end() ? "-" : method;
}

struct NameOfResult {
  std::string operator()(const store::Answered& answered) const {
    return answered.replayed ? "replayed" : "accepted";
  }
  std::string operator()(const core::Refusal&) const { return "refused"; }
  std::string operator()(const store::NotAvailable&) const { return "unavailable"; }
  std::string operator()(const store::Unknown&) const { return "unknown"; }
  std::string operator()(const store::Failed&) const { return "failed"; }
};

// Families whose values are looked up when the page is asked for.
class Page {
 public:
  explicit Page(std::vector<MetricFamily> families) : families_(std::move(families)) {}

  void gauge(std::string name, std::string help, double value, Labels labels = {}) {
    ClientMetric metric;
    metric.label = std::move(labels);
    metric.gauge.value = value;
    family(std::move(name), std::move(help), MetricType::Gauge).metric.push_back(std::move(metric));
  }
  void counter(std::string name, std::string help, double value) {
    ClientMetric metric;
    metric.counter.value = value;
    family(std::move(name), std::move(help), MetricType::Counter).metric.push_back(std::move(metric));
  }

  std::string text() const {
    std::ostringstream out;
    out.imbue(std::locale::classic());
    prometheus::TextSerializer().Serialize(out, families_);
    return out.str();
  }

 private:
  MetricFamily& family(std::string name, std::string help, MetricType type) {
    if (families_.empty() || families_.back().name != name)
      families_.push_back({std::move(name), std::move(help), type, {}});
    return families_.back();
  }

  std::vector<MetricFamily> families_;
};

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

// Resident pages, from proc(5); nothing where that is not mounted.
std::optional<double> resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  double size = 0;
  double resident = 0;
  if (!(statm >> size >> resident)) return std::nullopt;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

std::optional<double> open_descriptors() {
  std::error_code error;
  double count = -1;  // the one that reads the folder
  for (std::filesystem::directory_iterator entry("/proc/self/fd", error), end; !error && entry != end;
       entry.increment(error))
    ++count;
  return error ? std::nullopt : std::optional(count);
}

// Names as every client library has them, so that existing dashboards fit.
void add_process(Page& page) {
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) == 0)
    page.counter("process_cpu_seconds_total", "User and system CPU time spent, in seconds.",
                 seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime));
  if (const auto resident = resident_bytes())
    page.gauge("process_resident_memory_bytes", "Resident memory, in bytes.", *resident);
  if (const auto open = open_descriptors()) page.gauge("process_open_fds", "Open file descriptors.", *open);
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0)
    page.gauge("process_max_fds", "File descriptors allowed.", static_cast<double>(limit.rlim_cur));
}

void add_record(Page& page, const RecordStatus& record) {
  page.gauge("noroshi_record_size", "Events of the present tree of the record under its newest checkpoint.",
             static_cast<double>(record.state.checkpoint));
  page.gauge("noroshi_record_unsealed_events", "Events under no checkpoint yet, numbered or not.",
             static_cast<double>(record.state.unsealed));
  page.gauge("noroshi_record_behind_seconds", "How long the oldest of them waits, 0 where there is none.",
             record.behind_seconds);
  page.gauge("noroshi_record_stopped", "Whether sealing has stopped: the record is not what was signed of it.",
             record.state.stopped ? 1 : 0);
}

void add_database(Page& page, const store::Waiting& waiting, const store::ClockCounts& clocks,
                  const std::vector<store::OpenObligations>& obligations) {
  page.gauge("noroshi_unnumbered_events", "Events committed and not numbered by the sequencer yet.",
             static_cast<double>(waiting.unnumbered_events));
  page.gauge("noroshi_unnumbered_oldest_age_seconds", "Age of the oldest of them, 0 where there is none.",
             waiting.oldest_unnumbered_seconds);
  page.gauge("noroshi_outbox_messages", "Messages on their way through a channel.",
             static_cast<double>(waiting.outbox_messages));
  page.gauge("noroshi_outbox_oldest_age_seconds", "Age of the oldest of them, 0 where there is none.",
             waiting.oldest_outbox_seconds);
  page.gauge("noroshi_dead_messages", "Messages given up after the last attempt and acknowledged by nobody since; they can be replayed.",
             static_cast<double>(waiting.dead_messages));
  page.gauge("noroshi_clocks_running", "Incidents with a clock that runs.", static_cast<double>(clocks.running));
  page.gauge("noroshi_clocks_behind", "Of these, whose time has come and that nobody has rung yet.",
             static_cast<double>(clocks.behind));
  page.gauge("noroshi_clocks_oldest_behind_seconds", "How long the oldest of them waits, 0 where there is none.",
             clocks.oldest_behind_seconds);
  const auto labels = [](const store::OpenObligations& count) {
    return Labels{
        {"edition", count.edition}, {"rule", count.rule}, {"exercise", count.exercise ? "true" : "false"}};
  };
  for (const auto& count : obligations)
    page.gauge("noroshi_obligations_open", "Open duties by rule; exercises apart.",
               static_cast<double>(count.open), labels(count));
  for (const auto& count : obligations)
    page.gauge("noroshi_obligations_overdue",
               "Open duties past the operator's target, by rule; exercises apart.",
               static_cast<double>(count.overdue), labels(count));
}

}  // namespace

Metrics::Metrics()
    : registry_(std::make_unique<prometheus::Registry>()),
      durations_(&prometheus::BuildHistogram()
                      .Name("noroshi_http_request_duration_seconds")
                      .Help("From the first byte of a request to the last of its answer.")
                      .Register(*registry_)),
      reports_(&prometheus::BuildCounter()
                    .Name("noroshi_reports_received_total")
                    .Help("Reports accepted by this daemon, repeats of a key not counted.")
                    .Register(*registry_)),
      commands_(&prometheus::BuildCounter()
                     .Name("noroshi_commands_total")
                     .Help("Commands handed to the writers, by what became of them.")
                     .Register(*registry_)),
      alarms_(&prometheus::BuildCounter()
                   .Name("noroshi_alarms_raised_total")
                   .Help("Alarms of clocks that this daemon raised.")
                   .Register(*registry_)
                   .Add({})),
      clock_jumps_(&prometheus::BuildCounter()
                        .Name("noroshi_clock_jumps_total")
                        .Help("How often the clock of the database moved otherwise than time did.")
                        .Register(*registry_)
                        .Add({})),
      alarm_lateness_(&prometheus::BuildHistogram()
                           .Name("noroshi_alarm_lateness_seconds")
                           .Help("The longest wait of an alarm in each group that was rung together.")
                           .Register(*registry_)
                           .Add({}, lateness_buckets)),
      attempts_(&prometheus::BuildCounter()
                     .Name("noroshi_delivery_attempts_total")
                     .Help("Attempts of this daemon to carry a message to an endpoint, by what came of them.")
                     .Register(*registry_)),
      attempt_durations_(&prometheus::BuildHistogram()
                              .Name("noroshi_delivery_attempt_seconds")
                              .Help("How long an attempt took.")
                              .Register(*registry_)) {
  // A counter that appears with its first event hides that event from rate().
  for (const char* stage : {"first", "followup", "final", "correction"}) reports_->Add({{"stage", stage}});
}

Metrics::~Metrics() = default;

http::Observer Metrics::http_observer() {
  return [this](const http::RequestObservation& observation) { observe(observation); };
}

std::function<void(const store::CommandObservation&)> Metrics::command_observer() {
  return [this](const store::CommandObservation& observation) { observe(observation); };
}

TickingObserver Metrics::ticking_observer() {
  return {[this](const store::Rung& rung) {
            if (rung.alarms == 0) return;
            alarms_->Increment(rung.alarms);
            alarm_lateness_->Observe(std::chrono::duration<double>(rung.latest_after).count());
          },
          [this] { clock_jumps_->Increment(); }};
}

delivery::WorkerObserver Metrics::delivery_observer() {
  return {[this](std::string_view channel, std::string_view verdict, std::chrono::nanoseconds took) {
    const std::string of_channel(channel);
    attempts_->Add({{"channel", of_channel}, {"verdict", std::string(verdict)}}).Increment();
    attempt_durations_->Add({{"channel", of_channel}}, duration_buckets).Observe(std::chrono::duration<double>(took).count());
  }};
}

std::vector<MetricFamily> Metrics::collect() const {
  return registry_->Collect();
}

void Metrics::observe(const http::RequestObservation& observation) {
  Series series{observation.pattern, known_method(observation.method), observation.status};
  auto found = durations_by_series_.find(series);
  if (found == durations_by_series_.end()) {
    const auto& [route, method, status] = series;
    auto& histogram = durations_->Add(
        {{"route", route}, {"method", method}, {"status", std::to_string(status)}}, duration_buckets);
    found = durations_by_series_.emplace(std::move(series), &histogram).first;
  }
  found->second->Observe(std::chrono::duration<double>(observation.duration).count());
}

void Metrics::observe(const store::CommandObservation& observation) {
  const auto result = std::visit(NameOfResult{}, observation.result);
  commands_->Add({{"action", std::string(observation.action)}, {"result", result}}).Increment();
  if (!observation.stage.empty() && result == "accepted")
    reports_->Add({{"stage", std::string(observation.stage)}}).Increment();
}

MetricsPage::MetricsPage(const Metrics& metrics, MetricsSources sources)
    : metrics_(metrics),
      sources_(std::move(sources)),
      figures_([this] { return ask(sources_.operators); }, fresh_for) {}

MetricsPage::DatabaseFigures MetricsPage::ask(store::ConnectionPool& operators) {
  DatabaseFigures figures;
  try {
    auto connection = operators.acquire(patience);
    figures.waiting = store::count_waiting(*connection);
    figures.clocks = store::count_clocks(*connection);
    figures.obligations = store::count_open_obligations(*connection);
    figures.reachable = true;
  } catch (const std::exception&) {
    // noroshi_database_up says so; a gauge of a moment ago must not stand for now.
  }
  return figures;
}

void MetricsPage::render(std::function<void(std::string)> callback) {
  figures_.get(
      [this, callback = std::move(callback)](const DatabaseFigures& figures) { callback(text(figures)); });
}

std::string MetricsPage::text(const DatabaseFigures& figures) const {
  Page page(metrics_.collect());
  page.gauge("noroshi_database_up", "Whether the database answered when it was last asked.",
             figures.reachable);
  if (figures.reachable) add_database(page, figures.waiting, figures.clocks, figures.obligations);
  if (sources_.record) add_record(page, sources_.record());
  page.gauge("noroshi_writer_queue", "Commands that wait for a writer.",
             static_cast<double>(sources_.writer_queue()));
  const auto counts = sources_.writer_counts();
  page.counter("noroshi_writer_groups_total", "Groups of commands committed.",
               static_cast<double>(counts.groups));
  page.counter("noroshi_writer_commands_total", "Commands answered by them.",
               static_cast<double>(counts.commands));
  if (sources_.canary) {
    const auto canary = sources_.canary();
    for (const auto state : all_canary_states)
      page.gauge("noroshi_canary", "What came of the canary of the day: 1 for the state that it is in, 0 for the others.",
                 canary == state ? 1 : 0, {{"state", std::string(to_string(state))}});
  }
  const auto streams = sources_.stream_counts();
  page.gauge("noroshi_streams_open", "Live streams that are open.", static_cast<double>(streams.open));
  page.counter("noroshi_streams_cut_slow_total", "Live streams cut because their reader did not keep up.",
               static_cast<double>(streams.cut_as_slow));
  if (const auto end = certificate_end(sources_.certificate))
    page.gauge("noroshi_certificate_end_timestamp_seconds", "When the certificate served ends, as Unix time.",
               std::chrono::duration<double>(end->time_since_epoch()).count());
  page.counter("noroshi_log_lines_dropped_total", "Log lines dropped because stderr was not read.",
               static_cast<double>(dropped_log_lines()));
  page.gauge("noroshi_build_info", "Always 1; the labels say what runs.", 1,
             {{"version", std::string(version())},
              {"build_type", std::string(build_type())},
              {"openssl", OpenSSL_version(OPENSSL_VERSION_STRING)}});
  add_process(page);
  return page.text();
}

void add_metrics_route(http::Router& router, MetricsPage& page) {
  router.add({.method = http::Method::get,
              .pattern = "/metrics",
              .access = http::Access::token_required,
              .roles = {"operator"},
              .handler = [&page](http::Request, http::Responder respond) {
                page.render([respond](std::string text) {
                  http::Response response;
                  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
                  response.body = std::move(text);
                  respond(std::move(response));
                });
              }});
}

}  // namespace noroshi::app
