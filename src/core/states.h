// The transition tables: state x event -> state | refusal. schemas/sql mirrors each by a CHECK and a trigger, and a test
// compares the two in every cell.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace noroshi::core {

enum class IncidentState {
  reported,   // as a possible incident
  assessed,   // assessed as an incident (評価)
  contained,  // 応急措置
  recovered,  // 復旧
  reviewed,   // 再発防止
  closed,
  dismissed,  // assessed as none, with a reason
};
enum class IncidentEvent {
  assess_possible,  // a judgement of the body whose incident it is
  assess_incident,
  dismiss,
  contain,  // a person's transition
  recover,
  review,
  close,
  reopen,
};

enum class ObligationState { open, fulfilled, waived, superseded };
enum class ObligationEvent {
  fulfill,
  waive,      // 例外措置 (2.2.2), decided by a second person
  supersede,  // a reassessment to "no cyberattack" ends (h)
  reopen,     // the facts that ended it changed again
};

enum class MessageState { queued, sent, delivered, dead };
enum class MessageEvent { send, deliver, give_up, replay };

// Who responds, of a body's CSIRT.
enum class AssignmentState { proposed, accepted, active, handed_over, released, declined };
enum class AssignmentEvent {
  accept,    // by the person
  decline,   // by the person, with a reason
  activate,  // accepted, or taken over from another
  hand_over, // the other has accepted
  release,   // by the head, or the person
};

// A request for CYMAT. What was decided stands beside the state.
enum class CymatRuling {
  dispatch,  // 派遣
  advice,    // 助言のみ
  declined,  // 見送り
};
enum class CymatState { requested, received, decided, formed, dispatched, active, ended, reported };
enum class CymatEvent {
  receive,        // by the centre
  rule_dispatch,  // by the centre: 派遣
  rule_advice,    // 助言のみ
  decline,        // 見送り
  form,           // the members are agreed on
  dispatch,
  begin,   // the first work of the team
  end,     // of the team's work, or of the advice
  report,
};

std::string_view to_string(IncidentState state);
std::string_view to_string(IncidentEvent event);
std::string_view to_string(ObligationState state);
std::string_view to_string(ObligationEvent event);
std::string_view to_string(MessageState state);
std::string_view to_string(MessageEvent event);
std::optional<IncidentState> parse_incident_state(std::string_view text);
std::optional<ObligationState> parse_obligation_state(std::string_view text);
std::optional<MessageState> parse_message_state(std::string_view text);
std::string_view to_string(AssignmentState state);
std::string_view to_string(AssignmentEvent event);
std::string_view to_string(CymatState state);
std::string_view to_string(CymatEvent event);
std::optional<AssignmentState> parse_assignment_state(std::string_view text);
std::optional<CymatState> parse_cymat_state(std::string_view text);

std::span<const IncidentState> all_incident_states();
std::span<const IncidentEvent> all_incident_events();
std::span<const ObligationState> all_obligation_states();
std::span<const ObligationEvent> all_obligation_events();
std::span<const MessageState> all_message_states();
std::span<const MessageEvent> all_message_events();
std::span<const AssignmentState> all_assignment_states();
std::span<const AssignmentEvent> all_assignment_events();
std::span<const CymatState> all_cymat_states();
std::span<const CymatEvent> all_cymat_events();

// The state after the event, or nothing where the event is refused in that state.
std::optional<IncidentState> next(IncidentState state, IncidentEvent event);
std::optional<ObligationState> next(ObligationState state, ObligationEvent event);
std::optional<MessageState> next(MessageState state, MessageEvent event);
std::optional<AssignmentState> next(AssignmentState state, AssignmentEvent event);
// A request that was declined goes nowhere; one that gets advice alone is not formed into a team.
std::optional<CymatState> next(CymatState state, std::optional<CymatRuling> ruling, CymatEvent event);

// The event that leads a delivery to that state when it is settled; nothing for `queued`, where only a replay leads.
std::optional<MessageEvent> event_leading_to(MessageState state);

// Whether the case is over: closed or dismissed. What is kept is kept for a time that counts from then.
bool has_ended(IncidentState state);

// The event by which a person's transition leads to that state; nothing for states only a judgement leads to.
std::optional<IncidentEvent> event_leading_to(IncidentState state);

}  // namespace noroshi::core
