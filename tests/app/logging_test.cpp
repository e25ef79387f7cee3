#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <chrono>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include "src/app/logging.h"
#include "src/http/access_log.h"
#include "src/http/server.h"
#include "tests/store/cluster_fixture.h"

namespace noroshi::app::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// A pipe as stderr is one under a supervisor.
class Pipe {
 public:
  Pipe() { REQUIRE(::pipe2(ends_, O_CLOEXEC) == 0); }
  ~Pipe() {
    close_reader();
    close_writer();
  }
  int writer() const { return ends_[1]; }
  void close_reader() { close(ends_[0]); }
  void close_writer() { close(ends_[1]); }

  // Everything up to the end: the writer must be closed, or another thread will close it.
  std::string read_all() const {
    std::string text;
    char buffer[65536];
    for (ssize_t count; (count = ::read(ends_[0], buffer, sizeof buffer)) > 0;)
      text.append(buffer, static_cast<std::size_t>(count));
    return text;
  }

 private:
  static void close(int& end) {
    if (end >= 0) ::close(end);
    end = -1;
  }
  int ends_[2];
};

std::shared_ptr<spdlog::logger> logger_to(const LogSink& sink) {
  return std::make_shared<spdlog::logger>("test", sink.sink());
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = text.find('\n', begin);
    REQUIRE(end != std::string::npos);  // no line without its end
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

// What a logger with a sink of that form writes.
template <class Work>
std::string written(LogForm form, const Work& work) {
  Pipe pipe;
  std::string text;
  std::thread reader([&] { text = pipe.read_all(); });
  {
    LogSink sink(pipe.writer(), form);
    work(logger_to(sink));
    CHECK(sink.close());
    CHECK(sink.dropped() == 0);
  }
  pipe.close_writer();
  reader.join();
  return text;
}

boost::json::object parsed(const std::string& line) {
  INFO(line);
  return boost::json::parse(line).as_object();
}

const std::string hostile =
    "a\"b\\c\nnew\rline\ttab \x1b[31mred\x1b[0m \x07 \x7f \xc2\x85 \xe2\x80\xae"
    "bidi \xe2\x80\xa8 "
    "\xff\xfe \xed\xa0\x80 \xf0\x9f\x94\xa5 {\"level\":\"forged\"} \xe2\x80";

}  // namespace

TEST_CASE("a message is one JSON object on one line") {
  const auto before = std::chrono::system_clock::now();
  const auto lines = lines_of(written(LogForm::json, [](const std::shared_ptr<spdlog::logger>& logger) {
    logger->warn("the queue is {} % full", 80);
    logger->error("second");
  }));
  REQUIRE(lines.size() == 2);
  const auto first = parsed(lines[0]);
  CHECK(first.size() == 3);
  CHECK(first.at("level").as_string() == "warning");
  CHECK(first.at("msg").as_string() == "the queue is 80 % full");
  const std::string at(first.at("ts").as_string());
  REQUIRE(at.size() == 24);  // 2026-04-01T00:05:07.123Z
  CHECK(at[19] == '.');
  CHECK(at.back() == 'Z');
  const auto stamp = parse_rfc3339(at);
  REQUIRE(stamp);
  CHECK(*stamp >= before - 1ms);
  CHECK(*stamp <= std::chrono::system_clock::now());
  CHECK(parsed(lines[1]).at("level").as_string() == "error");
}

TEST_CASE("whatever a message holds, its line stays one JSON object and moves no cursor") {
  const auto lines = lines_of(written(
      LogForm::json, [](const std::shared_ptr<spdlog::logger>& logger) { logger->info("{}", hostile); }));
  REQUIRE(lines.size() == 1);
  for (const unsigned char c : lines[0]) CHECK(c >= 0x20);
  CHECK(lines[0].find("\x7f") == std::string::npos);
  CHECK(lines[0].find("\xe2\x80\xae") == std::string::npos);
  const auto object = parsed(lines[0]);
  CHECK(object.size() == 3);
  CHECK(object.at("level").as_string() == "info");
  const std::string message(object.at("msg").as_string());
  CHECK(message.find("a\"b\\c\nnew\rline\ttab \x1b[31mred") == 0);
  CHECK(message.find("\xff") == std::string::npos);
  CHECK(message.find("\xef\xbf\xbd\xef\xbf\xbd ") != std::string::npos);  // U+FFFD for each byte
  CHECK(message.find("\xf0\x9f\x94\xa5") != std::string::npos);
}

