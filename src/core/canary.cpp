#include "src/core/canary.h"

#include <algorithm>

#include "src/core/duties.h"

namespace noroshi::core {
namespace {

bool has_arrived(MessageState state) { return state == MessageState::sent || state == MessageState::delivered; }

std::string list_of(const std::vector<CanaryGap>& gaps) {
  std::string list;
  for (const auto& gap : gaps) list += (list.empty() ? "" : ", ") + gap.organization + " (" + gap.channel + ")";
  return list;
}

routing::Reason reason_of(const Incident& canary, const std::vector<CanaryGap>& gaps) {
  if (gaps.front().organization.empty())
    return {"疎通確認（訓練）" + canary.number + " は、どの機関にも送られませんでした。登録簿の所管を確かめてください。",
            "the canary (exercise) " + canary.number + " was sent to nobody; look at the supervision in the registry"};
  const auto list = list_of(gaps);
  return {"疎通確認（訓練）" + canary.number + " が時間内に届いていません: " + list +
              "。noroshi delivery list で原因を調べ、直してください。実際の報告も届かないおそれがあります。",
          "the canary (exercise) " + canary.number + " has not arrived in time: " + list +
              "; look for the cause with noroshi delivery list: a real report may not arrive either"};
}

std::vector<std::string> whom_it_concerns(const DecisionBuilder& builder) {
  std::vector<std::string> bodies{builder.standing_for(builder.incident().organization)};
  const auto* centre =
      builder.law().registry.in_force(routing::OrganizationKind::center, japanese_day(builder.now()));
  if (centre && centre->slug != bodies.front()) bodies.push_back(centre->slug);
  return bodies;
}

void tell(DecisionBuilder& builder, const std::string& organization, const routing::Reason& reason) {
  Message message;
  message.id = builder.next_id<MessageId>();
  message.incident = builder.incident().id;
  message.kind = MessageKind::alarm;
  message.recipient = organization;
  message.note = reason.ja + " (" + reason.en + ")";
  message.sent_at = builder.now();
  builder.add(MessageSent{std::move(message)});
}

void raise_missing(DecisionBuilder& builder, const std::vector<CanaryGap>& gaps) {
  const auto reason = reason_of(builder.incident(), gaps);
  for (const auto& body : whom_it_concerns(builder)) {
    // The centre has the rows of duties of it, and there is no secret in a canary.
    if (!builder.incident().content_visible_to(body))
      builder.add(AccessGranted{body, AccessScope::content, std::string(access_by_alarm)});
    builder.add(AlarmRaised{builder.next_id<AlarmId>(), std::string(alarm_codes::canary_missing), body, reason});
    tell(builder, body, reason);
  }
}

void end(DecisionBuilder& builder) {
  const routing::Reason reason{"疎通確認の終了による", "the canary has ended"};
  for (const auto& obligation : std::vector(builder.incident().obligations))
    if (obligation.state == ObligationState::open) builder.add(ObligationSuperseded{obligation.id, reason});
  HeldJudgement held = builder.incident().judgements.at(builder.incident().organization);
  held.judgement.assessment = routing::Assessment::not_incident;
  held.assessment_reason = reason.ja + " (" + reason.en + ")";
  // Refused it may be by a team of people at work alone, and then it stays.
  static_cast<void>(make_judgement(builder, held, std::nullopt));
}

}  // namespace

std::string canary_reference(JapaneseDay day) { return std::string(canary_prefix) + format_day(day); }

bool is_canary_reference(std::string_view reference) { return canary_day(reference).has_value(); }

bool is_canary(const Incident& incident) { return incident.exercise && is_canary_reference(incident.reference); }

std::optional<JapaneseDay> canary_day(std::string_view reference) {
  if (!reference.starts_with(canary_prefix)) return std::nullopt;
  return parse_day(reference.substr(canary_prefix.size()));
}

Timestamp canary_time(const CanaryPlan& plan, JapaneseDay day) { return start_of(day) + plan.at; }

std::optional<JapaneseDay> canary_due(const CanaryPlan& plan, Timestamp now) {
  const auto today = japanese_day(now);
  if (plan.organization.empty() || now < canary_time(plan, today)) return std::nullopt;
  return today;
}

Actor canary_actor(const std::string& organization) {
  Actor actor;
  actor.organization = organization;
  actor.name = "noroshid";
  return actor;
}

std::vector<CanaryGap> canary_gaps(const Incident& canary) {
  std::vector<CanaryGap> gaps;
  bool sent = false;
  for (const auto& message : canary.messages) {
    if (message.kind == MessageKind::alarm) continue;
    sent = true;
    if (!has_arrived(message.state)) gaps.push_back({message.recipient, "inbox"});
    for (const auto& delivery : canary.deliveries)
      if (delivery.message == message.id && !has_arrived(delivery.state))
        gaps.push_back({delivery.organization, std::string(delivery.channel)});
  }
  if (!sent) gaps.push_back({"", "inbox"});
  return gaps;
}

Decision decide_canary(const Law& law, const Incident& known, const CanaryPlan& plan, Moment moment) {
  DecisionBuilder builder(law, known, canary_actor(known.organization), moment);
  const auto day = canary_day(known.reference);
  if (!is_canary(known) || !day || has_ended(known.state)) return std::move(builder).finish();
  const auto gaps = canary_gaps(known);
  const bool told = std::any_of(known.alarms.begin(), known.alarms.end(),
                                [](const auto& alarm) { return alarm.first == alarm_codes::canary_missing; });
  if (gaps.empty() && !told) {
    end(builder);
    return std::move(builder).finish();
  }
  const auto sent = known.messages.empty() ? canary_time(plan, *day) : known.messages.front().sent_at;
  if (!told && moment.now >= sent + plan.within) raise_missing(builder, gaps);
  const auto due = canary_due(plan, moment.now);
  if (due && *day < *due) end(builder);
  return std::move(builder).finish();
}

}  // namespace noroshi::core
