// 照会: a question about an incident, from the centre to an agency, from an agency to a corporation, or back up. It has an answer and
// a clock, and closes no duty.
#pragma once

#include <optional>
#include <string>

#include "routing/time.h"
#include "src/core/clock_kind.h"
#include "src/core/identifier.h"

namespace noroshi::core {

struct Inquiry {
  InquiryId id;
  std::string from;
  std::string to;
  std::string text;
  std::optional<InquiryId> passes_on;  // the inquiry that it passes on: the centre asks, the agency asks its corporation
  Timestamp asked_at;
  Timestamp due_at;  // 目標 of the answer
  std::optional<Timestamp> answered_at;
  bool withdrawn = false;
  Ladder ladder;
  int revision = 1;
  bool is_open() const { return !answered_at && !withdrawn; }
  friend bool operator==(const Inquiry&, const Inquiry&) = default;
};

}  // namespace noroshi::core
