#include "src/codec/views.h"

#include <boost/json.hpp>

#include "src/codec/law_views.h"
#include "tests/codec/golden.h"
#include "tests/core/scene.h"

namespace noroshi::codec::testing {
namespace {

namespace json = boost::json;
using namespace core::testing;

constexpr std::string_view noon = "2018-08-01T12:00:00+09:00";

AnswerContext context(std::string_view now = noon, Language language = Language::ja) {
  return {law(), language, at(now)};
}

ObligationView open_duty() {
  ObligationView view;
  view.id = "01649a4e-2f00-7000-8000-000000000005";
  view.incident_id = "01649a4e-2f00-7000-8000-000000000001";
  view.number = "JPS-2018-1";
  view.edition = "h30";
  view.rule = "h";
  view.clause = "2.2.4(2)(h)";
  view.holder = "jps";
  view.recipient = "police-tokyo";
  view.opens_on = "assessment";
  view.opened_at = at("2018-08-01T09:40:00+09:00");
  view.due_at = at("2018-08-01T10:00:00+09:00");
  view.target = std::chrono::hours(24);
  view.state = "open";
  return view;
}

json::object shown(const ObligationView& view, std::string_view now) {
  return json::parse(encode_one(view, context(now))).as_object();
}

TEST_CASE("an open duty is overdue from the first instant after its target, and says by how much") {
  const auto view = open_duty();
  CHECK(shown(view, "2018-08-01T10:00:00+09:00").at("overdue") == false);
  CHECK(shown(view, "2018-08-01T10:00:00+09:00").at("late_by").is_null());
  CHECK(shown(view, "2018-08-01T10:00:00.000001+09:00").at("overdue") == true);
  CHECK(shown(view, "2018-08-01T10:00:00.000001+09:00").at("late_by") == "PT1S");
  CHECK(shown(view, noon).at("late_by") == "PT2H");
}

TEST_CASE("a met duty keeps the lateness it was met with; an ended one has none") {
  auto view = open_duty();
  view.state = "fulfilled";
  view.fulfilled_at = at("2018-08-01T10:30:00+09:00");
  CHECK(shown(view, noon).at("late_by") == "PT30M");
  CHECK(shown(view, noon).at("overdue") == false);
  view.fulfilled_at = at("2018-08-01T09:59:59+09:00");
  CHECK(shown(view, noon).at("late_by").is_null());
  view.fulfilled_at.reset();
  for (const char* state : {"waived", "superseded"}) {
    view.state = state;
    CHECK(shown(view, noon).at("late_by").is_null());
    CHECK(shown(view, noon).at("overdue") == false);
  }
}

TEST_CASE(
    "a duty says that its due time is the operator's target, with clause, words and gloss of its edition") {
  const auto duty = shown(open_duty(), noon);
  CHECK(duty.at("target_is") == "operator_target");
  CHECK_FALSE(duty.at("target").as_string().empty());
  CHECK_FALSE(duty.at("words").as_string().empty());
  CHECK_FALSE(duty.at("gloss").as_string().empty());
  CHECK_FALSE(duty.contains("sentence"));
  CHECK_FALSE(duty.contains("because"));
  CHECK(duty.at("formerly").is_null());
}

TEST_CASE("a duty of an edition that is no longer held is shown without its words") {
  auto view = open_duty();
  view.edition = "h26";
  const auto duty = shown(view, noon);
  CHECK(duty.at("words") == "");
  CHECK(duty.at("target") == "PT24H");
  CHECK(duty.at("clause") == "2.2.4(2)(h)");
}

TEST_CASE("an incident is shown whole") {
  IncidentDetail detail;
  detail.summary = {.id = "01649a4e-2f00-7000-8000-000000000001",
                    .number = "JPS-2018-1",
                    .reference = "JPS-0042",
                    .organization = "jps",
                    .title = "不審な通信",
                    .state = "assessed",
                    .assessment = "incident",
                    .cyberattack = "possible",
                    .exercise = true,
                    .recognized_at = at("2018-08-01T09:00:00+09:00"),
                    .opened_at = at("2018-08-01T09:40:00+09:00"),
                    .version = 2,
                    .overdue = true,
                    .revision = 9};
  detail.submitted_by = "jps";
  detail.judgements.push_back({.organization = "jps",
                               .assessment = "incident",
                               .cyberattack = "possible",
                               .large_scale = {"property/feared/may_be"},
                               .assessment_reason = "",
                               .cyberattack_reason = "",
                               .made_at = at("2018-08-01T09:40:00+09:00")});
  detail.document = R"({"title":"不審な通信"})";
  detail.reports.push_back({.id = "01649a4e-2f00-7000-8000-000000000002",
                            .version = 2,
                            .stage = "followup",
                            .submitted_by = "jps",
                            .received_at = at("2018-08-01T10:40:00+09:00"),
                            .sha256 = std::string(64, 'a'),
                            .length = 120,
                            .changes = std::nullopt});
  detail.recipients_added.push_back({"police-osaka", true, "所在地", at("2018-08-01T10:45:00+09:00")});
  detail.obligations.push_back(open_duty());
  MessageView message;
  message.id = "01649a4e-2f00-7000-8000-000000000006";
  message.kind = "report";
  message.incident_id = detail.summary.id;
  message.number = detail.summary.number;
  message.reference = detail.summary.reference;
  message.title = detail.summary.title;
  message.exercise = true;
  message.version = 1;
  message.sender = "jps";
  message.recipient = "mhlw";
  message.clause = "2.2.4(2)(g)";
  message.sentence = 2;
  message.state = "delivered";
  message.sent_at = at("2018-08-01T09:40:00+09:00");
  message.acknowledged_at = at("2018-08-01T09:50:00+09:00");
  message.acknowledged_by = "当直";
  message.receipt_number = "MHLW-R-49QD-C9AP-39PM";
  detail.messages.push_back(message);
  detail.alarms.push_back({.id = "01649a4e-2f00-7000-8000-000000000007",
                           .code = "no_police_known",
                           .obligation_id = std::nullopt,
                           .incident_id = detail.summary.id,
                           .number = detail.summary.number,
                           .exercise = true,
                           .clause = std::nullopt,
                           .organization = "jps",
                           .role = "",
                           .level = 0,
                           .raised_at = at("2018-08-01T09:40:00+09:00"),
                           .due_at = std::nullopt,
                           .message = {"警察が分からない", "no police is known"}});
  detail.timeline.push_back({.id = "01649a4e-2f00-7000-8000-000000000008",
                             .type = "report.received",
                             .at = at("2018-08-01T09:40:00+09:00"),
                             .organization = "jps",
                             .role = "csirt_member",
                             .subject = std::nullopt,
                             .sequence = 12});
  detail.timeline.push_back({.id = "01649a4e-2f00-7000-8000-000000000009",
                             .type = "obligation.passed",
                             .at = at("2018-08-01T09:41:00+09:00"),
                             .organization = "",
                             .role = "",
                             .subject = "01649a4e-2f00-7000-8000-000000000005",
                             .sequence = std::nullopt});
  check_golden("incident", encode_one(detail, context()));
}

TEST_CASE("how long the content is kept follows the operator's classes from when the case ended, and no earlier") {
  IncidentSummary view;
  view.confidentiality = 1;
  const auto shown_summary = [&] { return json::parse(encode_one(view, context())).as_object(); };
  CHECK(shown_summary().at("retention_class") == "confidentiality_1");
  CHECK(shown_summary().at("retained_until").is_null());
  view.ended_at = at("2018-08-01T09:00:00+09:00");
  CHECK(shown_summary().at("retained_until") == "2024-04-01T00:00:00+09:00");
  view.exercise = true;
  CHECK(shown_summary().at("retention_class") == "exercise");
  CHECK(shown_summary().at("retained_until") == "2020-04-01T00:00:00+09:00");
  CHECK(shown_summary().at("erased_at").is_null());
  CHECK(shown_summary().at("erased_by").is_null());
}

TEST_CASE("a message whose content was erased says when and by which body; its report has no document and no digest") {
  MessageDetail detail;
  detail.message.id = "m";
  detail.message.title = "erased";
  detail.message.erased_at = at("2024-04-01T09:00:00+09:00");
  detail.message.erased_by = "jps";
  detail.note = "erased";
  detail.report.emplace();
  detail.report->version = 3;
  const auto one = json::parse(encode_one(detail, context())).as_object();
  CHECK(one.at("erased_at") == "2024-04-01T09:00:00+09:00");
  CHECK(one.at("erased_by") == "jps");
  CHECK(one.at("report").at("version") == 3);
  for (const auto* gone : {"document", "sha256", "length", "changes"}) CHECK(one.at("report").at(gone).is_null());
}

TEST_CASE("every happening of the core has words for people in the timeline") {
  IncidentDetail detail;
  const core::Happening all[] = {
      core::IncidentOpened{},     core::ReportReceived{},      core::JudgementMade{},
      core::IncidentMoved{},      core::AccessGranted{},       core::RecipientAdded{},
      core::ObligationOpened{},   core::ObligationFulfilled{}, core::ObligationSuperseded{},
      core::ObligationReopened{}, core::ObligationWaived{},    core::ObligationRecurred{},
      core::ObligationPassed{},   core::MessageSent{},         core::MessageAcknowledged{},
      core::WaiverAsked{},        core::WaiverDecided{},       core::AlarmRaised{},
      core::AlarmRung{},          core::RelaySwitchAsked{},    core::RelaySwitchDecided{},
      core::MessagePassed{},      core::IncidentPassed{},
      core::RecordContinued{},    core::KeyRegistered{},       core::KeyRetired{},
      core::ErasureAsked{},       core::ErasureDecided{},
      core::PersonRegistered{}, core::PersonChanged{}, core::PersonLeft{}, core::AppointmentMade{},
      core::AppointmentEnded{}, core::DelegationMade{}, core::DelegationEnded{}, core::TrainingRecorded{},
      core::ShiftSet{}, core::ShiftCancelled{}, core::AssignmentProposed{}, core::AssignmentAccepted{},
      core::AssignmentDeclined{}, core::AssignmentActivated{}, core::AssignmentHandedOver{},
      core::AssignmentReleased{}, core::AssignmentDutyMoved{}, core::CymatRequested{}, core::CymatForwarded{},
      core::CymatReceived{}, core::CymatDecided{}, core::CymatMemberProposed{}, core::CymatMemberAnswered{},
      core::CymatMemberWithdrawn{}, core::CymatFormed{}, core::CymatDispatched{}, core::CymatBegun{},
      core::CymatLogged{}, core::CymatEnded{}, core::CymatReported{}, core::AccessEnded{},
      core::HandlingStepTaken{}, core::InstructionGiven{}, core::InstructionAnswered{}, core::PlatformLinked{},
      core::EndpointProposed{}, core::EndpointDecided{}, core::EndpointDisabled{}, core::EndpointResumed{},
      core::EndpointWithdrawn{}, core::DeliveryQueued{}, core::DeliverySettled{}, core::DeliveryReplayed{},
      core::LabelGiven{}, core::LabelChangeAsked{}, core::LabelChangeDecided{}, core::ConsentStated{}, core::LabelMappingSet{},
      core::LabelMappingWithdrawn{}, core::SealingKeyProposed{}, core::SealingKeyDecided{}, core::SealingKeyRevoked{},
      core::AnnexAsked{}, core::AnnexDecided{}, core::AnnexSealed{}, core::AnnexRewrapped{}, core::AnnexUnreadable{},
      core::AttachmentAdded{}, core::ContentWithheld{}, core::ContentReleased{}, core::InquiryAsked{}, core::InquiryAnswered{},
      core::InquiryWithdrawn{}, core::NoticeGiven{}, core::NoticeAnswered{}, core::NoticeLinked{}};
  static_assert(std::size(all) == std::variant_size_v<core::AnyHappening>);
  for (const auto& happening : all)
    detail.timeline.push_back({.type = std::string(core::type_of(happening))});
  for (const auto language : {Language::ja, Language::en}) {
    const auto shown = json::parse(encode_one(detail, context(noon, language))).as_object();
    for (const auto& entry : shown.at("timeline").as_array()) CHECK(entry.at("text") != entry.at("type"));
  }
}

TEST_CASE("a message is shown with the report as sent and the cursor of a page stands beside its items") {
  MessageDetail detail;
  detail.message.id = "m";
  detail.note = "メモ";
  detail.report.emplace();
  detail.report->version = 3;
  detail.report->changes = R"([{"pointer":"/title","before":"a","after":"b"}])";
  detail.document = R"({"title":"b"})";
  const auto one = json::parse(encode_one(detail, context())).as_object();
  CHECK(one.at("note") == "メモ");
  CHECK(one.at("report").at("version") == 3);
  CHECK(one.at("report").at("changes").at(0).at("after") == "b");
  CHECK(one.at("report").at("document").at("title") == "b");
  CHECK(one.at("acknowledged_at").is_null());
  CHECK(one.at("clause").is_null());

  const std::vector<MessageView> page{detail.message};
  CHECK(json::parse(encode_list(page, std::nullopt, context())).at("next").is_null());
  const auto list = json::parse(encode_list(page, "next-page", context())).as_object();
  CHECK(list.at("items").as_array().size() == 1);
  CHECK(list.at("next") == "next-page");
}

TEST_CASE("text of a report cannot break out of the answer") {
  IncidentSummary summary;
  summary.title = "\"},{\"id\":\"x</script>\xE2\x80\xA8\x1b[2J";
  const auto text = encode_one(summary, context());
  CHECK(json::parse(text).at("title") == json::string_view(summary.title));
  CHECK(text.find("</script>") == std::string::npos);
  CHECK(text.find('\x1b') == std::string::npos);
}

TEST_CASE("the registry on a day: who was there, who supervised whom") {
  const auto of = [](const char* day, const char* id) {
    const OrganizationFilter filter{parse_day(day), std::nullopt};
    const auto list = json::parse(encode_organizations(filter, context())).as_object();
    for (const auto& item : list.at("items").as_array())
      if (item.at("id") == id) return item.as_object();
    return json::object{};
  };
  const auto jps = of("2018-08-01", "jps");
  CHECK(jps.at("kind") == "designated_corporation");
  CHECK(jps.at("in_force") == true);
  CHECK(jps.at("supervised_by").at(0).at("organization") == "mhlw");
  CHECK(of("2018-08-01", "nco").empty());
  CHECK(of("2025-07-01", "nisc").empty());
  CHECK_FALSE(of("2018-08-01", "nisc").empty());
}

TEST_CASE("a body that has ended is shown with the supervisors of its last day and the body in its place") {
  const auto list = json::parse(encode_organizations({}, context("2026-11-23T12:00:00+09:00"))).as_object();
  CHECK(list.at("items").as_array().size() == law().registry.organizations().size());
  for (const auto& item : list.at("items").as_array()) {
    if (item.at("id") != "ncgm") continue;
    CHECK(item.at("in_force") == false);
    CHECK(item.at("valid_to") == "2025-03-31");
    CHECK_FALSE(item.at("supervised_by").as_array().empty());
  }
}

TEST_CASE("an edition is shown with its rules") {
  check_golden("edition_h28", encode_edition(*law().editions.find("h28"), context()));
  const auto list = json::parse(encode_editions(context(noon, Language::en))).as_object();
  CHECK(list.at("items").at(0).at("id") == "h28");
  CHECK(list.at("items").at(1).at("later_not_held").at("from") == "2021-07-07");
  CHECK_FALSE(list.at("items").at(0).as_object().contains("rules"));
}

}  // namespace
}  // namespace noroshi::codec::testing
