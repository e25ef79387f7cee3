#include "src/store/clock.h"

namespace noroshi::store {
namespace {

constexpr Statement set_clock{"set_shown_clock", "SELECT set_shown_clock($1::double precision)"};
constexpr Statement read_clock{"shown_time", "SELECT clock()"};
constexpr Statement move_clock{"show_time", "SELECT show_clock($1::timestamptz, $2::double precision)"};
constexpr Statement right_clock{"show_real_time", "UPDATE clock_setting SET shown_at = real_at, rate = 1"};
constexpr Statement read_rate{"clock_rate", "SELECT rate = 1 AND shown_at = real_at FROM clock_setting"};

}  // namespace

void set_shown_clock(Connection& owner, double rate) {
  owner.execute(set_clock, {rate});
}

Timestamp shown_time(Connection& connection) {
  return connection.execute(read_clock).one().get<Timestamp>(0);
}

void show_time(Connection& owner, Timestamp at, double rate) {
  owner.execute(move_clock, {at, rate});
}

void show_real_time(Connection& owner) {
  owner.execute(right_clock);
}

bool clock_is_real(Connection& connection) {
  return connection.execute(read_rate).one().get<bool>(0);
}

}  // namespace noroshi::store
