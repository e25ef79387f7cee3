// The daemon: everything wired together, from an empty folder to the last answer.
#pragma once

#include "src/app/config.h"

namespace noroshi::app {

// Exit codes of noroshid, after sysexits(3).
enum class ExitCode {
  ok = 0,
  failure = 70,        // a defect or a broken part
  unavailable = 69,    // the database of --database-url, or the address to listen on, cannot be had
  taken = 75,          // another process manages the folder
  configuration = 78,  // the operator must change something: said on stderr, with the place
};

// Runs until SIGTERM or SIGINT, then ends in order: no new connection, requests under way answered, what has queued
// committed, PostgreSQL stopped. Prints the ready line to stdout once it serves. To be called once, from main's thread,
// before any other thread is started.
int run_daemon(const Config& config);

}  // namespace noroshi::app
