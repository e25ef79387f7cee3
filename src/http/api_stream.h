// GET /stream: the live stream of what happens, as Server-Sent Events.
#pragma once

#include "src/http/live_streams.h"
#include "src/http/router.h"

namespace noroshi::http {

// `streams` outlives the router. A cap that is reached is 429, a database that does not answer at the opening
// 503, both with Retry-After; a cursor that is none of the stream 422.
void add_stream_route(Router& router, LiveStreams& streams);

}  // namespace noroshi::http
