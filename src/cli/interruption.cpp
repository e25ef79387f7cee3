#include "src/cli/interruption.h"

#include <signal.h>

#include <algorithm>
#include <cerrno>

namespace noroshi::cli {
namespace {

sigset_t ending_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGINT);
  ::sigaddset(&signals, SIGTERM);
  return signals;
}

}  // namespace

void block_interruption() {
  const auto signals = ending_signals();
  ::sigprocmask(SIG_BLOCK, &signals, nullptr);
}

void wait(std::chrono::nanoseconds length) {
  const auto signals = ending_signals();
  const auto until = std::chrono::steady_clock::now() + length;
  for (;;) {
    const auto left = std::max(std::chrono::nanoseconds(until - std::chrono::steady_clock::now()),
                               std::chrono::nanoseconds(0));
    const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
    const timespec time{seconds.count(), static_cast<long>((left - seconds).count())};
    if (::sigtimedwait(&signals, nullptr, &time) > 0) throw Interrupted{};
    if (errno != EINTR) return;
  }
}

}  // namespace noroshi::cli
