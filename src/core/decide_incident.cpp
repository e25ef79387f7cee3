// Judgements, transitions, added recipients and succession: what persons and days do to an incident.
#include <algorithm>

#include "src/core/decide.h"
#include "src/core/decide_handling.h"
#include "src/core/duties.h"
#include "src/core/give_label.h"
#include "src/core/inner_duties.h"

namespace noroshi::core {
namespace {

bool contains(const std::vector<std::string>& list, const std::string& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

// Which duties of the body are open, and what meets each; nothing where none is.
std::optional<Refusal> refuse_open_duties(const Law& law, const Incident& incident, const std::string& organization) {
  Reason list;
  for (const auto& obligation : incident.obligations) {
    if (obligation.holder != organization || obligation.state != ObligationState::open) continue;
    const auto how = how_to_meet(law, obligation);
    const auto clause = obligation.clause + (obligation.sentence ? " #" + std::to_string(obligation.sentence) : "");
    list.ja += (list.ja.empty() ? "" : "、") + clause + "：" + how.ja;
    list.en += (list.en.empty() ? "" : "; ") + clause + ": " + how.en;
  }
  if (list.ja.empty()) return std::nullopt;
  return refuse(RefusalCode::duties_open,
                "未了の義務があります。履行するか例外措置を受けてから終結してください（" + list.ja + "）。",
                "Duties of this body are open. Meet them, or have them excepted, before closing (" + list.en + ").");
}

// How a body can be added: as a 共管 agency of the corporation, or as a police.
enum class Addition { supervisor, police };
std::optional<Addition> addition_of(const Law& law, const Incident& incident, const std::string& organization) {
  if (law.registry.supervises(organization, incident.organization, japanese_day(incident.recognized)))
    return Addition::supervisor;
  const auto* body = law.registry.find(organization);
  if (body && body->is(routing::OrganizationKind::police)) return Addition::police;
  return std::nullopt;
}

// A police added makes a duty of the body whose incident it is, so only that body adds one; who shares the supervision is
// known to the supervising agencies too.
bool may_add(const Law& law, const Incident& incident, const Actor& actor, Addition addition, Timestamp now) {
  if (acts_for(law, actor.organization, incident.organization, now) || actor.organization == incident.submitted_by)
    return true;
  return addition == Addition::supervisor &&
         law.registry.supervises(actor.organization, incident.organization, japanese_day(incident.recognized));
}

bool told_already(const Incident& incident, const std::string& organization) {
  return contains(incident.added_supervisors, organization) || contains(incident.added_police, organization) ||
         std::any_of(incident.obligations.begin(), incident.obligations.end(), [&](const Obligation& obligation) {
           return obligation.recipient == organization && obligation.holder == incident.organization &&
                  !obligation.inner;
         });
}

// What the command states, over what the body held before; a successor judges for the body whose incident it was.
HeldJudgement judgement_after(const Law& law, const Incident& known, const MakeJudgement& command, Timestamp now) {
  const std::string& actor = command.actor.organization;
  const std::string organization = acts_for(law, actor, known.organization, now) ? known.organization : actor;
  HeldJudgement held;
  if (auto before = known.judgements.find(organization); before != known.judgements.end()) held = before->second;
  held.judgement.organization = organization;
  held.judgement.assessment = command.assessment;
  held.assessment_reason = command.assessment_reason;
  if (command.cyberattack) {
    held.judgement.cyberattack = *command.cyberattack;
    held.cyberattack_reason = command.cyberattack_reason;
  }
  if (command.large_scale) held.judgement.large_scale = *command.large_scale;
  return held;
}

}  // namespace

Outcome decide_judgement(const Law& law, const Incident& known, const MakeJudgement& command, Moment moment) {
  const HeldJudgement held = judgement_after(law, known, command, moment.now);
  if (auto refusal = refuse_erased(known)) return tl::unexpected(std::move(*refusal));
  // Closing is the body's own: an agency that received the report judges, and owes (i), all the same.
  if (known.state == IncidentState::closed && held.judgement.organization == known.organization)
    return tl::unexpected(refuse(RefusalCode::incident_closed,
                                 "終結したインシデントです。再開（assessed）してから評価してください。",
                                 "The incident is closed. Reopen it (transition to assessed) before judging again."));
  DecisionBuilder builder(law, known, command.actor, moment);
  pass_to_successors(builder);
  if (auto judged = make_judgement(builder, held, next_followup(builder, held)); !judged)
    return tl::unexpected(std::move(judged.error()));
  const auto before = known.judgements.find(held.judgement.organization);
  const bool changed = before == known.judgements.end() || before->second != held;
  align_duties(builder);
  // What a receiving agency holds of the case is its own; what the body itself holds, everybody told must know.
  if (changed && held.judgement.organization == known.organization)
    send_judgement_to_earlier_recipients(builder, held, known.messages.size());
  return std::move(builder).finish();
}

Outcome decide_transition(const Law& law, const Incident& known, const MoveIncident& command, Moment moment) {
  if (!acts_for(law, command.actor.organization, known.organization, moment.now))
    return tl::unexpected(refuse(RefusalCode::not_the_holder,
                                 "インシデントの状態を変えられるのは、発生した機関だけです。",
                                 "Only the body whose incident it is moves its state."));
  if (auto refusal = refuse_erased(known)) return tl::unexpected(std::move(*refusal));
  const auto event = event_leading_to(command.to);
  const auto to = event ? next(known.state, *event) : std::nullopt;
  if (!to)
    return tl::unexpected(refuse(
        RefusalCode::transition_not_allowed,
        "現在の状態（" + std::string(to_string(known.state)) + "）からは移れません。評価の変更は assessments で行います。",
        "Not possible from the present state (" + std::string(to_string(known.state)) +
            "). A change of judgement goes through assessments."));
  DecisionBuilder builder(law, known, command.actor, moment);
  pass_to_successors(builder);
  if (*event == IncidentEvent::close)
    if (auto refusal = refuse_open_duties(law, builder.incident(), command.actor.organization))
      return tl::unexpected(std::move(*refusal));
  if (*event == IncidentEvent::close)
    if (auto refusal = refuse_team(builder.incident())) return tl::unexpected(std::move(*refusal));
  std::optional<Timestamp> followup_due;
  if (*event == IncidentEvent::reopen)
    followup_due = next_followup(builder, known.judgements.at(known.organization));
  builder.add(IncidentMoved{known.state, *to, command.reason, followup_due});
  if (has_ended(*to)) end_assignments(builder);
  if (*event == IncidentEvent::reopen) {
    track_anew(builder);
    pass_to_successors(builder);
  }
  return std::move(builder).finish();
}

Outcome decide_recipient(const Law& law, const Incident& known, const AddRecipient& command, Moment moment) {
  if (auto refusal = refuse_erased(known)) return tl::unexpected(std::move(*refusal));
  if (known.state == IncidentState::closed)
    return tl::unexpected(refuse(RefusalCode::incident_closed,
                                 "終結したインシデントです。再開（assessed）してから追加してください。",
                                 "The incident is closed. Reopen it (transition to assessed) before adding anybody."));
  const auto addition = addition_of(law, known, command.organization);
  if (!addition)
    return tl::unexpected(refuse_field("/organization", "not_a_recipient",
                                       "認知の日にこの法人を共管する機関でも、警察でもありません。",
                                       "Neither an agency that shares the supervision of this corporation on the day "
                                       "of recognition nor a police."));
  if (!may_add(law, known, command.actor, *addition, moment.now))
    return tl::unexpected(refuse(RefusalCode::not_the_holder,
                                 "警察を追加できるのは発生した機関、共管の機関を追加できるのは発生した機関と所管する機関です。",
                                 "The body whose incident it is adds a police; it, or an agency that supervises it, "
                                 "adds one that shares the supervision."));
  if (told_already(known, command.organization))
    return tl::unexpected(refuse(RefusalCode::recipient_already_added, "すでに連絡先に入っています。",
                                 "This body is told already."));
  // The law names the police (h); an agency that shares the supervision somebody adds.
  if (*addition != Addition::police)
    if (auto refusal = refuse_forward(known)) return tl::unexpected(std::move(*refusal));
  DecisionBuilder builder(law, known, command.actor, moment);
  pass_to_successors(builder);
  builder.add(RecipientAdded{command.organization, *addition == Addition::police, command.reason});
  align_duties(builder);
  return std::move(builder).finish();
}

Decision decide_succession(const Law& law, const Incident& known, Moment moment) {
  DecisionBuilder builder(law, known, Actor::system(), moment);
  pass_to_successors(builder);
  return std::move(builder).finish();
}

}  // namespace noroshi::core
