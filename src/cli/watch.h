// `noroshi watch`: the live stream in a terminal.
#pragma once

#include <string>

#include "src/cli/connection.h"
#include "src/cli/output.h"

namespace noroshi::cli {

struct WatchOptions {
  std::string after;  // a cursor of the stream; empty: from now on
  bool all = false;   // also events that nobody has to act on
  ConnectionOptions connection;
};

// One line for each alarm, each message and each event that tells a person something, or for every item with `all`, or JSON Lines {"name","id","data"} with --json, until SIGINT or SIGTERM: then the
// process ends with 0. A line that is cut is taken up again where it was, for as long as it takes, and stderr
// says how long there was no news. Returns where the daemon cannot be reached at first (69), refuses the
// caller (77), or stdout is closed.
int run(const WatchOptions& options, const Output& output);

}  // namespace noroshi::cli
