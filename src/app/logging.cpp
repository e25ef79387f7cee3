#include "src/app/logging.h"

#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spdlog/sinks/sink.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include "src/codec/json_writer.h"
#include "src/codec/utf8.h"
#include "src/http/access_log.h"
#include "src/http/server.h"

namespace noroshi::app {
namespace {

using namespace std::chrono_literals;
using SystemTime = std::chrono::system_clock::time_point;

constexpr auto patience_at_end = 1s;
constexpr std::size_t longest_message = 16 * 1024;

// The fields of the message that this thread is logging. Sinks format in the thread that logs, so nothing
// that stands in a message's text can pass for a field.
thread_local std::span<const LogField> present_fields;

std::string utc_milliseconds(SystemTime at) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(at);
  const auto rest = std::chrono::duration_cast<std::chrono::milliseconds>(at - whole);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(whole)),
                     rest.count());
}

// Valid UTF-8 of bounded length.
std::string readable(std::string_view text) {
  std::string result;
  result.reserve(std::min(text.size(), longest_message));
  for (std::size_t position = 0; position < text.size();) {
    if (result.size() >= longest_message) return result + "…";
    const auto start = position;
    if (codec::next_code_point(text, position) == codec::invalid_code_point) {
      result += "\uFFFD";
    } else {
      result += text.substr(start, position - start);
    }
  }
  return result;
}

void append_value(std::string& out, const LogField& field) {
  codec::JsonWriter writer(out);
  std::visit(
      [&](const auto& value) {
        using Value = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<Value, std::string_view>) {
          writer.value(readable(value));
        } else if constexpr (std::is_same_v<Value, double>) {
          std::isfinite(value) ? writer.value(value) : writer.null();
        } else {
          writer.value(value);
        }
      },
      field.value);
}

std::string json_line(SystemTime at, std::string_view level, std::string_view message,
                      std::span<const LogField> fields) {
  std::string line;
  codec::JsonWriter writer(line);
  writer.begin_object()
      .member("ts", utc_milliseconds(at))
      .member("level", level)
      .member("msg", readable(message));
  for (const auto& field : fields) {
    std::string value;
    append_value(value, field);
    writer.name(field.name).raw(value);
  }
  writer.end_object();
  return line += '\n';
}

// A message as a person reads it: only what would move the cursor or hide text is escaped.
std::string escaped_for_terminal(std::string_view message) {
  std::string text;
  const auto whole = readable(message);
  for (std::size_t position = 0; position < whole.size();) {
    const auto start = position;
    const auto point = codec::next_code_point(whole, position);
    if (codec::is_control(point) || codec::is_bidi_control(point) || codec::is_line_separator(point)) {
      text += fmt::format("\\u{:04x}", static_cast<unsigned>(point));
    } else {
      text += std::string_view(whole).substr(start, position - start);
    }
  }
  return text;
}

std::string text_line(SystemTime at, std::string_view level, std::string_view message,
                      std::span<const LogField> fields) {
  auto line = fmt::format("{} {:<8} {}", utc_milliseconds(at), level, escaped_for_terminal(message));
  for (const auto& field : fields) {
    line += fmt::format(" {}=", field.name);
    append_value(line, field);
  }
  return line += '\n';
}

std::string line_of(LogForm form, SystemTime at, std::string_view level, std::string_view message,
                    std::span<const LogField> fields) {
  return form == LogForm::json ? json_line(at, level, message, fields)
                               : text_line(at, level, message, fields);
}

std::vector<LogField> fields_of(const http::AccessRecord& access) {
  const auto& seen = access.observation;
  const auto duration = std::chrono::duration_cast<std::chrono::microseconds>(seen.duration).count();
  std::vector<LogField> fields = {{"event", "http"},
                                  {"method", seen.method},
                                  {"route", seen.pattern},
                                  {"status", static_cast<std::int64_t>(seen.status)},
                                  {"duration_us", static_cast<std::int64_t>(duration)},
                                  {"bytes_received", static_cast<std::int64_t>(seen.bytes_received)},
                                  {"bytes_sent", static_cast<std::int64_t>(seen.bytes_sent)},
                                  {"remote_address", access.remote_address},
                                  {"request_id", seen.request_id}};
  if (!seen.code.empty()) fields.push_back({"code", seen.code});
  return fields;
}

