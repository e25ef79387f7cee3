// Roles a token carries, and which body may have which (standard 2.1.1(7), (8); the public interface names them).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "routing/organization.h"
#include "src/core/identifier.h"

namespace noroshi::core {

enum class Role {
  reporter,           // 職員等 at the 報告窓口: submits, sees own incidents
  csirt_member,       // CSIRT に属する職員
  csirt_head,         // CSIRT 責任者
  external_contact,   // 外部との連絡等を行う担当
  exception_officer,  // 例外措置の許可権限者
  ciso,               // 最高情報セキュリティ責任者
  section_officer,    // 課室情報セキュリティ責任者
  center_liaison,
  police_desk,
  crisis_desk,
  cymat_member,
  auditor,
  operator_,          // runs the daemon; sees no content
};

std::string_view to_string(Role role);  // "operator" for operator_
std::optional<Role> parse_role(std::string_view text);
std::span<const Role> all_roles();

// Whether a token of that role may be issued to that body: a desk's role only to a body of its kind, CYMAT members to
// national agencies only (2.1.1(7)(d)), CSIRT roles to bodies that hold duties.
bool role_fits(Role role, const routing::Organization& organization);

// csirt_member, csirt_head, external_contact.
bool is_csirt(Role role);

// Under which name the actor sees what he sees: his body, or, of a member of CYMAT, his seat (cymat.h).
std::string tenant_of(Role role, const std::string& organization, const std::optional<PersonId>& person);

// Whether who holds a token of that role is told of alarms: the CSIRT, the CISO and the desks.
bool hears_alarms(Role role);

// Who acts: the holder of a token, for a body, in a role. The daemon itself acts as `system`, without a token.
struct Actor {
  std::optional<TokenId> token;  // empty: the daemon
  std::string organization;      // slug; empty for the daemon
  std::optional<Role> role;
  std::string name;  // as the token was issued to; may be empty
  std::optional<PersonId> person;  // of the body's staff, to whom the token is bound; in no leaf: the token tells

  static Actor system() { return {}; }
  friend bool operator==(const Actor&, const Actor&) = default;
};

std::string tenant_of(const Actor& actor);

}  // namespace noroshi::core
