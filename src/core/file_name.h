// What may stand as the name of a file that somebody sends.
#pragma once

#include <string_view>

namespace noroshi::core {

inline constexpr std::size_t longest_file_name = 255;  // bytes

// The name of a file, and nothing that leads elsewhere: no path, no control character, not too long.
bool is_file_name(std::string_view name);

}  // namespace noroshi::core
