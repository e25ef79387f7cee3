// What the interface asks of the channels: which there are, whether settings will do, what a receiver has to know.
#pragma once

#include "src/delivery/channel.h"
#include "src/http/api_delivery.h"

namespace noroshi::app {

// `keys` outlives it; null: this daemon has none, shows no secrets and opens no links. Without a relay no endpoint of
// mail is taken.
http::DeliveryServices delivery_services(const delivery::Keys* keys, const delivery::MailRelay& mail);

}  // namespace noroshi::app
