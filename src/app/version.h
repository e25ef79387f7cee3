// What this program is: its version and how it was built.
#pragma once

#include <string_view>

namespace noroshi::app {

std::string_view version();     // "0.1.0"
std::string_view build_type();  // "Release", "Debug"

}  // namespace noroshi::app
