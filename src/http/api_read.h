// The calls that read: incidents, duties, the inbox, alarms, the record, the registry, the editions, the document of the
// API.
#pragma once

#include "src/core/decision.h"
#include "src/http/router.h"
#include "src/http/worker_pool.h"
#include "src/store/connection_pool.h"

namespace noroshi::http {

// All of it outlives the router.
struct ReadContext {
  store::ConnectionPool& readers;  // of role reader; one for each worker is enough
  WorkerPool& workers;
  const core::Law& law;
};

// Handlers hand their work to the workers and return. A full queue and an unreachable database are 503 with
// Retry-After. What is not there and what the caller may not see are the same 404, and so is an ill-formed
// id.
void add_read_routes(Router& router, const ReadContext& context);

}  // namespace noroshi::http
