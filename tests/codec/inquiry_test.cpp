// The bodies of the calls on inquiries and notices, and how both are shown.
#include "src/codec/inquiry_commands.h"
#include "src/codec/inquiry_views.h"

#include <doctest/doctest.h>

#include "src/codec/views.h"
#include "tests/codec/reports.h"
#include "tests/core/scene.h"

using namespace noroshi;
using namespace noroshi::codec;
using namespace noroshi::codec::test;

using List = std::vector<std::string>;

namespace {

constexpr auto id = "01649a4e-2f00-7000-8000-000000000008";
const auto asked_at = *parse_rfc3339("2018-08-01T09:00:00+09:00");

AnswerContext context_at(Timestamp now) { return {core::testing::law(), Language::ja, now}; }

}  // namespace

TEST_CASE("an inquiry names whom it asks, what, and the inquiry that it passes on") {
  const auto asked = decode_inquiry(R"({"to":"mhlw","text":"いつから\n続いているか","passes_on":"01649a4e-2f00-7000-8000-000000000008"})");
  REQUIRE(asked.has_value());
  CHECK(asked->to == "mhlw");
  CHECK(asked->text == "いつから\n続いているか");
  CHECK(to_string(*asked->passes_on) == id);
  CHECK_FALSE(decode_inquiry(R"({"to":"mhlw","text":"問","passes_on":null})")->passes_on);
  CHECK(mistakes_of(decode_inquiry("")) == List{"/text required", "/to required"});
  CHECK(mistakes_of(decode_inquiry(R"({"to":"MHLW","text":" ","passes_on":"第一号","due_at":"x"})")) ==
        List{"/due_at unknown_member", "/passes_on value", "/text blank", "/to slug"});
  const auto too_long = R"({"to":"mhlw","text":")" + std::string(4001, 'x') + "\"}";
  CHECK(mistakes_of(decode_inquiry(too_long)) == List{"/text too_long"});
}

TEST_CASE("answer and withdrawal say something") {
  CHECK(decode_inquiry_answer(R"({"text":"5月8日から"})")->text == "5月8日から");
  CHECK(mistakes_of(decode_inquiry_answer("{}")) == List{"/text required"});
  CHECK(decode_inquiry_withdrawal(R"({"reason":"判明したため"})")->reason == "判明したため");
  CHECK(mistakes_of(decode_inquiry_withdrawal(R"({"reason":""})")) == List{"/reason blank"});
}

TEST_CASE("notices: down on an incident, before there is one, their answer and their link") {
  CHECK(decode_notice_down(R"({"to":"mhlw","text":"知らせ"})")->to == "mhlw");
  CHECK(mistakes_of(decode_notice_down(R"({"to":"mhlw","text":"知らせ","passes_on":null})")) == List{"/passes_on unknown_member"});
  const auto given = decode_notice(R"({"to":"jps","text":"不審な通信","passes_on":"01649a4e-2f00-7000-8000-000000000008"})");
  REQUIRE(given.has_value());
  CHECK(to_string(*given->passes_on) == id);
  CHECK(mistakes_of(decode_notice("{}")) == List{"/text required", "/to required"});
  CHECK(decode_notice_answer(R"({"text":"確認中"})")->text == "確認中");
  CHECK(to_string(decode_notice_link(R"({"incident":"01649a4e-2f00-7000-8000-000000000008"})")->incident) == id);
  CHECK(mistakes_of(decode_notice_link("{}")) == List{"/incident required"});
  CHECK(mistakes_of(decode_notice_link(R"({"incident":"JPS-2015-1"})")) == List{"/incident value"});
}

TEST_CASE("an inquiry is open, answered or withdrawn, and overdue only while it is open") {
  InquiryView view;
  view.due_at = asked_at;
  CHECK(state_of(view) == "open");
  CHECK_FALSE(overdue(view, asked_at));
  CHECK(overdue(view, asked_at + std::chrono::seconds(1)));
  view.withdrawn_at = asked_at;
  CHECK(state_of(view) == "withdrawn");
  CHECK_FALSE(overdue(view, asked_at + std::chrono::seconds(1)));
  view.withdrawn_at.reset();
  view.answered_at = asked_at;
  CHECK(state_of(view) == "answered");
  CHECK_FALSE(overdue(view, asked_at + std::chrono::seconds(1)));
}

