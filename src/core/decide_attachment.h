// Files that go with an incident.
#pragma once

#include <string_view>

#include "src/core/decision.h"

namespace noroshi::core {

inline constexpr std::size_t most_attachments = 64;                       // of an incident
inline constexpr std::uint64_t largest_attachment = 64 * 1024 * 1024;      // bytes
inline constexpr std::uint64_t all_attachments = 512ULL * 1024 * 1024;      // of an incident, bytes

// The name of a file, and nothing that leads elsewhere: no path, no control character.
bool is_file_name(std::string_view name);

// Its bytes are stored. By whoever sees the content; a reporter adds to cases of his own body. Seen by whoever sees the content of the incident; told by a notice to whoever received it before.
struct AddAttachment {
  Actor actor;
  Attachment attachment;  // with its id: that of the bytes
};
Outcome decide_attachment(const Law& law, const Incident& known, const AddAttachment& command, Moment moment);

}  // namespace noroshi::core
