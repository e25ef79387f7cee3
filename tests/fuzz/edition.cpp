// A file of an edition: read whole or refused with every mistake.

#include "routing/edition.h"
#include "tests/fuzz/fuzz.h"

namespace noroshi::fuzz {

void target(std::string_view input) {
  const auto edition = routing::parse_edition(input, "edition.toml");
  if (!edition) {
    HOLDS(!edition.error().empty());
    for (const auto& mistake : edition.error()) HOLDS(!mistake.message.empty());
    return;
  }
  for (const auto& rule : edition->rules) HOLDS(edition->find(rule.id) == &rule);
  const auto editions = routing::Editions::make({*edition});
  HOLDS(editions.has_value());
}

}  // namespace noroshi::fuzz
