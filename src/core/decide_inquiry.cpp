#include "src/core/decide_inquiry.h"

#include "src/core/duties.h"

namespace noroshi::core {
namespace {

Refusal not_yet() { return refuse(RefusalCode::not_found, "見つかりません。", "Not found."); }

}  // namespace

Outcome decide_inquiry(const Law&, const Incident&, const AskInquiry&, Moment) { return tl::unexpected(not_yet()); }

Outcome decide_inquiry_answer(const Law&, const Incident&, const AnswerInquiry&, Moment) { return tl::unexpected(not_yet()); }

Outcome decide_inquiry_withdrawal(const Law&, const Incident&, const WithdrawInquiry&, Moment) { return tl::unexpected(not_yet()); }

Outcome decide_notice_down(const Law&, const Incident&, const TellDown&, Moment) { return tl::unexpected(not_yet()); }

Outcome decide_notice_link(const Law&, const Incident&, const LinkNotice&, Moment) { return tl::unexpected(not_yet()); }

}  // namespace noroshi::core
