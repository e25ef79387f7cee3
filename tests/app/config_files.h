// Configurations of a test, in a folder of its own.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "src/app/config.h"
#include "tests/store/cluster_fixture.h"

namespace noroshi::app::test {

class ConfigFiles {
 public:
  const std::filesystem::path& data() const { return folder_.path(); }

  std::filesystem::path write(std::string_view name, std::string_view text) const {
    std::ofstream(data() / name, std::ios::binary) << text;
    return data() / name;
  }

  // The daemon's folder with that noroshi.toml in it, as the daemon would find it.
  tl::expected<Config, std::vector<routing::Mistake>> load(std::string_view toml,
                                                           const std::vector<std::string>& environment = {},
                                                           ConfigFlags flags = {}) const {
    write("noroshi.toml", toml);
    flags.data = data();
    return load_config(flags, environment);
  }

  // Each mistake as the operator reads it, the folder's name cut off.
  std::vector<std::string> mistakes(std::string_view toml, const std::vector<std::string>& environment = {},
                                    ConfigFlags flags = {}) const {
    const auto config = load(toml, environment, std::move(flags));
    std::vector<std::string> texts;
    if (config) return texts;
    for (const auto& mistake : config.error()) {
      auto text = routing::to_string(mistake);
      const auto folder = data().string() + "/";
      for (auto at = text.find(folder); at != std::string::npos; at = text.find(folder))
        text.erase(at, folder.size());
      texts.push_back(std::move(text));
    }
    return texts;
  }

 private:
  store::test::TemporaryFolder folder_;
};

}  // namespace noroshi::app::test
