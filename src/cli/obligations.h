// `noroshi obligations`: what is to be done.
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

}  // namespace noroshi::cli
