// The calls that change something: POST /reports, assessments, transitions, recipients, fulfilments, waivers,
// acknowledgements and cosignatures. Each decodes its body, hands a command to the writers and answers when the commit is known.
#pragma once

#include "src/http/router.h"
#include "src/store/writer.h"

namespace noroshi::http {

// `writers` must outlive the router. Handlers run on the io thread and never block; answers come from the writers'
// threads.
void add_command_routes(Router& router, store::WriterPool& writers);

}  // namespace noroshi::http
