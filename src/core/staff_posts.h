// Posts that one person holds at a time. Private to src/core.
#pragma once

#include <algorithm>

#include "src/core/staff.h"

namespace noroshi::core {

inline bool one_at_a_time(Post post) { return post == Post::ciso || post == Post::csirt_head; }

// The appointment to the same post that stands at some time of `wanted`; null: none.
inline const Ending<Appointment>* holder_between(const Staff& staff, const Appointment& wanted) {
  const auto found = std::find_if(staff.appointments.begin(), staff.appointments.end(), [&](const auto& entry) {
    const auto& other = entry.value;
    if (other.post != wanted.post || other.id == wanted.id) return false;
    if (entry.ended_at && *entry.ended_at <= other.from) return false;  // ended before it began
    const bool begins_before_end = !wanted.until || other.from < *wanted.until;
    const bool ends_after_begin =
        (!other.until || *other.until > wanted.from) && (!entry.ended_at || *entry.ended_at > wanted.from);
    return begins_before_end && ends_after_begin;
  });
  return found == staff.appointments.end() ? nullptr : &*found;
}

}  // namespace noroshi::core
