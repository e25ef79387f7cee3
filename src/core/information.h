// Every command on the information of an incident, and on how a body handles information, as two closed lists.
#pragma once

#include <optional>
#include <variant>

#include "src/core/decide_annex.h"
#include "src/core/decide_attachment.h"
#include "src/core/decide_inquiry.h"
#include "src/core/decide_label.h"
#include "src/core/decide_withholding.h"

namespace noroshi::core {

using InformationCommand =
    std::variant<AskLabelChange, DecideLabelChange, AskAnnex, DecideAnnex, SealAnnex, RewrapAnnex, ReportUnreadable,
                 AddAttachment, WithholdContent, ReleaseContent, ShareInformation, AskInquiry, AnswerInquiry,
                 WithdrawInquiry, TellDown, LinkNotice>;
Outcome decide_information(const Law& law, const Incident& known, const AnnexContext& context,
                           const InformationCommand& command, Moment moment);
// Whether the decision has to know the AnnexContext.
bool is_of_annex(const InformationCommand& command);

using BodyInformationCommand = std::variant<SetLabelMapping, WithdrawLabelMapping, ProposeSealingKey, DecideSealingKey,
                                            RevokeSealingKey, GiveNotice, AnswerNotice>;
BodyInformationOutcome decide_body_information(const Law& law, const BodyInformation& known,
                                               const BodyInformationCommand& command, Moment moment);

}  // namespace noroshi::core
