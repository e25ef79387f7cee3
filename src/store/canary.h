// The canaries of a body (core/canary.h) in the database: which there are, and what the daemon does to one.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "src/core/canary.h"
#include "src/store/database.h"

namespace noroshi::store {

struct CanarySeen {
  core::IncidentId id;
  std::string reference;
  bool ended = false;
  bool missing = false;  // the alarm was raised
};
// Those with one of these references, in a transaction of their body.
std::vector<CanarySeen> read_canaries(TenantTransaction& transaction, const std::string& organization,
                                      std::span<const std::string> references);

// Decides on it under its lock, with its deliveries; whether anything changed.
bool settle_canary(Connection& writer, const core::Law& law, const core::CanaryPlan& plan, core::IncidentId canary);

}  // namespace noroshi::store
