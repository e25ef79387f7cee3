#include "tests/simulation/mutants.h"

#include <algorithm>

#include "src/core/clocks.h"

namespace noroshi::simulation {
namespace {

using namespace core;
using Events = std::vector<Event>;

template <class What>
Event* first(Events& events, const auto& fits) {
  for (auto& event : events)
    if (auto* what = std::get_if<What>(&event.what); what && fits(*what)) return &event;
  return nullptr;
}
template <class What>
Event* first(Events& events) {
  return first<What>(events, [](const What&) { return true; });
}
// Taken out, where one fits.
template <class What>
bool drop(Events& events, const auto& fits) {
  const auto at = std::find_if(events.begin(), events.end(), [&](const Event& event) {
    const auto* what = std::get_if<What>(&event.what);
    return what && fits(*what);
  });
  if (at == events.end()) return false;
  events.erase(at);
  return true;
}
void append(Events& events, Happening what, IdentifierSequence& identifiers) {
  auto event = events.back();
  event.id = identifiers.next<EventId>();
  event.what = std::move(what);
  events.push_back(std::move(event));
}
const Incident* case_of(const Known& known, const Events& events) {
  const auto found = known.incidents.find(events.front().incident);
  return found == known.incidents.end() ? nullptr : &found->second;
}
bool is_of_border(const Obligation& duty) {
  return !duty.inner && !duty.self;
}

}  // namespace

const std::vector<Mutant>& mutants() {
  static const std::vector<Mutant> all = {
      {"duty_dropped", "duty_missing", "a duty to tell the police is not opened"},
      {"duty_doubled", "duty_doubled", "a duty is opened twice"},
      {"duty_misplaced", "duty_unowed", "the agency that was told owes the police too"},
      {"duty_unreasoned", "duty_with_reasons", "a duty opens without its reasons"},
      {"due_late", "deadline", "a duty is due an hour later"},
      {"wrong_edition", "edition", "a case is taken for one of the edition before"},
      {"judged_in_vain", "judged", "a judgement does not meet the duty to judge"},
      {"met_by_another", "met", "a duty is met by a body that does not hold it"},
      {"closed_from_above", "closed_from_above", "a notice or an inquiry from above meets (g)"},
      {"closed_early", "closing", "a case is closed beside open duties"},
      {"late_forgiven", "late_by", "a duty that was met late counts as met in time"},
      {"moved_anywhere", "transition", "a case moves where its state does not lead"},
      {"passing_forgotten", "succession", "a duty stays with a body that has ended"},
      {"followup_late", "followup_due", "the next 続報 is due an hour later"},
      {"ring_forgotten", "alarm_missing", "a clock that was reached rings for nobody"},
      {"alarm_doubled", "alarm_once", "an alarm rings twice"},
      {"alarm_ahead", "alarm_early", "an alarm names a time that has not come"},
      {"alarm_misdirected", "alarm_listener", "an alarm goes to the CISO at once"},
      {"silence_untold", "silent_agency", "the centre hears nothing of a silent agency"},
      {"looked_at_late", "rings_at", "a case is looked at an hour late"},
      {"access_leaked", "access_unearned", "a body sees a case that nobody brought to it"},
      {"message_astray", "message_unseen", "a report goes to a body that does not see the case"},
      {"exercise_told", "exercise_outside", "an exercise reaches the police"},
      {"unseen_shown", "read_unseen", "a case is shown to a body outside its access"},
      {"withheld_shown", "withheld", "a member that is withheld is shown", 148},
      {"eyes_forgotten", "four_eyes", "who asks is not compared with who decides", 125},
      {"retention_shortened", "erasure", "content is erased before its retention is over", 56},
      {"erasure_forgotten", "nothing_after_erasure", "a report is added to a case that was erased", 18},
      {"number_skipped", "numbers", "a case gets the number after the next"},
      {"key_forgotten", "one_act_a_key", "a command that was stored is carried out again"},
      {"stale_decision", "race", "a decision is stored on a state that has moved"},
      {"event_lost", "sequence", "the last event of a decision is not stored"},
      {"fold_forgets", "fold", "folding the log anew forgets alarms"},
      {"opening_altered", "record", "a text beside a leaf is altered"},
      {"revision_stays", "revision", "the revision of a case does not move"},
      {"parcel_lost", "parcel_missing", "a message does not go to an endpoint"},
      {"death_untold", "dead_told", "nobody hears of a delivery that was given up"},
      {"act_with_more", "foreign_act", "an acknowledgement raises an alarm"},
      {"second_head", "may_follow", "a response gets a second head", 93},
  };
  return all;
}

bool alter(const std::string& mutant, const std::string& word, const Known& known, Events& events,
           IdentifierSequence& identifiers) {
  const auto* incident = case_of(known, events);
  const auto is_of_police = [](const ObligationOpened& what) {
    return what.obligation.recipient.starts_with("police");
  };
  const bool of_facts = word == "submit" || word == "judge";
  if (mutant == "duty_dropped") return of_facts && drop<ObligationOpened>(events, is_of_police);
  if (mutant == "duty_doubled" || mutant == "duty_misplaced") {
    auto* opened = of_facts ? first<ObligationOpened>(events, is_of_police) : nullptr;
    if (!opened) return false;
    auto duty = std::get<ObligationOpened>(opened->what).obligation;
    duty.id = identifiers.next<ObligationId>();
    if (mutant == "duty_misplaced") duty.holder = duty.holder == "cao" ? "digital" : "cao";
    append(events, ObligationOpened{duty}, identifiers);
    return true;
  }
  if (mutant == "duty_unreasoned" || mutant == "due_late") {
    auto* opened = first<ObligationOpened>(events, [](const ObligationOpened& what) { return !what.obligation.self; });
    if (!opened) return false;
    auto& duty = std::get<ObligationOpened>(opened->what).obligation;
    if (mutant == "due_late")
      duty.due_at += std::chrono::hours(1);
    else
      duty.because.clear();
    return true;
  }
  if (mutant == "wrong_edition") {
    auto* opened = first<IncidentOpened>(events, [](const IncidentOpened& what) { return what.edition == "h30"; });
    if (opened) std::get<IncidentOpened>(opened->what).edition = "h28";
    return opened;
  }
  if (mutant == "judged_in_vain")
    return of_facts && drop<ObligationFulfilled>(events, [](const ObligationFulfilled& what) {
             return what.fulfillment.method == FulfillmentMethod::judgement;
           });
  if (mutant == "met_by_another") {
    auto* met = word == "fulfil" && incident ? first<ObligationFulfilled>(events) : nullptr;
    const auto* duty = met ? incident->find(std::get<ObligationFulfilled>(met->what).fulfillment.obligation) : nullptr;
    if (!duty || !is_of_border(*duty)) return false;
    met->actor.organization = duty->holder == "cao" ? "digital" : "cao";
    return true;
  }
  if (mutant == "closed_from_above") {
    if ((word != "tell_down" && word != "ask_inquiry" && word != "answer_inquiry") || !incident) return false;
    for (const auto& duty : incident->obligations)
      if (duty.state == ObligationState::open && is_of_border(duty)) {
        append(
            events,
            ObligationFulfilled{
                {identifiers.next<FulfillmentId>(), duty.id, FulfillmentMethod::report, events.back().at, "", ""}, {}},
            identifiers);
        return true;
      }
    return false;
  }
  if (mutant == "closed_early") {
    auto* moved = word == "transition" && incident ? first<IncidentMoved>(events) : nullptr;
    if (!moved) return false;
    auto& what = std::get<IncidentMoved>(moved->what);
    const bool open =
        std::any_of(incident->obligations.begin(), incident->obligations.end(), [&](const Obligation& duty) {
          return duty.state == ObligationState::open && duty.holder == moved->actor.organization;
        });
    if (!open || what.to == IncidentState::assessed) return false;
    what.to = IncidentState::closed;
    return true;
  }
  if (mutant == "late_forgiven") {
    auto* met =
        first<ObligationFulfilled>(events, [](const ObligationFulfilled& what) { return what.late_by.count() > 0; });
    if (met) std::get<ObligationFulfilled>(met->what).late_by = {};
    return met;
  }
  if (mutant == "moved_anywhere") {
    auto* moved = word == "transition" ? first<IncidentMoved>(events) : nullptr;
    if (moved) std::get<IncidentMoved>(moved->what).to = IncidentState::dismissed;
    return moved;
  }
  if (mutant == "passing_forgotten")
    return drop<ObligationPassed>(events, [](const ObligationPassed&) { return true; });
  if (mutant == "followup_late") {
    auto* received = first<ReportReceived>(events, [](const ReportReceived& what) {
      return what.followup_due && what.content.stage != Stage::correction;
    });
    if (received) *std::get<ReportReceived>(received->what).followup_due += std::chrono::hours(1);
    return received;
  }
  if (mutant == "ring_forgotten") {
    if (word != "ring" || !first<AlarmRung>(events)) return false;
    events.clear();
    return true;
  }
  if (mutant == "alarm_doubled") {
    auto* rung = first<AlarmRung>(events);
    if (!rung) return false;
    auto again = std::get<AlarmRung>(rung->what);
    again.alarm = identifiers.next<AlarmId>();
    append(events, again, identifiers);
    return true;
  }
  if (mutant == "alarm_ahead" || mutant == "alarm_misdirected") {
    auto* rung = first<AlarmRung>(events, [](const AlarmRung& what) {
      return what.clock == ClockKind::duty && what.role == Role::csirt_member && what.code == alarm_codes::duty_overdue;
    });
    if (!rung) return false;
    auto& what = std::get<AlarmRung>(rung->what);
    if (mutant == "alarm_ahead")
      what.reached_at = rung->at + std::chrono::minutes(5);
    else
      what.role = Role::ciso;
    return true;
  }
  if (mutant == "silence_untold")
    return drop<AlarmRung>(events, [](const AlarmRung& what) { return what.code == alarm_codes::relay_silent; });
  if (mutant == "access_leaked") {
    if (!incident || !of_facts || incident->access.contains("digital")) return false;
    append(events, AccessGranted{"digital", AccessScope::content, "2.2.4(2)(h)", ""}, identifiers);
    return true;
  }
  if (mutant == "message_astray") {
    auto* sent = incident
                     ? first<MessageSent>(events,
                                          [](const MessageSent& what) {
                                            return what.message.report && !what.message.recipient.starts_with("cymat/");
                                          })
                     : nullptr;
    if (!sent || incident->access.contains("ppc")) return false;
    std::get<MessageSent>(sent->what).message.recipient = "ppc";
    return true;
  }
  if (mutant == "exercise_told") {
    if (!incident || !incident->exercise || (word != "submit" && word != "judge")) return false;
    for (const auto& duty : incident->obligations)
      if (duty.recipient.starts_with("police")) {
        append(events, AccessGranted{duty.recipient, AccessScope::content, duty.clause, ""}, identifiers);
        return true;
      }
    return false;
  }
  if (mutant == "parcel_lost") return drop<DeliveryQueued>(events, [](const DeliveryQueued&) { return true; });
  if (mutant == "death_untold")
    return drop<AlarmRaised>(events, [](const AlarmRaised& what) { return what.code == alarm_codes::delivery_dead; });
  if (mutant == "act_with_more") {
    if (word != "acknowledge") return false;
    append(events, AlarmRaised{identifiers.next<AlarmId>(), "successor_unknown", "cao", {"警報", "alarm"}},
           identifiers);
    return true;
  }
  if (mutant == "second_head") {
    // Beside the one who begins to lead, another.
    auto* activated = word == "assign" && incident ? first<AssignmentActivated>(events) : nullptr;
    const auto* head = activated ? incident->find(std::get<AssignmentActivated>(activated->what).assignment) : nullptr;
    if (!head || head->function != Function::head) return false;
    Assignment second;
    second.id = identifiers.next<AssignmentId>();
    second.organization = head->organization;
    second.person = identifiers.next<PersonId>();
    second.name = head->name;
    second.function = Function::head;
    append(events, AssignmentProposed{second}, identifiers);
    append(events, AssignmentAccepted{second.id}, identifiers);
    append(events, AssignmentActivated{second.id, {}}, identifiers);
    return true;
  }
  return false;
}

}  // namespace noroshi::simulation
