// `noroshi content-key list`, `add`, `use`, `rewrap` and `drop`: the keys with which what people wrote of cases is sealed at rest
// (store/content_keys.h), at the machine, the daemon up or down. A rotation is add, a copy to every other daemon's machine, use,
// rewrap, and once a new backup is there: drop.
#pragma once

#include <string>

#include "src/cli/database_visit.h"
#include "src/cli/output.h"

namespace noroshi::cli {

struct ContentKeyListOptions {
  DatabaseOptions database;
};
// The epochs, the cases that each wraps, and whether its key is in the folder.
int run(const ContentKeyListOptions& options, const Output& output);

struct ContentKeyAddOptions {
  std::string epoch;  // empty: of today
  DatabaseOptions database;
};
// Makes a key, which wraps nothing yet. Exit 1 where there is an epoch of that name.
int run(const ContentKeyAddOptions& options, const Output& output);

struct ContentKeyUseOptions {
  std::string epoch;
  DatabaseOptions database;
};
// New cases are wrapped by it: by a running daemon within ten seconds. Exit 1 where there is no such epoch, or its key is not here.
int run(const ContentKeyUseOptions& options, const Output& output);

struct ContentKeyRewrapOptions {
  DatabaseOptions database;
};
// Wraps the keys of all cases by the epoch in use, a few hundred at a time, under load too. Exit 1 where an epoch's key is not here.
int run(const ContentKeyRewrapOptions& options, const Output& output);

struct ContentKeyDropOptions {
  std::string epoch;
  DatabaseOptions database;
};
// Deletes the key here; what it alone opens, in every backup, is gone for good. Exit 1 where it is in use or wraps a case.
int run(const ContentKeyDropOptions& options, const Output& output);

}  // namespace noroshi::cli
