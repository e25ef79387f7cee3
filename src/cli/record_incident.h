// Which incident a command at the machine means, by what a person has in hand.
#pragma once

#include <string>

#include <tl/expected.hpp>

#include "src/cli/output.h"
#include "src/store/database.h"

namespace noroshi::cli {

struct NamedIncident {
  std::string id, number;
};
// By number (JPS-2026-1), id (UUID) or the body's own reference, as `report show` takes them; the record itself is
// read, so that a reference whose text was erased finds nothing. Else, after telling why: exit 1 where there is none, 2
// where several have that reference. `owner` is of role owner, outside any transaction.
tl::expected<NamedIncident, ExitCode> find_recorded_incident(store::Connection& owner, const std::string& wanted,
                                                             const Output& output);

}  // namespace noroshi::cli
