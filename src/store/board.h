// The board of what a caller sees, as views.h.
#pragma once

#include <optional>
#include <vector>

#include "src/codec/board_views.h"
#include "src/core/identifier.h"
#include "src/store/database.h"

namespace noroshi::store {

// How many incidents a board has at most: the latest.
inline constexpr int largest_board = 1000;

// Incidents that are not closed or dismissed, and those with an open duty. Of one incident: it alone, whatever its state, and
// nothing where the caller does not see it. Canaries (core/canary.h) are on no board.
codec::BoardView read_board(TenantTransaction& transaction, const std::optional<core::IncidentId>& incident, Timestamp now);

// Duties between bodies that came due from `from` to `to`, exercises apart; days without any are left out.
std::vector<codec::BoardDay> read_board_days(TenantTransaction& transaction, bool exercise, Timestamp from, Timestamp to);

}  // namespace noroshi::store
