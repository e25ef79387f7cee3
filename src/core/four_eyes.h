// Four eyes (standard 2.1.1(8)(a)(ア)) where a body's people are known: who asks and who decides is proven to be two persons. What
// decide_*() refuse of it, they refuse by what they know; this is what they cannot see.
#pragma once

#include <optional>

#include "src/core/authority.h"
#include "src/core/refusal.h"

namespace noroshi::core {

// Of a body whose people are registered. Two tokens that are bound to nobody may be one person's: neither asks nor decides there.
// What was asked for by such a token can be rejected, and asked for anew.
std::optional<Refusal> refuse_unbound_applicant(const Authority& applicant);
std::optional<Refusal> refuse_unbound_eyes(const Authority& applicant, const Authority& approver, bool approved);

}  // namespace noroshi::core