std::string_view name_of(spdlog::level::level_enum level) {
  const auto name = spdlog::level::to_string_view(level);
  return {name.data(), name.size()};
}

// Writes to a descriptor that may stand still, and gives up waiting when it is told to.
//
// O_NONBLOCK belongs to the open file, which other processes share, so it is left as it is. Instead a write
// follows only a poll() that promised room: PIPE_BUF bytes for a pipe, all that is asked of a file; a socket
// takes MSG_DONTWAIT.
class Descriptor {
 public:
  explicit Descriptor(int descriptor)
      : descriptor_(descriptor), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    struct stat status {};
    socket_ = ::fstat(descriptor, &status) == 0 && S_ISSOCK(status.st_mode);
  }
  ~Descriptor() { ::close(wake_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  // From any thread: write() stops waiting, now and from now on.
  void give_up() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(wake_, &one, sizeof one);
  }

  // How much of it was written; less than all after an error, or where it was told to give up.
  std::size_t write(std::string_view text) {
    std::size_t done = 0;
    while (done < text.size()) {
      if (!wait_for_room()) break;
      const auto part = text.substr(done, PIPE_BUF);
      const auto written = socket_
                               ? ::send(descriptor_, part.data(), part.size(), MSG_DONTWAIT | MSG_NOSIGNAL)
                               : ::write(descriptor_, part.data(), part.size());
      if (written > 0) {
        done += static_cast<std::size_t>(written);
      } else if (errno != EINTR && errno != EAGAIN) {
        break;
      }
    }
    return done;
  }

 private:
  bool wait_for_room() {
    for (;;) {
      pollfd events[] = {{descriptor_, POLLOUT, 0}, {wake_, POLLIN, 0}};
      if (::poll(events, 2, -1) < 0) {
        if (errno != EINTR) return false;
        continue;
      }
      if (events[0].revents & POLLOUT) return true;
      return false;  // told to give up; or POLLERR, POLLNVAL: nobody will ever read it
    }
  }

  const int descriptor_;
  const int wake_;
  bool socket_ = false;
};

}  // namespace

// Shared by those who log and the thread that writes: whoever goes last frees it, so that a thread which is
// stuck in a write for ever can be left behind.
class LogSink::Queue {
 public:
  Queue(int descriptor, LogForm form, LogQueueLimits limits)
      : output_(descriptor), form_(form), limits_(limits) {}

  LogForm form() const { return form_; }
  std::uint64_t dropped() const { return dropped_; }

  void push(std::string line) {
    {
      std::lock_guard lock(mutex_);
      if (closed_ || lines_.size() >= limits_.lines || bytes_ + line.size() > limits_.bytes) {
        ++dropped_;
        return;
      }
      bytes_ += line.size();
      lines_.push_back(std::move(line));
    }
    changed_.notify_all();
  }

  bool close() {
    std::unique_lock lock(mutex_);
    closed_ = true;
    changed_.notify_all();
    changed_.wait_for(lock, patience_at_end, [&] { return ended_; });
    const bool all = ended_ && lines_.empty();
    output_.give_up();
    changed_.wait_for(lock, patience_at_end, [&] { return ended_; });
    return all;
  }

  void run() {
    std::uint64_t reported = 0;
    while (auto line = next()) {
      if (!write(*line)) ++dropped_;
      // Said where the gap is: behind the last line that was queued before it.
      if (const auto lost = dropped_.load(); lost != reported && is_drained()) {
        const auto notice = fmt::format("{} log lines were dropped: stderr was not read", lost - reported);
        if (write(line_of(form_, std::chrono::system_clock::now(), name_of(spdlog::level::warn), notice, {})))
          reported = lost;
      }
    }
    std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }

