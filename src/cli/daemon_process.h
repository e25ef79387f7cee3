// A noroshid of our own, for the length of an object.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace noroshi::cli {

// It ended before it served, or could not be started (what() holds the last lines of its log), or does not do
// its work.
struct DaemonFailed : std::runtime_error {
  DaemonFailed(const std::string& what, int code) : std::runtime_error(what), exit_code(code) {}
  int exit_code;  // the daemon's own, or 70
};

class DaemonProcess {
 public:
  // `program` is started with `arguments`; its stderr goes to `log`. Returns once it has said that it serves.
  // It gets SIGTERM when this process dies, however it dies. Throws DaemonFailed.
  DaemonProcess(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                const std::filesystem::path& log, std::chrono::seconds patience);
  // stop().
  ~DaemonProcess();
  DaemonProcess(const DaemonProcess&) = delete;
  DaemonProcess& operator=(const DaemonProcess&) = delete;

  // "https://127.0.0.1:8443", as it said.
  const std::string& url() const { return url_; }

  // Blocks until SIGINT or SIGTERM reaches us (true) or the daemon has ended by itself (false). Both signals
  // must be blocked in every thread.
  bool wait_for_signal();

  // SIGTERM, and SIGKILL where that did not end it in half a minute. Its exit code; again: the same.
  int stop();

 private:
  void wait_until_ready(int descriptor, const std::filesystem::path& log, std::chrono::seconds patience);
  bool ended(std::chrono::milliseconds patience);

  pid_t pid_ = -1;
  int process_ = -1;  // pidfd
  int exit_code_ = -1;
  std::string url_;
};

// noroshid beside this program. Throws DaemonFailed where there is none.
std::filesystem::path noroshid_beside_us();

}  // namespace noroshi::cli
