// GET /statistics: figures of a time range. Private to src/http; api_read.h adds it.
#pragma once

#include "src/http/api_read.h"

namespace noroshi::http {

void add_statistics_route(Router& router, const ReadContext& context);

}  // namespace noroshi::http
