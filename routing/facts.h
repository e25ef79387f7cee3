// What the rules ask of an incident, and nothing else.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "routing/time.h"

namespace noroshi::routing {

// The judgement (評価) of a body's CSIRT whether it is an information security incident
// (情報セキュリティインシデント).
enum class Assessment { incident, possible, not_incident };
// Whether it is a cyberattack (サイバー攻撃) or may be one (そのおそれ).
enum class Cyberattack { yes, possible, no, unknown };

// The matrix of clause (i): grave harm to life, body or property of the people or to national land (生命,
// 身体, 財産, 国土), arisen or feared, in a case that is such a situation or may be one. 4 x 2 x 2 cells.
enum class Criterion { life, body, property, territory };
enum class Harm { occurred, feared };
enum class Certainty { is, may_be };
struct LargeScaleCell {
  Criterion criterion{};
  Harm harm{};
  Certainty certainty{};
  friend auto operator<=>(const LargeScaleCell&, const LargeScaleCell&) = default;
};

std::string_view to_string(Assessment value);
std::string_view to_string(Cyberattack value);
std::string_view to_string(Criterion value);
std::string_view to_string(Harm value);
std::string_view to_string(Certainty value);
std::optional<Assessment> parse_assessment(std::string_view text);
std::optional<Cyberattack> parse_cyberattack(std::string_view text);
std::optional<Criterion> parse_criterion(std::string_view text);
std::optional<Harm> parse_harm(std::string_view text);
std::optional<Certainty> parse_certainty(std::string_view text);

// What one body holds of the case. Judgements belong to a body: the agency's own cells open its (i).
struct Judgement {
  std::string organization;
  Assessment assessment = Assessment::incident;
  Cyberattack cyberattack = Cyberattack::unknown;
  std::vector<LargeScaleCell> large_scale;
  friend bool operator==(const Judgement&, const Judgement&) = default;
};

struct Facts {
  std::string organization;  // slug of the body whose incident it is
  Timestamp recognized;      // 認知: a person of the body became aware
  Assessment assessment = Assessment::incident;
  Cyberattack cyberattack = Cyberattack::unknown;
  std::vector<LargeScaleCell> large_scale;
  std::string police;                           // another police for (h) than the default; empty: the default
  std::vector<std::string> added_supervisors;   // 共管 bodies a person added
  std::vector<std::string> added_police;        // further police a person added
  std::vector<Judgement> judgements_of_others;  // of agencies that received the report
  bool shared_platform = false;  // a system concerned is, or runs on, a shared platform (基盤となる情報システム)
};

}  // namespace noroshi::routing
