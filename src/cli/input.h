// What a command reads: a file, or standard input where it is named "-".
#pragma once

#include <string>

#include <tl/expected.hpp>

namespace noroshi::cli {

// The bytes, or why they cannot be read (the system's words).
tl::expected<std::string, std::string> read_input(const std::string& file);

}  // namespace noroshi::cli
