// 情報提供 downward: about an incident, and before there is one. None of it opens or meets a duty.
#include "src/core/decide_inquiry.h"

#include <algorithm>

#include "src/core/chain.h"

namespace noroshi::core {
namespace {

constexpr std::ptrdiff_t most_unanswered = 100;

Refusal not_found() { return refuse(RefusalCode::not_found, "見つかりません。", "Not found."); }

Refusal not_below() {
  return refuse(RefusalCode::inquiry_not_allowed,
                "情報提供は一段下へ行います。センターから国の行政機関へ、国の行政機関からその所管する法人へです。上へは報告します。",
                "A notice goes one step down: from the centre to an agency, from an agency to a corporation that it supervises. "
                "Upward one reports.");
}

// A body of the registry below the actor's, as it stands today.
tl::expected<std::string, Refusal> below(const Law& law, const Actor& actor, const std::string& to,
                                         std::optional<Timestamp> recognized, Timestamp now) {
  if (!law.registry.find(to))
    return tl::unexpected(refuse_field("/to", "unknown_organization",
                                       "登録されていない機関です。GET /organizations の id から選んでください。",
                                       "No such body. Choose an id from GET /organizations."));
  auto told = standing_for(law, to, now);
  if (one_step(law, actor.organization, told, recognized, now) != Direction::down) return tl::unexpected(not_below());
  return told;
}

const Notice* find(const BodyInformation& known, NoticeId id) {
  const auto found = std::find_if(known.notices.begin(), known.notices.end(), [&](const Notice& notice) { return notice.id == id; });
  return found == known.notices.end() ? nullptr : &*found;
}

BodyInformationDecision decide(const BodyInformation& known, Event event) {
  BodyInformationDecision decision{{}, known};
  evolve(decision.after, event);
  decision.events.push_back(std::move(event));
  return decision;
}

}  // namespace

Outcome decide_notice_down(const Law& law, const Incident& known, const TellDown& command, Moment moment) {
  DecisionBuilder builder(law, known, command.actor, moment);
  pass_to_successors(builder);
  if (!builder.incident().content_visible_to(command.actor.organization)) return tl::unexpected(not_found());
  if (auto refusal = refuse_voice(law, command.actor, moment.now)) return tl::unexpected(std::move(*refusal));
  if (auto refusal = refuse_erased(known)) return tl::unexpected(std::move(*refusal));
  const auto told = below(law, command.actor, command.to, known.recognized, moment.now);
  if (!told) return tl::unexpected(told.error());
  if (!builder.incident().content_visible_to(*told))
    return tl::unexpected(refuse(RefusalCode::inquiry_not_allowed,
                                 "その機関にはこのインシデントの内容が届いていません。インシデントによらない情報提供（POST /notices）によってください。",
                                 "That body has not got the content of this incident. Give a notice of no incident (POST /notices)."));
  send_word(builder, *told, command.text, Awaits::acknowledgement);
  return std::move(builder).finish();
}

Outcome decide_notice_link(const Law& law, const Incident& known, const LinkNotice& command, Moment moment) {
  DecisionBuilder builder(law, known, command.actor, moment);
  pass_to_successors(builder);
  if (!builder.incident().content_visible_to(command.actor.organization) || !command.was_given) return tl::unexpected(not_found());
  if (auto refusal = refuse_voice(law, command.actor, moment.now)) return tl::unexpected(std::move(*refusal));
  const auto whose = builder.standing_for(known.organization);
  // An agency's own, or one that it received from a corporation which it told by telephone.
  if (whose != command.actor.organization &&
      one_step(law, command.actor.organization, whose, known.recognized, moment.now) != Direction::down)
    return tl::unexpected(refuse(RefusalCode::not_the_holder,
                                 "紐付けられるのは、自機関又はその所管する法人のインシデントだけです。",
                                 "Only an incident of your own body, or of a corporation that it supervises, is linked to a notice."));
  if (auto refusal = refuse_erased(known)) return tl::unexpected(std::move(*refusal));
  if (std::find(known.notices.begin(), known.notices.end(), command.notice) != known.notices.end())
    return tl::unexpected(refuse_field("/incident", "already_linked", "この情報提供と紐付け済みです。",
                                       "This incident is linked to the notice already."));
  builder.add(NoticeLinked{command.notice});
  return std::move(builder).finish();
}

// -- Before there is an incident ----------------------------------------------------------------------------------

BodyInformationOutcome decide_notice(const Law& law, const BodyInformation& known, const GiveNotice& command, Moment moment) {
  const auto& from = command.actor.organization;
  if (auto refusal = refuse_voice(law, command.actor, moment.now)) return tl::unexpected(std::move(*refusal));
  const auto told = below(law, command.actor, command.to, std::nullopt, moment.now);
  if (!told) return tl::unexpected(told.error());
  if (command.passes_on) {
    const auto* passed = find(known, *command.passes_on);
    if (!passed || !acts_for(law, from, passed->to, moment.now))
      return tl::unexpected(refuse_field("/passes_on", "not_given_to_you", "貴機関への情報提供ではありません。",
                                         "No notice to your body has this id."));
  }
  const auto unanswered = std::count_if(known.notices.begin(), known.notices.end(), [&](const Notice& notice) {
    return notice.from == from && notice.to == *told && !notice.answered_at;
  });
  if (unanswered >= most_unanswered)
    return tl::unexpected(refuse(RefusalCode::inquiry_not_allowed,
                                 "この機関への回答待ちの情報提供が上限（" + std::to_string(most_unanswered) +
                                     " 件）に達しています。電話で連絡し、回答を求めてください。",
                                 "As many notices as may (" + std::to_string(most_unanswered) +
                                     ") wait for an answer of that body. Telephone them and have them answered."));
  Notice notice;
  notice.id = moment.identifiers.next<NoticeId>();
  notice.from = from;
  notice.to = *told;
  notice.text = command.text;
  notice.passes_on = command.passes_on;
  return decide(known, {moment.identifiers.next<EventId>(), moment.now, command.actor, IncidentId{}, NoticeGiven{std::move(notice)}});
}

// Nothing is given to a centre, so it is always the CSIRT that answers.
BodyInformationOutcome decide_notice_answer(const BodyInformation& known, const AnswerNotice& command, Moment moment) {
  const auto* notice = find(known, command.notice);
  if (!notice) return tl::unexpected(not_found());
  if (command.actor.organization != notice->to)
    return tl::unexpected(refuse(RefusalCode::not_the_holder, "回答するのは情報提供を受けた機関です。", "The body that was told answers."));
  if (!command.actor.role || !is_csirt(*command.actor.role))
    return tl::unexpected(refuse(RefusalCode::role_required,
                                 "情報提供に回答するのは CSIRT（csirt_member、csirt_head、external_contact）です。",
                                 "The CSIRT (csirt_member, csirt_head, external_contact) answers a notice."));
  if (notice->answered_at)
    return tl::unexpected(refuse(RefusalCode::notice_answered,
                                 "回答済みです。その後分かったことは、インシデントとして報告し、紐付けてください（noroshi notice link）。",
                                 "It has its answer. Report what you found since as an incident, and link it (noroshi notice link)."));
  return decide(known, {moment.identifiers.next<EventId>(), moment.now, command.actor, IncidentId{},
                        NoticeAnswered{notice->id, notice->from, notice->to, command.text}});
}

}  // namespace noroshi::core
