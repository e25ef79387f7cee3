// The file DIR/demo says that a data folder is a demonstration's: `noroshi demo` made it, and nothing in it is of a real body.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace noroshi::app {

inline constexpr std::string_view demonstration_marker = "noroshi demo\n";

inline std::filesystem::path demonstration_file(const std::filesystem::path& data) { return data / "demo"; }

inline bool is_demonstration(const std::filesystem::path& data) {
  std::ifstream stream(demonstration_file(data), std::ios::binary);
  std::string text(demonstration_marker.size(), '\0');
  return stream.read(text.data(), static_cast<std::streamsize>(text.size())) && text == demonstration_marker;
}

}  // namespace noroshi::app
