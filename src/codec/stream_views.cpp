#include "src/codec/stream_views.h"

#include "src/codec/encoding.h"

namespace noroshi::codec {
namespace {

std::string reason_and_text(std::string_view reason, std::string_view ja, std::string_view en,
                            Language language) {
  std::string text;
  JsonWriter out(text);
  out.begin_object().member("reason", reason).member("text", language == Language::en ? en : ja).end_object();
  return text;
}

}  // namespace

std::string_view name_of(const StreamItem& item) {
  if (std::holds_alternative<AlarmView>(item.what)) return "alarm";
  return std::holds_alternative<MessageView>(item.what) ? "message" : "event";
}

std::string encode_one(const StreamItem& item, const AnswerContext& context) {
  return std::visit([&](const auto& view) { return encode_one(view, context); }, item.what);
}

void write_event(JsonWriter& out, const EventView& view, const AnswerContext& context) {
  out.member("id", view.id).member("sequence", view.sequence).member("type", view.type);
  out.member("text", words_of_event(view.type, context.language));
  write_time(out, "at", view.at);
  write_optional(out, "incident_id", view.incident_id);
  write_optional(out, "number", view.number);
  out.member("exercise", view.exercise);
  write_text_or_null(out, "organization", view.organization);
  write_text_or_null(out, "role", view.role);
  write_optional(out, "subject", view.subject);
}

void encode(JsonWriter& out, const EventView& view, const AnswerContext& context) {
  out.begin_object();
  write_event(out, view, context);
  out.end_object();
}

std::string encode_ready(std::string_view cursor) {
  std::string text;
  JsonWriter out(text);
  out.begin_object().member("cursor", cursor).end_object();
  return text;
}

std::string encode_reset(StreamReset reason, Language language) {
  return reason_and_text(
      reason == StreamReset::ahead ? "ahead" : "behind",
      "前回の続きからは再開できません。一覧（/inbox、/alarms、/obligations、/"
      "incidents）を読み直してください。"
      "この後は現在からの出来事を送ります。",
      "The stream cannot go on where you were. Read the lists anew (/inbox, /alarms, /obligations, "
      "/incidents); what follows is from now on.",
      language);
}

std::string encode_end(StreamEnd reason, Language language) {
  if (reason == StreamEnd::token)
    return reason_and_text("token",
                           "トークンが失効したか、期限が切れました。新しいトークンで接続してください。",
                           "The token was revoked or has expired. Connect again with a new one.", language);
  return reason_and_text("stopping", "サーバーを停止します。しばらくして接続し直してください。",
                         "The server stops. Connect again in a moment.", language);
}

}  // namespace noroshi::codec
