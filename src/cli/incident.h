// `noroshi incident assess` and `noroshi incident move`: the caller's judgement (評価) of an incident, and
// what became of it.
#pragma once

#include <string>
#include <vector>

#include "src/cli/act.h"

namespace noroshi::cli {

// Texts that are empty are not sent: what is held stays. Which values there are is the daemon's to say.
struct IncidentAssessOptions : ActOptions {
  std::string incident;  // id, number or reference
  std::string assessment;
  std::string cyberattack;
  std::vector<std::string> large_scale;  // "property:feared:may_be", or "none" alone
  std::string assessment_reason;
  std::string cyberattack_reason;
  std::string reason;
};
int run(const IncidentAssessOptions& options, const Output& output);

struct IncidentMoveOptions : ActOptions {
  std::string incident;  // id, number or reference
  std::string to;
  std::string reason;
};
int run(const IncidentMoveOptions& options, const Output& output);

}  // namespace noroshi::cli
