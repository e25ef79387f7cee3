// Deliveries: a message on its way to an endpoint of its recipient. The inbox is reached by the commit itself; this is
// what goes beside it.
#pragma once

#include <string>
#include <string_view>

#include "src/core/identifier.h"
#include "src/core/states.h"

namespace noroshi::core {

// queued → sent → delivered, or dead after the last attempt (src/core/states.h). `sent` is handed on to a carrier who
// does not say whether it arrives: a mail relay, a person with a medium.
struct Delivery {
  DeliveryId id;
  MessageId message;
  EndpointId endpoint;
  std::string organization;  // whose endpoint
  std::string channel;
  MessageState state = MessageState::queued;
  int attempts = 0;   // when it was last settled, those before a replay among them
  std::string cause;  // of the last settlement: a word of the channel, or of delivery_causes; empty: none yet
  int revision = 1;
  friend bool operator==(const Delivery&, const Delivery&) = default;
};

// Why a delivery was settled that no attempt of a channel settled.
namespace delivery_causes {
inline constexpr std::string_view acknowledged_meanwhile = "acknowledged_meanwhile";
inline constexpr std::string_view endpoint_disabled = "endpoint_disabled";
}  // namespace delivery_causes

// Whether it may stand for a cause: 1 to 64 of a-z, 0-9 and '_'.
bool is_cause(std::string_view word);

}  // namespace noroshi::core
