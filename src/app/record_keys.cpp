#include "src/app/record_keys.h"

#include <algorithm>
#include <system_error>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace noroshi::app {
namespace {

std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error))
    if (entry.path().extension() == ".pem") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

const store::RecordKey* find(const std::vector<store::RecordKey>& rows, const std::string& id) {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.id == id; });
  return found == rows.end() ? nullptr : &*found;
}

std::vector<std::pair<std::string, bool>> state_of(const std::vector<store::RecordKey>& rows) {
  std::vector<std::pair<std::string, bool>> state;
  for (const auto& row : rows) state.emplace_back(row.id, !row.retired_at);
  return state;
}

// Those of the files that may sign, in the order in which they were registered.
std::vector<SigningKey> signing_keys(const std::vector<SigningKey>& files, const std::vector<store::RecordKey>& rows) {
  std::vector<SigningKey> keys;
  for (const auto& row : rows)
    for (const auto& key : files)
      if (key.id() == row.id && !row.retired_at) keys.push_back(key);
  return keys;
}

}  // namespace

RecordKeys::RecordKeys(std::filesystem::path folder, store::Connection& owner) : folder_(std::move(folder)) {
  std::vector<SigningKey> files;
  for (const auto& file : files_in(folder_)) files.push_back(SigningKey::read(file));
  auto rows = store::record_keys(owner);
  for (const auto& key : files) {
    if (find(rows, key.id())) continue;
    spdlog::warn("the database does not know the key {} of {}: it is registered", key.id(), folder_.string());
    store::register_record_key(owner, key.id(), key.public_key(), key.raw_public_key(), core::Actor::system());
  }
  rows = store::record_keys(owner);
  if (signing_keys(files, rows).empty()) {
    const auto id = add(folder_, owner, core::Actor::system());
    files.push_back(SigningKey::read(folder_ / (id + ".pem")));
    rows = store::record_keys(owner);
  }
  use(signing_keys(files, rows));
  rows_ = state_of(rows);
}

std::string RecordKeys::add(const std::filesystem::path& folder, store::Connection& owner, const core::Actor& by,
                            const std::function<void(const std::filesystem::path&)>& written) {
  const auto key = SigningKey::make();
  const auto file = folder / (key.id() + ".pem");
  // The file first: one that the database does not know yet is registered at the next start.
  key.write(file);
  if (written) written(file);
  store::register_record_key(owner, key.id(), key.public_key(), key.raw_public_key(), by);
  return key.id();
}

void RecordKeys::refresh(store::Connection& connection) {
  const auto rows = store::record_keys(connection);
  auto state = state_of(rows);
  if (state == rows_) return;
  std::vector<SigningKey> files;
  bool all_read = true;
  for (const auto& file : files_in(folder_)) {
    try {
      files.push_back(SigningKey::read(file));
    } catch (const KeyFileFault& fault) {
      spdlog::warn("a key of the record is left out: {}", fault.what());
      all_read = false;
    }
  }
  auto keys = signing_keys(files, rows);
  std::string ids;
  for (const auto& key : keys) ids += (ids.empty() ? "" : ", ") + key.id();
  spdlog::info("the record is signed with {}", ids.empty() ? "no key" : ids);
  use(std::move(keys));
  if (all_read) rows_ = std::move(state);
}

void RecordKeys::use(Keys keys) {
  std::lock_guard lock(mutex_);
  keys_ = std::make_shared<const Keys>(std::move(keys));
}

std::shared_ptr<const RecordKeys::Keys> RecordKeys::keys() const {
  std::lock_guard lock(mutex_);
  return keys_;
}

std::optional<record::KeySignature> RecordKeys::sign(std::string_view text) const {
  const auto keys = this->keys();
  if (keys->empty()) return std::nullopt;
  return record::KeySignature{keys->back().id(), keys->back().sign(text)};
}

std::string RecordKeys::sign_note(const std::string& origin, const std::string& text) const {
  const auto keys = this->keys();
  if (keys->empty()) return {};
  record::Note note{text, {}};
  for (const auto& key : *keys)
    note.signatures.push_back(record::sign_note(note.text,
                                                {origin, record::KeyKind::log, key.raw_public_key()},
                                                [&key](std::string_view bytes) { return key.sign(bytes); }));
  return record::to_string(note);
}

}  // namespace noroshi::app
