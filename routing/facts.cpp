#include "routing/facts.h"

#include "routing/closed_list.h"

namespace noroshi::routing {
namespace {

constexpr ClosedList<Assessment, 3> assessments{{{
    {Assessment::incident, "incident"},
    {Assessment::possible, "possible"},
    {Assessment::not_incident, "not_incident"},
}}};

constexpr ClosedList<Cyberattack, 4> cyberattacks{{{
    {Cyberattack::yes, "yes"},
    {Cyberattack::possible, "possible"},
    {Cyberattack::no, "no"},
    {Cyberattack::unknown, "unknown"},
}}};

constexpr ClosedList<Criterion, 4> criteria{{{
    {Criterion::life, "life"},
    {Criterion::body, "body"},
    {Criterion::property, "property"},
    {Criterion::territory, "territory"},
}}};

constexpr ClosedList<Harm, 2> harms{{{
    {Harm::occurred, "occurred"},
    {Harm::feared, "feared"},
}}};

constexpr ClosedList<Certainty, 2> certainties{{{
    {Certainty::is, "is"},
    {Certainty::may_be, "may_be"},
}}};

}  // namespace

std::string_view to_string(Assessment value) {
  return assessments.text_of(value);
}
std::string_view to_string(Cyberattack value) {
  return cyberattacks.text_of(value);
}
std::string_view to_string(Criterion value) {
  return criteria.text_of(value);
}
std::string_view to_string(Harm value) {
  return harms.text_of(value);
}
std::string_view to_string(Certainty value) {
  return certainties.text_of(value);
}

std::optional<Assessment> parse_assessment(std::string_view text) {
  return assessments.value_of(text);
}
std::optional<Cyberattack> parse_cyberattack(std::string_view text) {
  return cyberattacks.value_of(text);
}
std::optional<Criterion> parse_criterion(std::string_view text) {
  return criteria.value_of(text);
}
std::optional<Harm> parse_harm(std::string_view text) {
  return harms.value_of(text);
}
std::optional<Certainty> parse_certainty(std::string_view text) {
  return certainties.value_of(text);
}

}  // namespace noroshi::routing
