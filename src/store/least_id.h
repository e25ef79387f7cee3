// Times as ids: those given later are greater (RFC 9562, version 7), so a range of time is a range of an index.
#pragma once

#include <chrono>
#include <string>

#include "src/core/identifier.h"

namespace noroshi::store {

// The least id that is given from that time on, to the millisecond.
inline std::string least_id(Timestamp at) {
  const auto since = std::chrono::floor<std::chrono::milliseconds>(at).time_since_epoch().count();
  const auto milliseconds = static_cast<std::uint64_t>(since);
  core::Uuid id;
  for (std::size_t i = 0; i < 6; ++i) id.bytes[i] = static_cast<std::uint8_t>(milliseconds >> (40 - 8 * i));
  return core::to_string(id);
}

}  // namespace noroshi::store
