#include "src/core/decide_inquiry.h"

#include "src/core/duties.h"

namespace noroshi::core {
namespace {

Refusal not_yet() { return refuse(RefusalCode::not_found, "見つかりません。", "Not found."); }

}  // namespace

BodyInformationOutcome decide_notice(const Law&, const BodyInformation&, const GiveNotice&, Moment) { return tl::unexpected(not_yet()); }

BodyInformationOutcome decide_notice_answer(const BodyInformation&, const AnswerNotice&, Moment) { return tl::unexpected(not_yet()); }

}  // namespace noroshi::core
