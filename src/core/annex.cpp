#include "src/core/annex.h"

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
  AnnexState from;
  AnnexEvent event;
  AnnexState to;
};
constexpr std::array table = {
    Cell{AnnexState::asked, AnnexEvent::permit, AnnexState::permitted},
    Cell{AnnexState::asked, AnnexEvent::refuse, AnnexState::refused},
    Cell{AnnexState::permitted, AnnexEvent::seal, AnnexState::sealed},
    Cell{AnnexState::sealed, AnnexEvent::seal, AnnexState::sealed},
};

constexpr std::array<std::string_view, 4> state_names = {"asked", "permitted", "refused", "sealed"};
constexpr std::array states = {AnnexState::asked, AnnexState::permitted, AnnexState::refused, AnnexState::sealed};
constexpr std::array<std::string_view, 3> event_names = {"permit", "refuse", "seal"};
constexpr std::array events = {AnnexEvent::permit, AnnexEvent::refuse, AnnexEvent::seal};

}  // namespace

std::string_view to_string(AnnexState state) { return state_names[static_cast<std::size_t>(state)]; }
std::optional<AnnexState> parse_annex_state(std::string_view text) { return parse<AnnexState>(state_names, text); }
std::string_view to_string(AnnexEvent event) { return event_names[static_cast<std::size_t>(event)]; }
std::span<const AnnexState> all_annex_states() { return states; }
std::span<const AnnexEvent> all_annex_events() { return events; }

std::optional<AnnexState> next(AnnexState state, AnnexEvent event) {
  for (const auto& cell : table)
    if (cell.from == state && cell.event == event) return cell.to;
  return std::nullopt;
}

}  // namespace noroshi::core