TEST_CASE("the text form escapes what would move the cursor or hide text") {
  const auto text = written(
      LogForm::text, [](const std::shared_ptr<spdlog::logger>& logger) { logger->info("{}", hostile); });
  const auto lines = lines_of(text);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].find("Z info     a\"b\\c\\u000anew\\u000dline\\u0009tab \\u001b[31mred") == 24 - 1);
  CHECK(lines[0].find("\\u202ebidi") != std::string::npos);
  CHECK(lines[0].find('\x1b') == std::string::npos);
}

TEST_CASE("a message as long as a report is cut") {
  const auto lines = lines_of(written(LogForm::json, [](const std::shared_ptr<spdlog::logger>& logger) {
    logger->info("{}", std::string(1'000'000, 'x'));
  }));
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].size() < 20'000);
  CHECK(parsed(lines[0]).at("level").as_string() == "info");
}

TEST_CASE("fields stand beside the message, in both forms") {
  const auto before = spdlog::default_logger();
  const auto log = [](const std::shared_ptr<spdlog::logger>& logger) {
    spdlog::set_default_logger(logger);
    log_with(spdlog::level::info, "sent",
             {{"attempt", std::int64_t{3}}, {"channel", "web\nhook"}, {"done", true}, {"seconds", 0.5}});
    spdlog::info("without");
  };
  const auto json = lines_of(written(LogForm::json, log));
  const auto text = lines_of(written(LogForm::text, log));
  spdlog::set_default_logger(before);
  REQUIRE(json.size() == 2);
  const auto object = parsed(json[0]);
  CHECK(object.at("msg").as_string() == "sent");
  CHECK(object.at("attempt").as_int64() == 3);
  CHECK(object.at("channel").as_string() == "web\nhook");
  CHECK(object.at("done").as_bool());
  CHECK(object.at("seconds").as_double() == 0.5);
  CHECK(parsed(json[1]).size() == 3);
  CHECK(text[0].find("sent attempt=3 channel=\"web\\nhook\" done=true seconds=") != std::string::npos);
}

TEST_CASE("an access line carries what it tells as members, in JSON") {
  const auto before = spdlog::default_logger();
  const auto log = [](const std::shared_ptr<spdlog::logger>& logger) {
    spdlog::set_default_logger(logger);
    http::log_access({"POST", "/api/v1/reports", 403, "role_required", 1500us, 10, 20, "0123"}, "192.0.2.1");
    spdlog::info("something else");
  };
  const auto json = lines_of(written(LogForm::json, log));
  const auto text = lines_of(written(LogForm::text, log));
  spdlog::set_default_logger(before);
  REQUIRE(json.size() == 2);
  const auto object = parsed(json[0]);
  CHECK(object.at("event") == "http");
  CHECK(object.at("method") == "POST");
  CHECK(object.at("route") == "/api/v1/reports");
  CHECK(object.at("status") == 403);
  CHECK(object.at("duration_us") == 1500);
  CHECK(object.at("bytes_received") == 10);
  CHECK(object.at("bytes_sent") == 20);
  CHECK(object.at("remote_address") == "192.0.2.1");
  CHECK(object.at("request_id") == "0123");
  CHECK(object.at("code") == "role_required");
  CHECK(parsed(json[1]).size() == 3);
  CHECK(text[0].find(" http POST /api/v1/reports 403 1500 us, ") != std::string::npos);
  CHECK(text[0].find("route=") == std::string::npos);
}

