#include "src/store/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <linux/close_range.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <system_error>

namespace noroshi::store {

namespace {

[[noreturn]] void throw_errno(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

std::optional<OsUser> make_user(const passwd* entry) {
  if (!entry) return std::nullopt;
  OsUser user{entry->pw_uid, entry->pw_gid, entry->pw_name, {}};
  int count = 64;
  user.groups.resize(static_cast<std::size_t>(count));
  if (::getgrouplist(entry->pw_name, entry->pw_gid, user.groups.data(), &count) < 0) {
    user.groups.resize(static_cast<std::size_t>(count));
    ::getgrouplist(entry->pw_name, entry->pw_gid, user.groups.data(), &count);
  }
  user.groups.resize(static_cast<std::size_t>(count));
  return user;
}

// Between fork and exec in a process with threads: async-signal-safe calls only, no allocation.
bool become(const OsUser& user) {
  return ::setgroups(user.groups.size(), user.groups.data()) == 0 && ::setgid(user.gid) == 0 &&
         ::setuid(user.uid) == 0;
}

std::vector<std::string> child_environment() {
  std::vector<std::string> environment;
  for (char** entry = environ; *entry; ++entry) {
    const std::string_view variable(*entry);
    if (variable.starts_with("PG") || variable.starts_with("LC_") || variable.starts_with("LANG")) continue;
    environment.emplace_back(variable);
  }
  environment.emplace_back("LC_ALL=C");
  return environment;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> all;
  for (std::string& text : strings) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

}  // namespace

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = other.release();
  }
  return *this;
}

FileDescriptor::~FileDescriptor() {
  if (fd_ >= 0) ::close(fd_);
}

int FileDescriptor::release() {
  const int fd = fd_;
  fd_ = -1;
  return fd;
}

std::optional<OsUser> find_user(const std::string& name) {
  std::array<char, 16'384> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  ::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
  return make_user(found);
}

std::optional<OsUser> find_user(uid_t uid) {
  std::array<char, 16'384> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  ::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found);
  return make_user(found);
}

pid_t start_process(const ProcessStart& start) {
  // Everything that allocates is done before the fork.
  std::vector<std::string> command = start.command;
  std::vector<std::string> environment = child_environment();
  environment.insert(environment.end(), start.environment.begin(), start.environment.end());
  const std::vector<char*> arguments = pointers(command);
  const std::vector<char*> variables = pointers(environment);
  const bool change_user = start.as && start.as->uid != ::geteuid();

  int report[2];
  if (::pipe2(report, O_CLOEXEC) != 0) throw_errno("pipe");
  const FileDescriptor report_read(report[0]);
  FileDescriptor report_write(report[1]);
  const FileDescriptor null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!null) throw_errno("/dev/null");
  const int output = start.output >= 0 ? start.output : null.get();

  // No signal of ours may run a handler in the child before its handlers are gone.
  sigset_t every;
  sigset_t before;
  ::sigfillset(&every);
  ::pthread_sigmask(SIG_SETMASK, &every, &before);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid == 0) {
    struct sigaction standard {};
    standard.sa_handler = SIG_DFL;
    for (int signal = 1; signal < NSIG; ++signal) ::sigaction(signal, &standard, nullptr);
    if (start.own_session) ::setsid();
    bool ready = ::dup2(null.get(), STDIN_FILENO) >= 0 && ::dup2(output, STDOUT_FILENO) >= 0 &&
                 ::dup2(output, STDERR_FILENO) >= 0 && ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) == 0 &&
                 ::chdir("/") == 0;
    ::umask(077);
    if (ready && change_user) ready = become(*start.as);
    if (ready && start.die_with_parent) {
      // After the change of user, which resets it.
      ready = ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && ::getppid() == parent;
    }
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    if (ready) ::execve(arguments[0], arguments.data(), variables.data());
    const int error = errno;
    [[maybe_unused]] const ssize_t written = ::write(report[1], &error, sizeof error);
    ::_exit(127);
  }
  const int fork_error = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (pid < 0) throw std::system_error(fork_error, std::generic_category(), "fork");

  report_write = FileDescriptor();
  int error = 0;
  ssize_t got = 0;
  while ((got = ::read(report_read.get(), &error, sizeof error)) < 0 && errno == EINTR) {
  }
  if (got == sizeof error) {
    ::waitpid(pid, nullptr, 0);
    throw std::system_error(error, std::generic_category(), start.command.front());
  }
  return pid;
}

std::optional<FileDescriptor> open_process(pid_t pid) {
  // glibc 2.36 declares pidfd_open without extern "C". The descriptor is close-on-exec.
  FileDescriptor process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (process) return process;
  if (errno == ESRCH) return std::nullopt;
  throw_errno("pidfd_open");
}

bool wait_for_end(const FileDescriptor& process, std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (true) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd ended{process.get(), POLLIN, 0};
    const int count = ::poll(&ended, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    if (count > 0) return true;
    if (count == 0) return false;
    if (errno != EINTR) throw_errno("poll");
  }
}

std::optional<int> reap(pid_t pid) {
  int status = 0;
  pid_t result = 0;
  while ((result = ::waitpid(pid, &status, 0)) < 0 && errno == EINTR) {
  }
  return result == pid ? std::optional(status) : std::nullopt;
}

std::string describe_status(std::optional<int> status) {
  if (!status) return "it is gone";
  if (WIFSIGNALED(*status)) return fmt::format("signal {}", WTERMSIG(*status));
  return fmt::format("exit code {}", WEXITSTATUS(*status));
}

std::vector<std::filesystem::path> not_traversable(const OsUser& user,
                                                   const std::vector<std::filesystem::path>& directories) {
  int report[2];
  if (::pipe2(report, O_CLOEXEC) != 0) throw_errno("pipe");
  const FileDescriptor report_read(report[0]);
  FileDescriptor report_write(report[1]);
  const pid_t pid = ::fork();
  if (pid == 0) {
    if (user.uid != ::geteuid() && !become(user)) ::_exit(1);
    for (std::size_t i = 0; i < directories.size(); ++i) {
      if (::access(directories[i].c_str(), X_OK) == 0) continue;
      if (::write(report[1], &i, sizeof i) != sizeof i) ::_exit(1);
    }
    ::_exit(0);
  }
  if (pid < 0) throw_errno("fork");
  report_write = FileDescriptor();
  std::vector<std::filesystem::path> closed;
  std::size_t index = 0;
  while (::read(report_read.get(), &index, sizeof index) == sizeof index)
    closed.push_back(directories.at(index));
  if (const auto status = reap(pid); status && *status != 0)
    throw std::runtime_error("cannot act as " + user.name);
  return closed;
}

std::optional<std::string> output_of(const std::vector<std::string>& command) {
  int line[2];
  if (::pipe2(line, O_CLOEXEC) != 0) throw_errno("pipe");
  const FileDescriptor read_end(line[0]);
  FileDescriptor write_end(line[1]);
  pid_t pid = 0;
  try {
    pid = start_process({.command = command, .output = write_end.get(), .die_with_parent = true});
  } catch (const std::system_error&) {
    return std::nullopt;
  }
  write_end = FileDescriptor();
  std::string text;
  std::array<char, 4096> buffer{};
  ssize_t got = 0;
  while ((got = ::read(read_end.get(), buffer.data(), buffer.size())) > 0 || (got < 0 && errno == EINTR)) {
    if (got > 0) text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  const auto status = reap(pid);
  if (!status || *status != 0) return std::nullopt;
  return text;
}

}  // namespace noroshi::store
