// The database roles of the program. No role of the daemon owns a table; what each may do stands in
// schemas/sql.
#pragma once

#include <array>
#include <string_view>

namespace noroshi::store {

enum class DatabaseRole {
  owner,      // whoever owns the schema: migrations and the private cluster's superuser. Not for the daemon's
              // work
  writer,     // intake: applies decisions
  reader,     // reads on behalf of a caller, under row-level security; only through TenantTransaction
  sequencer,  // numbers events and seals them into the record
  delivery,   // claims and settles messages
  ticker,     // claims deadlines
  authenticator,  // looks tokens up
  operator_,      // counts what waits, for health and metrics; sees no row
};

struct DatabaseRoleName {
  DatabaseRole role;
  std::string_view name;
};

// Every role but the owner, whose name is the cluster's business. The one list: the private cluster's
// identity map and the connections are made from it; schemas/sql creates the same names.
inline constexpr std::array<DatabaseRoleName, 7> database_roles{{
    {DatabaseRole::writer, "noroshi_writer"},
    {DatabaseRole::reader, "noroshi_reader"},
    {DatabaseRole::sequencer, "noroshi_sequencer"},
    {DatabaseRole::delivery, "noroshi_delivery"},
    {DatabaseRole::ticker, "noroshi_ticker"},
    {DatabaseRole::authenticator, "noroshi_authenticator"},
    {DatabaseRole::operator_, "noroshi_operator"},
}};

// Empty for the owner.
constexpr std::string_view name_of(DatabaseRole role) {
  for (const DatabaseRoleName& entry : database_roles) {
    if (entry.role == role) return entry.name;
  }
  return {};
}

}  // namespace noroshi::store
