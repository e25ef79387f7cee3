// Messages waiting for a channel: claimed by state with a lease and a fencing token, settled after the attempt.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "src/core/identifier.h"
#include "src/core/states.h"
#include "src/store/database.h"

namespace noroshi::store {

struct ClaimedMessage {
  core::MessageId message;
  std::string channel;
  std::int64_t token = 0;  // settle() with it; a later claim makes it worthless
  int attempts = 0;        // this one included
};

// Both take a connection of role delivery. No transaction stays open between them. Lengths are real time, whatever the
// shown clock's rate.
std::vector<ClaimedMessage> claim_outbox(Connection& delivery, std::chrono::seconds lease, int most);
// Ends a claim: the state the message is in now, and when to look at it again where it is not delivered. False where the
// lease had passed and another worker claimed it: what was sent stands, what is written is the other's to say.
bool settle_outbox(Connection& delivery, const ClaimedMessage& claimed, core::MessageState state,
                   std::chrono::seconds again_after);

}  // namespace noroshi::store
