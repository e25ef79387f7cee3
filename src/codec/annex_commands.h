// The bodies of the POST calls on sealing keys and annexes, from JSON: as those of command_decoder.h. The actor, and
// what stands in the path, are filled in by others. Pure; any number of threads.
//
// Elsewhere: decisions are decode_four_eyes() of command_decoder.h, revocations and refusals decode_reason() of
// endpoint_commands.h, and a sealed annex is read by read_sealed_annex().
#pragma once

#include <string>
#include <string_view>

#include "src/codec/command_decoder.h"

namespace noroshi::codec {

// POST /sealing-keys: {name, public_key}. The key is a JWK, as an object or as a text, or the point in base64url; what
// it is worth somebody else says.
struct SealingKeyCommand {
  std::string name;
  std::string public_key;
};
Decoded<SealingKeyCommand> decode_sealing_key(std::string_view body);

// POST /incidents/{id}/annexes: {name}
struct AnnexCommand {
  std::string name;
};
Decoded<AnnexCommand> decode_annex(std::string_view body);

}  // namespace noroshi::codec
