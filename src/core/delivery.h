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
  int attempts = 0;   // when it was last settled
  std::string cause;  // of DeliveryCause, of the last settlement; empty: none yet
  friend bool operator==(const Delivery&, const Delivery&) = default;
};

}  // namespace noroshi::core
