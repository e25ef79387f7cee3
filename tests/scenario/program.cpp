#include "tests/scenario/program.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace noroshi::scenario {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

// In the child: only calls that are safe after fork.
[[noreturn]] void become(char** command, int output, int errors, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(70);  // the parent died before we asked
  ::setpgid(0, 0);
  const int nothing = ::open("/dev/null", O_RDONLY);
  if (nothing < 0 || ::dup2(nothing, 0) < 0 || ::dup2(output, 1) < 0 || ::dup2(errors, 2) < 0) ::_exit(70);
  ::execv(command[0], command);
  ::_exit(127);
}

int open_for_writing(const fs::path& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) throw std::system_error(errno, std::generic_category(), path.string());
  return file;
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string name = "/tmp/noroshi-scenario-XXXXXX";
  if (!::mkdtemp(name.data())) throw std::system_error(errno, std::generic_category(), name);
  ::chmod(name.c_str(), 0711);
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code error;
  fs::remove_all(path_, error);
}

Program::Program(const fs::path& program, const std::vector<std::string>& arguments, const fs::path& folder,
                 const std::string& name)
    : output_(folder / (name + ".out")), errors_(folder / (name + ".err")) {
  std::vector<std::string> words{program.string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> command;
  for (auto& word : words) command.push_back(word.data());
  command.push_back(nullptr);

  const int output = open_for_writing(output_);
  const int errors = open_for_writing(errors_);
  const pid_t self = ::getpid();
  pid_ = ::fork();
  if (pid_ == 0) become(command.data(), output, errors, self);
  const int error = errno;
  ::close(output);
  ::close(errors);
  if (pid_ < 0) throw std::system_error(error, std::generic_category(), "fork");
  process_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
  if (process_ < 0) throw std::system_error(errno, std::generic_category(), "pidfd_open");
}

Program::~Program() {
  if (!ended(0ms)) {
    ::kill(pid_, SIGKILL);
    ended(30s);
  }
  ::close(process_);
}

bool Program::ended(std::chrono::milliseconds patience) {
  if (code_) return true;
  const auto deadline = steady_clock::now() + patience;
  pollfd waiting{process_, POLLIN, 0};
  int events = 0;
  do {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - steady_clock::now());
    events = ::poll(&waiting, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
  } while (events < 0 && errno == EINTR);
  if (events <= 0) return false;
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return true;
}

bool Program::runs() {
  return !ended(0ms);
}

void Program::signal(int number) {
  if (!ended(0ms)) ::kill(pid_, number);
}

std::optional<Ending> Program::wait(std::chrono::milliseconds patience) {
  if (!ended(patience)) return std::nullopt;
  return Ending{*code_, output(), errors()};
}

std::optional<std::string> Program::first_line(std::chrono::milliseconds patience) {
  const auto deadline = steady_clock::now() + patience;
  while (true) {
    const bool over = ended(20ms);  // asked before reading, so that nothing written before the end is missed
    const std::string said = output();
    if (const auto end = said.find('\n'); end != std::string::npos) return said.substr(0, end);
    if (over || steady_clock::now() > deadline) return std::nullopt;
  }
}

std::string Program::output() const {
  return read_file(output_);
}

std::string Program::errors() const {
  return read_file(errors_);
}

Ending run(const fs::path& program, const std::vector<std::string>& arguments) {
  const TemporaryFolder folder;
  Program process(program, arguments, folder.path(), "program");
  auto ending = process.wait(60s);
  if (!ending) throw std::runtime_error(program.string() + " does not end: " + process.errors());
  return *ending;
}

std::string read_file(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

void write_file(const fs::path& path, std::string_view text) {
  std::ofstream stream(path, std::ios::binary);
  stream.write(text.data(), static_cast<std::streamsize>(text.size()));
  if (!stream.flush()) throw std::runtime_error("cannot write " + path.string());
}

bool is_alive(pid_t pid) {
  const std::string status = read_file(fs::path("/proc") / std::to_string(pid) / "stat");
  const auto name_end = status.rfind(')');  // the name may hold anything, brackets too
  return name_end != std::string::npos && name_end + 2 < status.size() && status[name_end + 2] != 'Z';
}

}  // namespace noroshi::scenario
