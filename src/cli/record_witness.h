// `noroshi record witness`: who may cosign the checkpoints of the record. At the machine, by whoever may touch the
// daemon's data.
#pragma once

#include <string>

#include "src/cli/database_visit.h"
#include "src/cli/output.h"

namespace noroshi::cli {

struct RecordWitnessAddOptions {
  std::string key;  // as `noroshi-witness key` prints it: name+hash+base64
  DatabaseOptions database;
};
// Exit 2 where it is no key of a witness, or its name or key stands for another.
int run(const RecordWitnessAddOptions& options, const Output& output);

struct RecordWitnessListOptions {
  DatabaseOptions database;
};
int run(const RecordWitnessListOptions& options, const Output& output);

struct RecordWitnessRemoveOptions {
  std::string name;
  DatabaseOptions database;
};
// Exit 1 where there is none of that name.
int run(const RecordWitnessRemoveOptions& options, const Output& output);

}  // namespace noroshi::cli
