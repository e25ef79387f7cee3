#include "src/core/information.h"

namespace noroshi::core {
namespace {

struct Decide {
  const Law& law;
  const Incident& known;
  const AnnexContext& context;
  Moment moment;

  Outcome operator()(const AskLabelChange& command) const { return decide_label_change_request(law, known, command, moment); }
  Outcome operator()(const DecideLabelChange& command) const { return decide_label_change(law, known, command, moment); }
  Outcome operator()(const AskAnnex& command) const { return decide_annex_request(law, known, context, command, moment); }
  Outcome operator()(const DecideAnnex& command) const { return decide_annex(law, known, context, command, moment); }
  Outcome operator()(const SealAnnex& command) const { return decide_annex_sealing(law, known, context, command, moment); }
  Outcome operator()(const RewrapAnnex& command) const { return decide_annex_rewrapping(law, known, context, command, moment); }
  Outcome operator()(const ReportUnreadable& command) const { return decide_annex_unreadable(law, known, command, moment); }
  Outcome operator()(const AddAttachment& command) const { return decide_attachment(law, known, command, moment); }
  Outcome operator()(const WithholdContent& command) const { return decide_withholding(law, known, command, moment); }
  Outcome operator()(const ReleaseContent& command) const { return decide_release(law, known, command, moment); }
  Outcome operator()(const ShareInformation& command) const { return decide_sharing(law, known, command, moment); }
  Outcome operator()(const AskInquiry& command) const { return decide_inquiry(law, known, command, moment); }
  Outcome operator()(const AnswerInquiry& command) const { return decide_inquiry_answer(law, known, command, moment); }
  Outcome operator()(const WithdrawInquiry& command) const { return decide_inquiry_withdrawal(law, known, command, moment); }
  Outcome operator()(const TellDown& command) const { return decide_notice_down(law, known, command, moment); }
  Outcome operator()(const LinkNotice& command) const { return decide_notice_link(law, known, command, moment); }
};

struct DecideOfBody {
  const Law& law;
  const BodyInformation& known;
  Moment moment;

  BodyInformationOutcome operator()(const SetLabelMapping& command) const { return decide_label_mapping(law, known, command, moment); }
  BodyInformationOutcome operator()(const WithdrawLabelMapping& command) const {
    return decide_label_mapping_withdrawal(known, command, moment);
  }
  BodyInformationOutcome operator()(const ProposeSealingKey& command) const { return decide_sealing_key_proposal(known, command, moment); }
  BodyInformationOutcome operator()(const DecideSealingKey& command) const { return decide_sealing_key(known, command, moment); }
  BodyInformationOutcome operator()(const RevokeSealingKey& command) const { return decide_sealing_key_revocation(known, command, moment); }
  BodyInformationOutcome operator()(const GiveNotice& command) const { return decide_notice(law, known, command, moment); }
  BodyInformationOutcome operator()(const AnswerNotice& command) const { return decide_notice_answer(known, command, moment); }
};

struct OfAnnex {
  template <class Command>
  bool operator()(const Command&) const {
    return std::is_same_v<Command, AskAnnex> || std::is_same_v<Command, DecideAnnex> || std::is_same_v<Command, SealAnnex> ||
           std::is_same_v<Command, RewrapAnnex>;
  }
};

}  // namespace

Outcome decide_information(const Law& law, const Incident& known, const AnnexContext& context, const InformationCommand& command,
                           Moment moment) {
  return std::visit(Decide{law, known, context, moment}, command);
}

bool is_of_annex(const InformationCommand& command) { return std::visit(OfAnnex{}, command); }

BodyInformationOutcome decide_body_information(const Law& law, const BodyInformation& known, const BodyInformationCommand& command,
                                               Moment moment) {
  return std::visit(DecideOfBody{law, known, moment}, command);
}

}  // namespace noroshi::core
