#include "src/codec/withholding_views.h"

#include <algorithm>
#include <cstdlib>

#include "src/codec/encoding.h"
#include "src/core/receipt_number.h"
#include "src/core/withholding_rules.h"

namespace noroshi::codec {
namespace {

std::string_view state_of(const WithholdingView& view, Timestamp now) {
  if (view.released_at) return "released";
  return now < view.until ? "in_force" : "over";
}

void write_members(JsonWriter& out, const WithholdingView& view, const AnswerContext& context) {
  out.member("id", view.id).member("incident_id", view.incident_id).member("number", view.number);
  out.member("organization", view.organization).member("from", view.from);
  out.name("members").begin_array();
  for (const auto& member : view.members) out.value(member);
  out.end_array();
  out.member("state", state_of(view, context.now));
  write_time(out, "until", view.until);
  write_text_or_null(out, "reason", view.reason);
  write_text_or_null(out, "withheld_by", view.withheld_by);
  write_time(out, "withheld_at", view.withheld_at);
  write_time(out, "released_at", view.released_at);
  write_text_or_null(out, "released_by", view.released_by);
  write_text_or_null(out, "release_reason", view.release_reason);
}

WithholdingView view_of(const core::Decision& decision, const core::Withholding& withholding) {
  WithholdingView view;
  view.id = to_string(withholding.id);
  view.incident_id = to_string(decision.after.id);
  view.number = decision.after.number;
  view.organization = withholding.organization;
  view.from = withholding.from;
  view.members = withholding.members;
  view.reason = withholding.reason;
  view.until = withholding.until;
  return view;
}

std::string answer_withheld(const core::Decision& decision, const core::Event& event, const core::Withholding& withholding,
                            const AnswerContext& context) {
  auto view = view_of(decision, withholding);
  view.withheld_by = event.actor.name;
  view.withheld_at = event.at;
  const auto seen = std::ranges::any_of(decision.after.messages, [&](const core::Message& message) {
    return message.report && (message.recipient == withholding.from || message.successor == withholding.from);
  });
  const routing::Reason words =
      seen ? routing::Reason{"留保は以後の閲覧と送付に及びます。この機関がすでに受け取った版の内容は、取り消せません。",
                             "This holds for what is read and sent from now on. What this body has received already cannot be unseen."}
           : routing::Reason{"この機関は、この報告をまだ受け取っていません。", "This body has not received the report yet."};
  std::string text;
  JsonWriter out(text);
  out.begin_object();
  write_members(out, view, context);
  out.member("seen_before", seen).member("note", in(words, context.language));
  out.end_object();
  return text;
}

std::string answer_released(const core::Decision& decision, const core::Event& event, const core::ContentReleased& what,
                            const AnswerContext& context) {
  const auto* withholding = decision.after.find(what.withholding);
  if (!withholding) std::abort();
  auto view = view_of(decision, *withholding);
  view.released_at = event.at;
  view.released_by = event.actor.name;
  view.release_reason = what.reason;
  std::string text;
  JsonWriter out(text);
  out.begin_object();
  out.member("id", view.id).member("incident_id", view.incident_id).member("number", view.number);
  out.member("organization", view.organization).member("from", view.from);
  out.name("members").begin_array();
  for (const auto& member : view.members) out.value(member);
  out.end_array();
  out.member("state", state_of(view, context.now));
  write_time(out, "until", view.until);
  write_time(out, "released_at", view.released_at);
  write_text_or_null(out, "released_by", view.released_by);
  write_text_or_null(out, "release_reason", view.release_reason);
  out.end_object();
  return text;
}

std::string answer_shared(const core::Decision& decision, const core::Message& message) {
  std::string text;
  JsonWriter out(text);
  out.begin_object().name("incident").begin_object();
  out.member("id", to_string(decision.after.id)).member("number", decision.after.number).end_object();
  out.name("message").begin_object();
  out.member("id", to_string(message.id)).member("kind", core::to_string(message.kind)).member("to", message.recipient);
  out.member("clause", message.clause).member("receipt_number", core::receipt_number(message.recipient, message.id));
  write_time(out, "sent_at", message.sent_at);
  out.end_object().end_object();
  return text;
}

}  // namespace

void encode(JsonWriter& out, const WithholdingView& view, const AnswerContext& context) {
  out.begin_object();
  write_members(out, view, context);
  out.end_object();
}

std::string answer_withholding(const core::Decision& decision, const AnswerContext& context) {
  for (const auto& event : decision.events) {
    if (const auto* withheld = std::get_if<core::ContentWithheld>(&event.what))
      return answer_withheld(decision, event, withheld->withholding, context);
    if (const auto* released = std::get_if<core::ContentReleased>(&event.what))
      return answer_released(decision, event, *released, context);
    const auto* sent = std::get_if<core::MessageSent>(&event.what);
    if (sent && sent->message.clause == core::clause_of_sharing) return answer_shared(decision, sent->message);
  }
  return "{}";
}

}  // namespace noroshi::codec
