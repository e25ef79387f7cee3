// One transaction of a writer: opens a group of commands, decides each on what is known under lock, applies them.
// Private to src/store.
#pragma once

#include <string>
#include <vector>

#include "src/core/decision.h"
#include "src/record/record_signer.h"
#include "src/store/command.h"
#include "src/store/database.h"

namespace noroshi::store {

struct GroupResult {
  std::vector<Result> results;           // by member; meaningless where deferred
  std::vector<std::size_t> deferred;     // members whose incident an earlier member changed: run them next
};

// `receipts` signs what reports are answered with; null: nothing does. Throws the errors of database_error.h; then nothing
// was stored but for UnknownOutcome.
GroupResult run_group(Connection& connection, const core::Law& law, const record::RecordSigner* receipts,
                      const std::vector<const Command*>& members);

}  // namespace noroshi::store
