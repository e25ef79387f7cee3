// An incident as a person names it: by its id, its number or the originator's reference.
#pragma once

#include <string>

#include <tl/expected.hpp>

#include "src/cli/output.h"

namespace noroshi::cli {

// The incident's id; else the exit code, after telling why. Nothing is guessed: several incidents of that
// name (the same reference of two bodies) are listed.
tl::expected<std::string, ExitCode> find_incident(const ApiClient& client, const std::string& wanted,
                                                  const Output& output);

}  // namespace noroshi::cli
