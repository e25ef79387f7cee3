#include "src/codec/inquiry_commands.h"

#include "src/codec/decoding.h"
#include "src/codec/report_members.h"
#include "src/codec/strict_json.h"

namespace noroshi::codec {
namespace {

constexpr TextRule id_text{.longest = 36};

std::string text_of(ObjectReader& in, std::string_view name) {
  return std::string(in.text(name, required_text, Need::required).value_or(""));
}

template <class Id>
std::optional<Id> id_of(ObjectReader& in, std::string_view name, Need need, const core::Reason& message) {
  const auto text = in.text(name, id_text, need);
  if (!text) return std::nullopt;
  if (const auto id = core::parse_uuid(*text)) return Id{*id};
  in.mistakes().add(in.at(name).pointer(), "value", message);
  return std::nullopt;
}

template <class Command>
Decoded<Command> decode_text(std::string_view body) {
  return decode<Command>(body, [](ObjectReader& in, Command& command) { command.text = text_of(in, "text"); });
}

// To whom, and what.
template <class Command>
void read_word(ObjectReader& in, Command& command) {
  command.to = std::string(in.slug("to", Need::required).value_or(""));
  command.text = text_of(in, "text");
}

}  // namespace

Decoded<core::AskInquiry> decode_inquiry(std::string_view body) {
  return decode<core::AskInquiry>(body, [](ObjectReader& in, core::AskInquiry& command) {
    read_word(in, command);
    command.passes_on = id_of<core::InquiryId>(in, "passes_on", Need::optional,
                                               {"GET /inquiries の id（UUID）ではありません。", "This is no id (UUID) of GET /inquiries."});
  });
}

Decoded<core::AnswerInquiry> decode_inquiry_answer(std::string_view body) { return decode_text<core::AnswerInquiry>(body); }

Decoded<core::WithdrawInquiry> decode_inquiry_withdrawal(std::string_view body) {
  return decode<core::WithdrawInquiry>(
      body, [](ObjectReader& in, core::WithdrawInquiry& command) { command.reason = text_of(in, "reason"); });
}

Decoded<core::TellDown> decode_notice_down(std::string_view body) {
  return decode<core::TellDown>(body, [](ObjectReader& in, core::TellDown& command) { read_word(in, command); });
}

Decoded<core::GiveNotice> decode_notice(std::string_view body) {
  return decode<core::GiveNotice>(body, [](ObjectReader& in, core::GiveNotice& command) {
    read_word(in, command);
    command.passes_on = id_of<core::NoticeId>(in, "passes_on", Need::optional,
                                              {"GET /notices の id（UUID）ではありません。", "This is no id (UUID) of GET /notices."});
  });
}

Decoded<core::AnswerNotice> decode_notice_answer(std::string_view body) { return decode_text<core::AnswerNotice>(body); }

Decoded<NoticeLinkCommand> decode_notice_link(std::string_view body) {
  return decode<NoticeLinkCommand>(body, [](ObjectReader& in, NoticeLinkCommand& command) {
    const auto id = id_of<core::IncidentId>(in, "incident", Need::required,
                                            {"GET /incidents の id（UUID）ではありません。", "This is no id (UUID) of GET /incidents."});
    if (id) command.incident = *id;
  });
}

}  // namespace noroshi::codec
