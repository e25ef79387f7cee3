// A notice (情報提供) downward before there is an incident here: the centre tells an agency what it saw, the agency tells its
// corporation. The incident that is then reported is linked to it, so that one case is not counted twice; it discharges no duty.
#pragma once

#include <optional>
#include <string>

#include "routing/time.h"
#include "src/core/identifier.h"

namespace noroshi::core {

struct Notice {
  NoticeId id;
  std::string from;
  std::string to;
  std::string text;
  std::optional<NoticeId> passes_on;  // the notice that it passes on
  Timestamp given_at;
  std::optional<Timestamp> answered_at;
  std::string answer;
  int revision = 1;
  friend bool operator==(const Notice&, const Notice&) = default;
};

}  // namespace noroshi::core
