// `noroshi doctor`: is everything there that noroshid needs? Each line that fails says what to do.
#pragma once

#include <filesystem>
#include <optional>

#include "src/cli/database_visit.h"
#include "src/cli/output.h"

namespace noroshi::cli {

struct DoctorOptions {
  std::optional<std::filesystem::path> registry;
  std::optional<std::filesystem::path> editions;
  DatabaseOptions database;
};
// Exit 1 where a check fails. Checks that need a database that cannot be had are told as not made, not as
// failed twice. Changes nothing: a cluster that is not there yet is not made.
int run(const DoctorOptions& options, const Output& output);

}  // namespace noroshi::cli
