// What came of the canary of the day (core/canary.h), as health and metrics tell it.
#pragma once

#include <string_view>

namespace noroshi::app {

enum class CanaryState {
  off,      // none is configured
  pending,  // its time has not come, or not passed yet
  ok,       // all of it has arrived
  missing,  // it could not be submitted, or something of it has not arrived in time
};
std::string_view to_string(CanaryState state);
inline constexpr CanaryState all_canary_states[] = {CanaryState::off, CanaryState::pending, CanaryState::ok,
                                                    CanaryState::missing};

}  // namespace noroshi::app
