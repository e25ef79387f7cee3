// The bodies of the calls on labels, what a report says of its label, and how labels are shown.
#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "src/codec/label_commands.h"
#include "src/codec/label_views.h"
#include "src/codec/report_decoder.h"
#include "src/codec/views.h"
#include "tests/codec/reports.h"
#include "tests/core/scene.h"

using namespace noroshi;
using namespace noroshi::codec;
using namespace noroshi::codec::test;

namespace {

using List = std::vector<std::string>;
namespace json = boost::json;

template <class View>
json::object shown(const View& view) {
  std::string text;
  JsonWriter out(text);
  encode(out, view);
  return json::parse(text).as_object();
}

LabelView own_label() {
  return {"社外秘Ｂ", {2, 0, 1}, "designated_table", "mapped", {"転送禁止", "関係者限り"},
          core::testing::at("2018-08-01T09:40:00+09:00")};
}

}  // namespace

TEST_CASE("a mapping is a wording with its grades") {
  const auto mapping = decode_label_mapping(R"({"own_label":"社外秘Ｂ","confidentiality":2,"availability":1})");
  REQUIRE(mapping.has_value());
  CHECK(mapping->own_label == "社外秘Ｂ");
  CHECK(mapping->grades == core::Grades{2, 0, 1});
  CHECK(mistakes_of(decode_label_mapping("")) == List{"/confidentiality required", "/own_label required"});
  CHECK(mistakes_of(decode_label_mapping(R"({"own_label":" ","confidentiality":4,"integrity":0,"availability":3,"grade":2})")) ==
        List{"/availability out_of_range", "/confidentiality out_of_range", "/grade unknown_member", "/integrity out_of_range",
             "/own_label blank"});
  CHECK(mistakes_of(decode_label_mapping(R"({"own_label":")" + repeated(101, "秘") + R"(","confidentiality":1})")) ==
        List{"/own_label too_long"});
  CHECK(decode_label_mapping_withdrawal(R"({"reason":"廃止"})")->reason == "廃止");
  CHECK(mistakes_of(decode_label_mapping_withdrawal("{}")) == List{"/reason required"});
}

TEST_CASE("a change says what the label is to be, and why; a decision is that of two persons") {
  const auto change = decode_label_change(R"({"own_label":"公開","confidentiality":1,"integrity":2,"reason":"公表済み"})");
  REQUIRE(change.has_value());
  CHECK(change->own_label == "公開");
  CHECK(change->grades == core::Grades{1, 2, 0});
  CHECK(change->reason == "公表済み");
  CHECK(decode_label_change(R"({"confidentiality":1,"own_label":null,"reason":"x"})")->own_label.empty());
  CHECK(mistakes_of(decode_label_change("{}")) == List{"/confidentiality required", "/reason required"});
  const auto granted = decode_label_change_decision(R"({"decision":"approved","reason":"可"})");
  REQUIRE(granted.has_value());
  CHECK(granted->granted);
  CHECK(granted->reason == "可");
  CHECK_FALSE(decode_label_change_decision(R"({"decision":"rejected","reason":"否"})")->granted);
  CHECK(mistakes_of(decode_label_change_decision(R"({"decision":"granted"})")) == List{"/decision value", "/reason required"});
}

TEST_CASE("a report brings its label, its restrictions and its consent; a later version keeps what it does not mention") {
  const auto first = decode_submission(largest_report);
  REQUIRE(first.has_value());
  const auto& report = first->report;
  CHECK(report.confidentiality == 2);
  CHECK(report.integrity == 1);
  CHECK(report.availability == 2);
  CHECK(report.own_label == "部内限り");
  CHECK(report.handling == List{"複製禁止"});
  CHECK(report.consent_to_share == true);

  const auto later = [&](std::string_view members) {
    const auto submission =
        decode_submission(R"({"reference":"R-1","stage":"followup","organization":"jps")" + std::string(members) + "}");
    REQUIRE(submission.has_value());
    auto completed = complete_report(*submission, report.document);
    REQUIRE(completed.has_value());
    return *completed;
  };
  const auto silent = later("");
  CHECK(silent.own_label == "部内限り");
  CHECK(silent.integrity == 1);
  CHECK(silent.handling == List{"複製禁止"});
  CHECK(silent.consent_to_share == true);
  const auto cleared = later(R"(,"classification":{"own_label":null,"integrity":null},"handling":null,"consent_to_share":null)");
  CHECK(cleared.own_label.empty());
  CHECK(cleared.confidentiality == 2);
  CHECK(cleared.integrity == 0);
  CHECK(cleared.handling.empty());
  CHECK(!cleared.consent_to_share);
  CHECK(later(R"(,"handling":["転送禁止"],"consent_to_share":false)").handling == List{"転送禁止"});
}

TEST_CASE("a label is shown with its own wording, the standard's grades, whose definition they follow, and what is enforced") {
  const auto label = shown(own_label());
  CHECK(label.at("own_label") == "社外秘Ｂ");
  CHECK(label.at("confidentiality") == 2);
  CHECK(label.at("integrity").is_null());
  CHECK(label.at("availability") == 1);
  CHECK(label.at("rule") == "designated_table");
  CHECK(label.at("ground") == "mapped");
  CHECK(label.at("restrictions") == json::array{"転送禁止", "関係者限り"});
  CHECK(label.at("enforced") == json::array{"no_forward"});
  CHECK(label.at("given_at") == "2018-08-01T09:40:00+09:00");
  CHECK(shown(LabelView{}).at("own_label").is_null());
}

TEST_CASE("a message carries the label that held when it was sent; an incident the one that holds and those before it") {
  const core::Law& law = core::testing::law();
  const AnswerContext context{law, Language::ja, core::testing::at("2018-08-01T12:00:00+09:00")};
  MessageView message;
  CHECK(json::parse(encode_one(message, context)).as_object().at("label").is_null());
  message.label = own_label();
  CHECK(json::parse(encode_one(message, context)).as_object().at("label") == shown(own_label()));
  IncidentDetail detail;
  CHECK(json::parse(encode_one(detail, context)).as_object().at("label").is_null());
  detail.labels = {own_label(), LabelView{"", {1, 0, 0}, "designated_table", "changed", {}, {}}};
  LabelChangeView change;
  change.id = "c";
  change.grades.confidentiality = 1;
  change.decision = "approved";
  detail.label_changes = {change};
  const auto incident = json::parse(encode_one(detail, context)).as_object();
  CHECK(incident.at("label").at("confidentiality") == 1);
  CHECK(incident.at("label").at("ground") == "changed");
  CHECK(incident.at("labels").as_array().size() == 2);
  CHECK(incident.at("labels").at(0).at("own_label") == "社外秘Ｂ");
  CHECK(incident.at("label_changes").at(0).at("decision") == "approved");
  CHECK(incident.at("label_changes").at(0).at("asked_by").is_null());
}

TEST_CASE("a mapping is shown as in force until it is withdrawn") {
  const AnswerContext context{core::testing::law(), Language::ja, {}};
  LabelMappingView view;
  view.own_label = "社外秘Ｂ";
  view.grades.confidentiality = 2;
  CHECK(json::parse(encode_one(view, context)).as_object().at("in_force") == true);
  view.withdrawn_at = core::testing::at("2018-08-01T09:40:00+09:00");
  CHECK(json::parse(encode_one(view, context)).as_object().at("in_force") == false);
}
