// A change is a value first: every way in makes a Decision by a pure function, and the store applies it whole.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "src/core/event.h"
#include "src/core/refusal.h"

namespace noroshi::core {

struct Decision {
  std::vector<Event> events;
  Incident after;  // what the events made of the incident
};

using Outcome = tl::expected<Decision, Refusal>;

// Targets (目標) that an operator set for a duty, by rule id ("g.2"); for the others the edition's own hold. Never law.
using Targets = std::map<std::string, std::chrono::seconds, std::less<>>;

// The law that applies: all editions held, all bodies known, the operator's targets. Outlives every decision.
struct Law {
  const routing::Editions& editions;
  const routing::Registry& registry;
  const Targets& targets;

  std::chrono::seconds target_of(const routing::Rule& rule) const {
    auto found = targets.find(rule.id);
    return found == targets.end() ? rule.target : found->second;
  }
};

// What a decision may use of the world outside.
struct Moment {
  Timestamp now;
  IdentifierSequence& identifiers;
};

}  // namespace noroshi::core
