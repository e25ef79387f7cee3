#include "src/delivery/retrying.h"

#include <algorithm>

namespace noroshi::delivery {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds longest_asked_for = 24h;

std::chrono::seconds wait_after(const core::DeliveryId& delivery, int attempts, const RetryPolicy& policy) {
  const auto step = std::min(static_cast<std::size_t>(std::max(attempts, 1)) - 1, policy.backoff.size() - 1);
  const auto length = std::chrono::duration_cast<std::chrono::milliseconds>(policy.backoff[step]);
  // Thousandths of 900 to 1,100.
  const auto spread = (std::hash<core::DeliveryId>{}(delivery) + static_cast<std::size_t>(attempts) * 7919) % 201;
  return std::max(1s, std::chrono::round<std::chrono::seconds>(length * (900 + static_cast<long>(spread)) / 1000));
}

}  // namespace

AfterAttempt after(const Attempted& attempted, const core::DeliveryId& delivery, int attempts, Timestamp queued_at,
                   Timestamp now, const RetryPolicy& policy) {
  switch (attempted.verdict) {
    case Verdict::delivered:
      return {.settled = core::MessageState::delivered};
    case Verdict::sent:
      return {.settled = core::MessageState::sent};
    case Verdict::refused:
      return {.settled = core::MessageState::dead};
    case Verdict::gone:
      return {.settled = core::MessageState::dead, .disable_endpoint = true};
    case Verdict::again:
      break;
  }
  auto wait = wait_after(delivery, attempts, policy);
  if (attempted.again_after) wait = std::max(wait, std::min(*attempted.again_after, longest_asked_for));
  // An attempt that would come after the end is not made: whoever waits for it learns now that it is over.
  if (now + wait > queued_at + policy.give_up) return {.settled = core::MessageState::dead};
  return {.again_after = wait};
}

}  // namespace noroshi::delivery
