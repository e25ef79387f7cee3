// `noroshi demo`: a daemon of its own, in a folder of its own, with real cases replayed through the public
// interface.
#pragma once

#include <filesystem>
#include <string>

#include "src/cli/output.h"

namespace noroshi::cli {

struct DemoOptions {
  std::filesystem::path data;  // empty: $XDG_DATA_HOME/noroshi/demo, as root /var/lib/noroshi-demo
  std::string listen;          // HOST:PORT; empty: 127.0.0.1:8443, or a free port where that is taken
  double speed = 0;            // seconds of the case in a second of ours; 0: at once
  bool once = false;           // ends after the replay
};

// Only ever in a folder that it made itself (DIR/demo): it issues tokens and moves the shown clock. What was
// replayed in an earlier run is not replayed again.
int run(const DemoOptions& options, const Output& output);

}  // namespace noroshi::cli
