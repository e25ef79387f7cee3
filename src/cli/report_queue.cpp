#include "src/cli/report_queue.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <stdexcept>
#include <system_error>

#include <fmt/format.h>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_to.hpp>

namespace noroshi::cli {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

[[noreturn]] void fail(const std::string& what, const fs::path& path) {
  throw std::system_error(errno, std::generic_category(), what + " " + path.string());
}

class Descriptor {
 public:
  Descriptor(const fs::path& path, int flags, mode_t mode = 0)
      : value_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {
    if (value_ < 0) fail("open", path);
  }
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return value_; }
  int release() { return std::exchange(value_, -1); }

 private:
  int value_;
};

void sync_folder(const fs::path& folder) {
  const Descriptor descriptor(folder, O_RDONLY | O_DIRECTORY);
  if (::fsync(descriptor.get()) != 0) fail("fsync", folder);
}

void make_folder(const fs::path& folder) {
  if (::mkdir(folder.c_str(), 0700) != 0) {
    if (errno != EEXIST) fail("mkdir", folder);
    return;
  }
  sync_folder(folder.parent_path().empty() ? "." : folder.parent_path());
}

void make_folders(const fs::path& folder) {
  if (fs::exists(folder)) return;
  if (folder.has_parent_path() && folder.parent_path() != folder) make_folders(folder.parent_path());
  make_folder(folder);
}

void lock(int descriptor, const fs::path& path) {
  while (::flock(descriptor, LOCK_EX) != 0)
    if (errno != EINTR) fail("flock", path);
}

void write_all(int descriptor, std::string_view bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const auto written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("write", path);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::string read_all(int descriptor, const fs::path& path) {
  std::string bytes;
  char buffer[64 * 1024];
  while (true) {
    const auto got = ::pread(descriptor, buffer, sizeof buffer, static_cast<off_t>(bytes.size()));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail("read", path);
    if (got == 0) return bytes;
    bytes.append(buffer, static_cast<std::size_t>(got));
  }
}

// One name for each target: only who holds the numbering or the claim writes there, and what a killed process
// left is written over.
fs::path aside(const fs::path& path) {
  return path.string() + ".new";
}

// Leaves the file open, and locked where asked: no other process can claim it between its birth and our
// sending.
int write_durably(const fs::path& path, std::string_view bytes, bool locked) {
  const auto temporary = aside(path);
  Descriptor descriptor(temporary, O_RDWR | O_CREAT | O_TRUNC, 0600);
  if (locked) lock(descriptor.get(), temporary);
  write_all(descriptor.get(), bytes, temporary);
  if (::fsync(descriptor.get()) != 0) fail("fsync", temporary);
  if (::rename(temporary.c_str(), path.c_str()) != 0) fail("rename", path);
  sync_folder(path.parent_path());
  return descriptor.release();
}

std::string render(const QueuedReport& report) {
  const json::object header{{"number", report.number},
                            {"key", report.key},
                            {"url", report.url},
                            {"token_id", report.token_id},
                            {"queued_at", format_rfc3339(report.queued_at)}};
  return json::serialize(header) + '\n' + report.report;
}

QueuedReport parse(const std::string& bytes, const fs::path& path) {
  try {
    const auto end = bytes.find('\n');
    if (end == std::string::npos) throw std::runtime_error("no header line");
    const auto header = json::parse(std::string_view(bytes).substr(0, end)).as_object();
    QueuedReport report;
    report.number = header.at("number").to_number<std::uint64_t>();
    report.key = json::value_to<std::string>(header.at("key"));
    report.url = json::value_to<std::string>(header.at("url"));
    report.token_id = json::value_to<std::string>(header.at("token_id"));
    report.queued_at = parse_rfc3339(json::value_to<std::string>(header.at("queued_at"))).value();
    report.report = bytes.substr(end + 1);
    return report;
  } catch (const std::exception& error) {
    throw std::runtime_error(fmt::format("{} is no report of a queue: {}", path.string(), error.what()));
  }
}

const char* name_of(QueueState state) {
  switch (state) {
    case QueueState::pending:
      return "pending";
    case QueueState::accepted:
      return "accepted";
    case QueueState::refused:
      return "refused";
  }
  return "";
}

std::optional<std::uint64_t> number_in(const fs::path& path) {
  if (path.extension() != ".report") return std::nullopt;
  const auto stem = path.stem().string();
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(stem.data(), stem.data() + stem.size(), number);
  if (error != std::errc() || end != stem.data() + stem.size()) return std::nullopt;
  return number;
}

constexpr QueueState all_states[] = {QueueState::pending, QueueState::accepted, QueueState::refused};

}  // namespace

