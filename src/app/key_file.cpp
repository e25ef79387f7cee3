#include "src/app/key_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

namespace noroshi::app {

OpenFile open_key_file(const std::filesystem::path& path) {
  OpenFile file(std::fopen(path.c_str(), "re"));
  struct stat status {};
  if (!file || ::fstat(::fileno(file.get()), &status) != 0)
    throw KeyFileFault(fmt::format("cannot read {}: {}", path.string(), std::strerror(errno)));
  if ((status.st_mode & 077) != 0)
    throw KeyFileFault(fmt::format("{} can be read by others: chmod 600 it, or move it away for a new one", path.string()));
  return file;
}

void write_key_file(const std::filesystem::path& path, const std::function<bool(std::FILE*)>& put) {
  std::filesystem::create_directories(path.parent_path());
  ::chmod(path.parent_path().c_str(), 0700);
  const auto draft = fmt::format("{}.{}.new", path.string(), ::getpid());
  ::unlink(draft.c_str());
  const int descriptor = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  const OpenFile file(descriptor < 0 ? nullptr : ::fdopen(descriptor, "w"));
  const bool written = file && put(file.get()) && std::fflush(file.get()) == 0 && ::fsync(descriptor) == 0 &&
                       ::link(draft.c_str(), path.c_str()) == 0;  // not rename: a key is never replaced
  const int why = errno;
  ::unlink(draft.c_str());
  errno = why;
  if (!written) throw KeyFileFault(fmt::format("cannot write {}: {}", path.string(), std::strerror(errno)));
  const int folder = ::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = folder >= 0 && ::fsync(folder) == 0;
  if (folder >= 0) ::close(folder);
  if (!synced) throw KeyFileFault(fmt::format("cannot sync {}: {}", path.parent_path().string(), std::strerror(errno)));
}

}  // namespace noroshi::app
