// 続報, 最終報, 訂正: a submission laid over the document in force.
#include <doctest/doctest.h>

#include "src/codec/report_decoder.h"
#include "tests/codec/reports.h"

using namespace noroshi;
using namespace noroshi::codec;
using namespace noroshi::codec::test;

using List = std::vector<std::string>;

namespace {

tl::expected<core::Report, std::vector<core::FieldError>> laid_over(std::string_view document,
                                                                    std::string_view submitted) {
  const auto submission = decode_submission(submitted);
  if (!submission) return tl::unexpected(submission.error());
  return complete_report(*submission, document);
}

}  // namespace

TEST_CASE("a followup needs its reference and stage alone") {
  const auto submission = decode_submission(R"({"stage":"followup","reference":"R-1"})");
  REQUIRE(submission.has_value());
  CHECK_FALSE(submission->complete);
  CHECK(submission->report.reference == "R-1");
  CHECK(submission->report.stage == core::Stage::followup);
  CHECK(submission->report.document.empty());
  CHECK(submission->members == List{"reference", "stage"});

  const auto report = complete_report(*submission, largest_report);
  REQUIRE(report.has_value());
  CHECK(report->document == with(largest_report, R"({"stage":"followup"})"));
  CHECK(report->changes == R"([{"pointer":"/stage","before":"first","after":"followup"}])");
  CHECK(report->title == "不審な通信");
  CHECK(report->large_scale.size() == 1);
}

TEST_CASE("a followup without reference or of an unknown stage is refused") {
  CHECK(mistakes_of(decode_submission(R"({"stage":"final"})")) == List{"/reference required"});
  CHECK(mistakes_of(decode_submission(R"({"reference":"R-1"})")) == List{"/stage required"});
  CHECK(mistakes_of(decode_submission(R"({"reference":"R-1","stage":"last"})")) == List{"/stage value"});
}

TEST_CASE(
    "absent keeps, null clears, objects merge, arrays are replaced, and each changed leaf is named with what "
    "stood before and what stands now") {
  const auto report =
      laid_over(largest_report, R"({"reference":"R-1","stage":"final","title":"標的型攻撃","summary":null,
      "times":{"occurred":null,"detected":{"precision":"hour"},"recognized":{"value":"2018-08-01T00:00:00Z"}},
      "large_scale":[],"impact":{"persons_affected":{"max":null},"services":["窓口","電話"]},"contact":null,
      "exercise":false,"police":null,"actions":{"note":"保全済み"}})");
  REQUIRE(report.has_value());
  CHECK(report->stage == core::Stage::final);
  CHECK_FALSE(report->occurred);
  CHECK(report->detected->precision == core::Precision::hour);
  CHECK(report->recognized.value == *parse_rfc3339("2018-08-01T00:00:00Z"));
  CHECK(report->large_scale.empty());
  CHECK_FALSE(report->exercise);
  CHECK(report->police.empty());
  CHECK(report->organization == "jps");
  CHECK(
      report->changes ==
      R"([{"pointer":"/stage","before":"first","after":"final"},)"
      R"({"pointer":"/title","before":"不審な通信","after":"標的型攻撃"},)"
      R"({"pointer":"/times/detected/precision","before":"minute","after":"hour"},)"
      R"({"pointer":"/times/occurred/value","before":"2018-07-30T00:00:00+09:00","after":null},)"
      R"({"pointer":"/times/occurred/precision","before":"day","after":null},)"
      R"({"pointer":"/large_scale","before":[{"criterion":"property","harm":"feared","certainty":"may_be"}],"after":[]},)"
      R"({"pointer":"/impact/persons_affected/max","before":100,"after":null},)"
      R"({"pointer":"/impact/services","before":["窓口"],"after":["窓口","電話"]},)"
      R"({"pointer":"/exercise","before":true,"after":false},)"
      R"({"pointer":"/summary","before":"一行目\n二行目","after":null},)"
      R"({"pointer":"/police","before":"police-tokyo","after":null},)"
      R"({"pointer":"/contact/role","before":"CSIRT 責任者","after":null},)"
      R"({"pointer":"/contact/means","before":"内線 1234","after":null}])");
}

