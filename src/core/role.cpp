#include "src/core/role.h"

#include "src/core/cymat.h"

#include <array>

namespace noroshi::core {
namespace {

struct Entry {
  Role role;
  std::string_view name;
};
constexpr std::array entries = {
    Entry{Role::reporter, "reporter"},
    Entry{Role::csirt_member, "csirt_member"},
    Entry{Role::csirt_head, "csirt_head"},
    Entry{Role::external_contact, "external_contact"},
    Entry{Role::exception_officer, "exception_officer"},
    Entry{Role::ciso, "ciso"},
    Entry{Role::section_officer, "section_officer"},
    Entry{Role::center_liaison, "center_liaison"},
    Entry{Role::police_desk, "police_desk"},
    Entry{Role::crisis_desk, "crisis_desk"},
    Entry{Role::cymat_member, "cymat_member"},
    Entry{Role::auditor, "auditor"},
    Entry{Role::operator_, "operator"},
};
constexpr auto values = [] {
  std::array<Role, entries.size()> roles{};
  for (std::size_t i = 0; i < entries.size(); ++i) roles[i] = entries[i].role;
  return roles;
}();

}  // namespace

std::string_view to_string(Role role) { return entries[static_cast<std::size_t>(role)].name; }

std::optional<Role> parse_role(std::string_view text) {
  for (const auto& entry : entries)
    if (entry.name == text) return entry.role;
  return std::nullopt;
}

std::span<const Role> all_roles() { return values; }

bool role_fits(Role role, const routing::Organization& organization) {
  using enum routing::OrganizationKind;
  const bool holds_duties = organization.is(national_agency) || organization.is_corporation();
  switch (role) {
    case Role::csirt_member:
    case Role::csirt_head:
    case Role::external_contact:
    case Role::exception_officer:
    case Role::ciso:
    case Role::section_officer: return holds_duties;
    case Role::center_liaison: return organization.is(center);
    case Role::police_desk: return organization.is(police);
    case Role::crisis_desk: return organization.is(crisis_management);
    case Role::cymat_member: return organization.is(national_agency);
    // Anybody may report: a prefectural police that does raises an alarm instead of being turned away.
    case Role::reporter:
    case Role::auditor:
    case Role::operator_: return true;
  }
  return false;
}

bool is_csirt(Role role) {
  return role == Role::csirt_member || role == Role::csirt_head || role == Role::external_contact;
}

bool hears_alarms(Role role) {
  return is_csirt(role) || role == Role::ciso || role == Role::center_liaison || role == Role::police_desk ||
         role == Role::crisis_desk;
}

std::string tenant_of(Role role, const std::string& organization, const std::optional<PersonId>& person) {
  if (role != Role::cymat_member) return organization;
  // A token that is bound to nobody has no seat, and sees nothing.
  return person ? seat_of(*person) : "cymat/";
}
std::string tenant_of(const Actor& actor) {
  return actor.role ? tenant_of(*actor.role, actor.organization, actor.person) : actor.organization;
}

}  // namespace noroshi::core
