// `noroshi route explain`: which duties the facts open, without a daemon and without a database.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "src/cli/output.h"

namespace noroshi::cli {

struct RouteExplainOptions {
  std::string file;     // "-": standard input
  std::string edition;  // empty: the one in force at the recognised time
  std::string at;       // RFC 3339; empty: the recognised time
  std::optional<std::filesystem::path> registry;
  std::optional<std::filesystem::path> editions;
};

// The input is one JSON object, over any number of lines, with one answer; or JSON Lines, an answer a line in
// the same order (blank lines are passed over). Exit 2 after the last where any line was bad.
int run(const RouteExplainOptions& options, const Output& output);

}  // namespace noroshi::cli
