// The real daemon, as a person runs it: a process with a data folder of its own.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "tests/scenario/program.h"

namespace noroshi::scenario {

using Headers = std::vector<std::pair<std::string, std::string>>;

// An answer as it came over the wire.
struct Answer {
  int status = 0;
  std::multimap<std::string, std::string> headers;  // names in lower case
  std::string body;

  // The first of that name, which may be written in any case; empty where there is none.
  std::string header(std::string_view name) const;
};

// The line was cut or never came about: not an answer.
struct NoAnswer : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Daemon {
 public:
  // Starts noroshid on `data` and waits until it serves. Throws std::runtime_error, with its last words,
  // where it does not.
  explicit Daemon(std::filesystem::path data, std::vector<std::string> further_arguments = {});
  // stop().
  ~Daemon();

  const std::filesystem::path& data() const { return data_; }
  Program& process() { return *process_; }
  pid_t postmaster() const;
  // From the start of the process to the line that says it serves.
  std::chrono::milliseconds started_in() const { return started_in_; }
  int port() const { return port_; }

  // SIGTERM, and the end it comes to; again: the same.
  Ending stop();
  // SIGKILL: nothing of the daemon's own is put in order.
  void kill();

  // Sends one request. Each thread keeps a connection of its own. Throws NoAnswer.
  Answer send(const std::string& method, const std::string& path, const Headers& headers,
              const std::string& body = "");

  // Lets the clock that is shown go on from another instant, so many times as fast, as the owner of the database. Throws
  // std::runtime_error.
  void show_clock(const std::string& instant, int rate = 1);

  // What a superuser does by hand; what PostgreSQL says against it, empty where it was done.
  std::string execute(const std::string& sql);

  // POST in two halves; `between` is called when the daemon has the first and waits for the second.
  Answer post_in_halves(const std::string& path, const Headers& headers, const std::string& body,
                        const std::function<void()>& between);

  // The bearer token of a body's role, issued by `noroshi token issue` when first asked for.
  std::string token(const std::string& organization, const std::string& role, const std::string& name = "");
  // A new one each time.
  std::string issue_token(const std::vector<std::string>& arguments);

 private:
  std::filesystem::path data_;
  std::unique_ptr<Program> process_;
  std::optional<Ending> ending_;
  std::chrono::milliseconds started_in_{};
  int port_ = 0;
  std::mutex mutex_;
  std::map<std::tuple<std::string, std::string, std::string>, std::string> tokens_;
};

// The one that most stories share; started when first asked for, on a folder of its own.
Daemon& the_daemon();
// Ends it in order; its exit code, or 0 where it was never started.
int end_the_daemon();

// Asks until it is so, for `patience` at most; whether it became so.
template <class Condition>
bool eventually(Condition condition, std::chrono::seconds patience = std::chrono::seconds(30));

// `noroshid` and `noroshi` of this build.
std::filesystem::path noroshid_program();
std::filesystem::path noroshi_program();

}  // namespace noroshi::scenario

#include <thread>

template <class Condition>
bool noroshi::scenario::eventually(Condition condition, std::chrono::seconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}
