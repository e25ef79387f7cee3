// The calls that change something: POST /reports, assessments, transitions, recipients, fulfilments, waivers,
// acknowledgements and cosignatures. Each decodes its body, hands a command to the writers and answers when the commit is known.
#pragma once

#include <functional>

#include "src/http/router.h"
#include "src/store/writer.h"

namespace noroshi::http {

// `writers` must outlive the router. Handlers run on the io thread and never block; answers come from the writers'
// threads. While `record_is_too_late` says so, every one of them is refused (503 record_behind): what is not sealed must not
// grow without bounds. Empty: never.
void add_command_routes(Router& router, store::WriterPool& writers, std::function<bool()> record_is_too_late = {});

}  // namespace noroshi::http
