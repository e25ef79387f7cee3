// `noroshi record continue`: the operator's word after a loss, that what was signed is gone and a new tree begins.
#pragma once

#include <string>

#include "src/cli/database_visit.h"
#include "src/cli/output.h"

namespace noroshi::cli {

struct RecordContinueOptions {
  std::string reason;        // stands in the record
  DatabaseOptions database;  // --data is needed: the head kept is there
};
// Prints what was known and what is held, and up to which event both agree, where that can be known. Exit 1 where
// nothing is wrong with the record: no tree ends without need.
int run(const RecordContinueOptions& options, const Output& output);

// The person at this machine, as the system knows him.
std::string name_of_user();

}  // namespace noroshi::cli
