#include "src/core/departure.h"

#include <algorithm>

#include "src/core/duties.h"

namespace noroshi::core {

std::span<const Post> posts_of(Role role) {
  static constexpr std::array head = {Post::csirt_head};
  static constexpr std::array contact = {Post::external_contact};
  static constexpr std::array exceptions = {Post::exception_officer};
  static constexpr std::array ciso = {Post::ciso};
  static constexpr std::array section = {Post::section_officer};
  switch (role) {
    case Role::csirt_member: return csirt_posts;
    case Role::csirt_head: return head;
    case Role::external_contact: return contact;
    case Role::exception_officer: return exceptions;
    case Role::ciso: return ciso;
    case Role::section_officer: return section;
    case Role::cymat_member: return cymat_posts;
    case Role::reporter:
    case Role::center_liaison:
    case Role::police_desk:
    case Role::crisis_desk:
    case Role::auditor:
    case Role::operator_: return {};
  }
  return {};
}

std::optional<Timestamp> gone_since(const Staff& staff, PersonId person, std::span<const Post> posts, Timestamp at) {
  const auto* known = staff.find(person);
  std::optional<Timestamp> since;
  for (const auto& entry : staff.appointments) {
    const auto& held = entry.value;
    if (held.person != person || std::find(posts.begin(), posts.end(), held.post) == posts.end() || held.from > at) continue;
    auto end = held.until;
    for (const auto& earlier : {entry.ended_at, known ? known->left_at : std::nullopt})
      if (earlier && (!end || *earlier < *end)) end = earlier;
    if (!end || *end > at) return std::nullopt;
    if (*end > held.from && (!since || *end > *since)) since = end;
  }
  return since;
}

void look_at_staffs(const Incident& known, const ResponseContext& context, Timestamp now, Listeners& listeners,
                    Departures& departures) {
  for (const auto& assignment : known.assignments) {
    const auto* staff = is_live(assignment.state) ? context.staff_of(assignment.organization) : nullptr;
    if (!staff) continue;
    if (const auto since = gone_since(*staff, assignment.person, csirt_posts, now))
      departures.from_csirt[assignment.person] = *since;
    else if (assignment.function == Function::head && assignment.state == AssignmentState::active)
      listeners.on_duty_until[assignment.person] = staff->on_duty_until(assignment.person, now);
  }
  for (const auto& request : known.cymat_requests)
    for (const auto& member : request.members) {
      const auto* staff = is_live(member.state) ? context.staff_of(member.organization) : nullptr;
      const auto since = staff ? gone_since(*staff, member.person, cymat_posts, now) : std::nullopt;
      if (since) departures.from_cymat[member.person] = *since;
    }
}

}  // namespace noroshi::core
