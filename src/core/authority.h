// Whose powers somebody acts with: for the rule that who asks and who approves differ (standard 2.1.1(8)(a)(ア)).
#pragma once

#include <optional>
#include <vector>

#include "src/core/identifier.h"

namespace noroshi::core {

// His own powers, and those that were delegated to him at that time.
struct Authority {
  std::optional<PersonId> person;    // nothing: the token is bound to nobody
  std::vector<PersonId> delegators;  // whose powers he has
  friend bool operator==(const Authority&, const Authority&) = default;
};

// Who acts with the powers of the other is the other.
bool same_authority(const Authority& applicant, const Authority& approver);

}  // namespace noroshi::core
