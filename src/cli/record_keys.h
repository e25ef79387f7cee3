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
// name.
int run(const RecordKeysOptions& options, const Output& output);

struct RotateKeyOptions {
  DatabaseOptions database;  // --data is needed: the private half is a file there
};
// Adds a key beside those there are. The daemon signs with both from its next signature on.
int run(const RotateKeyOptions& options, const Output& output);

struct RetireKeyOptions {
  std::string key;  // its id
  std::string reason;
  DatabaseOptions database;
};
// Ends a key, and removes its private half from the data folder. Exit 1 where no such key signs, or no other one.
int run(const RetireKeyOptions& options, const Output& output);

}  // namespace noroshi::cli
