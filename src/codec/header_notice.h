// What a report of 機密性3 may hold: a header notice, that the information exists and for whom, and nothing of it
// (standard 3.1.1(4)(d), (6)). Its content goes by an annex.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "src/core/refusal.h"
#include "src/core/report.h"

namespace noroshi::codec {

// The members of a document in force (`core::Report::document`) that a header notice does not have, each with its
// pointer. Anything but such a document aborts.
std::vector<core::FieldError> beyond_header(std::string_view document);

// annex_header_only where the report is of 機密性3 and its document holds more than a header: members of earlier
// versions count, they have to be cleared with null.
std::optional<core::Refusal> refuse_beyond_header(const core::Report& report);

}  // namespace noroshi::codec
