// `noroshi bundle …`: what a person carries between the daemon and a receiver that no line reaches. `open` needs no
// daemon.
#pragma once

#include <string>

#include "src/cli/database_visit.h"
#include "src/cli/output.h"

namespace noroshi::cli {

// Verifies, opens and shows one; keeps in the state what has been opened, so that what is missing is told. Exit 1 where
// it is not the sender's or was altered (then nothing is shown), and where something is missing or was changed (after
// it was shown).
struct BundleOpenOptions {
  std::string file;
  std::string key;         // file with the receiver's private key
  std::string sender_key;  // base64 of 32 bytes, or a file with it
  std::string state;       // empty: nothing is known of what came before
  std::string out;         // new file for the report as it was received
  std::string receipt;     // new file
  std::string by;          // who acknowledges, by name
};
int run(const BundleOpenOptions& options, const Output& output);

// What waits in the data folder to be carried.
struct BundleListOptions {
  DatabaseOptions database;  // --data
};
int run(const BundleListOptions& options, const Output& output);

// Acknowledges with a receipt that came back.
struct BundleReceiptOptions {
  std::string file;
  ConnectionOptions connection;
};
int run(const BundleReceiptOptions& options, const Output& output);

}  // namespace noroshi::cli
