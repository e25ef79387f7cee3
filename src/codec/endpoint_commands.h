// The bodies of the POST calls on endpoints and deliveries, from JSON: as those of command_decoder.h. The actor, and which one
// stands in the path, are filled in by others. Pure; any number of threads.
#pragma once

#include <string_view>

#include "src/codec/command_decoder.h"
#include "src/core/decide_endpoint.h"

namespace noroshi::codec {

// POST /endpoints: {channel, name, zone, settings: {NAME: text}, filter: {kinds, role, least_severity}}
Decoded<core::ProposeEndpoint> decode_endpoint_proposal(std::string_view body);
// POST /endpoints/{id}/decision: decode_four_eyes() of command_decoder.h.

// POST /endpoints/{id}/disabling, /resumption, /withdrawal and /deliveries/{id}/replay: {reason}
struct ReasonCommand {
  std::string reason;
};
Decoded<ReasonCommand> decode_reason(std::string_view body);

}  // namespace noroshi::codec
