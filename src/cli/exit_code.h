// How the program ends, for scripts: after sysexits(3) where that has a word for it.
#pragma once

namespace noroshi::cli {

enum ExitCode : int {
  exit_ok = 0,
  exit_failed = 1,          // a check of `doctor` failed, or a thing asked for is not there
  exit_usage = 2,           // bad options or bad input, also a role that does not fit the body
  exit_unavailable = 69,    // no daemon or no database answers
  exit_internal = 70,       // a fault of the program
  exit_not_accepted = 75,   // kept in the queue: NOT YET ACCEPTED
  exit_refused = 77,        // the daemon refused: no or bad token, or its role may not do this
  exit_configuration = 78,  // something on this machine must be changed first
};

}  // namespace noroshi::cli
