// The board (GET /board): the open incidents of a caller with the duties of their chain, in one answer; and what came due day by
// day (GET /board/days). Small enough to be read whole, and again for one incident after each event.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "routing/time.h"

namespace noroshi::codec {

struct BoardDuty {
  std::string clause;
  int sentence = 0;
  std::string holder;
  std::string recipient;
  bool inner = false;  // stays inside of the holder
  Timestamp due_at;
  std::string state;
  std::optional<Timestamp> fulfilled_at;
  std::optional<Timestamp> acknowledged_at;
};

// What an incident says to who sees its content. Who sees the rows of its duties alone has none of it.
struct BoardContent {
  std::string reference;
  std::string organization;
  std::string title;  // "" where it is erased
  std::string state;
  std::string assessment;
  std::string cyberattack;
  std::vector<std::string> large_scale;  // by the originator: harm/extent/certainty
  std::optional<Timestamp> followup_due_at;
};

struct BoardIncident {
  std::string id;
  std::string number;
  bool exercise = false;
  std::optional<Timestamp> opened_at;
  std::optional<BoardContent> content;
  std::vector<BoardDuty> duties;  // those that leave the holder, and the open ones; the oldest first
};

struct BoardView {
  Timestamp at;      // the shown clock
  bool cut = false;  // there are more than the answer has
  std::vector<BoardIncident> incidents;  // the latest first
};

// Duties between bodies that came due on one day of Japan.
struct BoardDay {
  std::string day;  // 2026-11-27
  std::int64_t in_time = 0;
  std::int64_t late = 0;
  std::int64_t unmet = 0;  // still open
};

std::string encode_board(const BoardView& board);
std::string encode_board_days(const std::vector<BoardDay>& days);

}  // namespace noroshi::codec
