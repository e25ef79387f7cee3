// The law that a program applies: the editions and the registry, from folders or as they were built in.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include <tl/expected.hpp>

#include "routing/edition.h"
#include "routing/registry.h"

namespace noroshi::app {

struct LawFiles {
  routing::Editions editions;
  routing::Registry registry;
};

// `registry` is a folder with organizations.csv and supervision_scopes.csv, `editions` one with *.toml (read
// in the order of their names); without one, what the binary was built with. Reads the files once. Every
// mistake of every file is listed, under the name the file has on disk; a file that cannot be read is one of
// them.
tl::expected<LawFiles, std::vector<routing::Mistake>> load_law(
    const std::optional<std::filesystem::path>& registry,
    const std::optional<std::filesystem::path>& editions);

}  // namespace noroshi::app
