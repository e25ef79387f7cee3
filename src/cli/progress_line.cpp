#include "src/cli/progress_line.h"

#include <unistd.h>

#include <cstdio>

namespace noroshi::cli {

using std::chrono::steady_clock;

ProgressLine::ProgressLine(const Output& output)
    : output_(output), terminal_(::isatty(STDERR_FILENO) != 0), next_(steady_clock::now() + std::chrono::seconds(2)) {}

ProgressLine::~ProgressLine() {
  if (shown_ && terminal_) std::fputs("\r\x1b[K", stderr);
}

void ProgressLine::tell(const std::function<Text()>& text) {
  const auto now = steady_clock::now();
  if (now < next_) return;
  next_ = now + std::chrono::seconds(1);
  shown_ = true;
  const auto line = output_(text());
  std::fputs((terminal_ ? "\r\x1b[K" + line : line + "\n").c_str(), stderr);
  std::fflush(stderr);
}

}  // namespace noroshi::cli
