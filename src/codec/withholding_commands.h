// The bodies of the POST calls on what is withheld and what is shared, from JSON: as those of command_decoder.h. The actor is filled in
// by the store. Pure; any number of threads.
#pragma once

#include <string_view>

#include "src/codec/command_decoder.h"
#include "src/core/decide_withholding.h"

namespace noroshi::codec {

// POST /incidents/{id}/withholdings: {from, members, reason, until}
Decoded<core::WithholdContent> decode_withholding(std::string_view body);
// POST /withholdings/{id}/release: {reason}. Which one stands in the path.
Decoded<core::ReleaseContent> decode_content_release(std::string_view body);
// POST /incidents/{id}/sharings: {organization, note}
Decoded<core::ShareInformation> decode_sharing(std::string_view body);

}  // namespace noroshi::codec
