#include "src/app/ticking.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include <spdlog/spdlog.h>

namespace noroshi::app {
namespace {

using namespace std::chrono_literals;

constexpr auto longest_wait = 200ms;
constexpr auto retry_after = 200ms;
// Of real time. A daemon that stands still longer leaves its clocks to the others.
constexpr auto lease = 3s;
// Each incident may have a dozen clocks, and after an outage several levels of each: what is rung together must be done
// well within a statement's limit, and nobody hears of it before all of it is.
constexpr std::size_t claims_at_once = 64;
// A claim that was not full has left nothing behind. What comes due one by one right after it is rung together: a
// transaction costs as much as dozens of clocks.
constexpr auto between_claims = 200ms;
// The database's clock against steady time: what a correction of the system's clock may move unnoticed.
constexpr auto jump = 2s;

// Whether the connections have to be opened again. A statement that took too long is no such loss.
bool is_lost(const store::DatabaseError& error) {
  constexpr std::string_view query_canceled = "57014";
  if (dynamic_cast<const store::UnknownOutcome*>(&error)) return true;
  return dynamic_cast<const store::Unavailable*>(&error) && error.sqlstate() != query_canceled;
}

}  // namespace

// The connections of one stretch between two losses of the database.
class Ticking::Pass {
 public:
  Pass(store::ConnectionSettings settings, const core::Law& law, const TickingObserver& observer)
      : law_(law), observer_(observer) {
    settings.application_name = "noroshi ticker";
    // An incident that another session holds is left for the next look, and nobody waits long for ours.
    settings.lock_timeout = 1s;
    settings.idle_in_transaction_timeout = lease;
    ticker_ = std::make_unique<store::Connection>(settings, store::DatabaseRole::ticker);
    writer_ = std::make_unique<store::Connection>(settings, store::DatabaseRole::writer);
    store::prepare_to_ring(*writer_);
  }

  // How long nothing will come due.
  std::chrono::milliseconds tick() {
    const auto claims = store::claim_clocks(*ticker_, lease, static_cast<int>(claims_at_once));
    if (!claims.empty()) {
      const auto claimed = std::chrono::steady_clock::now();
      ring(claims);
      if (claims.size() == claims_at_once) return 0ms;
      const auto took = std::chrono::steady_clock::now() - claimed;
      return std::chrono::duration_cast<std::chrono::milliseconds>(between_claims - took);
    }
    const auto look = store::look_at_clocks(*ticker_);
    compare(look);
    return std::min<std::chrono::milliseconds>(look.until_next.value_or(longest_wait), longest_wait);
  }

 private:
  void ring(std::span<const store::ClaimedClock> claims) {
    try {
      observer_.rung(store::ring_clocks(*writer_, law_, claims));
    } catch (const store::DatabaseError& error) {
      if (is_lost(error)) throw;
      // One incident must not keep the others from ringing: each by itself. What fails still is claimed again when its
      // lease has ended.
      if (claims.size() == 1) {
        spdlog::warn("the clocks of incident {} could not be rung: SQLSTATE {}",
                     core::to_string(claims.front().incident), error.sqlstate());
        return;
      }
      for (const auto& claimed : claims) ring({&claimed, 1});
    } catch (const std::exception&) {
      // Its text may quote what was submitted. A defect in one case must not silence the others.
      if (claims.size() == 1) {
        spdlog::error("the clocks of incident {} could not be rung", core::to_string(claims.front().incident));
        return;
      }
      for (const auto& claimed : claims) ring({&claimed, 1});
    }
  }

  void compare(const store::ClockLook& look) {
    const auto steady = std::chrono::steady_clock::now();
    if (seen_ && look.real) {
      const auto moved = std::chrono::duration_cast<std::chrono::milliseconds>(look.shown - seen_->first) -
                         std::chrono::duration_cast<std::chrono::milliseconds>(steady - seen_->second);
      if (std::chrono::abs(moved) > jump) {
        spdlog::warn("the clock of the database has jumped by {} ms: what is due follows it", moved.count());
        observer_.clock_jumped();
      }
    }
    seen_.emplace(look.shown, steady);
  }

  const core::Law& law_;
  const TickingObserver& observer_;
  std::unique_ptr<store::Connection> ticker_;
  std::unique_ptr<store::Connection> writer_;
  std::optional<std::pair<Timestamp, std::chrono::steady_clock::time_point>> seen_;
};

Ticking::Ticking(store::ConnectionSettings settings, const core::Law& law, TickingObserver observer)
    : settings_(std::move(settings)), law_(law), observer_(std::move(observer)) {
  thread_ = std::jthread([this](std::stop_token stop) { run(stop); });
}

void Ticking::run(std::stop_token stop) {
  bool lost = false;
  while (!stop.stop_requested()) {
    try {
      tick_until_lost(stop);
      lost = false;
    } catch (const store::DatabaseError& error) {
      if (!lost) spdlog::warn("the clocks have lost the database: SQLSTATE {}", error.sqlstate());
      lost = true;
      wait(stop, retry_after);
    }
  }
}

void Ticking::tick_until_lost(std::stop_token stop) {
  Pass pass(settings_, law_, observer_);
  while (!stop.stop_requested()) wait(stop, pass.tick());
}

void Ticking::wait(std::stop_token stop, std::chrono::milliseconds length) {
  if (length <= 0ms) return;
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, stop, length, [] { return false; });
}

}  // namespace noroshi::app
