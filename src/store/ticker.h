// Clocks that have come due: claimed by state with a lease and a fencing token, by any of several daemons, and rung in
// transactions that look at nothing but the locked incident. Whatever happens to a claim, no level is told twice.
//
// Each takes what it needs of a connection's role and throws the errors of database_error.h.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "src/core/decision.h"
#include "src/store/database.h"

namespace noroshi::store {

struct ClaimedClock {
  core::IncidentId incident;
  std::int64_t token = 0;
};

// Up to `most` incidents with clocks that have come due, leased for that length of real time; the oldest first. A
// connection of role ticker.
std::vector<ClaimedClock> claim_clocks(Connection& ticker, std::chrono::milliseconds lease, int most);

struct ClockLook {
  Timestamp shown;    // what the database's clock shows
  bool real = true;   // and whether that is the real time: neither faster nor moved
  std::optional<std::chrono::milliseconds> until_next;  // real time until the next unclaimed clock comes due
};
// A connection of role ticker.
ClockLook look_at_clocks(Connection& ticker);

// Has clocks looked at anew where the operator's ladder has changed since a daemon was started last. A connection of role
// owner.
void use_ladder(Connection& owner, const core::ClockPolicy& policy);

// When the next clock rings, be it claimed or not; nothing where none runs. A connection of role owner.
std::optional<Timestamp> earliest_ring(Connection& owner);

// Has the database plan, for this connection, what rings clocks. The first clocks that come due on a new connection would
// wait for that. A connection of role writer.
void prepare_to_ring(Connection& writer);

struct Rung {
  int incidents = 0;                         // that were looked at
  int alarms = 0;                            // that were raised
  std::chrono::microseconds latest_after{};  // the longest that an alarm came after its level was reached, shown time
};
// Rings the clocks of those incidents, in one transaction. Claims that are no longer the claimer's are left out. A
// connection of role writer.
Rung ring_clocks(Connection& writer, const core::Law& law, std::span<const ClaimedClock> claims);

// Passes what bodies that have ended left open to their successors (core::decide_succession). Run at start, when a day
// begins and every hour; each incident in a transaction of its own. Returns how many incidents changed. A connection of
// role writer.
int apply_successions(Connection& writer, const core::Law& law);

// Real time until the next day begins in Japan by the database's clock: bodies end and begin with a day. A connection of
// role writer.
std::chrono::milliseconds until_next_day(Connection& writer);

}  // namespace noroshi::store
