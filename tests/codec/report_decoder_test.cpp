#include "src/codec/report_decoder.h"

#include <doctest/doctest.h>

#include "src/codec/strict_json.h"
#include "tests/codec/reports.h"

using namespace noroshi;
using namespace noroshi::codec;
using namespace noroshi::codec::test;

using List = std::vector<std::string>;

TEST_CASE("the smallest report is complete") {
  const auto submission = decode_submission(smallest_report);
  REQUIRE(submission.has_value());
  CHECK(submission->complete);
  CHECK(submission->members == List{"reference", "stage", "title", "times", "assessment"});
  CHECK(submission->patch == smallest_report);
  const core::Report& report = submission->report;
  CHECK(report.organization.empty());
  CHECK(report.reference == "R-1");
  CHECK(report.stage == core::Stage::first);
  CHECK(report.title == "不審な通信");
  CHECK(report.recognized ==
        core::StatedTime{*parse_rfc3339("2018-08-01T00:00:00Z"), core::Precision::minute});
  CHECK_FALSE(report.occurred);
  CHECK(report.assessment == routing::Assessment::incident);
  CHECK(report.cyberattack == routing::Cyberattack::unknown);
  CHECK(report.large_scale.empty());
  CHECK(report.confidentiality == 0);
  CHECK_FALSE(report.exercise);
  CHECK(report.document == smallest_report);
  CHECK(report.changes == "[]");
}

TEST_CASE("the largest report is kept whole, in the order of the schema") {
  // The same members in the opposite order, and times in UTC.
  auto value = boost::json::parse(largest_report).as_object();
  std::string reversed = "{";
  for (auto member = value.end(); member != value.begin();) {
    --member;
    reversed += boost::json::serialize(member->key()) + ":" + boost::json::serialize(member->value());
    if (member != value.begin()) reversed += ",";
  }
  reversed += "}";
  const auto submission = decode_submission(reversed);
  REQUIRE(submission.has_value());
  const core::Report& report = submission->report;
  CHECK(report.document == largest_report);
  CHECK(report.organization == "jps");
  CHECK(report.occurred == core::StatedTime{*parse_rfc3339("2018-07-29T15:00:00Z"), core::Precision::day});
  CHECK(report.detected ==
        core::StatedTime{*parse_rfc3339("2018-08-01T08:30:00+09:00"), core::Precision::minute});
  CHECK(report.assessed ==
        core::StatedTime{*parse_rfc3339("2018-08-01T09:30:00+09:00"), core::Precision::about});
  CHECK(report.assessment_reason == "通信先が既知の攻撃基盤");
  CHECK(report.cyberattack == routing::Cyberattack::possible);
  CHECK(report.cyberattack_reason == "調査中");
  CHECK(report.large_scale ==
        std::vector<routing::LargeScaleCell>{
            {routing::Criterion::property, routing::Harm::feared, routing::Certainty::may_be}});
  CHECK(report.police == "police-tokyo");
  CHECK(report.exercise);
  CHECK(report.confidentiality == 2);
}

TEST_CASE("a document decodes to itself") {
  const auto once = decode_submission(largest_report);
  REQUIRE(once.has_value());
  const auto twice = decode_submission(once->report.document);
  REQUIRE(twice.has_value());
  CHECK(twice->report == once->report);
}

TEST_CASE("one kind of value written in several ways has one normal form") {
  const auto decoded = decode_submission(R"({
    "reference":"R-1", "stage":"first", "title":"x", "assessment":"incident",
    "times":{"recognized":{"value":"2018-08-01T00:00:00.50Z","precision":null},"occurred":{},"detected":null,"assessed":{"precision":null}},
    "classification":{"confidentiality":2.0,"integrity":10e-1,"own_label":null}, "impact":{"persons_affected":{}},
    "handling":[], "systems":[{"name":"a","product":null}], "summary":"", "exercise":null, "police":null})");
  REQUIRE(decoded.has_value());
  CHECK(decoded->report.document ==
        R"({"reference":"R-1","stage":"first","title":"x","summary":"",)"
        R"("times":{"recognized":{"value":"2018-08-01T09:00:00.5+09:00"}},"assessment":"incident",)"
        R"("systems":[{"name":"a"}],"classification":{"confidentiality":2,"integrity":1},"handling":[]})");
}

