// `noroshi report show`: one incident as the caller's body sees it.
#pragma once

#include <string>

#include "src/cli/connection.h"
#include "src/cli/output.h"

namespace noroshi::cli {

struct ReportShowOptions {
  std::string id;  // an incident's id, its number ("JPS-2018-1") or the originator's own reference
  ConnectionOptions connection;
};

int run(const ReportShowOptions& options, const Output& output);

}  // namespace noroshi::cli
