#include "src/codec/inquiry_views.h"

#include <algorithm>

#include "src/codec/encoding.h"

namespace noroshi::codec {
namespace {

void write_ids(JsonWriter& out, std::string_view name, const std::vector<std::string>& ids) {
  out.name(name).begin_array();
  for (const auto& id : ids) out.value(id);
  out.end_array();
}

template <class Id>
std::optional<std::string> text_of(const std::optional<Id>& id) {
  return id ? std::optional(to_string(*id)) : std::nullopt;
}

// What the core holds of it; who asked, and the words of an answer, stand in the events that are older than the decision.
InquiryView view_of(const core::Inquiry& inquiry, const core::Incident& incident) {
  InquiryView view;
  view.id = to_string(inquiry.id);
  view.incident_id = to_string(incident.id);
  view.number = incident.number;
  view.exercise = incident.exercise;
  view.from = inquiry.from;
  view.to = inquiry.to;
  view.text = inquiry.text;
  view.asked_at = inquiry.asked_at;
  view.due_at = inquiry.due_at;
  view.answered_at = inquiry.answered_at;
  view.revision = inquiry.revision;
  return view;
}

// What such a decision is an act on, as it is shown.
struct Act {
  const core::Event& event;
  const core::Decision& decision;
  JsonWriter& out;
  const AnswerContext& context;

  bool operator()(const core::InquiryAsked& what) const {
    auto view = view_of(*decision.after.find(what.inquiry.id), decision.after);
    view.asked_by = event.actor.name;
    view.passes_on = text_of(what.inquiry.passes_on);
    out.name("inquiry");
    encode(out, view, context);
    return true;
  }
  bool operator()(const core::InquiryAnswered& what) const {
    out.name("inquiry").begin_object();
    out.member("id", to_string(what.inquiry)).member("state", "answered").member("answer", what.text);
    write_time(out, "answered_at", event.at);
    write_text_or_null(out, "answered_by", event.actor.name);
    out.end_object();
    return true;
  }
  bool operator()(const core::InquiryWithdrawn& what) const {
    out.name("inquiry").begin_object();
    out.member("id", to_string(what.inquiry)).member("state", "withdrawn").member("withdrawal_reason", what.reason);
    write_time(out, "withdrawn_at", event.at);
    out.end_object();
    return true;
  }
  // What was told down the chain: of no duty, and without a version.
  bool operator()(const core::MessageSent& what) const {
    const auto& message = what.message;
    if (message.kind != core::MessageKind::notice || message.report) return false;
    out.name("message").begin_object();
    out.member("id", to_string(message.id)).member("sender", message.sender).member("recipient", message.recipient);
    out.member("note", message.note);
    write_time(out, "sent_at", message.sent_at);
    write_time(out, "acknowledge_by", message.acknowledge_by);
    out.member("target_is", operator_target);
    out.end_object();
    return true;
  }
  bool operator()(const core::NoticeLinked& what) const {
    out.name("linked").begin_object().member("notice_id", to_string(what.notice)).end_object();
    return true;
  }
  template <class Other>
  bool operator()(const Other&) const {
    return false;
  }
};

}  // namespace

std::string_view state_of(const InquiryView& view) {
  if (view.answered_at) return "answered";
  return view.withdrawn_at ? "withdrawn" : "open";
}

bool overdue(const InquiryView& view, Timestamp now) {
  return !view.answered_at && !view.withdrawn_at && now > view.due_at;
}

void encode(JsonWriter& out, const InquiryView& view, const AnswerContext& context) {
  out.begin_object();
  out.member("id", view.id);
  out.name("incident").begin_object().member("id", view.incident_id).member("number", view.number);
  out.member("exercise", view.exercise).end_object();
  out.member("from", view.from).member("to", view.to).member("text", view.text).member("state", state_of(view));
  write_optional(out, "passes_on", view.passes_on);
  write_ids(out, "passed_on", view.passed_on);
  write_text_or_null(out, "asked_by", view.asked_by);
  write_time(out, "asked_at", view.asked_at);
  write_time(out, "due_at", view.due_at);
  out.member("target_is", operator_target).member("overdue", overdue(view, context.now));
  write_time(out, "answered_at", view.answered_at);
  write_text_or_null(out, "answered_by", view.answered_by);
  write_text_or_null(out, "answer", view.answer);
  write_time(out, "withdrawn_at", view.withdrawn_at);
  write_text_or_null(out, "withdrawal_reason", view.withdrawal_reason);
  out.end_object();
}

void encode(JsonWriter& out, const NoticeView& view, const AnswerContext& context) {
  out.begin_object();
  out.member("id", view.id).member("from", view.from).member("to", view.to).member("text", view.text);
  write_optional(out, "passes_on", view.passes_on);
  write_ids(out, "passed_on", view.passed_on);
  write_text_or_null(out, "given_by", view.given_by);
  write_time(out, "given_at", view.given_at);
  const auto waiting = std::chrono::floor<std::chrono::seconds>(context.now - view.given_at);
  write_duration(out, "waiting", view.answered_at ? std::nullopt : std::optional(std::max(waiting, std::chrono::seconds{0})));
  write_time(out, "answered_at", view.answered_at);
  write_text_or_null(out, "answered_by", view.answered_by);
  write_text_or_null(out, "answer", view.answer);
  out.name("incidents").begin_array();
  for (const auto& incident : view.incidents)
    out.begin_object().member("id", incident.id).member("number", incident.number).end_object();
  out.end_array();
  out.end_object();
}

void encode(JsonWriter& out, const LinkedNotice& view, const AnswerContext&) {
  out.begin_object();
  out.member("id", view.id).member("from", view.from).member("to", view.to);
  write_time(out, "given_at", view.given_at);
  write_time(out, "answered_at", view.answered_at);
  out.end_object();
}

std::string answer_inquiry(const core::Decision& decision, const AnswerContext& context) {
  std::string text;
  JsonWriter out(text);
  out.begin_object();
  bool found = false;
  for (const auto& event : decision.events)
    if (!found) found = std::visit(Act{event, decision, out, context}, event.what);
  const auto& incident = decision.after;
  out.name("incident").begin_object();
  out.member("id", to_string(incident.id)).member("number", incident.number).member("state", to_string(incident.state));
  out.member("exercise", incident.exercise).end_object();
  out.end_object();
  return text;
}

std::string answer_notice(const core::BodyInformationDecision& decision, const AnswerContext& context) {
  for (const auto& event : decision.events) {
    const auto* given = std::get_if<core::NoticeGiven>(&event.what);
    const auto* answered = std::get_if<core::NoticeAnswered>(&event.what);
    if (!given && !answered) continue;
    const auto id = given ? given->notice.id : answered->notice;
    const auto& notices = decision.after.notices;
    const auto found = std::find_if(notices.begin(), notices.end(), [&](const core::Notice& notice) { return notice.id == id; });
    if (found == notices.end()) break;
    NoticeView view;
    view.id = to_string(id);
    view.from = found->from;
    view.to = found->to;
    view.text = found->text;
    if (given) view.passes_on = text_of(found->passes_on);
    if (given) view.given_by = event.actor.name;
    view.given_at = found->given_at;
    view.answered_at = found->answered_at;
    if (answered) view.answered_by = event.actor.name;
    view.answer = found->answer;
    std::string text;
    JsonWriter out(text);
    out.begin_object().name("notice");
    encode(out, view, context);
    out.end_object();
    return text;
  }
  return "{}";
}

}  // namespace noroshi::codec
