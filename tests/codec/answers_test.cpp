#include "src/codec/answers.h"

#include <boost/json.hpp>

#include "tests/codec/golden.h"
#include "tests/core/scene.h"

namespace noroshi::codec::testing {
namespace {

namespace json = boost::json;
using namespace core::testing;
using core::Role;

AnswerContext context(const Scene& scene, Language language = Language::ja) {
  return {law(), language, scene.now()};
}

const core::ObligationFulfilled* fulfilled(const core::Decision& decision) {
  for (const auto& event : decision.events)
    if (const auto* what = std::get_if<core::ObligationFulfilled>(&event.what)) return what;
  return nullptr;
}

const json::object* duty_of(const json::object& answer, std::string_view rule) {
  for (const auto& duty : answer.at("obligations").as_array())
    if (duty.at("rule") == json::string_view(rule)) return &duty.as_object();
  return nullptr;
}

core::SubmitReport attack_on_jps() {
  auto report = report_of("jps", "2018-08-01T09:00:00+09:00");
  report.in_force.large_scale = {property_feared};
  report.sha256 = std::string(32, '\xab');
  return report;
}

TEST_CASE("a report is answered with its number, every duty it opened, and a receipt") {
  Scene scene("2018-08-01T09:40:00+09:00");
  const auto decision = scene.accept(attack_on_jps());
  check_golden("report", answer_report(decision, context(scene)));
}

TEST_CASE("in English the reasons, alarms and notes are English, the standard's words stay") {
  Scene scene("2022-04-01T12:00:00+09:00");
  const auto decision = scene.accept(report_of("jps", "2022-04-01T11:00:00+09:00"));
  const auto answer = json::parse(answer_report(decision, context(scene, Language::en))).as_object();
  bool told = false;
  for (const auto& note : answer.at("notes").as_array()) told |= note.at("code") == "later_edition_not_held";
  CHECK(told);
  const auto* duty = duty_of(answer, "g.2");
  REQUIRE(duty);
  CHECK(std::string_view(duty->at("because").at(0).as_string()).find("jps") != std::string_view::npos);
  CHECK(std::string_view(duty->at("words").as_string()).find("独立行政法人") != std::string_view::npos);
}

TEST_CASE("a report that comes late says by how much the duty it met was overrun") {
  Scene scene("2018-08-01T11:30:00.5+09:00");
  const auto decision = scene.accept(report_of("jps", "2018-08-01T09:00:00+09:00"));
  const auto answer = json::parse(answer_report(decision, context(scene))).as_object();
  const auto* met = duty_of(answer, "g.2");
  REQUIRE(met);
  CHECK(met->at("state") == "fulfilled");
  CHECK(met->at("overdue") == false);
  CHECK(met->at("late_by") == "PT1H30M1S");
  const auto* police = duty_of(answer, "h");
  REQUIRE(police);
  CHECK(police->at("state") == "open");
  CHECK(police->at("overdue") == false);  // its target is longer
  CHECK(police->at("late_by").is_null());
  CHECK_FALSE(police->contains("sentence"));
}

TEST_CASE("a reassessment is answered with the duties that it ended, and those alone") {
  Scene scene("2018-08-01T09:40:00+09:00");
  scene.accept(report_of("jps", "2018-08-01T09:00:00+09:00"));
  core::MakeJudgement judgement;
  judgement.actor = person("jps");
  judgement.assessment = routing::Assessment::incident;
  judgement.cyberattack = routing::Cyberattack::no;
  judgement.cyberattack_reason = "設定の誤りによる停止";
  const auto answer = json::parse(answer_incident(scene.accept(judgement), context(scene))).as_object();
  CHECK(answer.at("incident").at("cyberattack") == "no");
  const auto& touched = answer.at("obligations").as_array();
  REQUIRE(touched.size() == 1);
  CHECK(touched[0].at("rule") == "h");
  CHECK(touched[0].at("state") == "superseded");
  CHECK(touched[0].at("late_by").is_null());
}

TEST_CASE("a relay is answered with how late it was and the message it sent") {
  Scene scene("2018-08-01T09:40:00+09:00");
  scene.accept(report_of("jps", "2018-08-01T09:00:00+09:00"));
  scene.wait(minutes(45));  // half an hour was allowed
  const auto duty = scene.duty("g.3", "mhlw").id;
  const auto decision = scene.accept(core::FulfillObligation{
      person("mhlw"), duty, core::FulfillmentMethod::relay, std::nullopt, "確認済み", ""});
  REQUIRE(fulfilled(decision));
  const auto text = answer_fulfillment(decision, duty, context(scene));
  const auto answer = json::parse(text).as_object();
  CHECK(answer.at("id") == json::value(to_string(fulfilled(decision)->fulfillment.id)));
  CHECK(answer.at("late_by") == "PT15M");
  CHECK(answer.at("message").at("id") == json::value(to_string(scene.message_to("nisc").id)));
  CHECK(answer.at("obligation").at("state") == "fulfilled");
}

TEST_CASE("a telephone call is answered without a message, and no lateness where there was none") {
  Scene scene("2018-08-01T09:40:00+09:00");
  scene.accept(report_of("jps", "2018-08-01T09:00:00+09:00"));
  const auto duty = scene.duty("g.3", "mhlw").id;
  const auto decision = scene.accept(core::FulfillObligation{
      person("mhlw"), duty, core::FulfillmentMethod::telephone, std::nullopt, "当直に電話", ""});
  const auto answer = json::parse(answer_fulfillment(decision, duty, context(scene))).as_object();
  CHECK(answer.at("message").is_null());
  CHECK(answer.at("late_by").is_null());
  CHECK(answer.at("method") == "telephone");
}

TEST_CASE("a waiver is answered when it is asked for and when it is decided") {
  Scene scene("2018-08-01T09:40:00+09:00");
  scene.accept(report_of("jps", "2018-08-01T09:00:00+09:00"));
  const auto duty = scene.duty("h", "jps").id;
  const auto asked =
      scene.accept(core::AskWaiver{person("jps", Role::csirt_member, "担当"), duty, "重複のため"});
  const auto waiver = scene.incident().waivers.front().id;
  const auto first = json::parse(answer_waiver(asked, waiver, context(scene))).as_object();
  CHECK(first.at("id") == json::value(to_string(waiver)));
  CHECK(first.at("decision") == "pending");
  CHECK(first.at("reason") == "重複のため");
  CHECK(first.at("asked_by") == "担当");
  CHECK_FALSE(first.contains("decided_by"));
  CHECK(first.at("obligation").at("state") == "open");

  const auto decided = scene.accept(core::DecideWaiver{person("jps", Role::exception_officer, "許可権限者"),
                                                       duty, waiver, true, "確認した"});
  const auto second = json::parse(answer_waiver(decided, waiver, context(scene))).as_object();
  CHECK(second.at("decision") == "approved");
  CHECK(second.at("decided_by") == "許可権限者");
  CHECK(second.at("obligation").at("state") == "waived");
}

TEST_CASE("an erasure is answered when it is asked for and when it is decided") {
  Scene scene("2018-08-01T09:40:00+09:00");
  scene.accept(report_of("jps", "2018-08-01T09:00:00+09:00"));
  scene.waive_all();
  scene.acknowledge_all();
  scene.accept(core::MoveIncident{person("jps"), core::IncidentState::closed, "終結"});
  scene.travel_to("2024-04-01T00:00:00+09:00");
  const auto asked = scene.accept(core::AskErasure{person("jps", Role::csirt_head, "責任者"), "満了"});
  const auto first = json::parse(answer_erasure(asked, context(scene))).as_object();
  const auto erasure = scene.incident().erasures.front().id;
  CHECK(first.at("id") == json::value(to_string(erasure)));
  CHECK(first.at("number") == json::value(scene.incident().number));
  CHECK(first.at("decision") == "pending");
  CHECK(first.at("reason") == "満了");
  CHECK(first.at("asked_by") == "責任者");
  CHECK(first.at("retention_class") == "confidentiality_2");
  CHECK(first.at("retained_until") == "2024-04-01T00:00:00+09:00");
  CHECK(first.at("erased_at").is_null());
  CHECK_FALSE(first.contains("decided_by"));

  const auto decided = scene.accept(
      core::DecideErasure{person("jps", Role::section_officer, "課室責任者"), erasure, true, "確認した"});
  const auto second = json::parse(answer_erasure(decided, context(scene))).as_object();
  CHECK(second.at("decision") == "approved");
  CHECK(second.at("decided_by") == "課室責任者");
  CHECK(second.at("decision_reason") == "確認した");
  CHECK(second.at("erased_at") == "2024-04-01T00:00:00+09:00");
}

TEST_CASE("an acknowledgement is answered with who gave it and when") {
  Scene scene("2018-08-01T09:40:00+09:00");
  scene.accept(report_of("jps", "2018-08-01T09:00:00+09:00"));
  const auto message = scene.message_to("mhlw").id;
  scene.wait(minutes(5));
  const auto decision = scene.accept(core::AcknowledgeMessage{person("mhlw"), message, "当直", ""});
  const auto answer = json::parse(answer_acknowledgement(decision, message, context(scene))).as_object();
  CHECK(answer.at("id") == json::value(to_string(message)));
  CHECK(answer.at("acknowledged_by") == "当直");
  CHECK(answer.at("acknowledged_at") == "2018-08-01T09:45:00+09:00");
  CHECK(answer.at("note").is_null());
  CHECK(answer.at("obligation_id") == json::value(to_string(scene.duty("g.2", "jps").id)));
}

TEST_CASE("reasons that come from another body's own judgement are not in an answer to a third") {
  Scene scene("2018-08-01T09:40:00+09:00");
  const auto first = report_of("jps", "2018-08-01T09:00:00+09:00");
  scene.accept(first);
  core::MakeJudgement own;
  own.actor = person("mhlw");
  own.assessment = routing::Assessment::incident;
  own.large_scale = std::vector{property_feared};
  const auto judged = json::parse(answer_incident(scene.accept(own), context(scene))).as_object();
  REQUIRE(duty_of(judged, "i"));
  CHECK(duty_of(judged, "i")->contains("because"));

  const auto later = json::parse(answer_report(scene.accept(followup(first)), context(scene))).as_object();
  int hidden = 0;
  for (const auto& duty : later.at("obligations").as_array()) {
    if (duty.at("holder") != "mhlw" || duty.at("inner") == true) continue;
    CHECK_FALSE(duty.as_object().contains("because"));
    ++hidden;
  }
  CHECK(hidden > 0);  // its duties have a new occasion
}

TEST_CASE("If-Match names a revision by a command's tag, a reader's tag, in a list, or by a star") {
  CHECK(etag_of(7) == "r7");
  CHECK(names_revision("\"r7\"", 7));
  CHECK(names_revision("\"r7-0123456789abcdef\"", 7));
  CHECK(names_revision(" \"r6\" , \"r7\" ", 7));
  CHECK(names_revision("*", 7));
  CHECK_FALSE(names_revision("\"r6\"", 7));
  CHECK_FALSE(names_revision("\"r70\"", 7));
  CHECK_FALSE(names_revision("\"r7", 7));
  CHECK_FALSE(names_revision("r7", 7));
  CHECK_FALSE(names_revision("W/\"r7\"", 7));  // If-Match compares strongly
  CHECK_FALSE(names_revision("", 7));
  CHECK_FALSE(names_revision(",,\"\",\"", 7));
}

}  // namespace
}  // namespace noroshi::codec::testing