TEST_CASE("each mistake has its place and its code") {
  struct Row {
    std::string changes;
    List mistakes;
  };
  const std::string x201 = repeated(201, "字");
  const Row rows[] = {
      // What must be there.
      {R"({"reference":null})", {"/reference required"}},
      {R"({"title":null})", {"/title required"}},
      {R"({"assessment":null})", {"/assessment required"}},
      {R"({"times":null})", {"/times/recognized/value required"}},
      {R"({"times":{"recognized":null}})", {"/times/recognized/value required"}},
      {R"({"times":{"recognized":{"value":null}}})", {"/times/recognized/value required"}},
      {R"({"times":{"occurred":{"precision":"day"}}})", {"/times/occurred/value required"}},
      {R"({"assessment":"not_incident"})", {"/assessment_reason required"}},
      {R"({"assessment":"not_incident","assessment_reason":" \n　"})", {"/assessment_reason required"}},
      {R"({"cyberattack":"no"})", {"/cyberattack_reason required"}},
      {R"({"large_scale":[{}]})",
       {"/large_scale/0/certainty required", "/large_scale/0/criterion required",
        "/large_scale/0/harm required"}},
      {R"({"systems":[{"product":"p"}]})", {"/systems/0/name required"}},
      {R"({"notices_made":[{"means":"電話"}]})", {"/notices_made/0/to required"}},
      // Of another type.
      {R"({"reference":1})", {"/reference type"}},
      {R"({"title":["x"]})", {"/title type"}},
      {R"({"times":"now"})", {"/times type"}},
      {R"({"times":{"recognized":"2018-08-01T09:00:00+09:00"}})", {"/times/recognized type"}},
      {R"({"times":{"recognized":{"value":20180801}}})", {"/times/recognized/value type"}},
      {R"({"large_scale":{}})", {"/large_scale type"}},
      {R"({"large_scale":["life"]})", {"/large_scale/0 type"}},
      {R"({"systems":[null]})", {"/systems/0 type"}},
      {R"({"handling":"x"})", {"/handling type"}},
      {R"({"handling":[1,"x",null]})", {"/handling/0 type", "/handling/2 type"}},
      {R"({"exercise":"true"})", {"/exercise type"}},
      {R"({"consent_to_share":1})", {"/consent_to_share type"}},
      {R"({"classification":{"confidentiality":"2"}})", {"/classification/confidentiality type"}},
      {R"({"classification":{"confidentiality":1.5}})", {"/classification/confidentiality type"}},
      {R"({"impact":[]})", {"/impact type"}},
      {R"({"actions":{"evidence_kept":"yes"}})", {"/actions/evidence_kept type"}},
      // Not on the list.
      {R"({"stage":"First"})", {"/stage value"}},
      {R"({"assessment":"yes"})", {"/assessment value"}},
      {R"({"cyberattack":"maybe"})", {"/cyberattack value"}},
      {R"({"times":{"recognized":{"precision":"second"}}})", {"/times/recognized/precision value"}},
      {R"({"large_scale":[{"criterion":"money","harm":"sure","certainty":"no"}]})",
       {"/large_scale/0/certainty value", "/large_scale/0/criterion value", "/large_scale/0/harm value"}},
      {R"({"category":"malicious-code"})", {"/category value"}},
      {R"({"category":"malicious-code/spam"})", {"/category value"}},
      {R"({"impact":{"integrity":"high"}})", {"/impact/integrity value"}},
      // Out of bounds.
      {R"({"title":")" + x201 + "\"}", {"/title too_long"}},
      {R"({"summary":")" + repeated(20'001, "字") + "\"}", {"/summary too_long"}},
      {R"({"assessment_reason":")" + repeated(4'001, "字") + "\"}", {"/assessment_reason too_long"}},
      {R"({"cyberattack_reason":")" + repeated(4'001, "a") + "\"}", {"/cyberattack_reason too_long"}},
      {R"({"reference":")" + repeated(101, "a") + "\"}", {"/reference too_long"}},
      {R"({"contact":{"role":")" + x201 + "\"}}", {"/contact/role too_long"}},
      {R"({"handling":[)" + repeated(50, "\"a\",") + "\"a\"]}", {"/handling too_many"}},
      {R"({"systems":[)" + repeated(200, "{\"name\":\"a\"},") + "{\"name\":\"a\"}]}", {"/systems too_many"}},
      {R"({"classification":{"confidentiality":0,"integrity":3,"availability":-1}})",
       {"/classification/availability out_of_range", "/classification/confidentiality out_of_range",
        "/classification/integrity out_of_range"}},
      {R"({"classification":{"confidentiality":4}})", {"/classification/confidentiality out_of_range"}},
      {R"({"impact":{"persons_affected":{"min":-1,"max":10000000001}}})",
       {"/impact/persons_affected/max out_of_range", "/impact/persons_affected/min out_of_range"}},
      // Text.
      {R"({"title":""})", {"/title blank"}},
      {R"({"title":" 　\u00a0\ufeff"})", {"/title blank"}},
      {R"({"reference":" "})", {"/reference blank"}},
      {R"({"title":"a\nb"})", {"/title line_break"}},
      {R"({"title":"a\u2028b"})", {"/title line_break"}},
      {R"({"title":"a\u0085b"})", {"/title line_break"}},
      {R"({"title":"a\tb"})", {"/title control_character"}},
      {R"({"title":"a\u001b[31m"})", {"/title control_character"}},
      {R"({"title":"a\u202eb"})", {"/title bidi_control"}},
      {R"({"reference":"a\u2066b"})", {"/reference bidi_control"}},
      {R"({"systems":[{"name":"a\u2069"}]})", {"/systems/0/name bidi_control"}},
      {R"({"title":"\u202e\n\u0007"})",
       {"/title bidi_control", "/title control_character", "/title line_break"}},
      {R"({"summary":"a\u0007"})", {"/summary control_character"}},
      {R"({"summary":"a\u009fb"})", {"/summary control_character"}},
      {R"({"summary":"a\u000bb"})", {"/summary control_character"}},
      {R"({"police":"Police Tokyo"})", {"/police slug"}},
      {R"({"police":""})", {"/police slug"}},
      {R"({"organization":"日本年金機構"})", {"/organization slug"}},
      {R"({"organization":")" + repeated(41, "a") + "\"}", {"/organization slug"}},
      // Times.
      {R"({"times":{"recognized":{"value":"2018-08-01T09:00:00"}}})", {"/times/recognized/value time"}},
      {R"({"times":{"recognized":{"value":"2018-08-01"}}})", {"/times/recognized/value time"}},
      {R"({"times":{"recognized":{"value":"2018-02-30T09:00:00+09:00"}}})", {"/times/recognized/value time"}},
      {R"({"times":{"occurred":{"value":"きのう"}}})", {"/times/occurred/value time"}},
      {R"({"actions":{"isolated_at":"2018-08-01 09:00"}})", {"/actions/isolated_at time"}},
      {R"({"notices_made":[{"to":"警視庁","at":"11:00"}]})", {"/notices_made/0/at time"}},
      // Members that do not go together.
      {R"({"cyberattack":"no","cyberattack_reason":"誤操作","large_scale":[{"criterion":"life","harm":"feared","certainty":"is"}]})",
       {"/large_scale contradiction"}},
      {R"({"impact":{"persons_affected":{"min":11,"max":10}}})", {"/impact/persons_affected contradiction"}},
      {R"({"large_scale":[{"criterion":"life","harm":"feared","certainty":"is"},{"criterion":"life","harm":"feared","certainty":"is"}]})",
       {"/large_scale/1 duplicate"}},
      // Unknown at each level.
      {R"({"severity":5})", {"/severity unknown_member"}},
      {R"({"Title":"x","":1})", {"/ unknown_member", "/Title unknown_member"}},
      {R"({"times":{"reported":{}}})", {"/times/reported unknown_member"}},
      {R"({"times":{"recognized":{"zone":"JST"}}})", {"/times/recognized/zone unknown_member"}},
      {R"({"large_scale":[{"criterion":"life","harm":"feared","certainty":"is","x":1}]})",
       {"/large_scale/0/x unknown_member"}},
      {R"({"systems":[{"name":"a","ip":"x"}]})", {"/systems/0/ip unknown_member"}},
      {R"({"impact":{"scope":1,"persons_affected":{"count":3}}})",
       {"/impact/persons_affected/count unknown_member", "/impact/scope unknown_member"}},
      {R"({"classification":{"secrecy":1}})", {"/classification/secrecy unknown_member"}},
      {R"({"actions":{"blocked":true}})", {"/actions/blocked unknown_member"}},
      {R"({"notices_made":[{"to":"a","by":"b"}]})", {"/notices_made/0/by unknown_member"}},
      {R"({"contact":{"person":"a"}})", {"/contact/person unknown_member"}},
      {R"({"a/b~c":1})", {"/a~1b~0c unknown_member"}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.changes.substr(0, 120));
    CHECK(mistakes_of(decode_submission(with(smallest_report, row.changes))) == row.mistakes);
  }
}