ReportQueue::Claim::Claim(QueuedReport report, fs::path path, int descriptor)
    : report_(std::move(report)), path_(std::move(path)), descriptor_(descriptor) {}

ReportQueue::Claim::Claim(Claim&& other) noexcept
    : report_(std::move(other.report_)),
      path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

ReportQueue::Claim::~Claim() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

ReportQueue::ReportQueue(fs::path folder) : folder_(std::move(folder)) {
  make_folders(folder_);
  for (const auto state : all_states) make_folder(folder_ / name_of(state));
}

std::optional<fs::path> ReportQueue::default_folder() {
  const char* state = std::getenv("XDG_STATE_HOME");
  if (state && *state) return fs::path(state) / "noroshi" / "queue";
  const char* home = std::getenv("HOME");
  if (!home || !*home) return std::nullopt;
  return fs::path(home) / ".local" / "state" / "noroshi" / "queue";
}

fs::path ReportQueue::path_of(QueueState state, std::uint64_t number) const {
  return folder_ / name_of(state) / fmt::format("{:08}.report", number);
}

std::vector<std::uint64_t> ReportQueue::numbers(QueueState state) const {
  std::vector<std::uint64_t> found;
  for (const auto& entry : fs::directory_iterator(folder_ / name_of(state)))
    if (const auto number = number_in(entry.path())) found.push_back(*number);
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<std::uint64_t> ReportQueue::pending() const {
  return numbers(QueueState::pending);
}

QueuedReport ReportQueue::read(QueueState state, std::uint64_t number) const {
  const auto path = path_of(state, number);
  const Descriptor descriptor(path, O_RDONLY);
  return parse(read_all(descriptor.get(), path), path);
}

std::optional<std::pair<QueueState, QueuedReport>> ReportQueue::find(const std::string& key) const {
  for (const auto state : all_states)
    for (const auto number : numbers(state)) {
      const auto path = path_of(state, number);
      const int opened = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
      if (opened < 0 && errno == ENOENT) continue;  // settled meanwhile: a later state holds it
      if (opened < 0) fail("open", path);
      const Claim closes({}, path, opened);
      if (auto report = parse(read_all(opened, path), path); report.key == key)
        return std::pair{state, std::move(report)};
    }
  return std::nullopt;
}

ReportQueue::Claim ReportQueue::add(QueuedReport report) {
  const Descriptor numbering(folder_ / "lock", O_RDWR | O_CREAT, 0600);
  lock(numbering.get(), folder_ / "lock");
  std::uint64_t last = 0;
  for (const auto state : all_states)
    if (const auto found = numbers(state); !found.empty()) last = std::max(last, found.back());
  report.number = last + 1;
  const auto path = path_of(QueueState::pending, report.number);
  const int descriptor = write_durably(path, render(report), true);
  return Claim(std::move(report), path, descriptor);
}

std::optional<ReportQueue::Claim> ReportQueue::claim(std::uint64_t number) {
  const auto path = path_of(QueueState::pending, number);
  const int opened = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (opened < 0 && errno == ENOENT) return std::nullopt;
  if (opened < 0) fail("open", path);
  Claim claim({}, path, opened);
  lock(opened, path);
  // While we waited, whoever held it may have settled it.
  struct stat ours {};
  struct stat there {};
  if (::fstat(opened, &ours) != 0) fail("stat", path);
  if (::stat(path.c_str(), &there) != 0 || ours.st_ino != there.st_ino) return std::nullopt;
  claim.report_ = parse(read_all(opened, path), path);
  return claim;
}

std::string ReportQueue::answer_of(QueueState state, std::uint64_t number) const {
  auto path = path_of(state, number);
  path.replace_extension(state == QueueState::accepted ? ".receipt.json" : ".problem.json");
  const int opened = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (opened < 0 && errno == ENOENT) return {};
  if (opened < 0) fail("open", path);
  const Claim closes({}, path, opened);
  return read_all(opened, path);
}

void ReportQueue::settle(Claim claim, QueueState state, const std::string& answer) {
  const auto target = path_of(state, claim.report_.number);
  auto beside = target;
  beside.replace_extension(state == QueueState::accepted ? ".receipt.json" : ".problem.json");
  ::close(write_durably(beside, answer, false));
  if (::rename(claim.path_.c_str(), target.c_str()) != 0) fail("rename", target);
  sync_folder(target.parent_path());
  sync_folder(claim.path_.parent_path());
}

}  // namespace noroshi::cli
