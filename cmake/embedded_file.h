// A file that the build put into the binary (embed_files.cmake).
#pragma once

#include <span>
#include <string_view>

namespace noroshi {

struct EmbeddedFile {
  std::string_view name;  // without its folder: "h30.toml"
  std::string_view content;
};

}  // namespace noroshi
