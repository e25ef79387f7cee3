// Incidents on paper: GET /incidents/{id}/print.
#pragma once

#include "src/http/api_read.h"

namespace noroshi::http {

// `press`: with workers of its own, since drawing takes a second where reading takes a millisecond. Of one body two sheets are drawn or
// wait at a time, of all eight; more are 503 with Retry-After.
void add_print_routes(Router& router, const ReadContext& press);

}  // namespace noroshi::http
