// What happens when clocks have reached a level: who is told, role by role and at last the other side.
#include <algorithm>
#include <array>
#include <map>

#include "src/core/departure.h"
#include "src/core/duties.h"

namespace noroshi::core {
namespace {

using routing::OrganizationKind;
using routing::RecipientRule;

// The level at which the highest role of a body hears.
constexpr int highest_role = 3;

// Nobody can ask a daemon that is away: a level that is told later than this after it was reached says nothing of who asked.
constexpr std::chrono::minutes longest_lateness{5};
// Listeners::last_asked is kept to the minute: who asked within it may have asked again.
constexpr std::chrono::minutes presence_precision{1};

struct Listener {
  std::string organization;
  Role role{};
  std::string_view code;
};

std::string name_of_sentence(const std::string& clause, int sentence, bool japanese) {
  if (sentence == 0) return clause;
  return japanese ? clause + "第" + std::to_string(sentence) + "文" : clause + " sentence " + std::to_string(sentence);
}

// The clocks of one incident that have reached a level, in the order in which they stand.
class Ringing {
 public:
  Ringing(DecisionBuilder& builder, const Listeners& listeners, const Departures& departures)
      : builder_(builder), listeners_(listeners), departures_(departures) {}

  void run() {
    release_gone();
    follow_roster();
    for (const auto& clock : running_clocks(builder_.incident())) ring(clock);
    for (const auto& [organization, told] : told_) send(organization, told);
  }

 private:
  // Who has left the body, or the posts that let him respond, responds no more. A response is never without its head: that one
  // stays in the record until another takes over, and his clock is due since he went.
  void release_gone() {
    for (const auto& assignment : std::vector<Assignment>(builder_.incident().assignments)) {
      const auto gone = departures_.from_csirt.find(assignment.person);
      if (gone == departures_.from_csirt.end()) continue;
      const auto state = builder_.incident().find(assignment.id)->state;  // an offer may have ended with what it would take over
      if (!is_live(state)) continue;
      if (assignment.function == Function::head && state == AssignmentState::active) {
        if (assignment.duty_until != gone->second) builder_.add(AssignmentDutyMoved{assignment.id, gone->second});
        continue;
      }
      builder_.add(AssignmentReleased{assignment.id,
                                      "離任又は CSIRT の職の終了のため (left the body, or the posts of its CSIRT)"});
      release_offers(builder_, assignment.id);
    }
    for (const auto& request : std::vector<CymatRequest>(builder_.incident().cymat_requests))
      for (const auto& member : request.members)
        if (is_live(member.state) && departures_.from_cymat.contains(member.person)) withdraw(request, member);
  }

  void withdraw(const CymatRequest& request, const CymatMember& member) {
    builder_.add(CymatMemberWithdrawn{request.id, member.id,
                                      "離任又は CYMAT に属する職員の指名の終了のため (left the agency, or is named no more)"});
    if (member.state == CymatMemberState::serving) builder_.add(AccessEnded{seat_of(member.person), "1.3"});
    const std::string lead_ja = member.lead ? "（班長）" : "";
    const std::string lead_en = member.lead ? ", its lead," : "";
    told_[builder_.standing_for(request.center)].push_back(
        {nullptr,
         {"CYMAT の要員 " + member.name + lead_ja + " は、所属機関 " + member.organization +
              " を離任したか、指名が終わったため外れました。必要なら要員を補うか、CYMAT を終了してください。",
          member.name + lead_en + " is of the team no more: left " + member.organization +
              ", or is named as a member of CYMAT no more; have the team formed anew or end its work"}});
  }

  // The roster of now says until when who leads the response is on duty: longer than when he began, or not as long.
  void follow_roster() {
    for (const auto& assignment : std::vector<Assignment>(builder_.incident().assignments)) {
      if (assignment.function != Function::head || assignment.state != AssignmentState::active) continue;
      if (departures_.from_csirt.contains(assignment.person)) continue;
      const auto found = listeners_.on_duty_until.find(assignment.person);
      if (found == listeners_.on_duty_until.end()) continue;
      const auto& until = found->second;
      const bool ends_now = !until && assignment.duty_until && *assignment.duty_until > builder_.now();
      if (ends_now || (until && until != assignment.duty_until))
        builder_.add(AssignmentDutyMoved{assignment.id, until.value_or(builder_.now())});
    }
  }

