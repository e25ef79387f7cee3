// Down as well as up: notices and inquiries (照会) between centre, agencies and corporations. None of them meets a duty of (g).
#pragma once

#include <optional>
#include <string>

#include "src/core/body_information.h"
#include "src/core/decision.h"

namespace noroshi::core {

// To a body that sees the content of the incident, one step up or down: centre and agency, agency and the corporation it supervises.
struct AskInquiry {
  Actor actor;
  std::string to;
  std::string text;
  std::optional<InquiryId> passes_on;
};
Outcome decide_inquiry(const Law& law, const Incident& known, const AskInquiry& command, Moment moment);

struct AnswerInquiry {
  Actor actor;
  InquiryId inquiry;
  std::string text;
};
Outcome decide_inquiry_answer(const Law& law, const Incident& known, const AnswerInquiry& command, Moment moment);

struct WithdrawInquiry {
  Actor actor;
  InquiryId inquiry;
  std::string reason;
};
Outcome decide_inquiry_withdrawal(const Law& law, const Incident& known, const WithdrawInquiry& command, Moment moment);

// A notice about the incident, down: a message to be acknowledged. It opens and meets nothing.
struct TellDown {
  Actor actor;
  std::string to;
  std::string text;
};
Outcome decide_notice_down(const Law& law, const Incident& known, const TellDown& command, Moment moment);

// The incident of the actor's body is what that notice was about.
struct LinkNotice {
  Actor actor;
  NoticeId notice;
  bool was_given = false;  // to the actor's body
};
Outcome decide_notice_link(const Law& law, const Incident& known, const LinkNotice& command, Moment moment);

// -- Before there is an incident ----------------------------------------------------------------------------------

struct GiveNotice {
  Actor actor;
  std::string to;
  std::string text;
  std::optional<NoticeId> passes_on;
};
BodyInformationOutcome decide_notice(const Law& law, const BodyInformation& known, const GiveNotice& command, Moment moment);

struct AnswerNotice {
  Actor actor;
  NoticeId notice;
  std::string text;
};
BodyInformationOutcome decide_notice_answer(const BodyInformation& known, const AnswerNotice& command, Moment moment);

}  // namespace noroshi::core
