#include "src/app/record_lag.h"

#include <algorithm>

namespace noroshi::app {

void RecordLag::look(std::uint64_t under, std::uint64_t in_all, std::optional<double> waited_seconds, Time now) {
  using namespace std::chrono_literals;
  if (waiting_.empty() || in_all > waiting_.back().in_all) {
    auto since = now;
    if (!looked_ && waited_seconds && *waited_seconds > 0)
      since -= std::chrono::duration_cast<Time::duration>(
          std::chrono::duration<double>(std::min(*waited_seconds, 366.0 * 86400)));
    if (!waiting_.empty() && since - waiting_.back().at < 1s)
      waiting_.back().in_all = in_all;
    else
      waiting_.push_back({in_all, since});
  }
  looked_ = true;
  while (!waiting_.empty() && waiting_.front().in_all <= under) waiting_.pop_front();
}

std::chrono::duration<double> RecordLag::behind(Time now) const {
  if (waiting_.empty()) return std::chrono::duration<double>(0);
  return now - waiting_.front().at;
}

}  // namespace noroshi::app
