// What lies around the daemons of a database (standard 3.1.1(4)(d), (6)): where anything of zone `internet` is, no
// annex is held, and where annexes are held, nothing of zone `internet` is added (schemas/sql/0030_zones.sql).
//
// Each takes a connection of role operator_ (owner will do too) and throws the errors of database_error.h.
#pragma once

#include <string>
#include <vector>

#include "src/core/endpoint.h"
#include "src/store/database.h"

namespace noroshi::store {

struct DaemonZone {
  std::string daemon;  // the id of its signing key
  core::Zone listener{};
  core::Zone database{};
  std::string listens;  // HOST:PORT, for a person
};
// The daemon is here: at its start, and every minute. False where it must not be: annexes are held, and it touches the
// internet.
[[nodiscard]] bool say_daemon_is_here(Connection& operator_connection, const DaemonZone& daemon);
void say_daemon_has_ended(Connection& operator_connection, const std::string& daemon);

struct LiveZone {
  std::string kind;  // listener, database, endpoint
  std::string name;  // where it listens, or whose endpoint
  std::string zone;
};
struct ZoneState {
  std::vector<LiveZone> live;
  bool annexes = false;  // some are held
  bool internet() const;
};
ZoneState read_zones(Connection& operator_connection);

}  // namespace noroshi::store
