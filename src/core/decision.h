// A change is a value first: every way in makes a Decision by a pure function, and the store applies it whole.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "src/core/clocks.h"
#include "src/core/event.h"
#include "src/core/refusal.h"
#include "src/core/retention.h"

namespace noroshi::core {

struct Decision {
  std::vector<Event> events;
  Incident after;  // what the events made of the incident
  std::optional<Timestamp> rings_at;  // when its clocks have to be looked at next
};

using Outcome = tl::expected<Decision, Refusal>;

// The law that applies: all editions held, with the operator's targets in them, all bodies known, the operator's clocks,
// and how long what is kept is kept. Outlives every decision.
struct Law {
  const routing::Editions& editions;
  const routing::Registry& registry;
  ClockPolicy clocks = {};
  RetentionPolicy retention = {};
};

// What a decision may use of the world outside.
struct Moment {
  Timestamp now;
  IdentifierSequence& identifiers;
};

}  // namespace noroshi::core