TEST_CASE("what a followup brings anew has nothing before it") {
  const auto report = laid_over(
      smallest_report,
      R"({"reference":"R-1","stage":"followup","impact":{"persons_affected":{"min":3}},"times":{"recognized":{"precision":"about"}}})");
  REQUIRE(report.has_value());
  CHECK(report->recognized.precision == core::Precision::about);
  CHECK(report->changes == R"([{"pointer":"/stage","before":"first","after":"followup"},)"
                           R"({"pointer":"/times/recognized/precision","before":null,"after":"about"},)"
                           R"({"pointer":"/impact/persons_affected/min","before":null,"after":3}])");
}

TEST_CASE("what the whole cannot be without cannot be cleared") {
  const struct {
    const char* submitted;
    List mistakes;
  } rows[] = {
      {R"({"reference":"R-1","stage":"followup","title":null})", {"/title required"}},
      {R"({"reference":"R-1","stage":"followup","assessment":null})", {"/assessment required"}},
      {R"({"reference":"R-1","stage":"followup","times":null})", {"/times/recognized/value required"}},
      {R"({"reference":"R-1","stage":"followup","times":{"recognized":null}})",
       {"/times/recognized/value required"}},
      {R"({"reference":"R-1","stage":"followup","times":{"recognized":{"value":null}}})",
       {"/times/recognized/value required"}},
      {R"({"reference":null,"stage":"followup"})", {"/reference required"}},
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(row.submitted));
    CHECK(mistakes_of(decode_submission(row.submitted)) == row.mistakes);
  }
}

TEST_CASE("each member of a followup is checked as in a first report") {
  CHECK(
      mistakes_of(decode_submission(
          R"({"reference":"R-1","stage":"followup","title":"a\nb","severity":1,"times":{"occurred":{"value":"x"}}})")) ==
      List{"/severity unknown_member", "/times/occurred/value time", "/title line_break"});
}

TEST_CASE("contradictions that the two make together are found") {
  const struct {
    const char* submitted;
    List mistakes;
  } rows[] = {
      {R"({"reference":"R-1","stage":"followup","cyberattack":"no","cyberattack_reason":"誤操作"})",
       {"/large_scale contradiction"}},
      {R"({"reference":"R-1","stage":"followup","cyberattack":"no","cyberattack_reason":null,"large_scale":null})",
       {"/cyberattack_reason required"}},
      {R"({"reference":"R-1","stage":"followup","assessment":"not_incident","assessment_reason":null})",
       {"/assessment_reason required"}},
      {R"({"reference":"R-1","stage":"followup","impact":{"persons_affected":{"min":101}}})",
       {"/impact/persons_affected contradiction"}},
      {R"({"reference":"R-1","stage":"followup","times":{"occurred":{"value":null}}})",
       {"/times/occurred/value required"}},
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(row.submitted));
    CHECK(mistakes_of(decode_submission(row.submitted)) == List{});
    CHECK(mistakes_of(laid_over(largest_report, row.submitted)) == row.mistakes);
  }
  CHECK(
      laid_over(
          largest_report,
          R"({"reference":"R-1","stage":"followup","cyberattack":"no","cyberattack_reason":"誤操作","large_scale":[]})")
          .has_value());
}

TEST_CASE("many versions lie on one another as one would") {
  std::string document(smallest_report);
  for (int version = 2; version <= 50; ++version) {
    const std::string number = std::to_string(version);
    const auto report =
        laid_over(document, R"({"reference":"R-1","stage":"followup","summary":"第)" + number +
                                R"(報","impact":{"persons_affected":{"min":)" + number + "}}}");
    REQUIRE(report.has_value());
    document = report->document;
  }
  CHECK(document == R"({"reference":"R-1","stage":"followup","title":"不審な通信","summary":"第50報",)"
                    R"("times":{"recognized":{"value":"2018-08-01T09:00:00+09:00"}},"assessment":"incident",)"
                    R"("impact":{"persons_affected":{"min":50}}})");
}

TEST_CASE("a first report laid over a document stands alone") {
  const auto report = laid_over(largest_report, smallest_report);
  REQUIRE(report.has_value());
  CHECK(report->document == smallest_report);
}
