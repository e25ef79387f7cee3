// What those who make commands on annexes, and those who test them, have to know of their rules beside decide_annex.h.
// Pure.
#pragma once

#include <string>

#include "src/core/incident.h"
#include "src/core/role.h"

namespace noroshi::core {

// What an annex is bound to (AAD): organization and reference of the incident, and the Idempotency-Key it is sent with,
// a line each, the last one ended too.
std::string annex_authenticated_data(const Incident& incident, const std::string& idempotency_key);

// Who keeps the sealing keys of his body: csirt_head, section_officer, ciso, and the desk of a body that has no CSIRT.
// Proposed by one and decided by another; revoked by one alone, since nothing more may be sealed to a key that was
// lost.
bool keeps_sealing_keys(Role role);

}  // namespace noroshi::core
