// `noroshi statistics`: figures of a time range.
#pragma once

#include <string>

#include "src/cli/connection.h"
#include "src/cli/output.h"

namespace noroshi::cli {

struct StatisticsOptions {
  ConnectionOptions connection;
  bool exercise = false;  // of exercises (訓練) alone
  std::string from;       // a day or a time; empty: as the daemon has it
  std::string to;
};
int run(const StatisticsOptions& options, const Output& output);

}  // namespace noroshi::cli
