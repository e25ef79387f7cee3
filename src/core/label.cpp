#include "src/core/label.h"

#include <algorithm>
#include <array>

namespace noroshi::core {
namespace {

template <class Enum, std::size_t N>
std::optional<Enum> parse(const std::array<std::string_view, N>& names, std::string_view text) {
  for (std::size_t i = 0; i < N; ++i)
    if (names[i] == text) return static_cast<Enum>(i);
  return std::nullopt;
}

constexpr std::array<std::string_view, 3> rule_names = {"agency", "designated_table", "other_corporation"};
constexpr std::array<std::string_view, 4> ground_names = {"stated", "mapped", "unmapped", "changed"};
constexpr std::array<std::string_view, 3> restriction_names = {"no_forward", "no_export", "print_mark"};

}  // namespace

std::string_view to_string(KindRule rule) { return rule_names[static_cast<std::size_t>(rule)]; }
std::optional<KindRule> parse_kind_rule(std::string_view text) { return parse<KindRule>(rule_names, text); }
std::string_view to_string(LabelGround ground) { return ground_names[static_cast<std::size_t>(ground)]; }
std::optional<LabelGround> parse_label_ground(std::string_view text) { return parse<LabelGround>(ground_names, text); }
std::string_view to_string(Restriction restriction) { return restriction_names[static_cast<std::size_t>(restriction)]; }

KindRule kind_rule_of(const routing::Organization&) { return KindRule::agency; }

Grades stricter(const Grades& one, const Grades& other) {
  return {std::max(one.confidentiality, other.confidentiality), std::max(one.integrity, other.integrity),
          std::max(one.availability, other.availability)};
}

bool is_valid(const Grades& grades) {
  return grades.confidentiality >= 0 && grades.confidentiality <= 3 && grades.integrity >= 0 && grades.integrity <= 2 &&
         grades.availability >= 0 && grades.availability <= 2;
}

std::vector<Restriction> restrictions_of(const std::vector<std::string>&) { return {}; }

}  // namespace noroshi::core
