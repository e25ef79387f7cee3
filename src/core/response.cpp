#include "src/core/response.h"

#include <algorithm>

namespace noroshi::core {
namespace {

struct Decider {
  const Law& law;
  const Incident& known;
  const ResponseContext& context;
  Moment moment;

  Outcome operator()(const ProposeAssignment& command) const { return decide_assignment(law, known, context, command, moment); }
  Outcome operator()(const AnswerAssignment& command) const { return decide_assignment(law, known, context, command, moment); }
  Outcome operator()(const ActivateAssignment& command) const { return decide_assignment(law, known, context, command, moment); }
  Outcome operator()(const ReleaseAssignment& command) const { return decide_assignment(law, known, context, command, moment); }
  Outcome operator()(const TakeHandlingStep& command) const { return decide_handling(law, known, context, command, moment); }
  Outcome operator()(const GiveInstruction& command) const { return decide_handling(law, known, context, command, moment); }
  Outcome operator()(const AnswerInstruction& command) const { return decide_handling(law, known, context, command, moment); }
  Outcome operator()(const LinkPlatform& command) const { return decide_handling(law, known, context, command, moment); }
  template <class OfCymat>
  Outcome operator()(const OfCymat& command) const {
    return decide_cymat(law, known, context, command, moment);
  }
};

}  // namespace

const Staff* ResponseContext::staff_of(const std::string& organization) const {
  const auto found = staffs.find(organization);
  return found == staffs.end() ? nullptr : &found->second;
}

Outcome decide_response(const Law& law, const Incident& known, const ResponseContext& context,
                        const ResponseCommand& command, Moment moment) {
  return std::visit(Decider{law, known, context, moment}, command);
}

std::set<std::string> staffs_of(const ResponseCommand& command) {
  std::set<std::string> bodies{std::visit([](const auto& what) { return what.actor.organization; }, command)};
  if (const auto* member = std::get_if<ProposeCymatMember>(&command)) bodies.insert(member->organization);
  return bodies;
}

std::optional<CymatRequestId> cymat_request_of(const ResponseCommand& command) {
  return std::visit(
      [](const auto& what) -> std::optional<CymatRequestId> {
        if constexpr (requires { CymatRequestId{what.request}; }) return what.request;
        return std::nullopt;
      },
      command);
}

bool may_act_unseeing(const Incident& known, const ResponseCommand& command) {
  const auto id = cymat_request_of(command);
  const auto* request = id ? known.find(*id) : nullptr;
  if (!request) return false;
  const auto has_member = [&](const auto& holds) {
    return std::any_of(request->members.begin(), request->members.end(), holds);
  };
  if (const auto* answer = std::get_if<AnswerCymatMember>(&command))
    return has_member([&](const CymatMember& member) { return member.organization == answer->actor.organization; });
  if (const auto* withdraw = std::get_if<WithdrawCymatMember>(&command))
    return has_member([&](const CymatMember& member) { return member.organization == withdraw->actor.organization; });
  if (const auto* report = std::get_if<ReportCymat>(&command))
    return report->actor.role == Role::cymat_member && has_member([&](const CymatMember& member) {
      return member.lead && member.state != CymatMemberState::withdrawn && member.since && member.person == report->actor.person;
    });
  return false;
}

}  // namespace noroshi::core
