// What is known of how a body handles information: its labels' mappings, its sealing keys, the notices it gave and was given.
#pragma once

#include <vector>

#include <tl/expected.hpp>

#include "src/core/event.h"
#include "src/core/refusal.h"

namespace noroshi::core {

// Of one body. The store loads it under the lock of the body, evolve() moves it.
struct BodyInformation {
  std::vector<LabelMapping> mappings;  // oldest first, here and below
  std::vector<SealingKey> keys;
  std::vector<Notice> notices;  // that it gave or was given
  friend bool operator==(const BodyInformation&, const BodyInformation&) = default;
};

// Its events are of no incident.
struct BodyInformationDecision {
  std::vector<Event> events;
  BodyInformation after;
};
using BodyInformationOutcome = tl::expected<BodyInformationDecision, Refusal>;

// As for switches of the relay (relay_switch.h); `known` may be of many bodies.
bool is_of_body_information(const Happening& happening);
bool may_follow(const BodyInformation& known, const Event& event);
void evolve(BodyInformation& known, const Event& event);

}  // namespace noroshi::core
