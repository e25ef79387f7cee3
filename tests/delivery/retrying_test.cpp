// When an attempt is made again, and when it is over.
#include "src/delivery/retrying.h"

#include <doctest/doctest.h>

#include <set>

namespace noroshi::delivery::test {

using namespace std::chrono_literals;
using core::MessageState;

namespace {

const Timestamp queued = std::chrono::sys_days(std::chrono::year(2018) / 8 / 1);

core::DeliveryId delivery_of(std::uint8_t last) {
  core::DeliveryId id;
  id.value.bytes[15] = last;
  return id;
}

AfterAttempt after_attempt(Verdict verdict, int attempts, std::chrono::seconds since,
                           std::optional<std::chrono::seconds> asked_for = {}, const RetryPolicy& policy = {}) {
  return after({verdict, "timeout", "", asked_for}, delivery_of(1), attempts, queued, queued + since, policy);
}

}  // namespace

TEST_CASE("each verdict ends a delivery, or has it wait") {
  struct Case {
    Verdict verdict;
    std::optional<MessageState> settled;
    bool disables;
  };
  for (const auto& [verdict, settled, disables] :
       {Case{Verdict::delivered, MessageState::delivered, false}, Case{Verdict::sent, MessageState::sent, false},
        Case{Verdict::again, std::nullopt, false}, Case{Verdict::refused, MessageState::dead, false},
        Case{Verdict::gone, MessageState::dead, true}}) {
    CAPTURE(to_string(verdict));
    const auto next = after_attempt(verdict, 1, 0s);
    CHECK(next.settled == settled);
    CHECK(next.disable_endpoint == disables);
    CHECK((next.again_after > 0s) == !settled);
  }
}

TEST_CASE("waits grow as the operator says, a tenth more or less, and the last one repeats") {
  const RetryPolicy policy;
  for (int attempts = 1; attempts <= 9; ++attempts) {
    CAPTURE(attempts);
    const auto step =
        policy.backoff[std::min<std::size_t>(static_cast<std::size_t>(attempts) - 1, policy.backoff.size() - 1)];
    const auto wait = after_attempt(Verdict::again, attempts, 0s).again_after;
    CHECK(wait >= step * 9 / 10);
    CHECK(wait <= step * 11 / 10 + 1s);
    CHECK(wait == after_attempt(Verdict::again, attempts, 0s).again_after);
  }
}

TEST_CASE("what failed together does not come back together") {
  std::set<std::chrono::seconds> waits;
  for (std::uint8_t i = 0; i < 50; ++i)
    waits.insert(after({Verdict::again, "timeout", "", {}}, delivery_of(i), 5, queued, queued, {}).again_after);
  CHECK(waits.size() > 20);
}

TEST_CASE("a receiver that asks for more time gets it, up to a day, and never less than the wait") {
  CHECK(after_attempt(Verdict::again, 1, 0s, 600s).again_after == 600s);
  CHECK(after_attempt(Verdict::again, 1, 0s, 100h).again_after == 24h);
  CHECK(after_attempt(Verdict::again, 5, 0s, 1s).again_after >= 54min);
}

TEST_CASE("an attempt that would come after the end is not made") {
  const RetryPolicy policy{.backoff = {10s}, .give_up = 60s};
  CHECK_FALSE(after_attempt(Verdict::again, 1, 48s, {}, policy).settled);
  CHECK(after_attempt(Verdict::again, 1, 52s, {}, policy).settled == MessageState::dead);
  CHECK(after_attempt(Verdict::again, 1, 0s, 61s, policy).settled == MessageState::dead);
  CHECK_FALSE(after_attempt(Verdict::gone, 1, 0s, {}, policy).again_after > 0s);
}

}  // namespace noroshi::delivery::test
