// The bodies of the POST calls on labels (格付), from JSON: as those of command_decoder.h. The actor, and which one stands in the path,
// are filled in by others. Pure; any number of threads.
#pragma once

#include <string_view>

#include "src/codec/command_decoder.h"
#include "src/core/decide_label.h"

namespace noroshi::codec {

// POST /label-mappings: {own_label, confidentiality, integrity, availability}
Decoded<core::SetLabelMapping> decode_label_mapping(std::string_view body);
// POST /label-mappings/{id}/withdrawal: {reason}
Decoded<core::WithdrawLabelMapping> decode_label_mapping_withdrawal(std::string_view body);

// POST /incidents/{id}/label-changes: {own_label, confidentiality, integrity, availability, reason}. Without `own_label` it is in the
// standard's words alone.
Decoded<core::AskLabelChange> decode_label_change(std::string_view body);
// POST /incidents/{id}/label-changes/{change}/decision: {decision: approved|rejected, reason}
Decoded<core::DecideLabelChange> decode_label_change_decision(std::string_view body);

}  // namespace noroshi::codec
