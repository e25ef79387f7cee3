// What of a report a body withholds from a receiver: with a reason and an end. Duties to report are met all the same; what is
// withheld is shown as withheld, and not left out in silence.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "routing/time.h"
#include "src/core/identifier.h"

namespace noroshi::core {

struct Withholding {
  WithholdingId id;
  std::string organization;          // who withholds: the incident's body, or a supervising agency towards the centre
  std::string from;                  // the receiver
  std::vector<std::string> members;  // of the report, sorted: "summary", "systems", ...
  std::string reason;
  Timestamp until;  // over by itself then
  bool released = false;  // by a person, before
  friend bool operator==(const Withholding&, const Withholding&) = default;
};

}  // namespace noroshi::core
