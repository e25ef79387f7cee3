#include "src/store/connection_pool.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace noroshi::store {

namespace {

constexpr std::chrono::milliseconds first_pause{50};
constexpr std::chrono::milliseconds longest_pause{2'000};

}  // namespace

struct ConnectionPool::State {
  State(ConnectionSettings from, DatabaseRole as, std::size_t wanted)
      : settings(std::move(from)), role(as), size(wanted), opener([this] { keep_open(); }) {}

  // The opener's thread: keeps `size` connections there.
  void keep_open() {
    std::chrono::milliseconds pause = first_pause;
    std::unique_lock lock(mutex);
    while (!ended) {
      if (idle.size() + lent >= size) {
        opener_wake.wait(lock);
        continue;
      }
      lock.unlock();
      std::unique_ptr<Connection> connection;
      std::string error;
      bool misconfigured = false;
      try {
        connection = std::make_unique<Connection>(settings, role);
      } catch (const DatabaseMisconfigured& failure) {
        error = failure.what();
        misconfigured = true;
      } catch (const std::exception& failure) {
        error = failure.what();
      }
      lock.lock();
      last_error = std::move(error);
      last_error_is_ours = misconfigured;
      if (connection) {
        idle.push_back(std::move(connection));
        returned.notify_one();
        pause = first_pause;
        continue;
      }
      retry = false;
      opener_wake.wait_for(lock, pause, [this] { return ended || retry; });
      pause = retry ? first_pause : std::min(2 * pause, longest_pause);
    }
  }

  void take_back(std::unique_ptr<Connection> connection) {
    // A lease that ends inside a transaction is a mistake in the code above; the session goes, and so its
    // locks do.
    const bool usable = !connection->broken() && !connection->in_transaction();
    std::unique_ptr<Connection> closed;  // closing talks to the server: not under the lock
    {
      std::lock_guard lock(mutex);
      --lent;
      if (usable && !ended) {
        idle.push_back(std::move(connection));
      } else {
        closed = std::move(connection);
      }
      // Under the lock: once the last lease is back the pool may be destroyed.
      if (usable) {
        returned.notify_one();
      } else {
        opener_wake.notify_one();
      }
      if (ended) returned.notify_all();
    }
  }

  const ConnectionSettings settings;
  const DatabaseRole role;
  const std::size_t size;

  std::mutex mutex;
  std::condition_variable returned;
  std::condition_variable opener_wake;
  std::vector<std::unique_ptr<Connection>> idle;  // the last returned first: it is warm
  std::size_t lent = 0;
  std::size_t waiting = 0;
  std::string last_error;
  bool last_error_is_ours = false;  // DatabaseMisconfigured
  bool retry = false;
  bool ended = false;
  std::thread opener;  // last: it starts when all else is there
};

ConnectionPool::ConnectionPool(ConnectionSettings settings, DatabaseRole role, std::size_t size)
    : state_(std::make_unique<State>(std::move(settings), role, size)) {}

ConnectionPool::~ConnectionPool() {
  {
    std::unique_lock lock(state_->mutex);
    state_->ended = true;
    state_->opener_wake.notify_all();
    state_->returned.notify_all();
    state_->returned.wait(lock, [this] { return state_->lent == 0 && state_->waiting == 0; });
  }
  state_->opener.join();
}

ConnectionPool::Lease::Lease(State& state, std::unique_ptr<Connection> connection)
    : state_(&state), connection_(std::move(connection)) {}

ConnectionPool::Lease::Lease(Lease&&) noexcept = default;

ConnectionPool::Lease::~Lease() {
  if (connection_) state_->take_back(std::move(connection_));
}

ConnectionPool::Lease ConnectionPool::acquire(std::chrono::steady_clock::time_point deadline) {
  State& state = *state_;
  std::vector<std::unique_ptr<Connection>> dead;  // destroyed after the lock is gone
  std::unique_lock lock(state.mutex);
  while (true) {
    if (state.ended) throw Unavailable("the daemon is ending", "");
    if (!state.idle.empty()) {
      std::unique_ptr<Connection> connection = std::move(state.idle.back());
      state.idle.pop_back();
      if (connection->looks_alive()) {
        ++state.lent;
        return {state, std::move(connection)};
      }
      dead.push_back(std::move(connection));
      state.opener_wake.notify_one();
      continue;
    }
    ++state.waiting;
    const std::cv_status status = state.returned.wait_until(lock, deadline);
    --state.waiting;
    if (state.ended) state.returned.notify_all();  // the destructor counts those who wait
    if (status == std::cv_status::timeout && state.idle.empty() && !state.ended) {
      if (state.last_error.empty()) throw Unavailable("all connections to the database are busy", "");
      if (state.last_error_is_ours) throw DatabaseMisconfigured(state.last_error, "");
      throw Unavailable(state.last_error, "08001");
    }
  }
}

void ConnectionPool::retry_now() {
  std::lock_guard lock(state_->mutex);
  state_->retry = true;
  state_->opener_wake.notify_all();
}

ConnectionPool::Status ConnectionPool::status() const {
  std::lock_guard lock(state_->mutex);
  return {state_->idle.size() + state_->lent, state_->lent, state_->waiting, state_->last_error};
}

}  // namespace noroshi::store
