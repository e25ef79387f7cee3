// The bodies of the POST calls on handling inside, from JSON: as those of command_decoder.h. The actor is filled in by the
// store. Pure; any number of threads.
#pragma once

#include <string_view>

#include "src/codec/command_decoder.h"
#include "src/core/decide_handling.h"

namespace noroshi::codec {

// POST /incidents/{id}/steps: {kind, text, person}
Decoded<core::TakeHandlingStep> decode_handling_step(std::string_view body);
// POST /incidents/{id}/instructions: {kind, force, addressee, text, answer_by}
Decoded<core::GiveInstruction> decode_instruction(std::string_view body);
// POST /incidents/{id}/instructions/{instruction}/answer: {carried_out, text}. Which one stands in the path.
Decoded<core::AnswerInstruction> decode_instruction_answer(std::string_view body);
// POST /incidents/{id}/platforms: {platform, operator_organization}
Decoded<core::LinkPlatform> decode_platform(std::string_view body);

}  // namespace noroshi::codec
