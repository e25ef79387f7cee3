// Erasing the content of a case at the end of its retention (standard 3.1.1(7)): asked by one person of the body whose
// incident it is, decided by another, its 課室情報セキュリティ責任者 (2.1.1(8)).
#include <algorithm>

#include "src/core/clocks.h"
#include "src/core/decide.h"
#include "src/core/duties.h"

namespace noroshi::core {
namespace {

Refusal not_the_originator() {
  return refuse(RefusalCode::not_the_holder, "消去を扱うのは、発生した機関（又はその承継機関）だけです。",
                "Erasing is for the body whose incident it is, or its successor.");
}

bool has_pending(const Incident& known) {
  return std::any_of(known.erasures.begin(), known.erasures.end(),
                     [](const Erasure& erasure) { return erasure.decision == Erasure::Decision::pending; });
}

RetentionClass class_of(const Incident& known) {
  return retention_class(known.exercise, known.confidentiality);
}

std::optional<Timestamp> retention_end(const Law& law, const Incident& known) {
  if (!known.ended_at) return std::nullopt;
  return retained_until(*known.ended_at, law.retention.years(class_of(known)));
}

// What has to hold when it is asked for, and still when it is approved.
std::optional<Refusal> check_erasable(const Law& law, const Incident& known, Timestamp now) {
  if (!has_ended(known.state))
    return refuse(
        RefusalCode::incident_open,
        "終結していないインシデントです。終結（closed）又は否定（dismissed）の後、保存期間が満了してから消去します。",
        "The incident is not over. Its content is erased after it was closed or dismissed and its retention has "
        "passed.");
  if (has_open_duty(known))
    return refuse(RefusalCode::duties_open,
                  "未了の義務があります（他の機関のものを含む）。履行するか例外措置を受けてから消去してください。",
                  "Duties of this incident are open, this body's or another's. They are met or excepted first.");
  if (!unacknowledged(known).empty())
    return refuse(RefusalCode::messages_unacknowledged,
                  "受領確認のない連絡があります。宛先が確認してから消去してください。",
                  "A message of this incident has not been acknowledged. Its recipient does so first.");
  const auto until = retention_end(law, known);
  if (!until || now >= *until) return std::nullopt;
  const auto day = format_day(japanese_day(*until));
  return refuse(
      RefusalCode::retention_not_over,
      "保存期間（" + std::string(to_string(class_of(known))) + "）が満了していません。" + day + " から消去できます。",
      "The retention (" + std::string(to_string(class_of(known))) + ") is not over. It may be erased from " + day +
          " on.");
}

}  // namespace

Outcome decide_erasure_request(const Law& law, const Incident& known, const AskErasure& command, Moment moment) {
  const auto& actor = command.actor;
  if (actor.role != Role::csirt_head && actor.role != Role::csirt_member)
    return tl::unexpected(refuse(RefusalCode::role_required,
                                 "消去を申請できるのは CSIRT 責任者と CSIRT に属する職員です。",
                                 "The head of the CSIRT and its members ask for an erasure."));
  if (!acts_for(law, actor.organization, known.organization, moment.now)) return tl::unexpected(not_the_originator());
  if (auto refusal = refuse_erased(known)) return tl::unexpected(std::move(*refusal));
  if (has_pending(known))
    return tl::unexpected(
        refuse(RefusalCode::erasure_pending, "消去の申請が審査中です。", "A request to erase waits for its decision."));
  if (auto refusal = check_erasable(law, known, moment.now)) return tl::unexpected(std::move(*refusal));
  DecisionBuilder builder(law, known, actor, moment);
  builder.add(ErasureAsked{builder.next_id<ErasureId>(), command.reason});
  return std::move(builder).finish();
}

Outcome decide_erasure(const Law& law, const Incident& known, const DecideErasure& command, Moment moment) {
  const auto& actor = command.actor;
  if (actor.role != Role::section_officer)
    return tl::unexpected(refuse(RefusalCode::role_required, "消去を決定するのは課室情報セキュリティ責任者です。",
                                 "The section's security officer (課室情報セキュリティ責任者) decides."));
  if (!acts_for(law, actor.organization, known.organization, moment.now)) return tl::unexpected(not_the_originator());
  const auto* erasure = known.find(command.erasure);
  if (!erasure) return tl::unexpected(refuse(RefusalCode::not_found, "見つかりません。", "Not found."));
  if (erasure->decision != Erasure::Decision::pending)
    return tl::unexpected(
        refuse(RefusalCode::erasure_decided, "この申請は決定済みです。", "This request has been decided."));
  if (same_person(erasure->asked_by, erasure->asked_by_name, actor))
    return tl::unexpected(refuse(RefusalCode::four_eyes,
                                 "申請した本人は決定できません（統一基準 2.1.1(8)）。別の責任者が決定してください。",
                                 "Who asked may not decide (standard 2.1.1(8)). Another officer must."));
  if (same_authority(command.applicant, command.approver))
    return tl::unexpected(refuse(RefusalCode::four_eyes,
                                 "申請者と同一の者であるか、一方が他方の委任を受けています（統一基準 2.1.1(8)）。委任関係のない別の者が決定してください。",
                                 "It is the same person, or one acts by delegation of the other (standard 2.1.1(8)). Somebody else must decide."));
  if (command.approved)
    if (auto refusal = check_erasable(law, known, moment.now)) return tl::unexpected(std::move(*refusal));
  DecisionBuilder builder(law, known, actor, moment);
  builder.add(ErasureDecided{command.erasure, command.approved, command.reason, std::string(to_string(class_of(known))),
                             retention_end(law, known)});
  return std::move(builder).finish();
}

}  // namespace noroshi::core
