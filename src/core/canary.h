// 疎通確認: the canary, an exercise (訓練) that the daemon submits for one body each day, so that a path which is broken is
// noticed before a report needs it. It takes the way of every report; what makes it a canary is its reference.
//
// It asks nothing of anybody: no clock of it runs and no message of it waits to be acknowledged, so it wakes nobody. What was
// sent to inboxes and endpoints is looked at instead: where all of it has arrived the canary ends at once, dismissed, its duties
// superseded; where something is missing after a while, canary_missing is raised for its body and for the centre, who get a
// message too, and it stays until the next day. How a person would act on it, it does not prove.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/core/decision.h"

namespace noroshi::core {

struct CanaryPlan {
  std::string organization;                            // slug of the body that reports; empty: there is no canary
  std::chrono::minutes at{6 * 60 + 30};                // of the Japanese day
  std::chrono::seconds within{std::chrono::minutes(15)};  // after which what has not arrived is missing
  friend bool operator==(const CanaryPlan&, const CanaryPlan&) = default;
};

// "CANARY-2026-11-27". References of that form are the daemon's alone.
inline constexpr std::string_view canary_prefix = "CANARY-";
std::string canary_reference(JapaneseDay day);
bool is_canary_reference(std::string_view reference);
bool is_canary(const Incident& incident);
// The day of a canary.
std::optional<JapaneseDay> canary_day(std::string_view reference);

// When the canary of that day is submitted, and when it is looked at.
Timestamp canary_time(const CanaryPlan& plan, JapaneseDay day);
// The day whose canary has to be there; nothing before its time. One that a daemon which was away has missed is submitted late
// the same day, never on a later one.
std::optional<JapaneseDay> canary_due(const CanaryPlan& plan, Timestamp now);

// The daemon in the place of that body: no token, no role.
Actor canary_actor(const std::string& organization);

// What of a canary has not arrived, with its deliveries loaded; an empty list says that all has.
struct CanaryGap {
  std::string organization;  // of whom; empty: nobody was sent anything
  std::string channel;       // "webhook", "mail"; "inbox"
  friend bool operator==(const CanaryGap&, const CanaryGap&) = default;
};
std::vector<CanaryGap> canary_gaps(const Incident& canary);

// Looks at a canary of the plan's body: ends it where all has arrived or its day is over, raises the alarm once where something
// is missing and its time has passed. No events where there is nothing to do, it has ended, or it is none.
Decision decide_canary(const Law& law, const Incident& known, const CanaryPlan& plan, Moment moment);

}  // namespace noroshi::core
