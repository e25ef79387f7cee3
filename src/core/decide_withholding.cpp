#include "src/core/decide_withholding.h"

#include <algorithm>

#include "src/core/duties.h"
#include "src/core/label.h"
#include "src/core/withholding_rules.h"

namespace noroshi::core {
namespace {

using routing::OrganizationKind;

Refusal not_found() { return refuse(RefusalCode::not_found, "見つかりません。", "Not found."); }

bool is_head(const Actor& actor) { return actor.role == Role::csirt_head || actor.role == Role::ciso; }

std::optional<Refusal> refuse_role(const Actor& actor) {
  if (is_head(actor)) return std::nullopt;
  return refuse(RefusalCode::role_required, "内容の留保を決め、又は解除するのは、CSIRT 責任者又は CISO です。",
                "The CSIRT head or the CISO decides what is withheld, and releases it.");
}

bool is_center(const Law& law, const std::string& organization) {
  const auto* body = law.registry.find(organization);
  return body && body->is(OrganizationKind::center);
}

// An agency that received the report has to tell the centre of it.
bool relays_to_center(const Law& law, const Incident& known, const std::string& organization) {
  return std::any_of(known.obligations.begin(), known.obligations.end(), [&](const Obligation& obligation) {
    return !obligation.inner && obligation.holder == organization && is_center(law, obligation.recipient);
  });
}

// Who withholds from whom.
std::optional<Refusal> refuse_parties(const Law& law, const Incident& known, const WithholdContent& command, Timestamp now) {
  const auto* receiver = law.registry.find(command.from);
  if (!receiver || !receiver->period.contains(japanese_day(now)))
    return refuse_field("/from", "unknown_organization",
                        "登録されていないか、すでに存在しない機関です。GET /organizations の id から選んでください。",
                        "No such body, or one that has ended. Choose an id from GET /organizations.");
  const bool wrote = command.from == known.organization || command.from == known.submitted_by ||
                     acts_for(law, command.from, known.organization, now) || acts_for(law, command.from, known.submitted_by, now);
  if (wrote || command.from == command.actor.organization)
    return refuse(RefusalCode::withholding_not_allowed, "その機関は、この報告を自ら作成した機関です。留保する相手にはなりません。",
                  "That body wrote the report itself. Nothing can be withheld from it.");
  if (acts_for(law, command.actor.organization, known.organization, now)) return std::nullopt;
  if (!relays_to_center(law, known, command.actor.organization))
    return refuse(RefusalCode::not_the_holder,
                  "内容を留保できるのは、発生した機関と、センターへ中継する所管機関です。",
                  "The body whose incident it is withholds, and an agency that relays it to the centre.");
  if (!is_center(law, command.from))
    return refuse(RefusalCode::withholding_not_allowed,
                  "所管機関が留保できるのは、センターへ中継する内容に限ります。ほかの宛先への留保は、発生した機関が決めます。",
                  "An agency withholds from the centre alone, of what it relays. From others the body whose incident it is withholds.");
  return std::nullopt;
}

std::optional<Refusal> refuse_members(const std::vector<std::string>& members) {
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (may_be_withheld(members[i])) continue;
    if (std::ranges::binary_search(report_members(), std::string_view(members[i])))
      return refuse(RefusalCode::withholding_not_allowed,
                    members[i] + " は留保できません。事案の特定、統一基準が連絡を求める事項、取扱いに必要な項目です。",
                    members[i] + " cannot be withheld: it identifies the case, is what the standard asks to be told, or says how it has to "
                                 "be handled.");
    return refuse_field("/members/" + std::to_string(i), "unknown_member", "報告にはない項目です。", "A report has no such member.");
  }
  if (members.empty())
    return refuse_field("/members", "required", "留保する項目を指定してください。", "Name the members that are withheld.");
  return std::nullopt;
}

std::optional<Refusal> refuse_end(Timestamp until, Timestamp now) {
  if (until <= now)
    return refuse_field("/until", "time_in_past", "過去の日時です。留保の終わりを入れてください。",
                        "This time is over. Say until when it is withheld.");
  if (until > now + longest_withholding)
    return refuse_field("/until", "too_far", "留保は最長 90 日です。必要ならその後に改めて留保してください。",
                        "It is withheld for 90 days at most. Withhold it anew after that where it is needed.");
  return std::nullopt;
}

bool withholds(const Law& law, const Actor& actor, const Withholding& withholding, Timestamp now) {
  return acts_for(law, actor.organization, withholding.organization, now);
}

bool forbids_forwarding(const Incident& incident) {
  if (incident.labels.empty()) return false;
  const auto restrictions = restrictions_of(incident.labels.back().restrictions);
  return std::ranges::find(restrictions, Restriction::no_forward) != restrictions.end();
}

std::optional<Refusal> refuse_sharing(const Law& law, const Incident& known, const ShareInformation& command, Timestamp now) {
  const auto* body = law.registry.find(command.organization);
  if (!body || !body->period.contains(japanese_day(now)))
    return refuse_field("/organization", "unknown_organization",
                        "登録されていないか、すでに存在しない機関です。GET /organizations の id から選んでください。",
                        "No such body, or one that has ended. Choose an id from GET /organizations.");
  if (body->is(OrganizationKind::police) || body->is(OrganizationKind::crisis_management))
    return refuse_field("/organization", "not_a_recipient",
                        "警察への通報・連絡は (h)、事態対処・危機管理担当への報告は (i) によります。情報共有の相手にはなりません。",
                        "The police are told by (h) and the crisis desk by (i). Nothing is shared with them this way.");
  if (!known.consents_to_share)
    return refuse(RefusalCode::consent_missing,
                  "最新の報告の consent_to_share が true ではありません。(l) の情報共有には同意が要ります。(g)・(h)・(i) には要りません。",
                  "consent_to_share of the latest report is not true. Sharing under (l) needs consent; (g), (h) and (i) do not.");
  if (forbids_forwarding(known))
    return refuse(RefusalCode::restriction_forbids,
                  "取扱制限に転送禁止があります。情報共有の前に、格付の決定者に変更を求めてください（label-changes）。",
                  "The handling restrictions forbid to forward it. Ask who decided the label to change it first (label-changes).");
  if (known.content_visible_to(command.organization))
    return refuse(RefusalCode::already_shared, "その機関は、このインシデントの内容をすでに見ることができます。",
                  "That body sees the content of this incident already.");
  return std::nullopt;
}

}  // namespace