TEST_CASE("a reader that stands still holds up nobody; what was dropped is counted and told") {
  constexpr int total = 20'000;
  Pipe pipe;
  LogSink sink(pipe.writer(), LogForm::json, {.lines = 100, .bytes = 1 << 20});
  const auto logger = logger_to(sink);

  const auto start = Clock::now();
  for (int i = 0; i < total; ++i) logger->info("line {}", i);
  CHECK(Clock::now() - start <
        5s);  // with a pipe full after some 900 lines a waiting logger would never come here
  const auto dropped = sink.dropped();
  CHECK(dropped > 0);

  std::string text;
  std::thread reader([&] { text = pipe.read_all(); });
  // The notice is written once the queue has drained; then there is room again for this.
  CHECK(store::test::eventually([&] {
    const auto so_far = sink.dropped();
    logger->info("again");
    return sink.dropped() == so_far;
  }));
  CHECK(sink.close());
  const auto lost = sink.dropped();
  pipe.close_writer();
  reader.join();

  int ordinary = 0;
  int told = 0;
  int last = -1;
  for (const auto& line : lines_of(text)) {
    const std::string message(parsed(line).at("msg").as_string());
    int number = 0;
    if (std::sscanf(message.c_str(), "line %d", &number) == 1) {
      CHECK(number > last);
      last = number;
      ++ordinary;
    } else if (std::sscanf(message.c_str(), "%d log lines were dropped", &number) == 1) {
      CHECK(parsed(line).at("level").as_string() == "warning");
      told += number;
    } else {
      CHECK(message == "again");
    }
  }
  CHECK(ordinary + static_cast<int>(dropped) == total);
  CHECK(told == static_cast<int>(lost));
}

TEST_CASE("the end does not wait for a reader that stands still") {
  Pipe pipe;
  LogSink sink(pipe.writer(), LogForm::json);
  const auto logger = logger_to(sink);
  for (int i = 0; i < 5000; ++i) logger->info("line {}", i);
  const auto start = Clock::now();
  CHECK_FALSE(sink.close());
  CHECK(Clock::now() - start < 4s);
  CHECK(sink.dropped() > 0);
  logger->info("after the end");  // is dropped, and harms nobody
}

TEST_CASE("a reader that has gone kills nobody") {
  Pipe pipe;
  pipe.close_reader();
  LogSink sink(pipe.writer(), LogForm::json);
  logger_to(sink)->info("to nobody");
  CHECK(store::test::eventually([&] { return sink.dropped() == 1; }));
}

TEST_CASE("a full disk loses lines, counts them, and is no end") {
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  REQUIRE(full >= 0);
  {
    LogSink sink(full, LogForm::json);
    const auto logger = logger_to(sink);
    for (int i = 0; i < 3; ++i) logger->info("line");
    CHECK(store::test::eventually([&] { return sink.dropped() == 3; }));
  }
  ::close(full);
}

TEST_CASE("the journal's socket is written to as well, and may stand still") {
  int ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  {
    LogSink sink(ends[1], LogForm::json, {.lines = 10, .bytes = 1 << 20});
    const auto logger = logger_to(sink);
    logger->info("first");
    char buffer[1024];
    const auto count = ::read(ends[0], buffer, sizeof buffer);
    REQUIRE(count > 0);
    CHECK(parsed(std::string(buffer, static_cast<std::size_t>(count) - 1)).at("msg").as_string() == "first");
    for (int i = 0; i < 20'000; ++i) logger->info("line {}", i);
    CHECK(sink.dropped() > 0);
  }
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_CASE("many threads log at once, and every line stays whole") {
  constexpr int threads = 4;
  constexpr int each = 500;
  const auto text = written(LogForm::json, [](const std::shared_ptr<spdlog::logger>& logger) {
    std::vector<std::thread> all;
    // 2000 lines are below the limits of the queue: none is dropped, however slow the reader.
    for (int t = 0; t < threads; ++t)
      all.emplace_back([&logger, t] {
        for (int i = 0; i < each; ++i) logger->info("{} {}", t, i);
      });
    for (auto& thread : all) thread.join();
  });
  CHECK(lines_of(text).size() == threads * each);
}

}  // namespace noroshi::app::test
