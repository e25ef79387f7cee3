// The webhook: a signed POST to a receiver of the body (Standard Webhooks 1.0 around a thin CloudEvent).
//
// What an attempt says, by cause (closed list; `http_NNN` are the numbers from 400 to 599):
//
//   (none)                      delivered  2xx: the receiver has it
//   http_429, http_503          again      after Retry-After where it is said, at most a day
//   http_410                    gone       the receiver says that it is no more
//   http_NNN                    again      everything else: a receiver that is set up wrong gets mended
//   redirect                    gone       3xx: never followed; the URL is wrong, and a person has to look
//   timeout                     again
//   name_unknown                again
//   address_outside             gone       the name leads elsewhere than two persons agreed to
//   unreachable                 again
//   certificate_expired         gone
//   certificate_name            gone
//   certificate_untrusted       gone
//   certificate_not_yet_valid   again      it heals by itself
//   tls_failed                  again
//   client_certificate_missing  again      the operator has not laid it down, or its key does not fit
//   client_certificate_refused  again
//   cut                         again      no answer, or half of one
//   answer_too_large            again
//   answer_malformed            again
//   settings_invalid            gone       kept settings that check() would refuse today
//   failed                      again      within the daemon
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "src/delivery/channel.h"
#include "src/delivery/https_client.h"
#include "src/delivery/standard_webhooks.h"

namespace noroshi::delivery {

extern const ChannelKind webhook_kind;

// The signing setting of an endpoint of this channel; nothing where it is no such endpoint or the setting is not valid.
// With secret_text() what a person of its body is shown.
std::optional<WebhookSecret> webhook_secret(const core::Endpoint& endpoint);

// Pure: what an answer means. `now` is real time.
Attempted webhook_verdict(const HttpsAnswer& answer, std::chrono::sys_seconds now);

// With another way to find addresses than the system's, for tests.
std::unique_ptr<Channel> make_webhook(const Environment& environment, Resolver resolver);

}  // namespace noroshi::delivery
