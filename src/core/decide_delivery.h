// What goes to endpoints beside the inbox: queued with the message, settled by the daemon, replayed by a person.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "src/core/decision.h"

namespace noroshi::core {

// The bodies whose inboxes the decision fills: whose endpoints queue_deliveries() has to know.
std::set<std::string> bodies_told(const Decision& decision);

// Appends a delivery for each message that the decision sends, or that passes to a successor, and each of these endpoints
// that is active, of the body that the message is for, and whose filter fits. Police and crisis desk get none of an
// exercise. Of the endpoints, settings and names are not looked at.
void queue_deliveries(const Law& law, Decision& decision, const std::vector<Endpoint>& endpoints, Moment moment);

// By the daemon: the last that was heard of a delivery. What was acknowledged meanwhile has arrived, whatever came of the
// attempt. What is dead alarms the recipient's body and the sender's. No events where it is not there, or was settled.
struct SettleDelivery {
  DeliveryId delivery;
  MessageState state{};  // sent, delivered or dead
  int attempts = 0;      // all so far
  std::string cause;     // is_cause(); may be empty where it is sent or delivered
};
Decision decide_settlement(const Law& law, const Incident& known, const SettleDelivery& command, Moment moment);

// Whether who holds a token of that role may have a delivery of his body sent again: whoever may meet a duty or acknowledge.
bool is_of_delivery(Role role);

// Sends again what was given up: by a person of the recipient's body or the sender's.
struct ReplayDelivery {
  Actor actor;
  DeliveryId delivery;
  std::string reason;
  bool endpoint_active = false;
};
Outcome decide_replay(const Law& law, const Incident& known, const ReplayDelivery& command, Moment moment);

}  // namespace noroshi::core
