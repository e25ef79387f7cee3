// `noroshi obligations` lists the duties; `noroshi obligation` shows one and says that it was met.
#pragma once

#include <string>

#include "src/cli/act.h"

namespace noroshi::cli {

struct ObligationsOptions {
  std::string state;  // open, fulfilled, waived, superseded; empty: all
  bool overdue = false;
  std::string holder;
  std::string recipient;
  std::string incident;
  ConnectionOptions connection;
};
int run(const ObligationsOptions& options, const Output& output);

struct ObligationShowOptions {
  std::string obligation;
  ConnectionOptions connection;
};
int run(const ObligationShowOptions& options, const Output& output);

// `relay` and `report` send to the recipient's inbox, the other methods only record what a person did. Texts
// that are empty are not sent; which methods there are is the daemon's to say.
struct ObligationFulfillOptions : ActOptions {
  std::string obligation;
  std::string method;
  std::string at;  // RFC 3339; empty: now
  std::string note;
  std::string reference;  // the recipient's own number
};
int run(const ObligationFulfillOptions& options, const Output& output);

}  // namespace noroshi::cli
