#include "src/core/report_view.h"

#include <algorithm>
#include <array>

namespace noroshi::core {
namespace {

using routing::OrganizationKind;

// All sorted.
constexpr std::array<std::string_view, 22> all_members = {
    "actions",        "assessment",  "assessment_reason", "category",   "classification", "consent_to_share",
    "contact",        "cyberattack", "cyberattack_reason", "exercise",  "handling",       "impact",
    "large_scale",    "notices_made", "organization",     "police",     "reference",      "stage",
    "summary",        "systems",     "times",             "title"};
constexpr std::array<std::string_view, 14> members_of_each = {
    "assessment", "classification", "consent_to_share", "contact", "cyberattack", "exercise", "handling",
    "large_scale", "organization",  "police",           "reference", "stage",     "times",    "title"};
constexpr std::array<std::string_view, 19> members_of_police = {
    "actions",     "assessment",   "category",     "classification", "consent_to_share", "contact", "cyberattack",
    "cyberattack_reason", "exercise", "handling",  "large_scale",    "notices_made",     "organization", "police",
    "reference",   "stage",        "systems",      "times",          "title"};
constexpr std::array<std::string_view, 17> members_of_crisis_desk = {
    "actions",  "assessment", "assessment_reason", "classification", "consent_to_share", "contact",
    "cyberattack", "exercise", "handling",         "impact",         "large_scale",      "organization",
    "police",   "reference",  "stage",             "times",          "title"};
static_assert(std::ranges::is_sorted(all_members) && std::ranges::is_sorted(members_of_each) &&
              std::ranges::is_sorted(members_of_police) && std::ranges::is_sorted(members_of_crisis_desk));
static_assert(std::ranges::includes(all_members, members_of_police) &&
              std::ranges::includes(all_members, members_of_crisis_desk) &&
              std::ranges::includes(members_of_police, members_of_each) &&
              std::ranges::includes(members_of_crisis_desk, members_of_each));

bool contains(std::span<const std::string_view> members, std::string_view member) {
  return std::ranges::binary_search(members, member);
}

bool contains(const std::vector<std::string>& list, std::string_view value) {
  return std::ranges::find(list, value) != list.end();
}

// A team of CYMAT supports the body and sees what it sees; of who is in no registry nothing is known.
std::span<const std::string_view> members_shown_to(const routing::Registry& registry, const std::string& receiver) {
  if (receiver.starts_with("cymat/")) return all_members;
  const auto* body = registry.find(receiver);
  return body ? core::members_for(body->kind) : members_of_each;
}

std::string kind_of(const routing::Registry& registry, const std::string& receiver) {
  if (receiver.starts_with("cymat/")) return "cymat";
  const auto* body = registry.find(receiver);
  return body ? std::string(to_string(body->kind)) : "unknown";
}

}  // namespace

std::span<const std::string_view> report_members() { return all_members; }

std::span<const std::string_view> members_for(OrganizationKind receiver) {
  switch (receiver) {
    case OrganizationKind::police: return members_of_police;
    case OrganizationKind::crisis_management: return members_of_crisis_desk;
    case OrganizationKind::national_agency:
    case OrganizationKind::independent_administrative_agency:
    case OrganizationKind::designated_corporation:
    case OrganizationKind::center: return all_members;
  }
  return members_of_each;
}

bool may_be_withheld(std::string_view member) { return contains(all_members, member) && !contains(members_of_each, member); }

bool is_in_force(const Withholding& withholding, Timestamp now) { return !withholding.released && now < withholding.until; }

ReportView::ReportView(const routing::Registry& registry, const Receiver& receiver,
                       std::span<const Withholding> withholdings, Timestamp now)
    : own_(false), of_(kind_of(registry, receiver.organization)) {
  const auto members = members_shown_to(registry, receiver.organization);
  for (const auto member : all_members)
    if (!contains(members, member)) left_out_.push_back(member);
  for (const auto& withholding : withholdings)
    if (is_in_force(withholding, now) &&
        (withholding.from == receiver.organization || contains(receiver.stands_for, withholding.from)))
      withheld_.push_back({withholding.members, withholding.organization, withholding.until});
}

bool ReportView::shows(std::string_view member) const {
  if (own_) return true;
  if (contains(left_out_, member)) return false;
  if (!left_out_.empty() && !contains(all_members, member)) return false;
  return std::ranges::none_of(withheld_, [&](const WithheldMembers& withheld) { return contains(withheld.members, member); });
}

ReportView view_of_report(const routing::Registry& registry, const std::string& organization, const std::string& submitted_by,
                          const Receiver& receiver, std::span<const Withholding> withholdings, Timestamp now) {
  const auto is_receiver = [&](const std::string& body) {
    return body == receiver.organization || contains(receiver.stands_for, body);
  };
  if (is_receiver(organization) || is_receiver(submitted_by)) return {};
  return {registry, receiver, withholdings, now};
}

}  // namespace noroshi::core
