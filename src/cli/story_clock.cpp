#include "src/cli/story_clock.h"

#include <unistd.h>

#include <algorithm>

#include <fmt/format.h>

#include "src/cli/daemon_process.h"
#include "src/cli/exit_code.h"
#include "src/cli/interruption.h"
#include "src/store/clock.h"
#include "src/store/ticker.h"

namespace noroshi::cli {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr auto patience = 20s;
constexpr auto look_again = 5ms;
// At high speed a moment of ours is hours of the story. What rings just before a step is come to by jumps, so
// that the step happens at its time.
constexpr std::chrono::duration<double> last_stretch = 300ms;
// A person who watches sees the clock move.
constexpr auto longest_slice = 200ms;
// Nobody watches a clock for longer on which nothing falls due.
constexpr auto longest_quiet = std::chrono::days(7);
constexpr auto before_next = 1h;

}  // namespace

void StoryClock::begin(Timestamp at) {
  store::show_time(owner_, at);
}

void StoryClock::travel(Timestamp at, const Told& told) {
  const auto jumped = std::chrono::duration_cast<std::chrono::microseconds>(last_stretch * speed_);
  if (speed_ > 0 && at - store::shown_time(owner_) > jumped) run(at - jumped, told);
  jump(at);
  settle(told);
}

void StoryClock::settle(const Told& told) {
  wait_until_rung();
  told(store::shown_time(owner_), 1);
}

void StoryClock::jump(Timestamp at) {
  for (auto ring = store::earliest_ring(owner_); ring && *ring < at; ring = store::earliest_ring(owner_)) {
    if (*ring > store::shown_time(owner_)) store::show_time(owner_, *ring);
    wait_until_rung();
  }
  if (at > store::shown_time(owner_)) store::show_time(owner_, at);
}

void StoryClock::run(Timestamp until, const Told& told) {
  store::show_time(owner_, store::shown_time(owner_), speed_);
  for (auto ring = store::earliest_ring(owner_); ring && *ring < until; ring = store::earliest_ring(owner_)) {
    reach(*ring);
    wait_until_rung();
    told(store::shown_time(owner_), speed_);
  }
  reach(until);
  const auto held = store::shown_time(owner_);
  store::show_time(owner_, held);
  told(held, speed_);
}

void StoryClock::wait_until_rung() {
  const auto deadline = steady_clock::now() + patience;
  const auto ringing = [&] {
    const auto next = store::earliest_ring(owner_);
    return next && *next <= store::shown_time(owner_);
  };
  while (ringing()) {
    if (steady_clock::now() > deadline)
      throw DaemonFailed(output_({"期限の来た時計を noroshid が鳴らしません。",
                                  "noroshid does not ring a clock that is due"}),
                         exit_unavailable);
    wait(look_again);
  }
}

void StoryClock::reach(Timestamp at) {
  skip_quiet_days(at);
  for (;;) {
    const auto shown = store::shown_time(owner_);
    if (shown >= at) break;
    show_while_waiting(shown);
    const auto left = std::chrono::ceil<std::chrono::nanoseconds>(
        std::chrono::duration<double, std::micro>(static_cast<double>((at - shown).count()) / speed_));
    wait(std::min<std::chrono::nanoseconds>(left, longest_slice));
  }
  if (isatty(STDOUT_FILENO)) print("\r\x1b[K");
}

void StoryClock::skip_quiet_days(Timestamp at) {
  if (at - store::shown_time(owner_) <= longest_quiet) return;
  const auto until = at - before_next;
  const auto text = shown_time(format_rfc3339(std::chrono::floor<std::chrono::minutes>(until)));
  print_line("      " + output_({fmt::format("（期限の来るものがないので、時計を {} まで進めます）", text),
                                 fmt::format("(nothing falls due: the clock skips to {})", text)}));
  store::show_time(owner_, until, speed_);
}

void StoryClock::show_while_waiting(Timestamp shown) const {
  if (!isatty(STDOUT_FILENO)) return;
  print("\r  " + shown_time(format_rfc3339(shown)) + "\x1b[K");
  std::fflush(stdout);
}

}  // namespace noroshi::cli
