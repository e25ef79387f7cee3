// A fixed number of connections of one role.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "src/store/database.h"

namespace noroshi::store {

// A thread of the pool opens the connections and replaces broken ones, with exponential back-off while the
// database is away, so that whoever acquires never waits for a connection attempt longer than he wants. Safe
// to use from any thread. The pool must outlive its leases.
class ConnectionPool {
  struct State;

 public:
  ConnectionPool(ConnectionSettings settings, DatabaseRole role, std::size_t size);
  // Wakes waiters (they get Unavailable) and closes the connections once all leases are back.
  ~ConnectionPool();
  ConnectionPool(const ConnectionPool&) = delete;
  ConnectionPool& operator=(const ConnectionPool&) = delete;

  // A borrowed connection, outside any transaction; goes back with the object. A broken one, or one given
  // back inside a transaction, is closed and replaced, never handed out again.
  class Lease {
   public:
    Lease(Lease&&) noexcept;
    Lease& operator=(Lease&&) = delete;
    ~Lease();
    Connection& operator*() const { return *connection_; }
    Connection* operator->() const { return connection_.get(); }

   private:
    friend class ConnectionPool;
    Lease(State& state, std::unique_ptr<Connection> connection);
    State* state_;
    std::unique_ptr<Connection> connection_;
  };

  // Throws Unavailable when none was free by the deadline; its text names the last connection error if there
  // is one. DatabaseMisconfigured where that is why none can be had.
  Lease acquire(std::chrono::steady_clock::time_point deadline);
  Lease acquire(std::chrono::milliseconds patience) {
    return acquire(std::chrono::steady_clock::now() + patience);
  }

  // Ends a running back-off: the database is known to be back.
  void retry_now();

  struct Status {
    std::size_t open = 0;  // connections that are there, lent ones included
    std::size_t lent = 0;
    std::size_t waiting = 0;  // callers in acquire()
    std::string last_error;   // of the last attempt to connect; empty after a success
  };
  Status status() const;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace noroshi::store
