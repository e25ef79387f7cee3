// `noroshi report submit` and `noroshi report queue`: a report goes to this machine's disk first, then to the
// daemon.
#pragma once

#include <filesystem>
#include <string>

#include "src/cli/connection.h"
#include "src/cli/output.h"

namespace noroshi::cli {

struct ReportSubmitOptions {
  std::string file;             // "-": standard input; empty with `flush`
  std::string key;              // Idempotency-Key; empty: a fresh one
  std::filesystem::path queue;  // empty: ReportQueue::default_folder()
  bool flush = false;           // send what is queued, no new report
  bool new_token = false;       // also what was queued under another token
  ConnectionOptions connection;
};

// Everything queued before for the same daemon goes first, so that a 続報 never overtakes its 第一報. A
// report that got an answer for good leaves the queue: 201, or 4xx other than 401, 408 and 429 (those judge
// the caller or the moment, not the report). Exit: 0 all accepted; 75 something is NOT YET ACCEPTED; 77 or 2
// refused.
int run(const ReportSubmitOptions& options, const Output& output);

struct ReportQueueOptions {
  std::filesystem::path queue;
};
// Lists what is pending and what was refused. Exit 75 where something is pending.
int run(const ReportQueueOptions& options, const Output& output);

}  // namespace noroshi::cli
