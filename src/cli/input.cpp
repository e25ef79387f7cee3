#include "src/cli/input.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace noroshi::cli {

tl::expected<std::string, std::string> read_input(const std::string& file) {
  const bool standard_input = file == "-";
  const int descriptor = standard_input ? STDIN_FILENO : ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return tl::unexpected(std::string(std::strerror(errno)));
  std::string bytes;
  char buffer[256 * 1024];
  ssize_t got = 0;
  while ((got = ::read(descriptor, buffer, sizeof buffer)) != 0) {
    if (got > 0) {
      bytes.append(buffer, static_cast<std::size_t>(got));
    } else if (errno != EINTR) {
      break;
    }
  }
  const int error = got < 0 ? errno : 0;
  if (!standard_input) ::close(descriptor);
  if (error) return tl::unexpected(std::string(std::strerror(error)));
  return bytes;
}

}  // namespace noroshi::cli
