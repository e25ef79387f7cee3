// How the daemon tells of its record: how late it is, when it warns, when it takes nothing more, what it says to do.
#include <doctest/doctest.h>

#include <boost/json.hpp>

#include "src/app/health.h"
#include "src/app/record_lag.h"
#include "src/app/record_words.h"
#include "tests/app/asking.h"
#include "tests/store/store_scene.h"

namespace noroshi::app::test {
namespace {

using namespace std::chrono_literals;
using store::RecordFault;
using store::RecordFaultKind;

const RecordLag::Time start = RecordLag::Time() + 1000h;

double seconds(const RecordLag& lag, RecordLag::Time now) {
  return lag.behind(now).count();
}

}  // namespace

TEST_CASE("the lag is that of the oldest event that no checkpoint covers") {
  RecordLag lag;
  lag.look(10, 10, std::nullopt, start);
  CHECK(seconds(lag, start + 10min) == 0);  // nothing waits
  lag.look(10, 15, std::nullopt, start + 10s);
  lag.look(10, 20, std::nullopt, start + 40s);
  CHECK(seconds(lag, start + 70s) == 60);
  lag.look(12, 20, std::nullopt, start + 80s);  // some of the first five still wait
  CHECK(seconds(lag, start + 80s) == 70);
  lag.look(15, 20, std::nullopt, start + 90s);
  CHECK(seconds(lag, start + 90s) == 50);
  lag.look(20, 20, std::nullopt, start + 100s);
  CHECK(seconds(lag, start + 100s) == 0);
}

TEST_CASE("what the database says counts for what was there before, and not when a clock jumps later") {
  RecordLag lag;
  lag.look(10, 12, 7200.0, start);
  CHECK(seconds(lag, start) == 7200);
  lag.look(12, 12, std::nullopt, start + 1s);
  CHECK(seconds(lag, start + 1s) == 0);
  lag.look(12, 13, 86400.0, start + 2s);  // the clock of the database went on by a day
  CHECK(seconds(lag, start + 3s) == 1);
  lag.forget();
  CHECK(seconds(lag, start + 4s) == 0);
}

TEST_CASE("a flood of events takes no more room than one look a second") {
  RecordLag lag;
  for (int i = 0; i < 10'000; ++i) lag.look(0, static_cast<std::uint64_t>(i + 1), std::nullopt, start + i * 100us);
  CHECK(seconds(lag, start + 2s) == 2);
  lag.look(9'999, 10'000, std::nullopt, start + 2s);
  CHECK(seconds(lag, start + 2s) <= 2);
  CHECK(seconds(lag, start + 2s) > 0);
}

TEST_CASE("the check of the record warns after a minute and when sealing has stopped, and fails after an hour") {
  struct Case {
    double behind;
    std::optional<RecordFault> stopped;
    const char* status;
    unsigned answer;
    const char* says;
  };
  const Case cases[] = {
      {0, {}, "ok", 200, ""},
      {59, {}, "ok", 200, ""},
      {61, {}, "warning", 200, "sealed late"},
      {3599, {}, "warning", 200, "sealed late"},
      {3601, {}, "failed", 503, "no report and no command is taken"},
      {0, RecordFault(RecordFaultKind::smaller, "o", 7), "warning", 200, "noroshi record continue"},
      {3601, RecordFault(RecordFaultKind::inconsistent, "o", 7), "failed", 503, "no report and no command is taken"},
  };
  for (const auto& expected : cases) {
    CAPTURE(expected.behind);
    RecordStatus status;
    status.behind_seconds = expected.behind;
    status.state.stopped = expected.stopped;
    status.state.checkpoint = 41;
    status.state.unsealed = 2;
    store::ConnectionPool operators(store::test::StoreScene::shared().settings(), store::DatabaseRole::operator_, 1);
    store::test::TemporaryFolder folder;
    HealthSources sources{operators, store::test::StoreScene::shared().law().registry, [] { return std::size_t{0}; }, 1, folder.path(), "", ""};
    sources.record = [&] { return status; };
    Health health(std::move(sources));
    http::Router router;
    add_health_routes(router, health);
    const auto response = ask(router, "/readyz", "operator");
    CHECK(response.status == expected.answer);
    const auto check = boost::json::parse(response.body).at("checks").at("record").as_object();
    CHECK(check.at("status") == expected.status);
    CHECK(check.at("size").to_number<double>() == 41);
    CHECK(check.at("unsealed_events").to_number<double>() == 2);
    const std::string said = check.contains("message") ? check.at("message").as_string().c_str() : "";
    CHECK(said.find(expected.says) != std::string::npos);
    CHECK(said.empty() == (std::string_view(expected.status) == "ok"));
  }
}

TEST_CASE("every reason to stop has words in both languages, with what to do") {
  using enum RecordFaultKind;
  for (const auto kind :
       {smaller, inconsistent, other_tree, events_missing, leaves_changed, tiles_changed, history_wrong,
        head_unusable, no_key}) {
    CAPTURE(std::string(to_string(kind)));
    const auto words = words_of(RecordFault(kind, "noroshi/x/1", 4711));
    CHECK(words.ja.size() > 60);
    CHECK(words.en.size() > 60);
    const bool of_the_tree = kind != head_unusable && kind != no_key;
    CHECK((words.ja.find("noroshi record continue") != std::string::npos) == of_the_tree);
    CHECK((words.en.find("noroshi record continue") != std::string::npos) == of_the_tree);
  }
}

}  // namespace noroshi::app::test
