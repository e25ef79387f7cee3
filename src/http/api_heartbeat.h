// GET /heartbeat: a signed sign of life with what of the caller's body is open; GET /keys: the keys to check it with.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "src/http/api_read.h"
#include "src/http/event_stream.h"

namespace noroshi::http {

// How often a receiver hears of a daemon that lives. Twice as long without one is silence.
inline constexpr std::chrono::seconds heartbeat_interval{60};

struct HeartbeatSigner {
  std::string key_id;
  std::function<std::string(std::string_view text)> sign;  // any thread; 64 bytes, Ed25519
};

// The item `heartbeat` for open streams of whoever may ask for it (LiveStreamOptions::heartbeat). What `context` refers to
// outlives it.
std::function<std::optional<SseItem>(const Caller&)> heartbeat_of_streams(const ReadContext& context,
                                                                         HeartbeatSigner signer);

void add_heartbeat_routes(Router& router, const ReadContext& context, HeartbeatSigner signer);

}  // namespace noroshi::http