  void ring(const Clock& clock) {
    const auto& policy = builder_.law().clocks;
    // The switch may have come after the level.
    if (is_unrelayed(clock) && clock.ladder.level >= level_of_silence()) relay(clock, clock.ladder.level);
    for (int level = clock.ladder.level + 1;; ++level) {
      const auto at = reaches(clock, level, policy);
      if (!at || *at > builder_.now()) return;
      for (const auto& listener : listeners_at(clock, level)) tell(clock, level, listener);
      if (is_unrelayed(clock) && level >= level_of_silence()) relay(clock, level);
      if (receiver_is_dead(clock, level, *at)) tell_of_dead_receiver(clock, level);
    }
  }

  // -- Who hears --

  std::vector<Listener> listeners_at(const Clock& clock, int level) const {
    std::vector<Listener> told;
    if (level >= level_of_other_side() && !is_inner(clock)) told = other_side(clock);
    if (told.empty() || level <= highest_role) {
      const auto holder = builder_.standing_for(clock.organization);
      // What the centre owes as a body of the Cabinet is its CSIRT's; what it was sent or asked is its liaisons'.
      const bool as_recipient = clock.kind == ClockKind::acknowledgement || clock.kind == ClockKind::inquiry;
      // Its own role where it is the other side as well: the centre of its own incident.
      std::erase_if(told, [&](const Listener& listener) { return listener.organization == holder; });
      told.push_back({holder, role_at(holder, level, as_recipient), code_of(clock)});
    }
    if (is_unrelayed(clock) && level == level_of_silence())
      told.push_back({builder_.standing_for(duty_of(clock)->recipient), Role::center_liaison, alarm_codes::relay_silent});
    return told;
  }

  std::vector<Listener> other_side(const Clock& clock) const {
    switch (clock.kind) {
      case ClockKind::duty: return {recipient_of(*duty_of(clock))};
      case ClockKind::acknowledgement: {
        const auto sender = builder_.standing_for(builder_.incident().find(MessageId{clock.subject})->sender);
        return {{sender, head_of(sender), code_of(clock)}};
      }
      case ClockKind::followup: return whoever_was_told();
      case ClockKind::handover:
      case ClockKind::permission: return {};
      case ClockKind::inquiry: {
        const auto asker = builder_.standing_for(builder_.incident().find(InquiryId{clock.subject})->from);
        return {{asker, head_of(asker), code_of(clock)}};
      }
    }
    return {};
  }

  // Whether the police are told lies within the head's discretion (「内容に応じ」), and an exercise reaches no desk
  // outside: the centre hears in their place.
  Listener recipient_of(const Obligation& duty) const {
    auto recipient = builder_.standing_for(duty.recipient);
    const bool crisis_desk = has_kind(recipient, OrganizationKind::crisis_management);
    if (has_kind(recipient, OrganizationKind::police) || (crisis_desk && builder_.incident().exercise))
      recipient = center().value_or(duty.holder);
    return {recipient, head_of(recipient), alarm_codes::duty_overdue};
  }

  // Those to whom the body itself has reported; the police ask for what they need themselves.
  std::vector<Listener> whoever_was_told() const {
    std::vector<Listener> told;
    for (const auto& message : builder_.incident().messages) {
      if (message.kind != MessageKind::report || message.sender != builder_.incident().organization) continue;
      const auto recipient = builder_.standing_for(message.recipient);
      if (has_kind(recipient, OrganizationKind::police)) continue;
      const auto known = [&](const Listener& listener) { return listener.organization == recipient; };
      if (std::none_of(told.begin(), told.end(), known))
        told.push_back({recipient, head_of(recipient), alarm_codes::followup_overdue});
    }
    return told;
  }

  // From level 4 on a clock is told to the other side: the recipient of a duty, the sender of a message, whoever waits for
  // a 続報. The centre hears at level 2 of a report that nobody has relayed to it. Where the ladder is shorter, its last step
  // does it.
  int level_of_other_side() const { return std::min(highest_role + 1, last_level()); }
  int level_of_silence() const { return std::min(2, last_level()); }
  int last_level() const { return static_cast<int>(builder_.law().clocks.steps.size()); }

