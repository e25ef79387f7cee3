// What acknowledges a message without an account: carried by a signed link, a reply by mail or the receipt of a bundle
// to whoever was sent it. It says which message, through which endpoint, until when; the daemon's own key makes it, so
// that nobody else can, and nothing of it is stored.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "src/core/identifier.h"
#include "src/delivery/channel.h"

namespace noroshi::delivery {

struct AcknowledgementClaim {
  core::MessageId message;
  core::EndpointId endpoint;
  Timestamp expires;  // whole seconds
  friend bool operator==(const AcknowledgementClaim&, const AcknowledgementClaim&) = default;
};

// 75 characters of base64url (RFC 4648 section 5, without padding): 16 bytes of the message's id, 16 of the endpoint's,
// 8 of the time (seconds since 1970, big-endian), and the first 16 of their HMAC-SHA-256.
std::string acknowledgement_token(const Keys& keys, const AcknowledgementClaim& claim);

// Nothing where it was not made with this key, or was altered. Whether it has expired is for the caller to see.
std::optional<AcknowledgementClaim> read_acknowledgement_token(const Keys& keys, std::string_view token);

}  // namespace noroshi::delivery
