#include "src/app/law.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <utility>

#include "cmake/embedded_file.h"

namespace noroshi::app {

std::span<const EmbeddedFile> embedded_registry();
std::span<const EmbeddedFile> embedded_editions();

namespace {

namespace fs = std::filesystem;
using routing::Mistake;

struct NamedText {
  std::string name;
  std::string text;
};

std::vector<NamedText> embedded(std::span<const EmbeddedFile> files) {
  std::vector<NamedText> texts;
  for (const auto& file : files) texts.push_back({std::string(file.name), std::string(file.content)});
  return texts;
}

std::optional<NamedText> read(const fs::path& path, std::vector<Mistake>& mistakes) {
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (stream.is_open() && !stream.bad()) return NamedText{path.string(), std::move(text)};
  mistakes.push_back(
      {path.string(), 0, 0, std::string("cannot be read: ") + std::strerror(errno ? errno : EIO)});
  return std::nullopt;
}

std::vector<NamedText> read_registry(const fs::path& directory, std::vector<Mistake>& mistakes) {
  std::vector<NamedText> texts;
  for (const char* name : {"organizations.csv", "supervision_scopes.csv"})
    if (auto text = read(directory / name, mistakes)) texts.push_back(std::move(*text));
  return texts;
}

std::vector<NamedText> read_editions(const fs::path& directory, std::vector<Mistake>& mistakes) {
  std::error_code error;
  std::vector<fs::path> paths;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error))
    if (entry->path().extension() == ".toml") paths.push_back(entry->path());
  if (error) {
    mistakes.push_back({directory.string(), 0, 0, "cannot be read: " + error.message()});
    return {};
  }
  if (paths.empty()) mistakes.push_back({directory.string(), 0, 0, "holds no edition: no file named *.toml"});
  std::sort(paths.begin(), paths.end());
  std::vector<NamedText> texts;
  for (const auto& path : paths)
    if (auto text = read(path, mistakes)) texts.push_back(std::move(*text));
  return texts;
}

void append(std::vector<Mistake>& mistakes, std::vector<Mistake> more) {
  std::move(more.begin(), more.end(), std::back_inserter(mistakes));
}

std::optional<routing::Registry> parse_registry(const std::vector<NamedText>& texts,
                                                const std::optional<fs::path>& directory,
                                                std::vector<Mistake>& mistakes) {
  if (texts.size() != 2) return std::nullopt;
  auto registry = routing::Registry::parse(texts[0].text, texts[1].text);
  if (registry) return std::move(*registry);
  // The parser knows the files by their fixed names only.
  if (directory)
    for (auto& mistake : registry.error())
      if (!mistake.file.empty()) mistake.file = (*directory / mistake.file).string();
  append(mistakes, std::move(registry.error()));
  return std::nullopt;
}

std::optional<routing::Editions> parse_editions(const std::vector<NamedText>& texts,
                                                std::vector<Mistake>& mistakes) {
  std::vector<routing::Edition> parsed;
  for (const auto& [name, text] : texts) {
    auto edition = routing::parse_edition(text, name);
    if (edition) {
      parsed.push_back(std::move(*edition));
    } else {
      append(mistakes, std::move(edition.error()));
    }
  }
  if (parsed.size() != texts.size()) return std::nullopt;
  auto editions = routing::Editions::make(std::move(parsed));
  if (editions) return std::move(*editions);
  append(mistakes, std::move(editions.error()));
  return std::nullopt;
}

}  // namespace

tl::expected<LawFiles, std::vector<Mistake>> load_law(const std::optional<fs::path>& registry,
                                                      const std::optional<fs::path>& editions) {
  std::vector<Mistake> mistakes;
  const auto registry_texts = registry ? read_registry(*registry, mistakes) : embedded(embedded_registry());
  const auto edition_texts = editions ? read_editions(*editions, mistakes) : embedded(embedded_editions());
  auto parsed_registry = parse_registry(registry_texts, registry, mistakes);
  auto parsed_editions = parse_editions(edition_texts, mistakes);
  if (!mistakes.empty()) return tl::unexpected(std::move(mistakes));
  return LawFiles{std::move(*parsed_editions), std::move(*parsed_registry)};
}

}  // namespace noroshi::app
