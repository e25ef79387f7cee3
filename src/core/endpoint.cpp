#include "src/core/endpoint.h"

#include <array>

namespace noroshi::core {
namespace {

struct Cell {
  EndpointState from;
  EndpointEvent event;
  EndpointState to;
};
constexpr std::array table = {
    Cell{EndpointState::proposed, EndpointEvent::approve, EndpointState::active},
    Cell{EndpointState::proposed, EndpointEvent::reject, EndpointState::rejected},
    Cell{EndpointState::proposed, EndpointEvent::withdraw, EndpointState::withdrawn},
    Cell{EndpointState::active, EndpointEvent::disable, EndpointState::disabled},
    Cell{EndpointState::active, EndpointEvent::withdraw, EndpointState::withdrawn},
    Cell{EndpointState::disabled, EndpointEvent::resume, EndpointState::active},
    Cell{EndpointState::disabled, EndpointEvent::withdraw, EndpointState::withdrawn},
};

constexpr std::array<std::string_view, 5> state_names = {"proposed", "active", "rejected", "disabled", "withdrawn"};
constexpr std::array states = {EndpointState::proposed, EndpointState::active, EndpointState::rejected,
                               EndpointState::disabled, EndpointState::withdrawn};
constexpr std::array<std::string_view, 5> event_names = {"approve", "reject", "disable", "resume", "withdraw"};
constexpr std::array events = {EndpointEvent::approve, EndpointEvent::reject, EndpointEvent::disable,
                               EndpointEvent::resume, EndpointEvent::withdraw};
constexpr std::array<std::string_view, 3> zone_names = {"internet", "government_lan", "closed"};

template <class Enum, std::size_t N>
std::optional<Enum> parse(const std::array<std::string_view, N>& names, std::string_view text) {
  for (std::size_t i = 0; i < N; ++i)
    if (names[i] == text) return static_cast<Enum>(i);
  return std::nullopt;
}

}  // namespace

std::string_view to_string(Zone zone) { return zone_names[static_cast<std::size_t>(zone)]; }
std::optional<Zone> parse_zone(std::string_view text) { return parse<Zone>(zone_names, text); }
std::string_view to_string(EndpointState state) { return state_names[static_cast<std::size_t>(state)]; }
std::optional<EndpointState> parse_endpoint_state(std::string_view text) {
  return parse<EndpointState>(state_names, text);
}
std::string_view to_string(EndpointEvent event) { return event_names[static_cast<std::size_t>(event)]; }
std::span<const EndpointState> all_endpoint_states() { return states; }
std::span<const EndpointEvent> all_endpoint_events() { return events; }

std::optional<EndpointState> next(EndpointState state, EndpointEvent event) {
  for (const auto& cell : table)
    if (cell.from == state && cell.event == event) return cell.to;
  return std::nullopt;
}

bool is_live(EndpointState state) { return state != EndpointState::rejected && state != EndpointState::withdrawn; }

}  // namespace noroshi::core
