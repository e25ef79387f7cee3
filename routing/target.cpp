#include "routing/target.h"

#include <algorithm>

#include "routing/closed_list.h"

namespace noroshi::routing {
namespace {

constexpr ClosedList<Severity, 3> severities{{{
    {Severity::large_scale, "large_scale"},
    {Severity::attack, "attack"},
    {Severity::ordinary, "ordinary"},
}}};

Severity severity_of(Cyberattack cyberattack, const std::vector<LargeScaleCell>& cells) {
  if (!cells.empty() && cyberattack != Cyberattack::no) return Severity::large_scale;
  const bool attack = cyberattack == Cyberattack::yes || cyberattack == Cyberattack::possible;
  return attack ? Severity::attack : Severity::ordinary;
}

}  // namespace

std::string_view to_string(Severity value) { return severities.text_of(value); }
std::optional<Severity> parse_severity(std::string_view text) { return severities.value_of(text); }
std::string severity_alternatives() { return severities.alternatives(); }

Severity severity_of(const Facts& facts) {
  auto gravest = severity_of(facts.cyberattack, facts.large_scale);
  for (const auto& judgement : facts.judgements_of_others)
    gravest = std::min(gravest, severity_of(judgement.cyberattack, judgement.large_scale));
  return gravest;
}

std::chrono::seconds Target::of(std::string_view body, Severity severity) const {
  const auto own = by_body.find(body);
  auto shortest = own == by_body.end() ? usual : own->second;
  for (auto set = by_severity.lower_bound(severity); set != by_severity.end(); ++set)
    shortest = std::min(shortest, set->second);
  return shortest;
}

void Target::overlay(const Target& other) {
  if (other.usual.count() != 0) usual = other.usual;
  for (const auto& [severity, target] : other.by_severity) by_severity.insert_or_assign(severity, target);
  for (const auto& [body, target] : other.by_body) by_body.insert_or_assign(body, target);
}

}  // namespace noroshi::routing
