// How long something may take (目標): the operator's own figure, by severity and by body. Never law: the standard names no
// number for 速やかに.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "routing/facts.h"

namespace noroshi::routing {

// How grave the facts are, for targets alone: no rule opens on it.
enum class Severity {  // the gravest first
  large_scale,  // a cell of the matrix of (i) is set by a body that does not say that it is no cyberattack
  attack,       // it is a cyberattack, or may be one
  ordinary,
};
std::string_view to_string(Severity value);
std::optional<Severity> parse_severity(std::string_view text);
// "large_scale, attack or ordinary", for messages.
std::string severity_alternatives();

// As the gravest of the judgements holds it.
Severity severity_of(const Facts& facts);

struct Target {
  std::chrono::seconds usual{};  // 0: not set
  std::map<Severity, std::chrono::seconds> by_severity;
  std::map<std::string, std::chrono::seconds, std::less<>> by_body;  // slug of who has to act

  // A body's own stands in the place of the usual one; of that and those of the severity and of lighter ones, the
  // shortest holds: what is graver is never given longer.
  std::chrono::seconds of(std::string_view body, Severity severity) const;
  // Lays what `other` sets over this one.
  void overlay(const Target& other);

  friend bool operator==(const Target&, const Target&) = default;
};

}  // namespace noroshi::routing
