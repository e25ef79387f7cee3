#include "src/cli/own_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>

namespace noroshi::cli {
namespace {

tl::unexpected<std::string> failed(int error) {
  return tl::unexpected(std::string(std::strerror(error)));
}

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::fsync(descriptor) == 0;
}

void sync_folder_of(const std::string& file) {
  auto folder = std::filesystem::path(file).parent_path();
  if (folder.empty()) folder = ".";
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

tl::expected<void, std::string> write_file(const std::string& file, std::string_view bytes, bool replaces) {
  const auto draft = fmt::format("{}.{}.part", file, ::getpid());
  const int descriptor = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (descriptor < 0) return failed(errno);
  const bool written = write_all(descriptor, bytes);
  int error = written ? 0 : errno;
  ::close(descriptor);
  // A second name takes no other's place, where renaming would.
  if (!error && (replaces ? ::rename(draft.c_str(), file.c_str()) : ::link(draft.c_str(), file.c_str())) != 0) error = errno;
  if (error || !replaces) ::unlink(draft.c_str());
  if (error) return failed(error);
  sync_folder_of(file);
  return {};
}

}  // namespace

tl::expected<void, std::string> write_new_file(const std::string& file, std::string_view bytes) {
  return write_file(file, bytes, false);
}

tl::expected<void, std::string> replace_file(const std::string& file, std::string_view bytes) {
  return write_file(file, bytes, true);
}

}  // namespace noroshi::cli
