// DIR/address: where the daemon of a data folder serves, as people reach it, from when it is ready until it ends. It may listen
// elsewhere than the configuration says (--listen), which commands at the machine cannot know.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace noroshi::app {

class ServedAddress {
 public:
  // Written whole or not at all: that it cannot be written, the disk being full, keeps nobody from serving.
  ServedAddress(const std::filesystem::path& data, const std::string& url);
  ~ServedAddress();
  ServedAddress(const ServedAddress&) = delete;
  ServedAddress& operator=(const ServedAddress&) = delete;

  // "https://localhost:8443"; nothing where no daemon serves. One that was killed leaves it behind: the last that is known.
  static std::optional<std::string> read(const std::filesystem::path& data);

 private:
  std::filesystem::path path_;
};

}  // namespace noroshi::app
