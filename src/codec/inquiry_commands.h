// The bodies of the POST calls on inquiries (照会) and notices (情報提供), from JSON: as those of command_decoder.h. The actor is filled
// in by the store, ids of the path by the handler. Pure; any number of threads.
#pragma once

#include <string_view>

#include "src/codec/command_decoder.h"
#include "src/core/decide_inquiry.h"

namespace noroshi::codec {

// POST /incidents/{id}/inquiries: {to, text, passes_on}
Decoded<core::AskInquiry> decode_inquiry(std::string_view body);
// POST /inquiries/{id}/answer: {text}
Decoded<core::AnswerInquiry> decode_inquiry_answer(std::string_view body);
// POST /inquiries/{id}/withdrawal: {reason}
Decoded<core::WithdrawInquiry> decode_inquiry_withdrawal(std::string_view body);
// POST /incidents/{id}/notices: {to, text}
Decoded<core::TellDown> decode_notice_down(std::string_view body);
// POST /notices: {to, text, passes_on}
Decoded<core::GiveNotice> decode_notice(std::string_view body);
// POST /notices/{id}/answer: {text}
Decoded<core::AnswerNotice> decode_notice_answer(std::string_view body);
// POST /notices/{id}/link: {incident}
struct NoticeLinkCommand {
  core::IncidentId incident;
};
Decoded<NoticeLinkCommand> decode_notice_link(std::string_view body);

}  // namespace noroshi::codec
