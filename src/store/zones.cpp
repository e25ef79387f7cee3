#include "src/store/zones.h"

#include <algorithm>

namespace noroshi::store {
namespace {

constexpr Statement is_here{"daemon_is_here", "SELECT daemon_is_here($1, $2, $3, $4) AS may_be"};
constexpr Statement has_ended{"daemon_has_ended", "SELECT daemon_has_ended($1)"};
constexpr Statement select_zones{"zones_here", "SELECT kind, name, zone FROM zones_here()"};
constexpr Statement select_annexes{"annexes_are_here", "SELECT annexes_are_here() AS here"};

}  // namespace

bool say_daemon_is_here(Connection& operator_connection, const DaemonZone& daemon) {
  return operator_connection
      .execute(is_here,
               {daemon.daemon, core::to_string(daemon.listener), core::to_string(daemon.database), daemon.listens})
      .one()
      .get<bool>("may_be");
}

void say_daemon_has_ended(Connection& operator_connection, const std::string& daemon) {
  operator_connection.execute(has_ended, {daemon});
}

bool ZoneState::internet() const {
  return std::any_of(live.begin(), live.end(), [](const LiveZone& entry) { return entry.zone == "internet"; });
}

ZoneState read_zones(Connection& operator_connection) {
  ZoneState state;
  for (const auto row : operator_connection.execute(select_zones))
    state.live.push_back({row.get<std::string>("kind"), row.get<std::string>("name"), row.get<std::string>("zone")});
  state.annexes = operator_connection.execute(select_annexes).one().get<bool>("here");
  return state;
}

}  // namespace noroshi::store
