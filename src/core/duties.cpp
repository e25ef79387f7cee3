#include "src/core/duties.h"

#include <algorithm>
#include <set>

#include "src/core/withholding_rules.h"
#include "src/core/canary.h"

namespace noroshi::core {
namespace {

using routing::Condition;
using routing::OpensOn;
using routing::RecipientRule;
using routing::Rule;

// Identity of a duty: (incident, clause, sentence, holder, recipient), bodies taken as those that stand in their place.
const Obligation* find_same(const DecisionBuilder& builder, const routing::Duty& duty) {
  for (const auto& existing : builder.incident().obligations) {
    if (existing.rule != duty.rule->id || existing.clause != duty.rule->clause) continue;
    if (builder.standing_for(existing.holder) != builder.standing_for(duty.holder)) continue;
    if (builder.standing_for(existing.recipient) == builder.standing_for(duty.recipient))
      return &existing;
  }
  return nullptr;
}

// 速やかに counts from 認知 for a duty opened on assessment, so a late report is late at once; from receipt for one
// opened on receipt. What another body's act opens is received with it, in this very commit; what the holder's own
// judgement opens (its cells of (i)) was received with the version it judges.
Timestamp due_time(const DecisionBuilder& builder, const routing::Duty& duty) {
  if (duty.opens_on == OpensOn::assessment) return builder.incident().recognized + duty.target;
  const auto* received =
      builder.actor().organization == duty.holder ? builder.incident().latest_version_to(duty.holder) : nullptr;
  return (received ? received->sent_at : builder.now()) + duty.target;
}

// (g) sentences 1 and 2, and H28's 1: met when the message is in the recipient's inbox, which the commit brings about.
bool met_at_acceptance(const routing::Duty& duty) {
  return duty.opens_on == OpensOn::assessment && (duty.rule->recipient == RecipientRule::center ||
                                                  duty.rule->recipient == RecipientRule::supervising_agency);
}

void open(DecisionBuilder& builder, const std::string& edition, const routing::Duty& duty) {
  const Rule& rule = *duty.rule;
  Obligation obligation;
  obligation.id = builder.next_id<ObligationId>();
  obligation.incident = builder.incident().id;
  obligation.edition = edition;
  obligation.rule = rule.id;
  obligation.clause = rule.clause;
  obligation.sentence = rule.sentence;
  obligation.holder = duty.holder;
  obligation.recipient = duty.recipient;
  obligation.self = duty.self;
  obligation.inner = rule.inner();
  obligation.opens_on = duty.opens_on;
  obligation.opened_at = builder.now();
  obligation.due_at = due_time(builder, duty);
  obligation.target = duty.target;
  obligation.formerly = duty.formerly;
  obligation.recipient_formerly = duty.recipient_formerly;
  obligation.because = duty.because;
  builder.add(ObligationOpened{obligation});

  if (duty.self) {
    fulfill(builder, obligation, FulfillmentMethod::done, builder.now(), "", "");
    return;
  }
  if (met_at_acceptance(duty)) {
    send_latest(builder, MessageKind::report, builder.incident().organization, duty.recipient, &obligation, "");
    fulfill(builder, obligation, FulfillmentMethod::report, builder.now(), "", "");
    return;
  }
  // A silent desk cannot hide a report: the centre sees the row of the duty to tell it, without content.
  if (rule.recipient == RecipientRule::center)
    builder.add(AccessGranted{duty.recipient, AccessScope::duties, rule.clause});
}

void reopen(DecisionBuilder& builder, const routing::Duty& duty, ObligationId obligation) {
  builder.add(ObligationReopened{obligation, builder.now() + duty.target, duty.because});
}

// A duty to judge is met by the judgement itself.
void meet_duties_to_judge(DecisionBuilder& builder) {
  const auto facts = facts_of(builder.incident());
  for (const auto& obligation : std::vector(builder.incident().obligations)) {
    const auto* rule = builder.rule_of(obligation);
    if (obligation.state != ObligationState::open || !obligation.inner || !rule) continue;
    const bool assessed =
        rule->asks_for(Condition::assessed_possible) && facts.assessment != routing::Assessment::possible;
    const bool decided =
        rule->asks_for(Condition::cyberattack_undecided) && facts.cyberattack != routing::Cyberattack::unknown;
    if (assessed || decided) fulfill(builder, obligation, FulfillmentMethod::judgement, builder.now(), "", "");
  }
}

// The judgement that met a duty to judge has been taken back: what was decided is open again.
bool judged_no_longer(const DecisionBuilder& builder, const routing::Duty& duty, const Obligation& existing) {
  const auto* before = builder.facts_before();
  if (existing.state != ObligationState::fulfilled || !duty.rule->inner() || !before) return false;
  const bool assessed_before = before->assessment != routing::Assessment::possible;
  const bool decided_before = before->cyberattack != routing::Cyberattack::unknown;
  return (duty.rule->asks_for(Condition::assessed_possible) && assessed_before) ||
         (duty.rule->asks_for(Condition::cyberattack_undecided) && decided_before);
}

// "No cyberattack", with a reason, ends the duty to tell the police. Nothing else ends a duty but a waiver.
void supersede_police_duties(DecisionBuilder& builder) {
  if (facts_of(builder.incident()).cyberattack != routing::Cyberattack::no) return;
  for (const auto& obligation : std::vector(builder.incident().obligations)) {
    const auto* rule = builder.rule_of(obligation);
    if (obligation.state != ObligationState::open || !rule || rule->recipient != RecipientRule::police) continue;
    builder.add(ObligationSuperseded{obligation.id,
                                     {"サイバー攻撃に当たらないとの再評価による", "reassessed as no cyberattack"}});
  }
}

void raise(DecisionBuilder& builder, const std::vector<routing::Alarm>& alarms) {
  for (const auto& alarm : alarms) {
    const std::pair key{std::string(routing::to_string(alarm.code)), alarm.organization};
    if (builder.incident().alarms.contains(key)) continue;
    builder.add(AlarmRaised{builder.next_id<AlarmId>(), key.first, alarm.organization, alarm.reason});
  }
}

bool same(const HeldJudgement& a, const HeldJudgement& b) {
  return a.judgement.assessment == b.judgement.assessment && a.judgement.cyberattack == b.judgement.cyberattack &&
         a.judgement.large_scale == b.judgement.large_scale && a.assessment_reason == b.assessment_reason &&
         a.cyberattack_reason == b.cyberattack_reason;
}

IncidentEvent event_of(routing::Assessment assessment) {
  switch (assessment) {
    case routing::Assessment::incident: return IncidentEvent::assess_incident;
    case routing::Assessment::possible: return IncidentEvent::assess_possible;
    case routing::Assessment::not_incident: return IncidentEvent::dismiss;
  }
  return IncidentEvent::assess_possible;
}

}  // namespace

std::string DecisionBuilder::standing_for(const std::string& slug) const {
  return core::standing_for(law_, slug, moment_.now);
}

const routing::Rule* DecisionBuilder::rule_of(const Obligation& obligation) const {
  const auto* edition = law_.editions.find(obligation.edition);
  return edition ? edition->find(obligation.rule) : nullptr;
}

void DecisionBuilder::add(Happening what) {
  Event event{moment_.identifiers.next<EventId>(), moment_.now, actor_, incident_.id, std::move(what)};
  evolve(incident_, event);
  events_.push_back(std::move(event));
}

void fulfill(DecisionBuilder& builder, const Obligation& obligation, FulfillmentMethod method, Timestamp at,
             const std::string& note, const std::string& reference) {
  const auto late = std::chrono::ceil<std::chrono::seconds>(at - obligation.due_at);
  builder.add(ObligationFulfilled{
      Fulfillment{builder.next_id<FulfillmentId>(), obligation.id, method, at, note, reference},
      std::max(late, std::chrono::seconds{0})});
}

void send_latest(DecisionBuilder& builder, MessageKind kind, const std::string& sender, const std::string& recipient,
                 const Obligation* obligation, const std::string& note, bool automatic) {
  if (!builder.incident().content_visible_to(recipient))
    builder.add(AccessGranted{recipient, AccessScope::content, obligation ? obligation->clause : "added"});
  Message message;
  message.id = builder.next_id<MessageId>();
  message.incident = builder.incident().id;
  message.report = builder.incident().latest_report;
  message.kind = kind;
  message.sender = sender;
  message.recipient = recipient;
  if (obligation) {
    message.obligation = obligation->id;
    message.clause = obligation->clause;
    message.sentence = obligation->sentence;
  }
  message.note = note;
  message.automatic = automatic;
  message.sent_at = builder.now();
  if (!is_canary(builder.incident()))
    message.acknowledge_by = builder.now() + builder.law().clocks.acknowledgement.of(
                                                 recipient, severity_of(facts_of(builder.incident())));
  builder.add(MessageSent{std::move(message)});
}

void send_shared(DecisionBuilder& builder, const std::string& recipient, const std::string& note) {
  if (!builder.incident().content_visible_to(recipient))
    builder.add(AccessGranted{recipient, AccessScope::content, std::string(clause_of_sharing)});
  Message message;
  message.id = builder.next_id<MessageId>();
  message.incident = builder.incident().id;
  message.report = builder.incident().latest_report;
  message.kind = MessageKind::notice;
  message.sender = builder.standing_for(builder.incident().organization);
  message.recipient = recipient;
  message.clause = clause_of_sharing;
  message.note = note;
  message.sent_at = builder.now();
  builder.add(MessageSent{std::move(message)});
}

void send_to_team(DecisionBuilder& builder, const CymatRequest& request, const Obligation* obligation,
                  const std::string& note) {
  Message message;
  message.id = builder.next_id<MessageId>();
  message.incident = builder.incident().id;
  message.report = builder.incident().latest_report;
  message.kind = MessageKind::notice;
  message.sender = builder.standing_for(request.supported);
  message.recipient = team_of(request.id);
  if (obligation) {
    message.obligation = obligation->id;
    message.clause = obligation->clause;
    message.sentence = obligation->sentence;
  }
  message.note = note;
  message.sent_at = builder.now();
  builder.add(MessageSent{std::move(message)});
}

namespace {

// A team is told of later versions while it is at work, and of nothing after.
void send_latest_to_team(DecisionBuilder& builder, const std::string& team, const std::string& note) {
  for (const auto& request : std::vector(builder.incident().cymat_requests))
    if (team_of(request.id) == team && is_at_work(request.state)) send_to_team(builder, request, nullptr, note);
}

void pass_duties(DecisionBuilder& builder) {
  for (const auto& obligation : std::vector(builder.incident().obligations)) {
    if (obligation.state != ObligationState::open) continue;
    const auto holder = builder.standing_for(obligation.holder);
    const auto recipient = builder.standing_for(obligation.recipient);
    if (holder == obligation.holder && recipient == obligation.recipient) continue;
    builder.add(ObligationPassed{obligation.id, holder, recipient,
                                 holder == obligation.holder ? obligation.formerly : obligation.holder,
                                 recipient == obligation.recipient ? obligation.recipient_formerly
                                                                   : obligation.recipient});
  }
}

void pass_messages(DecisionBuilder& builder) {
  std::vector<MessagePassed> passed;
  for (const auto* message : unacknowledged(builder.incident())) {
    const auto standing = builder.standing_for(message->awaited_from());
    if (standing != message->awaited_from()) passed.push_back({message->id, standing, message->awaited_from()});
  }
  for (auto& what : passed) builder.add(std::move(what));
}

// A closed incident awaits nothing until it is reopened.
void pass_incident(DecisionBuilder& builder) {
  const std::string formerly = builder.incident().followup_from();
  const auto standing = builder.standing_for(formerly);
  if (standing != formerly && builder.incident().state != IncidentState::closed)
    builder.add(IncidentPassed{standing, formerly});
}

void pass_access(DecisionBuilder& builder) {
  // Whoever stands in a body's place sees what it saw; the body itself keeps its history.
  for (const auto& [organization, access] : std::map(builder.incident().access)) {
    const auto successor = builder.standing_for(organization);
    const auto held = builder.incident().access.find(successor);
    if (held == builder.incident().access.end() || (successor != organization && held->second.in_place_of.empty()))
      builder.add(AccessGranted{successor, access.scope, "successor", organization});
  }
}

}  // namespace

void pass_to_successors(DecisionBuilder& builder) {
  pass_duties(builder);
  pass_messages(builder);
  pass_incident(builder);
  pass_access(builder);
}

void align_duties(DecisionBuilder& builder) {
  const auto routing = route(builder.law().editions, builder.law().registry, facts_of(builder.incident()), builder.now());
  raise(builder, routing.alarms);
  supersede_police_duties(builder);
  meet_duties_to_judge(builder);
  bool reopened = false;
  for (const auto& duty : routing.duties) {
    const auto* existing = find_same(builder, duty);
    if (!existing) {
      open(builder, routing.edition->id, duty);
    } else if (existing->state == ObligationState::superseded || judged_no_longer(builder, duty, *existing)) {
      reopen(builder, duty, existing->id);
      reopened = true;
    }
  }
  // What had ended did not pass on when its body did.
  if (reopened) pass_to_successors(builder);
}

// What a recipient owes onward has a new occasion: the duty exists and is not opened again. Where it was met without a
// message (by telephone), the centre has not got this version from anybody, and the duty to tell it starts anew.
void recur_onward_duties(DecisionBuilder& builder, const std::string& holder) {
  const auto obligations = builder.incident().obligations;
  bool reopened = false;
  for (std::size_t i = 0; i < builder.obligations_before(); ++i) {
    const auto& onward = obligations[i];
    if (builder.standing_for(onward.holder) != holder || onward.opens_on != OpensOn::receipt || onward.inner) continue;
    const auto* rule = builder.rule_of(onward);
    const bool untold = onward.state == ObligationState::fulfilled && rule &&
                        rule->recipient == RecipientRule::center &&
                        !builder.incident().content_visible_to(builder.standing_for(onward.recipient));
    if (untold) {
      builder.add(ObligationReopened{onward.id, builder.now() + onward.target, onward.because});
      reopened = true;
    } else {
      // A desk that let every alarm pass hears them again; one that is still being called is not called later for it.
      const bool told_in_vain = onward.state == ObligationState::open &&
                                onward.ladder.level >= static_cast<int>(builder.law().clocks.steps.size());
      builder.add(ObligationRecurred{onward.id, onward.occasion + 1, told_in_vain});
    }
  }
  if (reopened) pass_to_successors(builder);
}

void send_to_earlier_recipients(DecisionBuilder& builder) {
  const auto earlier = builder.incident().messages;
  std::set<std::string> served;
  for (const auto& message : earlier)
    if (message.report == builder.incident().latest_report) served.insert(message.recipient);

  for (const auto& message : earlier) {
    if (!message.report) continue;
    const auto recipient = builder.standing_for(message.recipient);
    if (!served.insert(recipient).second) continue;
    if (is_of_cymat(recipient)) {
      send_latest_to_team(builder, recipient, "");
      continue;
    }
    if (has_by_sharing(builder.incident(), message.recipient)) {
      if (!may_be_shared(builder.incident())) continue;
      send_shared(builder, recipient, "");
      // A supervising agency that judged what it had by sharing owes onward what it gets, as one that was reported to.
      recur_onward_duties(builder, recipient);
      continue;
    }
    const auto* obligation = message.obligation ? builder.incident().find(*message.obligation) : nullptr;
    const auto copy = obligation ? std::optional(*obligation) : std::nullopt;
    send_latest(builder, MessageKind::report, builder.incident().organization, recipient, copy ? &*copy : nullptr, "");
    recur_onward_duties(builder, recipient);
  }
}

void send_judgement_to_earlier_recipients(DecisionBuilder& builder, const HeldJudgement& held,
                                          std::size_t messages) {
  const auto all = builder.incident().messages;
  std::set<std::string> served{builder.actor().organization};
  for (std::size_t i = messages; i < all.size(); ++i)
    if (all[i].report) served.insert(all[i].recipient);
  const std::string note = "再評価 (reassessed): assessment=" + std::string(to_string(held.judgement.assessment)) +
                           ", cyberattack=" + std::string(to_string(held.judgement.cyberattack));
  for (std::size_t i = 0; i < messages; ++i) {
    if (!all[i].report) continue;
    const auto recipient = builder.standing_for(all[i].recipient);
    if (!served.insert(recipient).second) continue;
    if (is_of_cymat(recipient))
      send_latest_to_team(builder, recipient, note);
    else if (has_by_sharing(builder.incident(), all[i].recipient)) {
      if (may_be_shared(builder.incident())) send_shared(builder, recipient, note);
    } else
      send_latest(builder, MessageKind::notice, builder.incident().organization, recipient, nullptr, note);
  }
}

Timestamp next_followup(const DecisionBuilder& builder, const HeldJudgement& held) {
  auto incident = builder.incident();
  incident.judgements[held.judgement.organization] = held;
  const auto severity = severity_of(facts_of(incident));
  return builder.now() +
         builder.law().clocks.followup.of(builder.standing_for(incident.organization), severity);
}

tl::expected<void, Refusal> make_judgement(DecisionBuilder& builder, const HeldJudgement& held,
                                           std::optional<Timestamp> followup_due) {
  const auto& incident = builder.incident();
  const auto before = incident.judgements.find(held.judgement.organization);
  if (before != incident.judgements.end() && same(before->second, held)) return {};
  if (held.judgement.cyberattack == routing::Cyberattack::no && !held.judgement.large_scale.empty())
    return tl::unexpected(refuse_field("/large_scale", "contradiction",
                                       "サイバー攻撃ではない（no）のに大規模サイバー攻撃事態の欄があります。どちらかを直してください。",
                                       "A cell of a large-scale cyberattack stands beside cyberattack \"no\". Mend one."));

  if (held.judgement.organization != incident.organization) {
    builder.add(JudgementMade{builder.next_id<JudgementId>(), held});
    return {};
  }
  const auto from = incident.state;
  const auto to = next(from, event_of(held.judgement.assessment));
  if (!to)
    return tl::unexpected(refuse(RefusalCode::transition_not_allowed,
                                 "この段階では評価を変更できません。先にインシデントを再開（assessed）してください。",
                                 "The assessment cannot change in this state. Reopen the incident (to assessed) first."));
  if (has_ended(*to) && !has_ended(from))
    if (auto refusal = refuse_team(incident)) return tl::unexpected(std::move(*refusal));
  builder.add(JudgementMade{builder.next_id<JudgementId>(), held});
  if (from == *to) return {};
  if (*to != IncidentState::assessed) followup_due.reset();
  builder.add(IncidentMoved{from, *to, held.assessment_reason, followup_due});
  if (has_ended(*to)) end_assignments(builder);
  return {};
}

std::string standing_for(const Law& law, const std::string& slug, Timestamp now) {
  const auto* body = law.registry.standing_for(slug, japanese_day(now));
  return body ? body->slug : slug;
}

bool acts_for(const Law& law, const std::string& actor, const std::string& organization, Timestamp now) {
  return actor == organization || actor == standing_for(law, organization, now);
}

bool has_open_duty(const Incident& known) {
  return std::any_of(known.obligations.begin(), known.obligations.end(), [&](const Obligation& obligation) {
    return obligation.state == ObligationState::open && !(obligation.inner && known.state == IncidentState::dismissed);
  });
}

bool same_person(const std::optional<TokenId>& token, const std::string& name, const Actor& actor) {
  return token == actor.token || (!actor.name.empty() && name == actor.name);
}

bool has_team(const Incident& known) {
  return std::any_of(known.cymat_requests.begin(), known.cymat_requests.end(), [](const CymatRequest& request) {
    return request.state == CymatState::formed || is_at_work(request.state) ||
           std::any_of(request.members.begin(), request.members.end(),
                       [](const CymatMember& member) { return is_live(member.state); });
  });
}
// The centre sent them and calls them back: their access must not hang on a word of the body that they support.
std::optional<Refusal> refuse_team(const Incident& known) {
  if (!has_team(known)) return std::nullopt;
  return refuse(RefusalCode::cymat_pending,
                "CYMAT を編成中又は派遣中です。終結も「インシデントでない」との評価も、センターが CYMAT を終了（noroshi cymat end）"
                "してからにしてください。それまでは possible 又は incident のままにします。",
                "A team of CYMAT is being formed or at work. Have the centre end its work first (noroshi cymat end), then close the "
                "case or judge it to be no incident. Until then it stays possible, or an incident.");
}

std::optional<Refusal> refuse_erased(const Incident& known) {
  if (!known.erased_at) return std::nullopt;
  return refuse(RefusalCode::incident_erased,
                "保存期間の満了により内容を消去したインシデントです。新しい事象は別の整理番号で報告してください。",
                "The content of this incident was erased at the end of its retention. Report what is new under another "
                "reference.");
}

Refusal refuse(RefusalCode code, std::string ja, std::string en) {
  return Refusal{code, {std::move(ja), std::move(en)}, {}};
}

Refusal refuse_field(std::string pointer, std::string code, std::string ja, std::string en) {
  Refusal refusal{RefusalCode::invalid,
                  {"送信内容に誤りがあります。errors の各項目を直して再送してください。",
                   "The submission has mistakes. Mend each one listed in errors and send it again."},
                  {}};
  refusal.errors.push_back({std::move(pointer), std::move(code), {std::move(ja), std::move(en)}});
  return refusal;
}

}  // namespace noroshi::core
