// `noroshi relay-switch show|ask|decide`: whether the daemon relays for an agency that stays silent.
#pragma once

#include <string>

#include "src/cli/act.h"

namespace noroshi::cli {

struct RelaySwitchShowOptions {
  ConnectionOptions connection;
};
int run(const RelaySwitchShowOptions& options, const Output& output);

struct RelaySwitchAskOptions : ActOptions {
  std::string state;  // on, off
  std::string reason;
};
int run(const RelaySwitchAskOptions& options, const Output& output);

struct RelaySwitchDecideOptions : ActOptions {
  std::string decision;  // approved, rejected
  std::string reason;
};
// The request that waits; exit 1 where none does.
int run(const RelaySwitchDecideOptions& options, const Output& output);

}  // namespace noroshi::cli
