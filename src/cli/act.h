// What the terminal's commands that change something share: one POST that is done once, however often it has
// to be sent.
#pragma once

#include <string>

#include <boost/json/value.hpp>
#include <tl/expected.hpp>

#include "src/cli/connection.h"
#include "src/cli/output.h"

namespace noroshi::cli {

// What every such command takes.
struct ActOptions {
  std::string key;  // Idempotency-Key; empty: a fresh one
  std::string media_type = "application/json";  // of the body
  ConnectionOptions connection;
};

// A UUIDv7: no two commands of any machine share one. Errors of the system are std::system_error.
std::string fresh_key();

// The body of a decision on what another person asked for: {"decision","reason"}.
std::string decision_body(const std::string& decision, const std::string& reason);

// Sends `body` to `target` and returns the daemon's answer as JSON; else the exit code, after telling why.
// Where the answer was lost, or the daemon asks to come again (503), the same bytes go with the same key
// three times more, within some seconds: the daemon does it once and repeats its answer. Where it stays
// unknown whether it was done, the key is told, so that the command can be given again with it.
tl::expected<boost::json::value, ExitCode> act(const ApiClient& client, const std::string& target,
                                               const std::string& body, const ActOptions& options,
                                               const Output& output);

}  // namespace noroshi::cli
