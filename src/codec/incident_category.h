// Kinds of incidents: the Reference Security Incident Taxonomy (RSIT) of the TF-CSIRT and ENISA, version 1003
// (CC0).
#pragma once

#include <span>
#include <string_view>

namespace noroshi::codec {

// "class/type" as RSIT names them: "malicious-code/infected-system". In the order of the taxonomy.
std::span<const std::string_view> incident_categories();

bool is_incident_category(std::string_view text);

// The category that a report in force states, as report_decoder writes it: the member of that name of the object itself. Empty where
// it states none. Lives as long as the program. Scans without building the document, since every report that is stored comes by here.
std::string_view category_in(std::string_view document);

}  // namespace noroshi::codec
