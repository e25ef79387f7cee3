// `route explain`: facts from JSON, and what the engine answers, to JSON. One line each way, so that many
// make JSON Lines. Pure; any number of threads.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "routing/facts.h"
#include "routing/route.h"
#include "src/codec/language.h"
#include "src/core/refusal.h"

namespace noroshi::codec {

// Takes every member of a report and checks each as a report does. Required are `organization`,
// `times.recognized.value` and `assessment` only; no reasons are asked for, and a large-scale cell together
// with cyberattack `no` is left to the engine, which raises an alarm.
tl::expected<routing::Facts, std::vector<core::FieldError>> decode_facts(std::string_view text);

// {"edition","obligations","inner","not_opened","alarms","notes"} without a line end. Duties that cross the
// border of a body stand in `obligations`, steps to oneself among them; those inside one body in `inner`.
std::string encode_routing(const routing::Routing& routing, Language language);

// {"errors":[{"pointer","code","message"}]} without a line end.
std::string encode_errors(const std::vector<core::FieldError>& errors, Language language);

}  // namespace noroshi::codec
