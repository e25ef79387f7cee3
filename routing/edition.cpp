#include "routing/edition.h"

#include <algorithm>

#include "routing/edition_words.h"

namespace noroshi::routing {

std::string_view to_string(Incident value) {
  return incident_words.text_of(value);
}
std::string_view to_string(OpensOn value) {
  return opens_on_words.text_of(value);
}
std::string_view to_string(RecipientRule value) {
  return recipient_words.text_of(value);
}
std::string_view to_string(Condition value) {
  return condition_words.text_of(value);
}

std::string_view to_string(MetBy value) {
  return met_by_words.text_of(value);
}

bool Rule::may_be_held_by(const Organization& body) const {
  return std::any_of(holders.begin(), holders.end(), [&](OrganizationKind kind) { return body.is(kind); });
}

bool Rule::asks_for(Condition condition) const {
  return std::find(when.begin(), when.end(), condition) != when.end();
}

const Rule* Edition::find(std::string_view rule_id) const {
  const auto found =
      std::find_if(rules.begin(), rules.end(), [&](const Rule& rule) { return rule.id == rule_id; });
  return found == rules.end() ? nullptr : &*found;
}

tl::expected<Editions, std::vector<Mistake>> Editions::make(std::vector<Edition> editions) {
  std::stable_sort(editions.begin(), editions.end(),
                   [](const Edition& a, const Edition& b) { return a.in_force_from < b.in_force_from; });
  std::vector<Mistake> mistakes;
  for (std::size_t i = 0; i < editions.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) {
      const auto& a = editions[j];
      const auto& b = editions[i];
      if (a.id == b.id) mistakes.push_back({b.id, 0, 0, "two editions have the id '" + b.id + "'"});
      if (a.in_force_from == b.in_force_from)
        mistakes.push_back({b.id, 0, 0,
                            "the editions '" + a.id + "' and '" + b.id + "' come into force on one day, " +
                                format_day(b.in_force_from)});
    }
  if (!mistakes.empty()) return tl::unexpected(std::move(mistakes));
  Editions made;
  made.editions_ = std::move(editions);
  return made;
}

const Edition* Editions::in_force(JapaneseDay day) const {
  const Edition* latest = nullptr;
  for (const auto& edition : editions_)
    if (edition.in_force_from <= day) latest = &edition;
  return latest;
}

const Edition* Editions::find(std::string_view id) const {
  const auto found =
      std::find_if(editions_.begin(), editions_.end(), [&](const Edition& e) { return e.id == id; });
  return found == editions_.end() ? nullptr : &*found;
}

const Rule* Editions::named(std::string_view key) const {
  const auto colon = key.find(':');
  if (colon == std::string_view::npos) return editions_.empty() ? nullptr : editions_.back().find(key);
  const auto* edition = find(key.substr(0, colon));
  return edition ? edition->find(key.substr(colon + 1)) : nullptr;
}

Editions Editions::with_targets(const std::map<std::string, Target, std::less<>>& targets) const {
  Editions changed = *this;
  for (auto& edition : changed.editions_) {
    const bool newest = &edition == &changed.editions_.back();
    for (auto& rule : edition.rules) {
      auto target = targets.find(edition.id + ":" + rule.id);
      if (target == targets.end() && newest) target = targets.find(rule.id);
      if (target != targets.end()) rule.target.overlay(target->second);
    }
  }
  return changed;
}

}  // namespace noroshi::routing
