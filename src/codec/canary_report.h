// The report of a canary (core/canary.h), as the bytes that a reporter would send.
#pragma once

#include <string>

#include "src/core/canary.h"

namespace noroshi::codec {

// The same bytes for the same day, whichever daemon makes them.
std::string canary_report(const core::CanaryPlan& plan, JapaneseDay day);

}  // namespace noroshi::codec
