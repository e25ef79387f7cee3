// Programs of this project as child processes: started, waited for, ended by their number.
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace noroshi::scenario {

// A folder under /tmp that others may pass through but not list: PostgreSQL runs as a user of its own when
// the tests run as root. Gone with the object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// What a program wrote and how it ended.
struct Ending {
  int code = -1;  // 128 + n where signal n ended it
  std::string output;
  std::string errors;
};

// A child. It gets SIGTERM when this process dies, however it dies.
class Program {
 public:
  // `folder` takes its stdout and stderr, as <name>.out and <name>.err; those of an earlier one are replaced.
  Program(const std::filesystem::path& program, const std::vector<std::string>& arguments,
          const std::filesystem::path& folder, const std::string& name);
  // SIGKILL where it still runs.
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  pid_t pid() const { return pid_; }
  bool runs();
  void signal(int number);
  // Its end, if it comes in time.
  std::optional<Ending> wait(std::chrono::milliseconds patience);
  // The first line of stdout once it is whole; nothing where the program ends before or takes too long.
  std::optional<std::string> first_line(std::chrono::milliseconds patience);
  std::string output() const;
  std::string errors() const;

 private:
  bool ended(std::chrono::milliseconds patience);

  pid_t pid_ = -1;
  int process_ = -1;  // pidfd
  std::optional<int> code_;
  std::filesystem::path output_, errors_;
};

// Runs a program to its end. Throws std::runtime_error where it takes more than a minute.
Ending run(const std::filesystem::path& program, const std::vector<std::string>& arguments);

std::string read_file(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, std::string_view text);

// Whether a process of that number is there and has not ended.
bool is_alive(pid_t pid);

}  // namespace noroshi::scenario