ReportView view_of(const Law& law, const Incident& incident, const std::string& receiver, Timestamp now) {
  Receiver who{receiver, {}};
  if (const auto access = incident.access.find(receiver); access != incident.access.end() && !access->second.in_place_of.empty())
    who.stands_for.push_back(access->second.in_place_of);
  return view_of_report(law.registry, incident.organization, incident.submitted_by, who, incident.withholdings, now);
}

bool sees_member(const Law& law, const Incident& incident, const std::string& receiver, std::string_view member, Timestamp now) {
  return view_of(law, incident, receiver, now).shows(member);
}

Outcome decide_withholding(const Law& law, const Incident& known, const WithholdContent& command, Moment moment) {
  if (auto refusal = refuse_role(command.actor)) return tl::unexpected(std::move(*refusal));
  if (auto refusal = refuse_erased(known)) return tl::unexpected(std::move(*refusal));
  if (auto refusal = refuse_parties(law, known, command, moment.now)) return tl::unexpected(std::move(*refusal));
  if (auto refusal = refuse_members(command.members)) return tl::unexpected(std::move(*refusal));
  if (auto refusal = refuse_end(command.until, moment.now)) return tl::unexpected(std::move(*refusal));
  const auto held = std::ranges::count_if(known.withholdings, [&](const Withholding& withholding) {
    return withholding.organization == command.actor.organization && is_in_force(withholding, moment.now);
  });
  if (static_cast<std::size_t>(held) >= most_withholdings)
    return tl::unexpected(refuse(RefusalCode::withholding_not_allowed,
                                 "この機関の留保がすでに 100 件あります。要らないものを解除してから留保してください。",
                                 "This body has 100 of them in force. Release what is not needed first."));

  DecisionBuilder builder(law, known, command.actor, moment);
  pass_to_successors(builder);
  auto members = command.members;
  std::ranges::sort(members);
  members.erase(std::unique(members.begin(), members.end()), members.end());
  builder.add(ContentWithheld{{builder.next_id<WithholdingId>(), command.actor.organization, command.from, std::move(members),
                               command.reason, command.until, false}});
  return std::move(builder).finish();
}

Outcome decide_release(const Law& law, const Incident& known, const ReleaseContent& command, Moment moment) {
  const auto* withholding = known.find(command.withholding);
  if (!withholding || !withholds(law, command.actor, *withholding, moment.now)) return tl::unexpected(not_found());
  if (auto refusal = refuse_role(command.actor)) return tl::unexpected(std::move(*refusal));
  if (auto refusal = refuse_erased(known)) return tl::unexpected(std::move(*refusal));
  if (!is_in_force(*withholding, moment.now))
    return tl::unexpected(refuse(RefusalCode::withholding_over, "この留保は、解除されたか期限が過ぎて、すでに終わっています。",
                                 "It was released, or its time has passed. It withholds nothing any more."));
  DecisionBuilder builder(law, known, command.actor, moment);
  pass_to_successors(builder);
  builder.add(ContentReleased{command.withholding, command.reason});
  return std::move(builder).finish();
}

Outcome decide_sharing(const Law& law, const Incident& known, const ShareInformation& command, Moment moment) {
  const auto& actor = command.actor;
  if (!actor.role || !(is_csirt(*actor.role) || *actor.role == Role::ciso))
    return tl::unexpected(refuse(RefusalCode::role_required, "情報共有を行うのは、発生した機関の CSIRT 又は CISO です。",
                                 "The CSIRT or the CISO of the body whose incident it is shares it."));
  if (!acts_for(law, actor.organization, known.organization, moment.now))
    return tl::unexpected(refuse(RefusalCode::not_the_holder, "情報共有を決められるのは、発生した機関だけです。",
                                 "Only the body whose incident it is shares it."));
  if (auto refusal = refuse_erased(known)) return tl::unexpected(std::move(*refusal));
  if (auto refusal = refuse_sharing(law, known, command, moment.now)) return tl::unexpected(std::move(*refusal));

  DecisionBuilder builder(law, known, actor, moment);
  pass_to_successors(builder);
  send_shared(builder, command.organization, command.note);
  return std::move(builder).finish();
}

bool may_be_shared(const Incident& incident) { return incident.consents_to_share && !forbids_forwarding(incident); }

bool has_by_sharing(const Incident& incident, std::string_view organization) {
  bool any = false;
  for (const auto& message : incident.messages) {
    if (!message.report || message.recipient != organization) continue;
    if (message.clause != clause_of_sharing) return false;
    any = true;
  }
  return any;
}

}  // namespace noroshi::core
