#include "src/app/content_key_files.h"

#include <array>

#include <fmt/format.h>
#include <openssl/crypto.h>

#include "src/record/encodings.h"
#include "src/sealing/ciphers.h"
#include "src/store/clock.h"
#include "src/store/content_epochs.h"

namespace noroshi::app {
namespace {

constexpr std::size_t digits = 2 * sealing::content_key_length;

sealing::Secret read_key(const std::filesystem::path& path) {
  const auto file = open_key_file(path);
  std::array<char, digits + 2> text{};
  const auto length = std::fread(text.data(), 1, text.size(), file.get());
  auto key = length == digits || (length == digits + 1 && text[digits] == '\n')
                 ? record::from_hex({text.data(), digits})
                 : std::nullopt;
  OPENSSL_cleanse(text.data(), text.size());
  if (!key)
    throw KeyFileFault(fmt::format("{} holds no content key (64 hexadecimal digits): put the right file there", path.string()));
  return sealing::Secret(std::move(*key));
}

}  // namespace

std::vector<store::EpochKey> read_content_keys(const std::filesystem::path& folder) {
  std::vector<store::EpochKey> keys;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error))
    if (entry.path().extension() == ".key") keys.push_back({entry.path().stem().string(), read_key(entry.path())});
  if (error && error != std::errc::no_such_file_or_directory)
    throw KeyFileFault(fmt::format("cannot read {}: {}", folder.string(), error.message()));
  return keys;
}

std::filesystem::path make_content_key(const std::filesystem::path& folder, const std::string& epoch) {
  const auto path = folder / (epoch + ".key");
  if (std::filesystem::exists(path)) throw KeyFileFault(fmt::format("{} is there already", path.string()));
  const auto key = sealing::draw_key();
  if (key.view().empty()) throw KeyFileFault("no key could be made");
  auto text = record::to_hex(key.view()) + "\n";
  write_key_file(path, [&](std::FILE* file) { return std::fwrite(text.data(), 1, text.size(), file) == text.size(); });
  OPENSSL_cleanse(text.data(), text.size());
  return path;
}

std::string epoch_of(Timestamp at) { return format_rfc3339(at).substr(0, 10); }

std::shared_ptr<store::ContentKeys> find_content_keys(const std::filesystem::path& folder) {
  if (!std::filesystem::is_directory(folder)) return nullptr;
  return std::make_shared<store::ContentKeys>([folder] { return read_content_keys(folder); });
}

std::shared_ptr<store::ContentKeys> open_content_keys(const std::filesystem::path& folder, store::Connection& owner) {
  auto keys = std::make_shared<store::ContentKeys>([folder] { return read_content_keys(folder); });
  auto in_use = store::content_epoch_in_use(owner);
  if (!in_use) {
    // The file first: a row without its file would refuse every later start.
    const auto name = epoch_of(store::shown_time(owner));
    if (!keys->has(name)) make_content_key(folder, name);
    store::register_content_epoch(owner, name, keys->fingerprint(name).value());  // or another daemon just did
    store::use_content_epoch(owner, name);
    in_use = store::content_epoch_in_use(owner);
  }
  for (const auto& epoch : store::list_content_epochs(owner)) {
    const auto fingerprint = keys->fingerprint(epoch.name);
    if (fingerprint && *fingerprint != epoch.fingerprint)
      throw KeyFileFault(fmt::format("{}/{}.key is not the key of that name with which this database was written: put the "
                                        "file of another daemon on it, or of the backup of the keys, in its place",
                                        folder.string(), epoch.name));
    if (!fingerprint && (epoch.cases > 0 || epoch.name == *in_use))
      throw KeyFileFault(fmt::format("the key of the epoch {} is missing, without which {} cases of this database cannot be "
                                        "read: copy {}.key of another daemon on it, or of the backup of the keys, to {}",
                                        epoch.name, epoch.cases, epoch.name, folder.string()));
  }
  keys->use(*in_use);
  return keys;
}

}  // namespace noroshi::app
