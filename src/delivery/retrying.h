// When to try again, and when to give up. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "src/core/delivery.h"
#include "src/delivery/channel.h"

namespace noroshi::delivery {

// Of shown time.
struct RetryPolicy {
  // After the first attempt, the second, ...; the last one repeats.
  std::vector<std::chrono::seconds> backoff{std::chrono::seconds(5),  std::chrono::seconds(30), std::chrono::minutes(2),
                                            std::chrono::minutes(10), std::chrono::hours(1),    std::chrono::hours(4)};
  std::chrono::seconds give_up = std::chrono::hours(72);  // after it was queued, or last replayed
  friend bool operator==(const RetryPolicy&, const RetryPolicy&) = default;
};

// What follows an attempt: either the delivery is settled, or it waits.
struct AfterAttempt {
  std::optional<core::MessageState> settled;  // sent, delivered or dead
  bool disable_endpoint = false;
  std::chrono::seconds again_after{};
};
// `attempts` counts this one. The wait is a tenth longer or shorter, so that what failed together does not come back
// together; the same delivery and attempt give the same wait. A receiver that asks for more time gets it, up to a day.
AfterAttempt after(const Attempted& attempted, const core::DeliveryId& delivery, int attempts, Timestamp queued_at,
                   Timestamp now, const RetryPolicy& policy);

}  // namespace noroshi::delivery
