// One incident on paper: what its caller sees of it, with label, duties, timeline and the hash of the report (standard 1.1(2)(b):
// what is printed is information too, and carries its label).
#pragma once

#include <string>

#include "src/codec/answer_context.h"
#include "src/codec/sheet.h"
#include "src/codec/views.h"

namespace noroshi::codec {

// `printed_for`: who asked for it, in words; stands in the footer with context.now. Pure; any number of threads.
Sheet incident_sheet(const IncidentDetail& incident, const std::string& printed_for, const AnswerContext& context);

// The report's members as lines, in the order of a form; those that are not there are left out. `document` is JSON as it was stored
// or shown. What the view of the caller's body left out is the last line.
std::vector<SheetLine> report_lines(const std::string& document, Language language);

// 「2018年8月1日（平成30年） 9:00」, "2018-08-01 09:00 (JST)": of Japan, to the minute.
std::string paper_time(Timestamp at, Language language);

}  // namespace noroshi::codec
