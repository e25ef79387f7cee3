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

}  // namespace

std::string_view to_string(IncidentState state) { return text_of(incident_states, state); }
std::string_view to_string(IncidentEvent event) { return text_of(incident_events, event); }
std::string_view to_string(ObligationState state) { return text_of(obligation_states, state); }
std::string_view to_string(ObligationEvent event) { return text_of(obligation_events, event); }
std::string_view to_string(MessageState state) { return text_of(message_states, state); }
std::string_view to_string(MessageEvent event) { return text_of(message_events, event); }

std::optional<IncidentState> parse_incident_state(std::string_view text) { return value_of(incident_states, text); }
std::optional<ObligationState> parse_obligation_state(std::string_view text) {
  return value_of(obligation_states, text);
}
std::optional<MessageState> parse_message_state(std::string_view text) { return value_of(message_states, text); }

std::span<const IncidentState> all_incident_states() { return incident_state_values; }
std::span<const IncidentEvent> all_incident_events() { return incident_event_values; }
std::span<const ObligationState> all_obligation_states() { return obligation_state_values; }
std::span<const ObligationEvent> all_obligation_events() { return obligation_event_values; }
std::span<const MessageState> all_message_states() { return message_state_values; }
std::span<const MessageEvent> all_message_events() { return message_event_values; }

std::optional<IncidentState> next(IncidentState state, IncidentEvent event) {
  return look_up(incident_table, state, event);
}
std::optional<ObligationState> next(ObligationState state, ObligationEvent event) {
  return look_up(obligation_table, state, event);
}
std::optional<MessageState> next(MessageState state, MessageEvent event) {
  return look_up(message_table, state, event);
}

bool has_ended(IncidentState state) { return state == IncidentState::closed || state == IncidentState::dismissed; }

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
