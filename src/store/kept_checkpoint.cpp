#include "src/store/kept_checkpoint.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

namespace noroshi::store {
namespace {

constexpr std::size_t longest_file = 64 * 1024;  // of a note

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return number_; }

 private:
  int number_;
};

[[noreturn]] void fail(const char* doing, const std::filesystem::path& path) {
  throw KeptCheckpointFault(fmt::format("cannot {} {}: {}", doing, path.string(), std::strerror(errno)));
}

std::optional<std::string> read_file(const std::filesystem::path& path) {
  // A FIFO or a device laid there must not hold the sealer up.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (file.get() < 0) {
    if (errno == ENOENT) return std::nullopt;
    fail("read", path);
  }
  std::string text(longest_file + 1, '\0');
  std::size_t length = 0;
  while (length < text.size()) {
    const auto got = ::read(file.get(), text.data() + length, text.size() - length);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail("read", path);
    if (got == 0) break;
    length += static_cast<std::size_t>(got);
  }
  text.resize(length);
  return text;
}

void write_all(int descriptor, const std::string& text, const std::filesystem::path& path) {
  for (std::size_t written = 0; written < text.size();) {
    const auto some = ::write(descriptor, text.data() + written, text.size() - written);
    if (some < 0 && errno == EINTR) continue;
    if (some < 0) fail("write", path);
    written += static_cast<std::size_t>(some);
  }
}

// Whole or not at all, and durable.
void write_file(const std::filesystem::path& folder, const char* name, const std::string& text) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw KeptCheckpointFault(fmt::format("cannot make {}: {}", folder.string(), error.message()));
  const auto path = folder / name;
  const auto draft = folder / (std::string(name) + ".new");
  if (::unlink(draft.c_str()) != 0 && errno != ENOENT) fail("replace", draft);
  {
    const Descriptor file(::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
    if (file.get() < 0) fail("write", draft);
    write_all(file.get(), text, draft);
    if (::fsync(file.get()) != 0) fail("sync", draft);
  }
  if (::rename(draft.c_str(), path.c_str()) != 0) fail("rename to", path);
  const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0 || ::fsync(directory.get()) != 0) fail("sync", folder);
}

}  // namespace

std::optional<KeptHead> KeptCheckpoint::read() const {
  if (folder_.empty()) return std::nullopt;
  const auto path = folder_ / "checkpoint";
  auto text = read_file(path);
  if (!text) return std::nullopt;
  const auto note = record::parse_note(*text);
  if (!note) throw KeptCheckpointFault(fmt::format("{} is no signed note: {}", path.string(), note.error()));
  auto checkpoint = record::parse_checkpoint(note->text);
  if (!checkpoint) throw KeptCheckpointFault(fmt::format("{} is no checkpoint: {}", path.string(), checkpoint.error()));
  return KeptHead{std::move(*checkpoint), std::move(*text)};
}

void KeptCheckpoint::keep(const std::string& note) const {
  if (folder_.empty()) return;
  write_file(folder_, "checkpoint", note);
}

std::string KeptCheckpoint::accepted_origin() const {
  if (folder_.empty()) return {};
  auto text = read_file(folder_ / "continued").value_or("");
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

void KeptCheckpoint::accept_origin(const std::string& name) const {
  if (folder_.empty()) return;
  write_file(folder_, "continued", name + "\n");
}

}  // namespace noroshi::store
