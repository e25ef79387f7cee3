#include "src/cli/daemon_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <deque>
#include <fstream>
#include <system_error>

#include <fmt/format.h>

#include "src/cli/exit_code.h"

namespace noroshi::cli {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

constexpr std::string_view ready = "noroshid ready ";
constexpr auto time_to_end = std::chrono::seconds(30);

std::string last_lines(const fs::path& log) {
  std::ifstream stream(log);
  std::deque<std::string> lines;
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(line);
    if (lines.size() > 10) lines.pop_front();
  }
  std::string text;
  for (const auto& line : lines) text += "\n  " + line;
  return text;
}

// In the child: only calls that are safe after fork.
[[noreturn]] void become(char** command, int output, int log, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(exit_internal);  // the parent died before we asked
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  ::setpgid(0, 0);  // Ctrl-C of the terminal reaches us alone; we end it in order
  const int nothing = ::open("/dev/null", O_RDONLY);
  if (nothing < 0 || ::dup2(nothing, 0) < 0 || ::dup2(output, 1) < 0 || ::dup2(log, 2) < 0)
    ::_exit(exit_internal);
  ::execv(command[0], command);
  ::_exit(127);
}

}  // namespace

fs::path noroshid_beside_us() {
  std::error_code error;
  const auto self = fs::read_symlink("/proc/self/exe", error);
  const auto program = self.parent_path() / "noroshid";
  if (error || ::access(program.c_str(), X_OK) != 0)
    throw DaemonFailed(
        fmt::format("there is no {}: build or install noroshid beside noroshi", program.string()),
        exit_configuration);
  return program;
}

DaemonProcess::DaemonProcess(const fs::path& program, const std::vector<std::string>& arguments,
                             const fs::path& log, std::chrono::seconds patience) {
  int pipe[2];
  if (::pipe2(pipe, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  const int log_file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (log_file < 0) throw std::system_error(errno, std::generic_category(), log.string());

  std::vector<std::string> words{program.string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> command;
  for (auto& word : words) command.push_back(word.data());
  command.push_back(nullptr);

  const pid_t self = ::getpid();
  pid_ = ::fork();
  if (pid_ == 0) become(command.data(), pipe[1], log_file, self);
  const int error = errno;
  ::close(pipe[1]);
  ::close(log_file);
  if (pid_ < 0) {
    ::close(pipe[0]);
    throw std::system_error(error, std::generic_category(), "fork");
  }
  process_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
  try {
    wait_until_ready(pipe[0], log, patience);
  } catch (...) {
    ::close(pipe[0]);
    stop();
    throw;
  }
  ::close(pipe[0]);  // it writes one line only
}

DaemonProcess::~DaemonProcess() {
  stop();
  if (process_ >= 0) ::close(process_);
}

void DaemonProcess::wait_until_ready(int descriptor, const fs::path& log, std::chrono::seconds patience) {
  const auto deadline = steady_clock::now() + patience;
  std::string said;
  while (said.find('\n') == std::string::npos) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - steady_clock::now());
    pollfd waiting{descriptor, POLLIN, 0};
    const int events = left.count() > 0 ? ::poll(&waiting, 1, static_cast<int>(left.count())) : 0;
    if (events < 0 && errno == EINTR) continue;
    if (events <= 0)
      throw DaemonFailed(
          fmt::format("noroshid is not ready after {} s:{}", patience.count(), last_lines(log)),
          exit_unavailable);
    char buffer[512];
    const auto got = ::read(descriptor, buffer, sizeof buffer);
    if (got > 0) {
      said.append(buffer, static_cast<std::size_t>(got));
    } else if (got == 0) {
      ended(time_to_end);
      throw DaemonFailed(fmt::format("noroshid ended before it served:{}", last_lines(log)),
                         exit_code_ > 0 ? exit_code_ : exit_internal);
    }
  }
  const auto line = said.substr(0, said.find('\n'));
  if (!line.starts_with(ready))
    throw DaemonFailed("noroshid said something else than that it is ready", exit_internal);
  url_ = line.substr(ready.size());
}

bool DaemonProcess::ended(std::chrono::milliseconds patience) {
  if (pid_ < 0) return true;
  pollfd waiting{process_, POLLIN, 0};
  const auto deadline = steady_clock::now() + patience;
  int events = 0;
  do {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - steady_clock::now());
    events = ::poll(&waiting, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
  } while (events < 0 && errno == EINTR);
  if (events <= 0) return false;
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  pid_ = -1;
  return true;
}

bool DaemonProcess::wait_for_signal() {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGINT);
  ::sigaddset(&signals, SIGTERM);
  const int descriptor = ::signalfd(-1, &signals, SFD_CLOEXEC);
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), "signalfd");
  pollfd waiting[2] = {{descriptor, POLLIN, 0}, {process_, POLLIN, 0}};
  while (::poll(waiting, 2, -1) < 0 && errno == EINTR) {
  }
  ::close(descriptor);
  return (waiting[0].revents & POLLIN) != 0;
}

int DaemonProcess::stop() {
  if (ended(std::chrono::milliseconds(0))) return exit_code_;
  ::kill(pid_, SIGTERM);
  if (!ended(time_to_end)) {
    ::kill(pid_, SIGKILL);
    ended(time_to_end);
  }
  return exit_code_;
}

}  // namespace noroshi::cli
