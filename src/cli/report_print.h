// `noroshi report print`: one incident on paper, as the caller's body sees it.
#pragma once

#include <filesystem>
#include <string>

#include "src/cli/connection.h"
#include "src/cli/output.h"

namespace noroshi::cli {

struct ReportPrintOptions {
  std::string id;              // as ReportShowOptions
  std::filesystem::path file;  // the PDF; never one that is there
  ConnectionOptions connection;
};

int run(const ReportPrintOptions& options, const Output& output);

}  // namespace noroshi::cli
