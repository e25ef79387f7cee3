// A waiver of a duty is a 例外措置 (standard 2.2.2): asked by one person, decided by another, the body's 許可権限者.
#include <algorithm>

#include "src/core/decide.h"
#include "src/core/duties.h"

namespace noroshi::core {
namespace {

tl::expected<const Obligation*, Refusal> find_own(const Law& law, const Incident& known, const Actor& actor,
                                                  ObligationId id, Timestamp now) {
  const auto* obligation = known.find(id);
  if (!obligation) return tl::unexpected(refuse(RefusalCode::not_found, "見つかりません。", "Not found."));
  // What a body that has ended left open passes on with this decision: it is its successor's to except, as it is to meet.
  if (actor.organization != standing_for(law, obligation->holder, now))
    return tl::unexpected(refuse(RefusalCode::not_the_holder, "他の機関の義務です。例外措置は義務を負う機関が扱います。",
                                 "This duty is another body's. Its holder handles exceptions."));
  if (auto refusal = refuse_erased(known)) return tl::unexpected(std::move(*refusal));
  if (obligation->state != ObligationState::open)
    return tl::unexpected(refuse(RefusalCode::obligation_not_open, "この義務は未了ではありません。",
                                 "This duty is not open."));
  return obligation;
}

}  // namespace

Outcome decide_waiver_request(const Law& law, const Incident& known, const AskWaiver& command, Moment moment) {
  auto obligation = find_own(law, known, command.actor, command.obligation, moment.now);
  if (!obligation) return tl::unexpected(std::move(obligation.error()));
  const bool pending = std::any_of(known.waivers.begin(), known.waivers.end(), [&](const Waiver& waiver) {
    return waiver.obligation == command.obligation && waiver.decision == Waiver::Decision::pending;
  });
  if (pending)
    return tl::unexpected(refuse(RefusalCode::waiver_pending, "例外措置の申請が審査中です。",
                                 "A request for an exception waits for its decision."));
  DecisionBuilder builder(law, known, command.actor, moment);
  pass_to_successors(builder);
  builder.add(WaiverAsked{builder.next_id<WaiverId>(), command.obligation, command.reason});
  return std::move(builder).finish();
}

Outcome decide_waiver(const Law& law, const Incident& known, const DecideWaiver& command, Moment moment) {
  const auto* waiver = known.find(command.waiver);
  if (!waiver || waiver->obligation != command.obligation)
    return tl::unexpected(refuse(RefusalCode::not_found, "見つかりません。", "Not found."));
  auto obligation = find_own(law, known, command.actor, command.obligation, moment.now);
  if (!obligation && obligation.error().code != RefusalCode::obligation_not_open)
    return tl::unexpected(std::move(obligation.error()));
  if (waiver->decision != Waiver::Decision::pending)
    return tl::unexpected(refuse(RefusalCode::waiver_decided, "この申請は決定済みです。",
                                 "This request has been decided."));
  if (same_person(waiver->asked_by, waiver->asked_by_name, command.actor))
    return tl::unexpected(refuse(RefusalCode::four_eyes,
                                 "申請した本人は決定できません（統一基準 2.1.1(8)）。別の許可権限者が決定してください。",
                                 "Who asked may not decide (standard 2.1.1(8)). Another exception officer must."));
  if (same_authority(command.applicant, command.approver))
    return tl::unexpected(refuse(RefusalCode::four_eyes,
                                 "申請者と同一の者であるか、一方が他方の委任を受けています（統一基準 2.1.1(8)）。委任関係のない別の者が決定してください。",
                                 "It is the same person, or one acts by delegation of the other (standard 2.1.1(8)). Somebody else must decide."));
  if (!obligation) return tl::unexpected(std::move(obligation.error()));

  DecisionBuilder builder(law, known, command.actor, moment);
  pass_to_successors(builder);
  builder.add(WaiverDecided{command.waiver, command.obligation, command.approved, command.reason});
  if (command.approved) builder.add(ObligationWaived{command.obligation, command.waiver});
  return std::move(builder).finish();
}

}  // namespace noroshi::core
