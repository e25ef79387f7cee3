// What the daemon itself does to incidents, in one transaction of a writer: locked and loaded, decided, applied with what
// follows for endpoints. Private to src/store.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "src/core/decision.h"
#include "src/store/bytes.h"
#include "src/store/database.h"
#include "src/store/decided.h"
#include "src/store/known.h"

namespace noroshi::store {

class OwnActs {
 public:
  // Locks and loads; deliveries where they are asked for.
  enum class Deliveries { left_out, loaded };
  OwnActs(Connection& writer, const core::Law& law, std::span<const core::IncidentId> incidents, Reasons reasons,
          Deliveries deliveries = Deliveries::left_out);

  Transaction& transaction() { return transaction_; }
  Timestamp now() const { return now_; }
  const std::map<core::IncidentId, core::Incident>& known() const { return known_; }
  core::Moment moment() { return {now_, identifiers_}; }
  // At most one an incident.
  void add(core::Decision decision) { decisions_.push_back(std::move(decision)); }
  // With the staffs read: nothing that they said before now waits any more.
  void add_looked(core::Decision decision) {
    looked_.push_back(core::to_string(decision.after.id));
    add(std::move(decision));
  }
  // Of a body: an endpoint that the daemon disables. lock_body() first.
  void add(const core::EndpointDecision& decision) { decided_.add(decision); }
  // Queues for the endpoints of whom the decisions tell, one query for all, applies and commits.
  void commit();

 private:
  const core::Law& law_;
  Transaction transaction_;
  RandomSalts salts_;
  Decided decided_;
  Timestamp now_;
  core::IdentifierSequence identifiers_;
  std::map<core::IncidentId, core::Incident> known_;
  std::vector<core::Decision> decisions_;
  std::vector<std::string> looked_;
};

// The active endpoints of all whom those decisions tell: none is asked for where nobody is.
std::vector<core::Endpoint> endpoints_for(Transaction& transaction, std::span<const core::Decision* const> decisions);

}  // namespace noroshi::store
