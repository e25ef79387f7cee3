// Kinds of incidents: the Reference Security Incident Taxonomy (RSIT) of the TF-CSIRT and ENISA, version 1003
// (CC0).
#pragma once

#include <span>
#include <string_view>

namespace noroshi::codec {

// "class/type" as RSIT names them: "malicious-code/infected-system". In the order of the taxonomy.
std::span<const std::string_view> incident_categories();

bool is_incident_category(std::string_view text);

}  // namespace noroshi::codec
