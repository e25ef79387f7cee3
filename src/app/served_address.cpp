#include "src/app/served_address.h"

#include <fstream>
#include <system_error>

namespace noroshi::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* name = "address";

}  // namespace

ServedAddress::ServedAddress(const fs::path& data, const std::string& url) : path_(data / name) {
  const auto aside = data / "address.new";
  std::ofstream stream(aside, std::ios::trunc);
  stream << url << '\n';
  stream.close();
  std::error_code error;
  if (stream) fs::rename(aside, path_, error);
  if (!stream || error) fs::remove(path_, error);
}

ServedAddress::~ServedAddress() {
  std::error_code error;
  fs::remove(path_, error);  // what stays is the last address that was served
}

std::optional<std::string> ServedAddress::read(const fs::path& data) {
  std::ifstream stream(data / name);
  std::string url;
  if (!std::getline(stream, url) || !url.starts_with("https://")) return std::nullopt;
  return url;
}

}  // namespace noroshi::app
