// Files that are there whole or not at all, also after a loss of power.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace noroshi::witness {

// Nothing where there is none. Stop (78) where it cannot be read, or is larger than a mebibyte.
std::optional<std::string> read_file(const std::filesystem::path& path);

// Written aside, synced, renamed, its folder synced; mode 0600. Stop (78) where that cannot be done.
void keep_file(const std::filesystem::path& path, std::string_view text);

}  // namespace noroshi::witness
