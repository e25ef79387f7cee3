// Every command on the response to an incident, as one closed list.
#pragma once

#include <set>
#include <string>
#include <variant>

#include "src/core/decide_assignment.h"
#include "src/core/decide_cymat.h"
#include "src/core/decide_handling.h"

namespace noroshi::core {

using ResponseCommand =
    std::variant<ProposeAssignment, AnswerAssignment, ActivateAssignment, ReleaseAssignment, RequestCymat, ForwardCymat,
                 ReceiveCymat, RuleCymat, ProposeCymatMember, AnswerCymatMember, WithdrawCymatMember, FormCymat,
                 DispatchCymat, LogCymat, EndCymat, ReportCymat, TakeHandlingStep, GiveInstruction, AnswerInstruction,
                 LinkPlatform>;

Outcome decide_response(const Law& law, const Incident& known, const ResponseContext& context,
                        const ResponseCommand& command, Moment moment);
// Whose staff the decision has to know: that of the actor's body, and of the home agency of a member.
std::set<std::string> staffs_of(const ResponseCommand& command);
// The request for CYMAT that the command is about; nothing: it is about none that exists.
std::optional<CymatRequestId> cymat_request_of(const ResponseCommand& command);
// Whether who does not see the case may give that command all the same: a home agency answers for its person, who led a team
// reports on it.
bool may_act_unseeing(const Incident& known, const ResponseCommand& command);

}  // namespace noroshi::core
