#include "src/witness/state.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "src/witness/files.h"

namespace noroshi::witness {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    if (end > at) lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

Stop broken(const std::filesystem::path& file) {
  return {exit_configuration,
          {file.string() + " の内容が壊れています。控えから戻すか、調べた上で取り除いてください。",
           file.string() + " does not read as it was written; put it back from your copy, or look and remove it"}};
}

std::string lines_for(const std::vector<NoteKey>& keys) {
  std::string text;
  for (const auto& key : keys) text += to_line(key) + "\n";
  return text;
}

std::string now_in_utc() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &parts)};
}

}  // namespace

State::State(std::filesystem::path folder) : folder_(std::move(folder)) {
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  ::chmod(folder_.c_str(), 0700);
  lock_ = ::open((folder_ / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_ < 0)
    throw Stop(exit_configuration, {folder_.string() + " に書けません。", folder_.string() + " cannot be written to"});
  if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    ::close(lock_);
    throw Stop(exit_unavailable, {folder_.string() + " は別の noroshi-witness が使用中です。",
                                  "another noroshi-witness has " + folder_.string()});
  }
  try {
    read();
  } catch (...) {
    ::close(lock_);
    throw;
  }
}

State::~State() {
  ::close(lock_);
}

void State::read() {
  for (const auto& line : lines_of(read_file(folder_ / "log-keys").value_or(""))) {
    const auto key = read_key(line);
    if (!key || key->kind != KeyKind::log || (!log_keys_.empty() && key->name != origin()))
      throw broken(folder_ / "log-keys");
    log_keys_.push_back(*key);
  }
  const auto kept = read_file(folder_ / "checkpoint");
  if (!kept) return;
  auto note = read_note(*kept);
  const auto checkpoint = note ? read_checkpoint(note->text) : std::nullopt;
  if (!checkpoint) throw broken(folder_ / "checkpoint");
  // That of a tree which was left stands in evidence/.
  if (checkpoint->origin == origin()) head_ = Head{*checkpoint, std::move(*note)};
}

std::string State::name(const std::string& wanted) {
  const auto file = folder_ / "name";
  if (const auto kept = read_file(file)) {
    const auto lines = lines_of(*kept);
    if (lines.size() != 1 || !is_name(lines[0])) throw broken(file);
    if (!wanted.empty() && wanted != lines[0])
      throw Stop(exit_usage, {"この証人の名前は " + lines[0] + " です。別の名前には別の --state を使ってください。",
                              "this witness is named " + lines[0] + "; use another --state for another name"});
    return lines[0];
  }
  std::string name = wanted;
  if (name.empty()) {
    std::array<char, 256> host{};
    if (::gethostname(host.data(), host.size() - 1) == 0) name = host.data();
  }
  if (!is_name(name))
    throw Stop(exit_usage, {"--name には空白と + を含まない 200 字以内の ASCII の名前を指定してください。",
                            "--name must be a name of at most 200 visible ASCII characters without '+'"});
  keep_file(file, name + "\n");
  return name;
}

void State::pin(std::vector<NoteKey> keys, const std::string& accepted_origin) {
  auto pinned = log_keys_;
  for (auto& key : keys) {
    if (!pinned.empty() && !accepted_origin.empty() && key.name == accepted_origin) key.name = pinned.front().name;
    if (key.kind != KeyKind::log || (!pinned.empty() && key.name != pinned.front().name))
      throw Stop(
          exit_usage,
          {"--log-key は、この証人が見ている記録（" + (pinned.empty() ? key.name : pinned.front().name) +
               "）の鍵ではありません。新しい起点は --accept-origin で受け入れます。",
           "--log-key is no key of the tree that this witness watches (" +
               (pinned.empty() ? key.name : pinned.front().name) + "); a new origin is accepted by --accept-origin"});
    if (std::find(pinned.begin(), pinned.end(), key) == pinned.end()) pinned.push_back(key);
  }
  if (pinned == log_keys_) return;
  keep_file(folder_ / "log-keys", lines_for(pinned));
  log_keys_ = std::move(pinned);
}

bool State::has_left(const std::string& origin) const {
  const auto left = lines_of(read_file(folder_ / "origins-left").value_or(""));
  return std::find(left.begin(), left.end(), origin) != left.end();
}

void State::move_to(const std::string& origin) {
  // First: ended in between, it has left a tree that it still watches, which it can be told of again.
  keep_file(folder_ / "origins-left", read_file(folder_ / "origins-left").value_or("") + this->origin() + "\n");
  auto moved = log_keys_;
  for (auto& key : moved) key.name = origin;
  keep_file(folder_ / "log-keys", lines_for(moved));
  log_keys_ = std::move(moved);
  head_.reset();
}

void State::keep(const Head& head) {
  keep_file(folder_ / "checkpoint", to_text(head.note));
  head_ = head;
}

std::optional<std::string> State::halted() const {
  return read_file(folder_ / "halted");
}

void State::go_on() {
  std::filesystem::remove(folder_ / "halted");
}

std::filesystem::path State::keep_evidence(const Text& why, const std::string& shown, bool halt) {
  const auto name = now_in_utc();
  auto folder = folder_ / "evidence" / name;
  std::error_code error;
  std::filesystem::create_directories(folder.parent_path(), error);
  ::chmod(folder.parent_path().c_str(), 0700);
  for (int n = 2; !std::filesystem::create_directory(folder, error) && !error; ++n)
    folder = folder_ / "evidence" / (name + "-" + std::to_string(n));
  if (head_) keep_file(folder / "held", to_text(head_->note));
  keep_file(folder / "shown", shown);
  keep_file(folder / "why", why.en + "\n" + why.ja + "\n");
  if (halt) keep_file(folder_ / "halted", why.en + "\n" + why.ja + "\n" + folder.string() + "\n");
  return folder;
}

}  // namespace noroshi::witness
