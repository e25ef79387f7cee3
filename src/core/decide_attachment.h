// Files that go with an incident.
#pragma once

#include "src/core/decision.h"

namespace noroshi::core {

inline constexpr std::size_t most_attachments = 64;                       // of an incident
inline constexpr std::uint64_t largest_attachment = 64 * 1024 * 1024;      // bytes
inline constexpr std::uint64_t all_attachments = 512ULL * 1024 * 1024;      // of an incident, bytes

// Its bytes are stored. Seen by whoever sees the content of the incident; told by a notice to whoever received it before.
struct AddAttachment {
  Actor actor;
  Attachment attachment;  // with its id: that of the bytes
};
Outcome decide_attachment(const Law& law, const Incident& known, const AddAttachment& command, Moment moment);

}  // namespace noroshi::core
