// Child processes and users of the operating system, as far as the private cluster needs them.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace noroshi::store {

// Closes a file descriptor. -1 is none.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(other.release()) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  ~FileDescriptor();
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release();

 private:
  int fd_ = -1;
};

struct OsUser {
  uid_t uid = 0;
  gid_t gid = 0;
  std::string name;
  std::vector<gid_t> groups;  // all of them, so that a child need not read /etc/group between fork and exec
};
// Nothing where the user has no entry.
std::optional<OsUser> find_user(const std::string& name);
std::optional<OsUser> find_user(uid_t uid);

struct ProcessStart {
  std::vector<std::string> command;  // the program by its path, then its arguments
  const OsUser* as = nullptr;        // null, or the present user: no change. Needs root otherwise
  int output = -1;                   // where stdout and stderr go; -1: /dev/null
  std::vector<std::string> environment;  // "NAME=value", beside what this process has
  bool own_session = false;          // setsid: signals of the terminal do not reach it
  bool die_with_parent = false;      // SIGKILL when the thread that started it ends
};

// Starts a program: working directory "/", signals as new, only 0, 1 and 2 open, locale C and no PG…
// variables. Returns once the program runs; throws std::system_error where it cannot (permission, not found).
pid_t start_process(const ProcessStart& start);

// Refers to a process whose number may be taken by another later. Throws std::system_error; nothing where it
// is gone.
std::optional<FileDescriptor> open_process(pid_t pid);
// Whether the process has ended by then.
bool wait_for_end(const FileDescriptor& process, std::chrono::milliseconds patience);

// Exit status as waitpid(2) gives it, of a child that has ended; nothing where it is no child of ours.
std::optional<int> reap(pid_t pid);
// "exit code 1", "signal 9"
std::string describe_status(std::optional<int> status);

// Which of the directories the user may not enter (search permission, with his groups and any ACL), in order.
std::vector<std::filesystem::path> not_traversable(const OsUser& user,
                                                   const std::vector<std::filesystem::path>& directories);

// Runs a program to its end and returns what it wrote to stdout; nothing where it fails to start or to
// succeed.
std::optional<std::string> output_of(const std::vector<std::string>& command);

}  // namespace noroshi::store
