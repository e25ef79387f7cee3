// Numbers events without gaps, off the hot path: the number is a safe cursor for readers and the place in the record.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "src/core/identifier.h"
#include "src/store/database.h"

namespace noroshi::store {

// One sequencer of any number of daemons holds the lease; the others try again when it ends.
class Sequencer {
 public:
  // `connection` is of role sequencer and must outlive it. The lease is real time, whatever the shown clock's rate.
  Sequencer(Connection& connection, const core::Uuid& holder, std::chrono::milliseconds lease = std::chrono::seconds(2));

  // A name for the lease's holder: fresh at each call, kept by one daemon across its connections.
  static core::Uuid make_holder();

  // Takes or keeps the lease and numbers what waits, in batches. How many were numbered; nothing where another holds the
  // lease. Throws the errors of database_error.h.
  std::optional<std::int64_t> run_once();

 private:
  Connection& connection_;
  std::string holder_;
  std::chrono::milliseconds lease_;
};

}  // namespace noroshi::store
