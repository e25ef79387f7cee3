// Sealing keys and annexes of 機密性3: /sealing-keys, /annexes, /incidents/{id}/annexes.
#pragma once

#include <functional>

#include "src/http/api_read.h"
#include "src/http/router.h"
#include "src/store/writer.h"

namespace noroshi::http {

// As add_command_routes(). A sealed annex has 24 MiB at most; it is read on a worker, since that takes a while.
void add_annex_routes(Router& router, const ReadContext& context, store::WriterPool& writers,
                      std::function<bool()> record_is_too_late = {});

}  // namespace noroshi::http
