// Standard Webhooks 1.0 (https://github.com/standard-webhooks/standard-webhooks): the three headers that let a receiver
// tell who sent a body, that it was not changed, and a repeat from a first.
//
// No secret stands in a database: that of an endpoint is derived from the daemon's key, and a new generation of it is
// another. While receivers change over, a request is signed with the generation before too.
//
// Any thread; throws std::runtime_error where no signature can be made (no memory), and what Keys throws.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "src/core/identifier.h"
#include "src/delivery/channel.h"

namespace noroshi::delivery {

struct WebhookSecret {
  core::EndpointId endpoint;
  int generation = 1;    // from 1
  bool overlap = false;  // also sign with the generation before, where there is one
};

// What the receiver is given: "whsec_" and the base64 of the 32 bytes that are the key of HMAC-SHA-256.
std::string secret_text(const Keys& keys, core::EndpointId endpoint, int generation);
// "whpk_" and the base64 of the 32 bytes of the Ed25519 key, the same for every endpoint.
std::string public_key_text(const Keys& keys);

// The value of webhook-signature over "id.timestamp.body": "v1," HMAC-SHA-256 with this generation, then with the one
// before where they overlap, then "v1a," Ed25519; base64, separated by spaces. `id` holds no full stop.
std::string webhook_signatures(const Keys& keys, const WebhookSecret& secret, std::string_view id,
                               std::int64_t timestamp, std::string_view body);

}  // namespace noroshi::delivery
