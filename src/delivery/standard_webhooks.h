// Standard Webhooks 1.0 (https://github.com/standard-webhooks/standard-webhooks): the three headers that let a receiver
// tell who sent a body, that it was not changed, and a repeat from a first.
//
// No secret stands in a database: that of a receiver is derived from the daemon's key, and a new generation of it is
// another. An endpoint is never changed: for the next generation another one to the same receiver takes its place,
// which signs with the generation before too while the receiver changes over.
//
// Any thread; throws std::runtime_error where no signature can be made (no memory), and what Keys throws.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "src/delivery/channel.h"

namespace noroshi::delivery {

struct WebhookSecret {
  std::string receiver;  // whose secret: body and URL, the same for every endpoint that leads there
  int generation = 1;    // from 1
  bool overlap = false;  // also sign with the generation before, where there is one
};

// What the receiver is given: "whsec_" and the base64 of the 32 bytes that are the key of HMAC-SHA-256.
std::string secret_text(const Keys& keys, std::string_view receiver, int generation);
// "whpk_" and the base64 of the 32 bytes of the Ed25519 key, the same for every endpoint.
std::string public_key_text(const Keys& keys);

// The value of webhook-signature over "id.timestamp.body": "v1," HMAC-SHA-256 with this generation, then with the one
// before where they overlap, then "v1a," Ed25519; base64, separated by spaces. `id` holds no full stop.
std::string webhook_signatures(const Keys& keys, const WebhookSecret& secret, std::string_view id,
                               std::int64_t timestamp, std::string_view body);

}  // namespace noroshi::delivery
