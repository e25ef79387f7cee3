#include "routing/organization.h"

#include "routing/closed_list.h"

namespace noroshi::routing {
namespace {

constexpr ClosedList<OrganizationKind, 6> kinds{{{
    {OrganizationKind::national_agency, "national_agency"},
    {OrganizationKind::independent_administrative_agency, "independent_administrative_agency"},
    {OrganizationKind::designated_corporation, "designated_corporation"},
    {OrganizationKind::center, "center"},
    {OrganizationKind::police, "police"},
    {OrganizationKind::crisis_management, "crisis_management"},
}}};

constexpr ClosedList<SupervisionRole, 3> roles{{{
    {SupervisionRole::main, "main"},
    {SupervisionRole::joint, "joint"},
    {SupervisionRole::co, "co"},
}}};

}  // namespace

std::string_view to_string(OrganizationKind kind) {
  return kinds.text_of(kind);
}
std::optional<OrganizationKind> parse_organization_kind(std::string_view text) {
  return kinds.value_of(text);
}
std::string_view to_string(SupervisionRole role) {
  return roles.text_of(role);
}
std::optional<SupervisionRole> parse_supervision_role(std::string_view text) {
  return roles.value_of(text);
}

}  // namespace noroshi::routing