TEST_CASE("what lies within bounds is taken") {
  const std::string rows[] = {
      R"({"title":")" + repeated(200, "𠮷") + "\"}",
      R"({"summary":")" + repeated(20'000, "字") + "\"}",
      R"({"summary":"a\tb\r\nc\u2028d\u202ee"})",
      R"({"reference":")" + repeated(100, "番") + "\"}",
      R"({"handling":[)" + repeated(49, "\"a\",") + "\"a\"]}",
      R"({"assessment":"not_incident","assessment_reason":"誤検知"})",
      R"({"cyberattack":"no","cyberattack_reason":"誤送信","large_scale":[]})",
      R"({"impact":{"persons_affected":{"min":10,"max":10}}})",
      R"({"impact":{"persons_affected":{"min":0}}})",
      R"({"classification":{"confidentiality":3}})",  // the core refuses it
      R"({"times":{"occurred":{"value":"2018-09-01T00:00:00+09:00","precision":"month"}}})",  // people err
      R"({"category":"other/undetermined"})",
      R"({"police":")" + repeated(40, "p") + "\"}",
  };
  for (const std::string& changes : rows) {
    CAPTURE(changes.substr(0, 120));
    CHECK(mistakes_of(decode_submission(with(smallest_report, changes))) == List{});
  }
}

