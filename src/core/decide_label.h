// 格付 at the border (standard 1.2(1)) and its change (3.1.1(3)(c)).
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "src/core/authority.h"
#include "src/core/body_information.h"
#include "src/core/decision.h"

namespace noroshi::core {

// Asked for by anybody of the body whose label it is.
struct AskLabelChange {
  Actor actor;
  std::string own_label;
  Grades grades;
  std::string reason;
};
Outcome decide_label_change_request(const Law& law, const Incident& known, const AskLabelChange& command, Moment moment);

// By who decided the label that holds, or a superior of his: csirt_head, section_officer or ciso of the body. Who asked decides nothing.
struct DecideLabelChange {
  Actor actor;
  LabelChangeId change;
  bool granted = false;
  std::string reason;
  Authority applicant{};  // of who asked, when he asked and now; of nobody where the staff is not known
  Authority approver{};   // of the actor, likewise
};
Outcome decide_label_change(const Law& law, const Incident& known, const DecideLabelChange& command, Moment moment);

// By csirt_head, section_officer or ciso, of the actor's body.
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
