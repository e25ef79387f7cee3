// The epoch keys of content (store/content_keys.h) as files: DIR/keys/content/EPOCH.key, 64 hexadecimal digits and a line feed,
// mode 0600. All daemons on one database have the same ones; a copy is kept apart from the database's backups.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "src/app/key_file.h"
#include "src/store/content_keys.h"
#include "src/store/database.h"

namespace noroshi::app {

// Those of the folder; none where it is not there. Throws KeyFileFault where a file cannot be read or is no such key.
std::vector<store::EpochKey> read_content_keys(const std::filesystem::path& folder);
// A new key; the file must not be there.
std::filesystem::path make_content_key(const std::filesystem::path& folder, const std::string& epoch);
// A name for an epoch that begins now, such as 2026-04-01.
std::string epoch_of(Timestamp at);

// The keys of the folder, of which those of the database's epochs are the right ones. Where the database has no epoch yet, makes
// the first. Throws KeyFileFault where the key of the epoch in use is missing or another's: what people wrote of cases could
// not be read. `owner` is of role owner.
std::shared_ptr<store::ContentKeys> open_content_keys(const std::filesystem::path& folder, store::Connection& owner);

// For a program that looks at a database: what the folder has, the epoch in use if it is there; null without a folder.
std::shared_ptr<store::ContentKeys> find_content_keys(const std::filesystem::path& folder);

}  // namespace noroshi::app
