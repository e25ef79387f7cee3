#include "src/core/sealing_key.h"

#include <array>

namespace noroshi::core {
namespace {

template <class Enum, std::size_t N>
std::optional<Enum> parse(const std::array<std::string_view, N>& names, std::string_view text) {
  for (std::size_t i = 0; i < N; ++i)
    if (names[i] == text) return static_cast<Enum>(i);
  return std::nullopt;
}

struct Cell {
  SealingKeyState from;
  SealingKeyEvent event;
  SealingKeyState to;
};
constexpr std::array table = {
    Cell{SealingKeyState::proposed, SealingKeyEvent::approve, SealingKeyState::active},
    Cell{SealingKeyState::proposed, SealingKeyEvent::reject, SealingKeyState::rejected},
    Cell{SealingKeyState::active, SealingKeyEvent::revoke, SealingKeyState::revoked},
    Cell{SealingKeyState::proposed, SealingKeyEvent::revoke, SealingKeyState::revoked},
};

constexpr std::array<std::string_view, 4> state_names = {"proposed", "active", "rejected", "revoked"};
constexpr std::array states = {SealingKeyState::proposed, SealingKeyState::active, SealingKeyState::rejected, SealingKeyState::revoked};
constexpr std::array<std::string_view, 3> event_names = {"approve", "reject", "revoke"};
constexpr std::array events = {SealingKeyEvent::approve, SealingKeyEvent::reject, SealingKeyEvent::revoke};

}  // namespace

std::string_view to_string(SealingKeyState state) { return state_names[static_cast<std::size_t>(state)]; }
std::optional<SealingKeyState> parse_sealing_key_state(std::string_view text) { return parse<SealingKeyState>(state_names, text); }
std::string_view to_string(SealingKeyEvent event) { return event_names[static_cast<std::size_t>(event)]; }
std::span<const SealingKeyState> all_sealing_key_states() { return states; }
std::span<const SealingKeyEvent> all_sealing_key_events() { return events; }

std::optional<SealingKeyState> next(SealingKeyState state, SealingKeyEvent event) {
  for (const auto& cell : table)
    if (cell.from == state && cell.event == event) return cell.to;
  return std::nullopt;
}

}  // namespace noroshi::core