  // csirt_member, csirt_head, ciso; a desk has one role, which hears again at each level.
  Role role_at(const std::string& organization, int level, bool as_recipient) const {
    static constexpr std::array<Role, highest_role> roles = {Role::csirt_member, Role::csirt_head, Role::ciso};
    if (const auto desk = desk_of(organization, as_recipient)) return *desk;
    return roles[static_cast<std::size_t>(std::min(level, highest_role) - 1)];
  }
  Role head_of(const std::string& organization) const {
    return desk_of(organization, true).value_or(Role::csirt_head);
  }
  std::optional<Role> desk_of(const std::string& organization, bool as_recipient) const {
    const auto* body = builder_.law().registry.find(organization);
    if (!body || (!as_recipient && body->is(OrganizationKind::national_agency))) return std::nullopt;
    switch (body->kind) {
      case OrganizationKind::center: return Role::center_liaison;
      case OrganizationKind::police: return Role::police_desk;
      case OrganizationKind::crisis_management: return Role::crisis_desk;
      default: return std::nullopt;
    }
  }

  bool has_kind(const std::string& organization, OrganizationKind kind) const {
    const auto* body = builder_.law().registry.find(organization);
    return body && body->kind == kind;
  }
  std::optional<std::string> center() const {
    const auto* body = builder_.law().registry.in_force(OrganizationKind::center, japanese_day(builder_.now()));
    return body ? std::optional(body->slug) : std::nullopt;
  }

  // -- What is late --

  const Obligation* duty_of(const Clock& clock) const {
    return clock.kind == ClockKind::duty ? builder_.incident().find(ObligationId{clock.subject}) : nullptr;
  }
  bool is_inner(const Clock& clock) const {
    const auto* duty = duty_of(clock);
    return (duty && duty->inner) || clock.kind == ClockKind::handover || clock.kind == ClockKind::permission;
  }
  // A report that an agency has received and nobody has brought to the centre.
  bool is_unrelayed(const Clock& clock) const {
    const auto* duty = duty_of(clock);
    const auto* rule = duty ? builder_.rule_of(*duty) : nullptr;
    return rule && rule->recipient == RecipientRule::center && duty->opens_on == routing::OpensOn::receipt;
  }
  bool head_is_gone(const Clock& clock) const {
    return clock.kind == ClockKind::handover &&
           departures_.from_csirt.contains(builder_.incident().find(AssignmentId{clock.subject})->person);
  }
  std::string_view code_of(const Clock& clock) const {
    switch (clock.kind) {
      case ClockKind::duty: return alarm_codes::duty_overdue;
      case ClockKind::acknowledgement: return alarm_codes::acknowledgement_overdue;
      case ClockKind::followup: return alarm_codes::followup_overdue;
      case ClockKind::handover: return head_is_gone(clock) ? alarm_codes::head_gone : alarm_codes::handover_overdue;
      case ClockKind::permission: return alarm_codes::permission_overdue;
      case ClockKind::inquiry: return alarm_codes::inquiry_overdue;
    }
    return {};
  }

  // Somebody there holds a token, and nobody has been here since the message came. It is looked at where the centre would
  // hear of a silent agency, and later only where that level was told too late to say anything.
  bool receiver_is_dead(const Clock& clock, int level, Timestamp reached) const {
    if (clock.kind != ClockKind::acknowledgement || level < level_of_silence()) return false;
    if (builder_.now() - reached > longest_lateness) return false;
    const auto receiver = builder_.standing_for(clock.organization);
    if (!listeners_.bodies_with_person.contains(receiver)) return false;
    const std::pair told{std::string(alarm_codes::receiver_dead), receiver};
    if (level > level_of_silence() && builder_.incident().alarms.contains(told)) return false;
    const auto asked = listeners_.last_asked.find(receiver);
    return asked == listeners_.last_asked.end() ||
           asked->second + presence_precision < builder_.incident().find(MessageId{clock.subject})->sent_at;
  }

