// Where the daemon's log goes: spdlog's default logger writes to stderr, one line a message.
//
// Whoever logs never waits: lines go into a bounded queue, a thread of its own writes them. When nobody reads
// stderr (a stuck pipe, a full disk) the queue fills, further lines are dropped and counted, and once it
// moves again a line says how many are missing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include <spdlog/common.h>

#include "src/app/config.h"

namespace spdlog::sinks {
class sink;
}

namespace noroshi::app {

// Sets the default logger up by [log]: level, and as JSON or text. Call it once, before other threads log.
void start_logging(const Config& config);

// Writes what has queued, for a second at most, and ends the thread. What is logged afterwards is dropped.
void stop_logging();

// Lines that were dropped since the start. Any thread.
std::uint64_t dropped_log_lines();

// A member of a message beside its text: {"path", "/x"}, {"attempt", 3}.
struct LogField {
  std::string_view name;  // snake_case
  std::variant<std::string_view, std::int64_t, double, bool> value;
};

// As spdlog::log(), with members that the JSON form carries beside `msg` and the text form behind it. Never
// content of a report.
void log_with(spdlog::level::level_enum level, std::string_view message,
              std::initializer_list<LogField> fields);

enum class LogForm {
  // {"ts":"2026-04-01T00:05:07.123Z","level":"info","msg":"…"}: RFC 3339 in UTC with milliseconds. Every line
  // is JSON,
  // whatever the message holds: control characters are escaped, bytes that are no UTF-8 become U+FFFD.
  json,
  // "2026-04-01T00:05:07.123Z info     …", for a terminal: control characters are escaped as in JSON.
  text,
};

struct LogQueueLimits {
  std::size_t lines = 8192;
  std::size_t bytes = 4 * 1024 * 1024;
};

// Behind start_logging(): writes to a file descriptor, which stays the caller's and must stay open until it
// has gone. Safe from any thread.
class LogSink {
 public:
  LogSink(int descriptor, LogForm form, LogQueueLimits limits = {});
  // close().
  ~LogSink();
  LogSink(const LogSink&) = delete;
  LogSink& operator=(const LogSink&) = delete;

  // For loggers; outlives this object if it has to, and then drops.
  std::shared_ptr<spdlog::sinks::sink> sink() const;
  std::uint64_t dropped() const;
  // Waits a second at most for what has queued; whether all of it was written. Accepts no more.
  bool close();

 private:
  class Queue;
  class Sink;
  std::shared_ptr<Queue> queue_;
  std::shared_ptr<Sink> sink_;
};

}  // namespace noroshi::app
