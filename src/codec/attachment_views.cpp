#include "src/codec/attachment_views.h"

#include "src/codec/encoding.h"

namespace noroshi::codec {
namespace {

std::string hexadecimal(std::string_view bytes) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    text += digits[static_cast<unsigned char>(byte) >> 4];
    text += digits[static_cast<unsigned char>(byte) & 15];
  }
  return text;
}

void write(JsonWriter& out, const AttachmentView& attachment) {
  out.begin_object()
      .member("id", attachment.id)
      .member("incident_id", attachment.incident_id)
      .member("number", attachment.number)
      .member("exercise", attachment.exercise)
      .member("organization", attachment.organization)
      .member("name", attachment.name)
      .member("media_type", attachment.media_type)
      .member("sha256", attachment.sha256)
      .member("size", attachment.size);
  write_text_or_null(out, "added_by", attachment.added_by);
  write_time(out, "added_at", attachment.added_at);
  out.end_object();
}

}  // namespace

std::string encode_one(const AttachmentView& attachment) {
  std::string json;
  JsonWriter out(json);
  write(out, attachment);
  return json;
}

std::string encode_attachments(const std::vector<AttachmentView>& attachments) {
  std::string json;
  JsonWriter out(json);
  out.begin_object().name("items").begin_array();
  for (const auto& attachment : attachments) write(out, attachment);
  out.end_array().end_object();
  return json;
}

std::string answer_attachment(const core::Decision& decision, const AnswerContext&) {
  AttachmentView view;
  for (const auto& event : decision.events) {
    const auto* added = std::get_if<core::AttachmentAdded>(&event.what);
    if (!added) continue;
    const auto& attachment = added->attachment;
    view = {core::to_string(attachment.id),
            core::to_string(event.incident),
            decision.after.number,
            decision.after.exercise,
            attachment.organization,
            attachment.name,
            attachment.media_type,
            hexadecimal(attachment.sha256),
            static_cast<std::int64_t>(attachment.size),
            event.actor.name,
            event.at};
  }
  return encode_one(view);
}

}  // namespace noroshi::codec
