// GET /board and /board/days: what is open, at a glance. Private to src/http; api_read.h adds them.
#pragma once

#include "src/http/api_read.h"

namespace noroshi::http {

void add_board_routes(Router& router, const ReadContext& context);

}  // namespace noroshi::http
