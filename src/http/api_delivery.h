// Endpoints and deliveries, and what acknowledges a message without an account: the page behind a link, and the call
// for tokens that a reply by mail or a receipt brought back.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/core/endpoint.h"
#include "src/http/api_read.h"
#include "src/store/writer.h"

namespace noroshi::http {

// What a token says (src/delivery/acknowledgement_token.h).
struct LinkedMessage {
  core::MessageId message;
  core::EndpointId endpoint;
  Timestamp expires;
};

// A member of a channel's settings, as a person is told of it.
struct ChannelSetting {
  std::string name;
  bool required = false;
  codec::Text description;
};
struct ChannelDescription {
  std::string name;
  std::vector<ChannelSetting> settings;
};

// What the room of channels knows; this one may not look into it. Any thread.
struct DeliveryServices {
  std::vector<ChannelDescription> channels;
  std::function<std::vector<core::FieldError>(const core::Endpoint&, const routing::Organization&)> check;
  // What the body's own receiver has to know: ("secret", "whsec_…"). Empty where the daemon has no key, or the channel
  // none.
  std::function<std::vector<std::pair<std::string, std::string>>(const core::Endpoint&)> secrets;
  std::function<std::optional<LinkedMessage>(std::string_view token)> read_token;  // empty: no key, no token holds
};

// `writers`, `services` and what `context` refers to outlive the router. `record_is_too_late` as for
// add_command_routes().
void add_delivery_routes(Router& router, const ReadContext& context, store::WriterPool& writers,
                         const DeliveryServices& services, std::function<bool()> record_is_too_late = {});

}  // namespace noroshi::http
