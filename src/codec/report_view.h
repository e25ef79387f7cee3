// A report as a receiver is shown it: without the members that are not in its view (src/core/report_view.h), and saying so.
//
// What was cut carries {"view":{"of","left_out","withheld":[{"members","by","until"}]}} as its last member, so that nobody takes it for
// the whole; a report has no member of that name. The reason why something is withheld stays with the body that withholds it.
// Pure; any number of threads.
#pragma once

#include <string>
#include <string_view>

#include "src/core/report_view.h"

namespace noroshi::codec {

// `document` is a Report::document; it comes back as it is where all of it may be seen.
std::string shown_document(std::string document, const core::ReportView& view);
// `changes` is a Report::changes: those of members that are not shown are not there.
std::string shown_changes(std::string changes, const core::ReportView& view);

}  // namespace noroshi::codec
