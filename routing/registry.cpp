#include "routing/registry.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include <fmt/format.h>

namespace noroshi::routing {
namespace {

struct ByCorporation {
  bool operator()(const Supervision& row, std::string_view corporation) const {
    return row.organization < corporation;
  }
  bool operator()(std::string_view corporation, const Supervision& row) const {
    return corporation < row.organization;
  }
};

}  // namespace

std::string to_string(const Mistake& mistake) {
  if (mistake.line == 0) return fmt::format("{}: {}", mistake.file, mistake.message);
  if (mistake.column == 0) return fmt::format("{}:{}: {}", mistake.file, mistake.line, mistake.message);
  return fmt::format("{}:{}:{}: {}", mistake.file, mistake.line, mistake.column, mistake.message);
}

Registry::Registry(std::vector<Organization> organizations, std::vector<Supervision> supervisions)
    : organizations_(std::move(organizations)), supervisions_(std::move(supervisions)) {
  for (std::size_t i = 0; i < organizations_.size(); ++i) by_slug_.emplace(organizations_[i].slug, i);
  // Each corporation's rows in the order in which they are asked for; the order of the file within a role.
  std::stable_sort(supervisions_.begin(), supervisions_.end(),
                   [](const Supervision& a, const Supervision& b) {
                     return std::tie(a.organization, a.role) < std::tie(b.organization, b.role);
                   });
}

const Organization* Registry::find(std::string_view slug) const {
  const auto found = by_slug_.find(slug);
  return found == by_slug_.end() ? nullptr : &organizations_[found->second];
}

std::vector<const Supervision*> Registry::supervisions(std::string_view corporation, JapaneseDay day) const {
  const auto [first, last] =
      std::equal_range(supervisions_.begin(), supervisions_.end(), corporation, ByCorporation{});
  std::vector<const Supervision*> in_force;
  for (auto row = first; row != last; ++row) {
    const auto* agency = find(row->agency);
    if (row->period.contains(day) && agency && agency->period.contains(day)) in_force.push_back(&*row);
  }
  return in_force;
}

bool Registry::supervises(std::string_view agency, std::string_view corporation, JapaneseDay day) const {
  const auto in_force = supervisions(corporation, day);
  return std::any_of(in_force.begin(), in_force.end(),
                     [&](const auto* row) { return row->agency == agency; });
}

const Organization* Registry::in_force(OrganizationKind kind, JapaneseDay day) const {
  const auto found =
      std::find_if(organizations_.begin(), organizations_.end(),
                   [&](const Organization& body) { return body.kind == kind && body.period.contains(day); });
  return found == organizations_.end() ? nullptr : &*found;
}

const Organization* Registry::standing_for(std::string_view slug, JapaneseDay day) const {
  // Ends: the reader refuses cycles of successors.
  for (const auto* body = find(slug); body != nullptr; body = find(body->successor)) {
    if (body->period.contains(day)) return body;
    const bool ended = body->period.to && *body->period.to < day;
    if (!ended) return nullptr;
  }
  return nullptr;
}

}  // namespace noroshi::routing
