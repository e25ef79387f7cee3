// `noroshi obligations` and `noroshi alarms`: what is to be done, and what was not done in time.
#pragma once

#include <string>

#include "src/cli/connection.h"
#include "src/cli/output.h"

namespace noroshi::cli {

struct ObligationsOptions {
  std::string state;  // open, fulfilled, waived, superseded; empty: all
  bool overdue = false;
  std::string holder;
  std::string recipient;
  std::string incident;
  ConnectionOptions connection;
};
int run(const ObligationsOptions& options, const Output& output);

struct AlarmsOptions {
  ConnectionOptions connection;
};
int run(const AlarmsOptions& options, const Output& output);

}  // namespace noroshi::cli
