// `noroshi waiver ask` and `noroshi waiver decide`: an exception (例外措置) from a duty.
#pragma once

#include <string>

#include "src/cli/act.h"

namespace noroshi::cli {

struct WaiverAskOptions : ActOptions {
  std::string obligation;
  std::string reason;
};
int run(const WaiverAskOptions& options, const Output& output);

struct WaiverDecideOptions : ActOptions {
  std::string obligation;
  std::string waiver;    // empty: the one that waits for a decision
  std::string decision;  // approved, rejected
  std::string reason;
};
// Exit 1 where none waits.
int run(const WaiverDecideOptions& options, const Output& output);

}  // namespace noroshi::cli