  routing::Reason reason_of(const Clock& clock, int level, std::string_view code) const {
    const auto number = std::to_string(level);
    const auto due = format_rfc3339(std::chrono::floor<std::chrono::seconds>(clock.due_at));
    const auto reason = [&](const std::string& ja, const std::string& en) {
      return routing::Reason{"第" + number + "段階、目標期限 " + due + ": " + ja,
                             "level " + number + ", target " + due + ": " + en};
    };
    if (code == alarm_codes::body_without_person)
      return reason(clock.organization + " に警報を受け取れる者がいません。電話で連絡してください。",
                    "nobody of " + clock.organization + " could hear an alarm; telephone them");
    if (code == alarm_codes::receiver_dead) return reason_of_absence(builder_.standing_for(clock.organization), reason);
    if (const auto* duty = duty_of(clock)) return reason_of_duty(*duty, code, reason);
    if (clock.kind == ClockKind::acknowledgement)
      return reason(clock.organization + " が連絡の受領を確認していません",
                    clock.organization + " has not acknowledged a message");
    if (clock.kind == ClockKind::handover) {
      const auto& name = builder_.incident().find(AssignmentId{clock.subject})->name;
      if (head_is_gone(clock))
        return reason(clock.organization + " の対応を率いる " + name +
                          " が離任したか CSIRT の職を離れ、率いる者がいません。CSIRT の誰でも noroshi assign hand-over で引き継ぐ者を"
                          "挙げられます（2.1.1(7)(b)）。",
                      name + ", who leads the response of " + clock.organization +
                          ", has left the body or its CSIRT; anybody of the CSIRT may name who takes over, by noroshi assign "
                          "hand-over (2.1.1(7)(b))");
      return reason(clock.organization + " の対応を率いる " + name +
                        " の当番が終わりましたが、引き継がれていません。noroshi assign hand-over で引き継いでください。",
                    name + ", who leads the response of " + clock.organization +
                        ", is off duty and has not handed over; hand over by noroshi assign hand-over");
    }
    if (clock.kind == ClockKind::permission)
      return reason(clock.organization +
                        " の別紙（機密性3）が課室情報セキュリティ責任者の許可を待っています。noroshi annex permit で許可するか、理由を付けて断ってください。",
                    "an annex of " + clock.organization +
                        " waits for the permission of a section officer; permit it, or refuse it with a reason, by noroshi annex permit");
    if (clock.kind == ClockKind::inquiry) {
      const auto& asker = builder_.incident().find(InquiryId{clock.subject})->from;
      return reason(asker + " からの照会に " + clock.organization + " が回答していません。noroshi inquiry answer で回答してください。",
                    clock.organization + " has not answered an inquiry of " + asker + "; answer it by noroshi inquiry answer");
    }
    return reason(clock.organization + " の続報がありません", "no follow-up report of " + clock.organization);
  }
  template <class Phrase>
  routing::Reason reason_of_absence(const std::string& receiver, const Phrase& reason) const {
    const auto asked = listeners_.last_asked.find(receiver);
    if (asked == listeners_.last_asked.end())
      return reason(receiver + " からは、まだ誰もこのシステムに接続していません。電話で連絡してください。",
                    "nobody of " + receiver + " has ever been here; telephone them");
    const auto since = format_rfc3339(std::chrono::floor<std::chrono::minutes>(asked->second));
    return reason(receiver + " からは、" + since + " を最後に誰もこのシステムに接続していません。電話で連絡してください。",
                  "nobody of " + receiver + " has been here since " + since + "; telephone them");
  }
  template <class Phrase>
  static routing::Reason reason_of_duty(const Obligation& duty, std::string_view code, const Phrase& reason) {
    const auto bodies = duty.inner ? duty.holder : duty.holder + " → " + duty.recipient;
    const auto ja = name_of_sentence(duty.clause, duty.sentence, true) + " " + bodies;
    const auto en = name_of_sentence(duty.clause, duty.sentence, false) + ", " + bodies;
    if (code == alarm_codes::relayed_automatically)
      return reason(ja + " 履行されないため自動中継しました（未確認）。内容を確認し、履行を記録してください。",
                    en + ": not met, so the report was relayed automatically and unconfirmed; confirm it by meeting the duty");
    return reason(ja + " が履行されていません", en + " is not met");
  }

  // -- Telling --