TEST_CASE("an inquiry as it is shown") {
  InquiryView view{id, "i", "JPS-2018-1", true, "nisc", "mhlw", "問", std::nullopt, {"x"}, "", asked_at, asked_at + std::chrono::hours(24),
                   std::nullopt, "", "", std::nullopt, "", 1};
  CHECK(encode_one(view, context_at(asked_at)) ==
        R"({"id":"01649a4e-2f00-7000-8000-000000000008","incident":{"id":"i","number":"JPS-2018-1","exercise":true},"from":"nisc","to":"mhlw",)"
        R"("text":"問","state":"open","passes_on":null,"passed_on":["x"],"asked_by":null,"asked_at":"2018-08-01T09:00:00+09:00",)"
        R"("due_at":"2018-08-02T09:00:00+09:00","target_is":"operator_target","overdue":false,"answered_at":null,"answered_by":null,)"
        R"("answer":null,"withdrawn_at":null,"withdrawal_reason":null})");
}

TEST_CASE("a notice tells how long it has waited, until it is answered") {
  NoticeView view{id, "nisc", "mhlw", "不審な通信", "p", {}, "連絡担当", asked_at, std::nullopt, "", "", {{"i", "JPS-2015-1"}}, 1};
  const auto shown = encode_one(view, context_at(asked_at + std::chrono::hours(36)));
  CHECK(shown ==
        R"({"id":"01649a4e-2f00-7000-8000-000000000008","from":"nisc","to":"mhlw","text":"不審な通信","passes_on":"p","passed_on":[],)"
        R"("given_by":"連絡担当","given_at":"2018-08-01T09:00:00+09:00","waiting":"PT36H","answered_at":null,"answered_by":null,)"
        R"("answer":null,"incidents":[{"id":"i","number":"JPS-2015-1"}]})");
  view.answered_at = asked_at;
  CHECK(encode_one(view, context_at(asked_at + std::chrono::hours(36))).find(R"("waiting":null)") != std::string::npos);
}

TEST_CASE("what a command on them is answered") {
  const auto context = context_at(asked_at);
  core::Incident incident;
  incident.number = "JPS-2018-1";
  core::Inquiry inquiry;
  inquiry.from = "nisc";
  inquiry.to = "mhlw";
  inquiry.text = "問";
  inquiry.due_at = asked_at;
  const core::Event asked{{}, asked_at, core::Actor{{}, "nisc", core::Role::center_liaison, "連絡担当", {}}, {}, core::InquiryAsked{inquiry}};
  core::Decision decision{{asked}, incident, {}};
  core::evolve(decision.after, asked);
  const auto told = answer_inquiry(decision, context);
  CHECK(told.find(R"("inquiry":{"id":"00000000-0000-0000-0000-000000000000")") != std::string::npos);
  CHECK(told.find(R"("asked_by":"連絡担当")") != std::string::npos);
  CHECK(told.find(R"("incident":{"id":"00000000-0000-0000-0000-000000000000","number":"JPS-2018-1","state":"reported","exercise":false}})") !=
        std::string::npos);
  core::Message message;
  message.kind = core::MessageKind::notice;
  message.sender = "nisc";
  message.recipient = "mhlw";
  message.note = "知らせ";
  message.sent_at = asked_at;
  const core::Event sent{{}, asked_at, asked.actor, {}, core::MessageSent{message}};
  CHECK(answer_inquiry(core::Decision{{sent}, incident, {}}, context).find(R"("message":{"id":"00000000-)") == 1);
  core::Notice notice;
  notice.from = "nisc";
  notice.to = "mhlw";
  notice.text = "不審な通信";
  const core::Event given{{}, asked_at, asked.actor, {}, core::NoticeGiven{notice}};
  core::BodyInformationDecision of_body{{given}, {}};
  core::evolve(of_body.after, given);
  CHECK(answer_notice(of_body, context).find(R"({"notice":{"id":"00000000-0000-0000-0000-000000000000","from":"nisc","to":"mhlw")") == 0);
}
