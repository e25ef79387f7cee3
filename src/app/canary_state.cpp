#include "src/app/canary_state.h"

namespace noroshi::app {

std::string_view to_string(CanaryState state) {
  switch (state) {
    case CanaryState::off: return "off";
    case CanaryState::pending: return "pending";
    case CanaryState::ok: return "ok";
    case CanaryState::missing: return "missing";
  }
  return "";
}

}  // namespace noroshi::app
