// 格付 at the border (standard 1.2(1)) and its change (3.1.1(3)(c)).
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "src/core/authority.h"
#include "src/core/body_information.h"
#include "src/core/decision.h"

namespace noroshi::core {

// Asked for by anybody of the body whose label it is, one at a time. In any state of the case, for its information outlives it; not of
// one whose content was erased. Of a notice: 機密性1 or 2. The restrictions (取扱制限) stay.
struct AskLabelChange {
  Actor actor;
  std::string own_label;
  Grades grades;
  std::string reason;
};
Outcome decide_label_change_request(const Law& law, const Incident& known, const AskLabelChange& command, Moment moment);

// By who decided the label that holds, or a superior of his: csirt_head, section_officer or ciso of the body. Who asked decides nothing.
// Granted, the label is the decider's from then on. Labels given before stay as they are.
struct DecideLabelChange {
  Actor actor;
  LabelChangeId change;
  bool granted = false;
  std::string reason;
  Authority applicant{};  // of who asked, when he asked and now; of nobody where the staff is not known
  Authority approver{};   // of the actor, likewise
};
Outcome decide_label_change(const Law& law, const Incident& known, const DecideLabelChange& command, Moment moment);

// By csirt_head, section_officer or ciso, of the actor's body. Of a wording that is the body's own, with its 機密性 stated. It holds for what
// is labelled from then on; the one of the same wording that it takes the place of ends with it.
struct SetLabelMapping {
  Actor actor;
  std::string own_label;
  Grades grades;
};
BodyInformationOutcome decide_label_mapping(const Law& law, const BodyInformation& known, const SetLabelMapping& command, Moment moment);

struct WithdrawLabelMapping {
  Actor actor;
  LabelMappingId mapping;
  std::string reason;
};
BodyInformationOutcome decide_label_mapping_withdrawal(const BodyInformation& known, const WithdrawLabelMapping& command, Moment moment);

}  // namespace noroshi::core
