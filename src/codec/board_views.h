// The board (GET /board): the open incidents of a caller with the duties of their chain, in one answer; and what came due day by
// day (GET /board/days). It has what a board shows and no more, so that a thousand incidents are read whole, and again after each
// event for one of them: what is usual (no exercise, nothing late) is left out, duties inside of a body are counted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "routing/time.h"

namespace noroshi::codec {

// Between bodies.
struct BoardDuty {
  std::string clause;
  int sentence = 0;
  std::string holder;
  std::string recipient;
  Timestamp due_at;
  std::string state;
  std::optional<Timestamp> fulfilled_at;
  std::optional<Timestamp> acknowledged_at;
};

// Open duties that stay inside of one body and fall due at one time.
struct BoardInner {
  std::string clause;  // of the first of them
  std::string holder;
  Timestamp due_at;
  std::int64_t count = 0;
};

// What an incident says to who sees its content. Who sees the rows of its duties alone has none of it.
struct BoardContent {
  std::string organization;
  std::string title;  // "" where it is erased
  std::string state;
  bool large_scale = false;  // the originator judges that it may be
  std::optional<Timestamp> followup_due_at;
};

struct BoardIncident {
  std::string id;
  std::string number;
  bool exercise = false;
  std::optional<Timestamp> opened_at;
  std::optional<BoardContent> content;
  std::vector<BoardDuty> duties;  // the oldest first
  std::vector<BoardInner> inner;  // by when they are due
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