  void tell(const Clock& clock, int level, const Listener& listener) {
    rung(clock, level, listener);
    if (listeners_.bodies_with_person.contains(listener.organization)) return;
    // Who leads a response is of no concern to anybody outside.
    if (clock.kind == ClockKind::handover) return;
    // Nobody there hears it; the centre does, once. Of what stays inside a body it learns where it knows of the case.
    const auto centre = center();
    if (is_inner(clock) && centre && !builder_.incident().access.contains(*centre)) return;
    const std::pair known{std::string(alarm_codes::body_without_person), listener.organization};
    if (!centre || *centre == listener.organization || builder_.incident().alarms.contains(known)) return;
    Clock theirs = clock;
    theirs.organization = listener.organization;
    rung(theirs, level, {*centre, Role::center_liaison, alarm_codes::body_without_person});
  }

  // To the sender's side and to the centre.
  void tell_of_dead_receiver(const Clock& clock, int level) {
    std::vector<std::string> bodies{builder_.standing_for(builder_.incident().find(MessageId{clock.subject})->sender)};
    if (const auto centre = center(); centre && *centre != bodies.front()) bodies.push_back(*centre);
    std::erase(bodies, builder_.standing_for(clock.organization));
    for (const auto& body : bodies) rung(clock, level, {body, head_of(body), alarm_codes::receiver_dead});
  }

  void rung(const Clock& clock, int level, const Listener& listener) {
    // Who is alarmed sees at least the rows of the duties, without content.
    if (!builder_.incident().access.contains(listener.organization))
      builder_.add(AccessGranted{listener.organization, AccessScope::duties, std::string(access_by_alarm), ""});
    auto reason = reason_of(clock, level, listener.code);
    told_[listener.organization].push_back({duty_of(clock), reason});
    builder_.add(AlarmRung{builder_.next_id<AlarmId>(), clock.kind, clock.subject, clock.ladder.round, level,
                           std::string(listener.code), builder_.standing_for(clock.organization),
                           listener.organization, listener.role, clock.due_at,
                           reaches(clock, level, builder_.law().clocks).value_or(clock.due_at), std::move(reason)});
  }

  // On behalf of an agency that has switched it on, once; the duty stays open until a person confirms.
  void relay(const Clock& clock, int level) {
    const Obligation duty = *duty_of(clock);
    const bool switched_on = builder_.law().clocks.relay_on_silence && listeners_.relaying.contains(duty.holder);
    if (!switched_on || builder_.incident().content_visible_to(duty.recipient)) return;
    send_latest(builder_, MessageKind::relay, duty.holder, duty.recipient, &duty,
                "自動中継・未確認 (relayed automatically, unconfirmed)", true);
    rung(clock, level, {duty.holder, role_at(duty.holder, level, false), alarm_codes::relayed_automatically});
  }

  // One message for all that a body is told of this incident at this moment.
  struct Told {
    const Obligation* duty;
    routing::Reason reason;
  };
  void send(const std::string& organization, const std::vector<Told>& told) {
    Message message;
    message.id = builder_.next_id<MessageId>();
    message.incident = builder_.incident().id;
    message.kind = MessageKind::alarm;
    message.recipient = organization;
    message.sent_at = builder_.now();
    const auto* duty = told.front().duty;
    const bool one_duty = duty && std::all_of(told.begin(), told.end(), [&](const Told& t) { return t.duty == duty; });
    if (one_duty) {
      message.obligation = duty->id;
      message.clause = duty->clause;
      message.sentence = duty->sentence;
    }
    for (const auto& entry : told) {
      if (!message.note.empty()) message.note += '\n';
      message.note += entry.reason.ja + " (" + entry.reason.en + ")";
    }
    builder_.add(MessageSent{std::move(message)});
  }

  DecisionBuilder& builder_;
  const Listeners& listeners_;
  const Departures& departures_;
  std::map<std::string, std::vector<Told>> told_;
};

}  // namespace

Decision decide_ring(const Law& law, const Incident& known, const Listeners& listeners, const Departures& departures,
                     Moment moment) {
  DecisionBuilder builder(law, known, Actor::system(), moment);
  pass_to_successors(builder);
  Ringing(builder, listeners, departures).run();
  return std::move(builder).finish();
}

Decision decide_ring(const Law& law, const Incident& known, const Listeners& listeners, Moment moment) {
  return decide_ring(law, known, listeners, {}, moment);
}

}  // namespace noroshi::core
