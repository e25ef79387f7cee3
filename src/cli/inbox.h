// `noroshi inbox`: what was sent to the caller's body.
#pragma once

#include <string>

#include "src/cli/connection.h"
#include "src/cli/output.h"

namespace noroshi::cli {

struct InboxListOptions {
  bool unacknowledged = false;
  ConnectionOptions connection;
};
int run(const InboxListOptions& options, const Output& output);

struct InboxShowOptions {
  std::string message;
  ConnectionOptions connection;
};
int run(const InboxShowOptions& options, const Output& output);

struct InboxAcknowledgeOptions {
  std::string message;
  std::string by;  // the person who has read it
  std::string note;
  ConnectionOptions connection;
};
int run(const InboxAcknowledgeOptions& options, const Output& output);

}  // namespace noroshi::cli
