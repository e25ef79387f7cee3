// How a refusal of the core leaves the program: its status, and the problem document.
#pragma once

#include "src/codec/problem.h"
#include "src/core/refusal.h"

namespace noroshi::codec {

// 404 not_found · 403 role_required, foreign_organization, not_the_holder · 412 precondition_failed ·
// 422 invalid, reference_unknown, annex_not_available, idempotency_key_reused · 409 for what the state does
// not allow.
unsigned status_of(core::RefusalCode code);

// The title belongs to the code, the detail and the errors to the refusal. not_found has always the same
// bytes: whatever is not there or not visible, and why, stays untold.
Problem problem_of(const core::Refusal& refusal);

}  // namespace noroshi::codec
