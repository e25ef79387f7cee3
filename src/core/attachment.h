// Files that go with an incident: hashed, bounded, never opened. Each is 機密性2 or below; what is higher is an annex.
#pragma once

#include <cstdint>
#include <string>

#include "src/core/identifier.h"

namespace noroshi::core {

struct Attachment {
  AttachmentId id;
  std::string organization;  // who added it
  std::string name;          // of the file, without a path
  std::string media_type;    // as stated: nobody looked
  std::string sha256;        // 32 bytes
  std::uint64_t size = 0;
  friend bool operator==(const Attachment&, const Attachment&) = default;
};

}  // namespace noroshi::core
