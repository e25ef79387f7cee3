// Files that go with an incident: POST takes their bytes piece by piece and adds them at the end, all at once; GET gives them
// piece by piece. Never held whole, never looked into.
#pragma once

#include <functional>

#include "src/http/api_read.h"
#include "src/http/router.h"
#include "src/store/connection_pool.h"
#include "src/store/writer.h"

namespace noroshi::http {

// All of it outlives the router.
struct AttachmentContext {
  ReadContext reading;
  store::ConnectionPool& pieces;  // of role writer; for each worker one is enough
  store::WriterPool& writers;
  std::function<bool()> record_is_too_late = {};
};

// GET and POST /incidents/{id}/attachments, GET /attachments/{id}. Of those that are on their way at once there are only a few:
// any further one is 503.
void add_attachment_routes(Router& router, const AttachmentContext& context);

}  // namespace noroshi::http
