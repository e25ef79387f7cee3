// `noroshi record verify`: whether the record is whole and unaltered; in the database, or in a file that was exported.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/cli/database_visit.h"
#include "src/cli/output.h"
#include "src/store/record_check.h"

namespace noroshi::cli {

struct RecordVerifyOptions {
  std::string file;                      // an export; "-": standard input; empty: the database
  std::vector<std::string> keys;         // in the form of notes, or files that hold one a line
  std::vector<std::string> checkpoints;  // files with a signed note
  std::vector<std::string> receipts;     // files: an answer of POST /reports, or its receipt
  bool tables = false;                   // of the database: fold the events and compare every table
  DatabaseOptions database;
};
// Exit 1 where something was altered, 2 where the file is no export or an option is none.
int run(const RecordVerifyOptions& options, const Output& output);

// The receipt in an answer to a report, or alone.
store::ReceiptInAnswer receipt_in(std::string_view json);

}  // namespace noroshi::cli
