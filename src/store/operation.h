// What the operator of a daemon may know of its database: versions, and how much waits how long. No content.
//
// Each takes a connection of role operator_ and throws the errors of database_error.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "src/store/database.h"

namespace noroshi::store {

struct DatabaseState {
  std::string server_version;  // "15.8 (Debian 15.8-0+deb12u1)"
  int migrations = 0;          // applied to it
};
DatabaseState read_database_state(Connection& operator_connection);

struct Waiting {
  std::int64_t unnumbered_events = 0;    // committed, and not numbered by the sequencer yet
  double oldest_unnumbered_seconds = 0;  // 0 where there is none
  std::int64_t outbox_messages = 0;      // deliveries queued: on their way to an endpoint
  double oldest_outbox_seconds = 0;
  std::int64_t dead_messages = 0;
};
Waiting count_waiting(Connection& operator_connection);

// Clocks, by incidents. Ages are shown time.
struct ClockCounts {
  std::int64_t running = 0;  // incidents with a clock that runs
  std::int64_t behind = 0;   // of these, whose time has come and that nobody has rung yet
  double oldest_behind_seconds = 0;
};
ClockCounts count_clocks(Connection& operator_connection);

// Whether somebody of that body holds a token, or has set up an account, that hears alarms. A connection of role owner will do too.
bool somebody_hears(Connection& operator_connection, const std::string& organization);

// Open duties under one rule; those of exercises (訓練) apart.
struct OpenObligations {
  std::string edition;
  std::string rule;
  bool exercise = false;
  std::int64_t open = 0;
  std::int64_t overdue = 0;  // of these
};
std::vector<OpenObligations> count_open_obligations(Connection& operator_connection);

}  // namespace noroshi::store
