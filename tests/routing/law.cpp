#include "tests/routing/law.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace noroshi::routing::test {
namespace {

template <class Expected>
auto value_or_throw(Expected expected) {
  if (!expected) throw std::runtime_error(listing(expected.error()));
  return std::move(*expected);
}

Editions read_editions() {
  std::vector<Edition> editions;
  for (const auto& path : files_in(source_dir() / "routing/editions", ".toml"))
    editions.push_back(value_or_throw(parse_edition(read_file(path), path.filename().string())));
  return value_or_throw(Editions::make(std::move(editions)));
}

}  // namespace

std::filesystem::path source_dir() {
  return NOROSHI_SOURCE_DIR;
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder, std::string_view extension) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == extension) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

const Registry& registry() {
  static const auto read =
      value_or_throw(Registry::parse(read_file(source_dir() / "routing/registry/organizations.csv"),
                                     read_file(source_dir() / "routing/registry/supervision_scopes.csv")));
  return read;
}

const Editions& editions() {
  static const auto read = read_editions();
  return read;
}

Timestamp morning_of(std::string_view day) {
  return start_of(parse_day(day).value()) + std::chrono::hours{9};
}

std::string listing(const std::vector<Mistake>& mistakes) {
  std::string text;
  for (const auto& mistake : mistakes) text += to_string(mistake) + '\n';
  return text;
}

Registry registry_of(std::string_view organization_rows, std::string_view supervision_rows) {
  return value_or_throw(Registry::parse(std::string(organizations_header).append(organization_rows),
                                        std::string(supervision_header).append(supervision_rows)));
}

}  // namespace noroshi::routing::test
