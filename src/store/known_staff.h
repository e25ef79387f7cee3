// Loads what decisions need of the staffs of bodies.
#pragma once

#include <map>
#include <string>

#include "src/core/staff_needed.h"
#include "src/store/database.h"

namespace noroshi::store {

// That part of the staff of the caller's body: of a reader.
core::Staff load_staff(TenantTransaction& transaction, const std::string& organization, const core::StaffNeeded& needed);
// What is needed of the staffs of bodies that lock_staffs() locked, and who of them serves in a CYMAT. Seven round trips at most.
core::ResponseContext load_response_context(Transaction& transaction,
                                            const std::map<std::string, core::StaffNeeded>& needed);
// Whether a body that lock_staffs() locked has people who are registered and have not left.
bool has_people(Transaction& transaction, const std::string& organization);

}  // namespace noroshi::store
