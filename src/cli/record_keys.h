// `noroshi record keys`, `rotate-key` and `retire-key`: what signs the record, at the machine, the daemon up or down.
#pragma once

#include <string>

#include "src/cli/database_visit.h"
#include "src/cli/output.h"

namespace noroshi::cli {

struct RecordKeysOptions {
  DatabaseOptions database;
};
// Each key in the form in which it is pinned (C2SP signed-note): once for each tree, since a key goes by the tree's
// name. Each stands alone on its line, under a line that begins with # and says its id, its state and the tree: a file
// of the output is a file of keys for `record verify --key`.
int run(const RecordKeysOptions& options, const Output& output);

struct RotateKeyOptions {
  DatabaseOptions database;  // --data is needed: the private half is a file there
};
// Adds a key beside those there are. The daemon signs with both from its next signature on.
// Prints the lines to publish, and tells the next step.
int run(const RotateKeyOptions& options, const Output& output);

struct RetireKeyOptions {
  std::string key;  // its id
  std::string reason;
  DatabaseOptions database;
};
// Ends a key, and removes its private half from the data folder. Exit 1 where there is no such key,
// 2 where it is retired already or no other one signs.
int run(const RetireKeyOptions& options, const Output& output);

}  // namespace noroshi::cli
