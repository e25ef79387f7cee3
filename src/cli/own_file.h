// Files that a command writes: whole or not at all, mode 0600, synced before they have their name.
#pragma once

#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace noroshi::cli {

// A file of that name must not be there. Else why not, in the system's words.
tl::expected<void, std::string> write_new_file(const std::string& file, std::string_view bytes);
// In place of what is there.
tl::expected<void, std::string> replace_file(const std::string& file, std::string_view bytes);

}  // namespace noroshi::cli
