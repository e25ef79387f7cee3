#include "src/cli/new_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace noroshi::cli {

NewFile::NewFile(std::filesystem::path path)
    : path_(std::move(path)), descriptor_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)) {
  error_ = descriptor_ < 0 ? errno : 0;
}

NewFile::~NewFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  if (!kept_) ::unlink(path_.c_str());
}

bool NewFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return error_ = errno, false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

bool NewFile::keep() {
  return kept_ = ::fsync(descriptor_) == 0;
}

}  // namespace noroshi::cli
