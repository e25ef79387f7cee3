// What is withheld of an incident, and what is shared under (2)(l).
#pragma once

#include <functional>

#include "src/http/api_read.h"
#include "src/store/writer.h"

namespace noroshi::http {

// `writers` and what `context` refers to outlive the router. `record_is_too_late` as for add_command_routes().
void add_withholding_routes(Router& router, const ReadContext& context, store::WriterPool& writers,
                            std::function<bool()> record_is_too_late = {});

}  // namespace noroshi::http