TEST_CASE("a report with twenty-five mistakes hears of all at once") {
  const auto result = decode_submission(R"({
    "reference":"", "stage":"first", "title":"a\nb", "summary":1, "assessment":"maybe", "assessment_reason":[],
    "times":{"occurred":{"value":"x"},"detected":{"precision":"x"},"assessed":5,"told":1},
    "cyberattack":0, "large_scale":[{"criterion":"life","harm":"feared"}], "category":"x",
    "systems":[{}], "impact":{"integrity":"x","persons_affected":{"min":2,"max":1}},
    "classification":{"confidentiality":9}, "handling":{}, "actions":{"isolated_at":"x"}, "notices_made":[{"to":""}],
    "police":"X", "exercise":0, "contact":{"name":"x"}, "organisation":"jps"})");
  REQUIRE_FALSE(result.has_value());
  CHECK(mistakes(result.error()) == List{"/actions/isolated_at time",
                                         "/assessment value",
                                         "/assessment_reason type",
                                         "/category value",
                                         "/classification/confidentiality out_of_range",
                                         "/contact/name unknown_member",
                                         "/cyberattack type",
                                         "/exercise type",
                                         "/handling type",
                                         "/impact/integrity value",
                                         "/impact/persons_affected contradiction",
                                         "/large_scale/0/certainty required",
                                         "/notices_made/0/to blank",
                                         "/organisation unknown_member",
                                         "/police slug",
                                         "/reference blank",
                                         "/summary type",
                                         "/systems/0/name required",
                                         "/times/assessed type",
                                         "/times/detected/precision value",
                                         "/times/detected/value required",
                                         "/times/occurred/value time",
                                         "/times/recognized/value required",
                                         "/times/told unknown_member",
                                         "/title line_break"});
  for (const auto& error : result.error()) {
    CHECK_FALSE(error.message.ja.empty());
    CHECK_FALSE(error.message.en.empty());
    CHECK(error.message.ja != error.message.en);
  }
  CHECK_FALSE(is_malformed(result.error()));
}

TEST_CASE("thousands of mistakes end in a last word") {
  std::string body(smallest_report);
  body.pop_back();
  for (int i = 0; i < 5'000; ++i) body += ",\"x" + std::to_string(i) + "\":0";
  const auto result = decode_submission(body + "}");
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().size() == 201);
  CHECK(result.error().front().pointer == "/x0");
  CHECK(result.error().back().code == "too_many_mistakes");
}

TEST_CASE("no message repeats a value of the report") {
  const auto result = decode_submission(
      with(smallest_report,
           R"({"title":"秘密\n","category":"秘密","police":"秘密","times":{"occurred":{"value":"秘密"}}})"));
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().size() == 4);
  for (const auto& error : result.error())
    CHECK((error.message.ja + error.message.en + error.pointer).find("秘密") == std::string::npos);
}

TEST_CASE("what is no object or no JSON is refused as such") {
  for (const char* body : {"null", "[]", "\"first\"", "1", "[{\"stage\":\"first\"}]"})
    CHECK(mistakes_of(decode_submission(body)) == List{" type"});
  for (const char* body : {"", "{", "{}{}", "{\"stage\":\"first\",\"stage\":\"first\"}"}) {
    const auto result = decode_submission(body);
    REQUIRE_FALSE(result.has_value());
    CHECK(is_malformed(result.error()));
  }
}
