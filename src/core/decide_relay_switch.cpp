#include <algorithm>

#include "src/core/duties.h"
#include "src/core/relay_switch.h"

namespace noroshi::core {
namespace {

Event event_of(const Actor& actor, Moment moment, Happening what) {
  return {moment.identifiers.next<EventId>(), moment.now, actor, IncidentId{}, std::move(what)};
}

bool relays(const Law& law, const std::string& organization) {
  const auto* body = law.registry.find(organization);
  return body && body->kind == routing::OrganizationKind::national_agency;
}

}  // namespace

SwitchOutcome decide_relay_switch_request(const Law& law, const std::vector<RelaySwitchRequest>& known,
                                          const AskRelaySwitch& command, Moment moment) {
  if (!relays(law, command.actor.organization))
    return tl::unexpected(refuse_field("", "not_a_national_agency",
                                       "中継の義務を負うのは国の行政機関だけです。",
                                       "Only a national agency owes a relay that could be made by itself."));
  const auto pending = [](const RelaySwitchRequest& asked) { return asked.decision == RelaySwitchRequest::Decision::pending; };
  if (std::any_of(known.begin(), known.end(), pending))
    return tl::unexpected(refuse(RefusalCode::relay_switch_pending, "先の申請が審査中です。GET /relay-switch で確かめてください。",
                                 "A request waits for its decision. See GET /relay-switch."));
  const auto& actor = command.actor;
  const RelaySwitchRequest asked{moment.identifiers.next<RelaySwitchId>(), actor.organization, command.switched_on,
                          command.reason, actor.token, actor.name, actor.role.value_or(Role::reporter), {}};
  return SwitchDecision{
      {event_of(actor, moment, RelaySwitchAsked{asked.id, asked.organization, asked.switched_on, asked.reason})}, asked};
}

SwitchOutcome decide_relay_switch(const std::vector<RelaySwitchRequest>& known, const DecideRelaySwitch& command,
                                  Moment moment) {
  const auto found =
      std::find_if(known.begin(), known.end(), [&](const RelaySwitchRequest& asked) { return asked.id == command.id; });
  if (found == known.end())
    return tl::unexpected(refuse(RefusalCode::not_found, "見つかりません。", "Not found."));
  if (found->decision != RelaySwitchRequest::Decision::pending)
    return tl::unexpected(refuse(RefusalCode::relay_switch_decided, "この申請は決定済みです。",
                                 "This request has been decided."));
  if (same_person(found->asked_by, found->asked_by_name, command.actor))
    return tl::unexpected(refuse(RefusalCode::four_eyes,
                                 "申請した本人は決定できません（統一基準 2.1.1(8)）。別の者が決定してください。",
                                 "Who asked may not decide (standard 2.1.1(8)). Another person must."));
  if (same_authority(command.applicant, command.approver))
    return tl::unexpected(refuse(RefusalCode::four_eyes,
                                 "申請者と同一の者であるか、一方が他方の委任を受けています（統一基準 2.1.1(8)）。委任関係のない別の者が決定してください。",
                                 "It is the same person, or one acts by delegation of the other (standard 2.1.1(8)). Somebody else must decide."));
  if (found->asked_role != Role::ciso && command.actor.role != Role::ciso)
    return tl::unexpected(refuse(RefusalCode::role_required,
                                 "申請者と決定者の少なくとも一方は最高情報セキュリティ責任者（CISO）でなければなりません。",
                                 "Either who asks or who decides must be the CISO."));
  RelaySwitchRequest after = *found;
  after.decision = command.approved ? RelaySwitchRequest::Decision::approved : RelaySwitchRequest::Decision::rejected;
  return SwitchDecision{{event_of(command.actor, moment,
                                  RelaySwitchDecided{after.id, after.organization, command.approved, command.reason})},
                        after};
}

}  // namespace noroshi::core
