#include "src/store/clock.h"

namespace noroshi::store {
namespace {

constexpr Statement set_clock{"set_shown_clock", "SELECT set_shown_clock($1::double precision)"};
constexpr Statement read_rate{"clock_rate", "SELECT rate = 1 FROM clock_setting"};

}  // namespace

void set_shown_clock(Connection& owner, double rate) { owner.execute(set_clock, {rate}); }

bool clock_is_real(Connection& connection) { return connection.execute(read_rate).one().get<bool>(0); }

}  // namespace noroshi::store
