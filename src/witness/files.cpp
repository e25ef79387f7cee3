#include "src/witness/files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "src/witness/words.h"

namespace noroshi::witness {
namespace {

constexpr std::size_t largest_file = 1024 * 1024;

[[noreturn]] void fail(const char* ja, const char* en, const std::filesystem::path& path) {
  const std::string why = std::strerror(errno);
  throw Stop(exit_configuration, {path.string() + ja + why, std::string(en) + path.string() + ": " + why});
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }

 private:
  int number_;
};

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

std::optional<std::string> read_file(const std::filesystem::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file && errno == ENOENT) return std::nullopt;
  if (!file) fail(" を読めません: ", "cannot read ", path);
  std::string text;
  char buffer[4096];
  for (;;) {
    const ssize_t length = ::read(file.number(), buffer, sizeof buffer);
    if (length < 0 && errno == EINTR) continue;
    if (length < 0) fail(" を読めません: ", "cannot read ", path);
    if (length == 0) return text;
    text.append(buffer, static_cast<std::size_t>(length));
    if (text.size() > largest_file) {
      errno = EFBIG;
      fail(" を読めません: ", "cannot read ", path);
    }
  }
}

void keep_file(const std::filesystem::path& path, std::string_view text) {
  const auto aside = path.string() + ".new";
  {
    const Descriptor file(::open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file || !write_all(file.number(), text) || ::fsync(file.number()) != 0)
      fail(" に書けません: ", "cannot write ", path);
  }
  const Descriptor folder(::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (::rename(aside.c_str(), path.c_str()) != 0 || !folder || ::fsync(folder.number()) != 0)
    fail(" に書けません: ", "cannot write ", path);
}

}  // namespace noroshi::witness
