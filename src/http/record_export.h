// The whole of a filtered list of events as a body that streams: CSV or JSON Lines, in constant memory. Private to
// src/http.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "src/http/body_source.h"
#include "src/http/reading.h"

namespace noroshi::http {

enum class ExportForm { csv, json_lines };

// Reads a page, writes it, reads on from where it ended: each page in a short transaction of the caller's body, so that
// an export of hours holds nothing up. Events that get their numbers meanwhile are not in it. One that cannot go on
// (the database away for long, the daemon stopping, the token revoked) is cut without its last chunk: whoever reads it
// knows that it is not whole.
class RecordExport final : public BodySource, public std::enable_shared_from_this<RecordExport> {
 public:
  // What `context` refers to outlives the workers' last job. Events from `place` on, before `until`.
  RecordExport(const ReadContext& context, Caller caller, Language language, ExportForm form,
               store::RecordFilter filter, std::int64_t place, std::int64_t until);

  void next(std::function<void(std::optional<Piece>)> deliver) override;
  void end(BodyEnd why) override;
  void reader_was_slow() override {}

 private:
  using Deliver = std::function<void(std::optional<Piece>)>;

  void ask();
  void read();
  std::string read_page();
  void give(std::optional<Piece> piece);

  const ReadContext context_;
  const Caller caller_;
  const Language language_;
  const ExportForm form_;
  const store::RecordFilter filter_;
  // The worker's while one reads, the session's else.
  std::int64_t place_;
  const std::int64_t until_;
  bool begun_ = false;
  std::optional<std::chrono::steady_clock::time_point> failing_since_;

  std::atomic<bool> ended_{false};
  std::mutex mutex_;
  Deliver deliver_;  // set while the session waits
};

}  // namespace noroshi::http
