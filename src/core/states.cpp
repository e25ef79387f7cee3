#include "src/core/states.h"

#include <array>

namespace noroshi::core {
namespace {

template <class State, class Event>
struct Cell {
  State from;
  Event event;
  State to;
};
// clang before 17 makes none of an aggregate.
template <class State, class Event>
Cell(State, Event, State) -> Cell<State, Event>;

using enum IncidentState;

constexpr std::array incident_table = {
    // A judgement of the body whose incident it is: it may be confirmed, taken back and made again.
    Cell{reported, IncidentEvent::assess_possible, reported},
    Cell{reported, IncidentEvent::assess_incident, assessed},
    Cell{reported, IncidentEvent::dismiss, dismissed},
    Cell{assessed, IncidentEvent::assess_possible, reported},
    Cell{assessed, IncidentEvent::assess_incident, assessed},
    Cell{assessed, IncidentEvent::dismiss, dismissed},
    Cell{dismissed, IncidentEvent::assess_possible, reported},
    Cell{dismissed, IncidentEvent::assess_incident, assessed},
    Cell{dismissed, IncidentEvent::dismiss, dismissed},
    // Work that has gone on is not undone by saying again that it is an incident.
    Cell{contained, IncidentEvent::assess_incident, contained},
    Cell{recovered, IncidentEvent::assess_incident, recovered},
    Cell{reviewed, IncidentEvent::assess_incident, reviewed},
    // Forward by a person's transition, one step or several: a small case is entered when all is over.
    Cell{assessed, IncidentEvent::contain, contained},
    Cell{assessed, IncidentEvent::recover, recovered},
    Cell{assessed, IncidentEvent::review, reviewed},
    Cell{assessed, IncidentEvent::close, closed},
    Cell{contained, IncidentEvent::recover, recovered},
    Cell{contained, IncidentEvent::review, reviewed},
    Cell{contained, IncidentEvent::close, closed},
    Cell{recovered, IncidentEvent::review, reviewed},
    Cell{recovered, IncidentEvent::close, closed},
    Cell{reviewed, IncidentEvent::close, closed},
    // Reopening leads to assessed, from wherever.
    Cell{contained, IncidentEvent::reopen, assessed},
    Cell{recovered, IncidentEvent::reopen, assessed},
    Cell{reviewed, IncidentEvent::reopen, assessed},
    Cell{closed, IncidentEvent::reopen, assessed},
};

constexpr std::array obligation_table = {
    Cell{ObligationState::open, ObligationEvent::fulfill, ObligationState::fulfilled},
    Cell{ObligationState::open, ObligationEvent::waive, ObligationState::waived},
    Cell{ObligationState::open, ObligationEvent::supersede, ObligationState::superseded},
    Cell{ObligationState::superseded, ObligationEvent::reopen, ObligationState::open},
    // Of a duty to judge, when the judgement is taken back; of a relay by telephone, when there is a new version to relay.
    Cell{ObligationState::fulfilled, ObligationEvent::reopen, ObligationState::open},
};

constexpr std::array message_table = {
    Cell{MessageState::queued, MessageEvent::send, MessageState::sent},
    Cell{MessageState::queued, MessageEvent::deliver, MessageState::delivered},
    Cell{MessageState::queued, MessageEvent::give_up, MessageState::dead},
    Cell{MessageState::sent, MessageEvent::deliver, MessageState::delivered},
    Cell{MessageState::sent, MessageEvent::give_up, MessageState::dead},
    Cell{MessageState::dead, MessageEvent::replay, MessageState::queued},
};

constexpr std::array assignment_table = {
    Cell{AssignmentState::proposed, AssignmentEvent::accept, AssignmentState::accepted},
    Cell{AssignmentState::proposed, AssignmentEvent::decline, AssignmentState::declined},
    Cell{AssignmentState::proposed, AssignmentEvent::release, AssignmentState::released},
    // Accepted and not begun yet, one may still be prevented.
    Cell{AssignmentState::accepted, AssignmentEvent::decline, AssignmentState::declined},
    Cell{AssignmentState::accepted, AssignmentEvent::activate, AssignmentState::active},
    Cell{AssignmentState::accepted, AssignmentEvent::release, AssignmentState::released},
    Cell{AssignmentState::active, AssignmentEvent::hand_over, AssignmentState::handed_over},
    Cell{AssignmentState::active, AssignmentEvent::release, AssignmentState::released},
};

// Of requests that were not declined and, from `form` to `begin`, not given advice alone: next() looks at that.
constexpr std::array cymat_table = {
    Cell{CymatState::requested, CymatEvent::receive, CymatState::received},
    Cell{CymatState::received, CymatEvent::rule_dispatch, CymatState::decided},
    Cell{CymatState::received, CymatEvent::rule_advice, CymatState::decided},
    Cell{CymatState::received, CymatEvent::decline, CymatState::decided},
    // What was declined or advised on may turn out to need a team after all.
    Cell{CymatState::decided, CymatEvent::rule_dispatch, CymatState::decided},
    Cell{CymatState::decided, CymatEvent::form, CymatState::formed},
    Cell{CymatState::formed, CymatEvent::dispatch, CymatState::dispatched},
    Cell{CymatState::dispatched, CymatEvent::begin, CymatState::active},
    Cell{CymatState::decided, CymatEvent::end, CymatState::ended},  // of advice
    Cell{CymatState::formed, CymatEvent::end, CymatState::ended},   // needed no more
    Cell{CymatState::dispatched, CymatEvent::end, CymatState::ended},
    Cell{CymatState::active, CymatEvent::end, CymatState::ended},
    Cell{CymatState::ended, CymatEvent::report, CymatState::reported},
};

template <class Table, class State, class Event>
std::optional<State> look_up(const Table& table, State state, Event event) {
  for (const auto& cell : table)
    if (cell.from == state && cell.event == event) return cell.to;
  return std::nullopt;
}

template <class Enum>
struct Name {
  Enum value;
  std::string_view text;
};
template <class Enum>
Name(Enum, std::string_view) -> Name<Enum>;

constexpr std::array incident_states = {
    Name{reported, "reported"},   Name{assessed, "assessed"}, Name{contained, "contained"},
    Name{recovered, "recovered"}, Name{reviewed, "reviewed"}, Name{closed, "closed"},
    Name{dismissed, "dismissed"},
};
constexpr std::array incident_events = {
    Name{IncidentEvent::assess_possible, "assess_possible"},
    Name{IncidentEvent::assess_incident, "assess_incident"},
    Name{IncidentEvent::dismiss, "dismiss"},
    Name{IncidentEvent::contain, "contain"},
    Name{IncidentEvent::recover, "recover"},
    Name{IncidentEvent::review, "review"},
    Name{IncidentEvent::close, "close"},
    Name{IncidentEvent::reopen, "reopen"},
};
constexpr std::array obligation_states = {
    Name{ObligationState::open, "open"},
    Name{ObligationState::fulfilled, "fulfilled"},
    Name{ObligationState::waived, "waived"},
    Name{ObligationState::superseded, "superseded"},
};
constexpr std::array obligation_events = {
    Name{ObligationEvent::fulfill, "fulfill"},
    Name{ObligationEvent::waive, "waive"},
    Name{ObligationEvent::supersede, "supersede"},
    Name{ObligationEvent::reopen, "reopen"},
};
constexpr std::array message_states = {
    Name{MessageState::queued, "queued"},
    Name{MessageState::sent, "sent"},
    Name{MessageState::delivered, "delivered"},
    Name{MessageState::dead, "dead"},
};
constexpr std::array message_events = {
    Name{MessageEvent::send, "send"},
    Name{MessageEvent::deliver, "deliver"},
    Name{MessageEvent::give_up, "give_up"},
    Name{MessageEvent::replay, "replay"},
};

constexpr std::array assignment_states = {
    Name{AssignmentState::proposed, "proposed"},       Name{AssignmentState::accepted, "accepted"},
    Name{AssignmentState::active, "active"},           Name{AssignmentState::handed_over, "handed_over"},
    Name{AssignmentState::released, "released"},       Name{AssignmentState::declined, "declined"},
};
constexpr std::array assignment_events = {
    Name{AssignmentEvent::accept, "accept"},       Name{AssignmentEvent::decline, "decline"},
    Name{AssignmentEvent::activate, "activate"},   Name{AssignmentEvent::hand_over, "hand_over"},
    Name{AssignmentEvent::release, "release"},
};
constexpr std::array cymat_states = {
    Name{CymatState::requested, "requested"},   Name{CymatState::received, "received"},
    Name{CymatState::decided, "decided"},       Name{CymatState::formed, "formed"},
    Name{CymatState::dispatched, "dispatched"}, Name{CymatState::active, "active"},
    Name{CymatState::ended, "ended"},           Name{CymatState::reported, "reported"},
};
constexpr std::array cymat_events = {
    Name{CymatEvent::receive, "receive"}, Name{CymatEvent::rule_dispatch, "rule_dispatch"},
    Name{CymatEvent::rule_advice, "rule_advice"}, Name{CymatEvent::decline, "decline"},
    Name{CymatEvent::form, "form"},       Name{CymatEvent::dispatch, "dispatch"},
    Name{CymatEvent::begin, "begin"},     Name{CymatEvent::end, "end"},
    Name{CymatEvent::report, "report"},
};

template <class Enum, std::size_t N>
std::string_view text_of(const std::array<Name<Enum>, N>& names, Enum value) {
  return names[static_cast<std::size_t>(value)].text;
}
template <class Enum, std::size_t N>
std::optional<Enum> value_of(const std::array<Name<Enum>, N>& names, std::string_view text) {
  for (const auto& name : names)
    if (name.text == text) return name.value;
  return std::nullopt;
}
template <class Enum, std::size_t N>
constexpr std::array<Enum, N> values_of(const std::array<Name<Enum>, N>& names) {
  std::array<Enum, N> values{};
  for (std::size_t i = 0; i < N; ++i) values[i] = names[i].value;
  return values;
}

constexpr auto incident_state_values = values_of(incident_states);
constexpr auto incident_event_values = values_of(incident_events);
constexpr auto obligation_state_values = values_of(obligation_states);
constexpr auto obligation_event_values = values_of(obligation_events);
constexpr auto message_state_values = values_of(message_states);
constexpr auto message_event_values = values_of(message_events);
constexpr auto assignment_state_values = values_of(assignment_states);
constexpr auto assignment_event_values = values_of(assignment_events);
constexpr auto cymat_state_values = values_of(cymat_states);
constexpr auto cymat_event_values = values_of(cymat_events);

}  // namespace

std::string_view to_string(IncidentState state) { return text_of(incident_states, state); }
std::string_view to_string(IncidentEvent event) { return text_of(incident_events, event); }
std::string_view to_string(ObligationState state) { return text_of(obligation_states, state); }
std::string_view to_string(ObligationEvent event) { return text_of(obligation_events, event); }
std::string_view to_string(MessageState state) { return text_of(message_states, state); }
std::string_view to_string(MessageEvent event) { return text_of(message_events, event); }
std::string_view to_string(AssignmentState state) { return text_of(assignment_states, state); }
std::string_view to_string(AssignmentEvent event) { return text_of(assignment_events, event); }
std::string_view to_string(CymatState state) { return text_of(cymat_states, state); }
std::string_view to_string(CymatEvent event) { return text_of(cymat_events, event); }

std::optional<IncidentState> parse_incident_state(std::string_view text) { return value_of(incident_states, text); }
std::optional<ObligationState> parse_obligation_state(std::string_view text) {
  return value_of(obligation_states, text);
}
std::optional<MessageState> parse_message_state(std::string_view text) { return value_of(message_states, text); }

std::optional<AssignmentState> parse_assignment_state(std::string_view text) { return value_of(assignment_states, text); }
std::optional<CymatState> parse_cymat_state(std::string_view text) { return value_of(cymat_states, text); }

std::span<const IncidentState> all_incident_states() { return incident_state_values; }
std::span<const IncidentEvent> all_incident_events() { return incident_event_values; }
std::span<const ObligationState> all_obligation_states() { return obligation_state_values; }
std::span<const ObligationEvent> all_obligation_events() { return obligation_event_values; }
std::span<const MessageState> all_message_states() { return message_state_values; }
std::span<const MessageEvent> all_message_events() { return message_event_values; }
std::span<const AssignmentState> all_assignment_states() { return assignment_state_values; }
std::span<const AssignmentEvent> all_assignment_events() { return assignment_event_values; }
std::span<const CymatState> all_cymat_states() { return cymat_state_values; }
std::span<const CymatEvent> all_cymat_events() { return cymat_event_values; }

std::optional<IncidentState> next(IncidentState state, IncidentEvent event) {
  return look_up(incident_table, state, event);
}
std::optional<ObligationState> next(ObligationState state, ObligationEvent event) {
  return look_up(obligation_table, state, event);
}
std::optional<MessageState> next(MessageState state, MessageEvent event) {
  return look_up(message_table, state, event);
}

std::optional<AssignmentState> next(AssignmentState state, AssignmentEvent event) {
  return look_up(assignment_table, state, event);
}
std::optional<CymatState> next(CymatState state, std::optional<CymatRuling> ruling, CymatEvent event) {
  const bool of_team = event == CymatEvent::form || event == CymatEvent::dispatch || event == CymatEvent::begin;
  if (of_team && ruling != CymatRuling::dispatch) return std::nullopt;
  if (event == CymatEvent::end && ruling == CymatRuling::declined) return std::nullopt;
  if (event == CymatEvent::rule_dispatch && ruling == CymatRuling::dispatch) return std::nullopt;
  return look_up(cymat_table, state, event);
}

bool has_ended(IncidentState state) { return state == IncidentState::closed || state == IncidentState::dismissed; }

std::optional<MessageEvent> event_leading_to(MessageState state) {
  switch (state) {
    case MessageState::sent: return MessageEvent::send;
    case MessageState::delivered: return MessageEvent::deliver;
    case MessageState::dead: return MessageEvent::give_up;
    case MessageState::queued: return std::nullopt;
  }
  return std::nullopt;
}

std::optional<IncidentEvent> event_leading_to(IncidentState state) {
  switch (state) {
    case contained: return IncidentEvent::contain;
    case recovered: return IncidentEvent::recover;
    case reviewed: return IncidentEvent::review;
    case closed: return IncidentEvent::close;
    case assessed: return IncidentEvent::reopen;
    case reported:
    case dismissed: return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace noroshi::core
