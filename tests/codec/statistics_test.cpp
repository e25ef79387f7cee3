// Figures and files as answers, and the report of a canary.
#include <doctest/doctest.h>

#include <boost/json.hpp>

#include "src/codec/attachment_views.h"
#include "src/codec/canary_report.h"
#include "src/codec/report_decoder.h"
#include "src/codec/statistics_views.h"

using namespace noroshi;
using namespace noroshi::codec;
namespace json = boost::json;

TEST_CASE("figures are written with their range, counts by word and lateness where there is one") {
  StatisticsView view;
  view.exercise = true;
  view.from = *parse_rfc3339("2018-08-01T00:00:00+09:00");
  view.to = *parse_rfc3339("2018-08-31T00:00:00+09:00");
  view.incidents.total = 2;
  view.incidents.by_category = {{"", 1}, {"malicious-code/worm", 1}};
  ClauseFigures clause;
  clause.edition = "h30";
  clause.clause = "2.2.4(2)(g)";
  clause.sentence = 2;
  clause.total = 2;
  clause.late = 1;
  clause.lateness = {-30.5, 60};
  view.duties = {clause};
  const auto said = json::parse(encode_statistics(view));
  CHECK(said.at("exercise").as_bool());
  CHECK(said.at("from") == "2018-08-01T00:00:00+09:00");
  CHECK(said.at("incidents").at("by_category").at("unstated") == 1);
  CHECK(said.at("incidents").at("by_state").as_object().empty());
  CHECK(said.at("duties").at(0).at("lateness_seconds").at("median") == -30.5);
  CHECK(said.at("duties").at(0).at("late") == 1);
  CHECK(said.at("acknowledgements").at("lateness_seconds").at("p90").is_null());
}

TEST_CASE("a file is written with the mark of an exercise and without its bytes") {
  AttachmentView view;
  view.exercise = true;
  view.name = "記録.pcap";
  view.size = 3;
  view.added_at = *parse_rfc3339("2018-08-01T00:00:00+09:00");
  const auto said = json::parse(encode_attachments({view}));
  const auto& item = said.at("items").at(0);
  CHECK(item.at("exercise").as_bool());
  CHECK(item.at("name") == "記録.pcap");
  CHECK(item.at("added_by").is_null());
}

TEST_CASE("a canary is a report that everybody would accept, the same for the same day") {
  const core::CanaryPlan plan{.organization = "jps"};
  const auto day = *parse_day("2018-08-01");
  const auto bytes = canary_report(plan, day);
  CHECK(bytes == canary_report(plan, day));
  CHECK(bytes != canary_report(plan, *parse_day("2018-08-02")));
  const auto submission = decode_submission(bytes);
  REQUIRE(submission);
  const auto& report = submission->report;
  CHECK(report.exercise);
  CHECK(report.reference == "CANARY-2018-08-01");
  CHECK(report.title == "疎通確認（訓練）");
  CHECK(report.organization == "jps");
  CHECK(report.recognized.value == *parse_rfc3339("2018-08-01T06:30:00+09:00"));
}
