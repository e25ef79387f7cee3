// CYMAT: asked for by a national agency, decided by the centre, formed of members of other agencies, dispatched, ended, reported.
//
// A corporation asks through the agency that supervises it (`main`): that agency forwards. Also while an incident is only possible
// (おそれ). Who has to decide sees the case from then on.
#pragma once

#include <string>

#include "src/core/decide_assignment.h"

namespace noroshi::core {

// By the head of the CSIRT or the CISO of the body whose incident it is, or of an agency that received it.
struct RequestCymat {
  Actor actor;
  std::string reason;
  CymatPriority priority{};
};
// By the head of the CSIRT or the CISO of the agency through which it goes.
struct ForwardCymat {
  Actor actor;
  CymatRequestId request;
  std::string note;
};
// From here on by the centre's liaison, where nothing else is said.
struct ReceiveCymat {
  Actor actor;
  CymatRequestId request;
};
// A dispatch needs the criterion 「政府として一体となった対応が必要」 to be held true. Always with a reason.
struct RuleCymat {
  Actor actor;
  CymatRequestId request;
  CymatRuling ruling{};
  bool united_response = false;
  std::string reason;
};
// Refused: who is no CYMAT member in force of a national agency, who serves in another team. Untrained or of the affected body:
// allowed and marked.
struct ProposeCymatMember {
  Actor actor;
  CymatRequestId request;
  std::string organization;
  PersonId person;
  bool lead = false;
};
// By the head of the CSIRT or the CISO of the home agency.
struct AnswerCymatMember {
  Actor actor;
  CymatRequestId request;
  CymatMemberId member;
  bool agreed = false;
  std::string reason;  // required to refuse
};
// By the centre, or the home agency. Of who serves, the access ends with it.
struct WithdrawCymatMember {
  Actor actor;
  CymatRequestId request;
  CymatMemberId member;
  std::string reason;
};
// With one lead and at least one member who is agreed; who is only proposed is not of the team.
struct FormCymat {
  Actor actor;
  CymatRequestId request;
};
// Members see the case from now on, and the supported body owes information (m).
struct DispatchCymat {
  Actor actor;
  CymatRequestId request;
};
// `work`, `advice`, `information_asked` by members of the team; the first of them begins its activity. `information` by the supported
// CSIRT: brings the newest report to the team and meets (m); 機密性3 is refused.
struct LogCymat {
  Actor actor;
  CymatRequestId request;
  CymatEntryKind kind{};
  std::string text;
  int confidentiality = 0;
};
// By the centre. Access of the members ends.
struct EndCymat {
  Actor actor;
  CymatRequestId request;
  std::string reason;
};
// By the centre or who led the team.
struct ReportCymat {
  Actor actor;
  CymatRequestId request;
  std::string text;
};

Outcome decide_cymat(const Law& law, const Incident& known, const ResponseContext& context, const RequestCymat& command,
                     Moment moment);
Outcome decide_cymat(const Law& law, const Incident& known, const ResponseContext& context, const ForwardCymat& command,
                     Moment moment);
Outcome decide_cymat(const Law& law, const Incident& known, const ResponseContext& context, const ReceiveCymat& command,
                     Moment moment);
Outcome decide_cymat(const Law& law, const Incident& known, const ResponseContext& context, const RuleCymat& command,
                     Moment moment);
Outcome decide_cymat(const Law& law, const Incident& known, const ResponseContext& context,
                     const ProposeCymatMember& command, Moment moment);
Outcome decide_cymat(const Law& law, const Incident& known, const ResponseContext& context,
                     const AnswerCymatMember& command, Moment moment);
Outcome decide_cymat(const Law& law, const Incident& known, const ResponseContext& context,
                     const WithdrawCymatMember& command, Moment moment);
Outcome decide_cymat(const Law& law, const Incident& known, const ResponseContext& context, const FormCymat& command,
                     Moment moment);
Outcome decide_cymat(const Law& law, const Incident& known, const ResponseContext& context, const DispatchCymat& command,
                     Moment moment);
Outcome decide_cymat(const Law& law, const Incident& known, const ResponseContext& context, const LogCymat& command,
                     Moment moment);
Outcome decide_cymat(const Law& law, const Incident& known, const ResponseContext& context, const EndCymat& command,
                     Moment moment);
Outcome decide_cymat(const Law& law, const Incident& known, const ResponseContext& context, const ReportCymat& command,
                     Moment moment);

}  // namespace noroshi::core
