// The body of a webhook: CloudEvents 1.0 (https://github.com/cloudevents/spec), structured JSON, thin. It says that
// there is a message, how grave and by when, and where to read it; never the title or the text of a report, nor a note.
// Whoever reads the receiver's log learns no content, and the inbox stays the one place that decides who sees what.
//
// schemas/api/webhook.schema.json is this form for receivers. Pure.
#pragma once

#include <string>
#include <string_view>

#include "src/delivery/channel.h"

namespace noroshi::delivery {

inline constexpr std::string_view cloud_event_media_type = "application/cloudevents+json";

// `base_url` is the source of all events of a daemon, and where its API is: "https://host:8443".
// Content is left out even where the consignment has it.
std::string cloud_event(const Consignment& consignment, std::string_view base_url);

}  // namespace noroshi::delivery