 private:
  std::optional<std::string> next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return closed_ || !lines_.empty(); });
    if (lines_.empty()) return std::nullopt;
    auto line = std::move(lines_.front());
    lines_.pop_front();
    bytes_ -= line.size();
    return line;
  }

  bool is_drained() const {
    std::lock_guard lock(mutex_);
    return lines_.empty();
  }

  // Whether all of it was written.
  bool write(const std::string& line) {
    // A line that broke off (a full disk) is ended first, so that the next one can be read.
    if (broken_off_ && output_.write("\n") == 1) broken_off_ = false;
    const auto written = output_.write(line);
    if (written == line.size()) return true;
    broken_off_ = broken_off_ || written > 0;
    return false;
  }

  Descriptor output_;
  const LogForm form_;
  const LogQueueLimits limits_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> lines_;
  std::size_t bytes_ = 0;
  bool closed_ = false;
  bool ended_ = false;
  bool broken_off_ = false;  // of the writing thread alone
  std::atomic<std::uint64_t> dropped_{0};
};

class LogSink::Sink : public spdlog::sinks::sink {
 public:
  explicit Sink(std::shared_ptr<Queue> queue) : queue_(std::move(queue)) {}

  void log(const spdlog::details::log_msg& message) override {
    const auto* access = http::access_being_logged();
    const auto of_access = access ? fields_of(*access) : std::vector<LogField>{};
    // In the text form an access line says it all in its message.
    const bool beside = access && queue_->form() == LogForm::json;
    queue_->push(line_of(queue_->form(), message.time, name_of(message.level),
                         {message.payload.data(), message.payload.size()},
                         beside ? std::span<const LogField>(of_access) : present_fields));
  }
  void flush() override {}  // the thread writes as soon as it can; waiting for it is what must not happen
  void set_pattern(const std::string&) override {}
  void set_formatter(std::unique_ptr<spdlog::formatter>) override {}

 private:
  std::shared_ptr<Queue> queue_;
};

LogSink::LogSink(int descriptor, LogForm form, LogQueueLimits limits)
    : queue_(std::make_shared<Queue>(descriptor, form, limits)), sink_(std::make_shared<Sink>(queue_)) {
  // Signals are the daemon's main thread's; SIGPIPE is nobody's.
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread([queue = queue_] { queue->run(); }).detach();
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

LogSink::~LogSink() {
  close();
}

std::shared_ptr<spdlog::sinks::sink> LogSink::sink() const {
  return sink_;
}

std::uint64_t LogSink::dropped() const {
  return queue_->dropped();
}

bool LogSink::close() {
  return queue_->close();
}

namespace {

std::mutex standard_mutex;
std::unique_ptr<LogSink> standard;

}  // namespace

void start_logging(const Config& config) {
  const bool text = config.log_automatic ? ::isatty(STDERR_FILENO) == 1 : !config.log_json;
  auto sink = std::make_unique<LogSink>(STDERR_FILENO, text ? LogForm::text : LogForm::json);
  auto logger = std::make_shared<spdlog::logger>("noroshid", sink->sink());
  logger->set_level(spdlog::level::from_str(config.log_level));
  // A message that cannot be formatted is a defect of ours; spdlog itself would write to stderr, and wait.
  logger->set_error_handler([weak = std::weak_ptr(sink->sink())](const std::string& what) {
    if (const auto to = weak.lock())
      to->log({"noroshid", spdlog::level::err, "a log message was malformed: " + what});
  });
  spdlog::set_default_logger(std::move(logger));
  std::lock_guard lock(standard_mutex);
  standard = std::move(sink);
}

void stop_logging() {
  std::lock_guard lock(standard_mutex);
  if (standard) standard->close();
}

std::uint64_t dropped_log_lines() {
  std::lock_guard lock(standard_mutex);
  return standard ? standard->dropped() : 0;
}

void log_with(spdlog::level::level_enum level, std::string_view message,
              std::initializer_list<LogField> fields) {
  present_fields = {fields.begin(), fields.size()};
  struct End {
    ~End() { present_fields = {}; }
  } const end;
  spdlog::default_logger_raw()->log(level, spdlog::string_view_t(message.data(), message.size()));
}

}  // namespace noroshi::app
