// The two tables of the registry: read whole or refused with every mistake; what was read answers every question of it.
#include "routing/registry.h"
#include "tests/fuzz/fuzz.h"

namespace noroshi::fuzz {

void target(std::string_view input) {
  const auto organizations = part(input);
  const auto registry = routing::Registry::parse(organizations, input);
  if (!registry) {
    HOLDS(!registry.error().empty());
    return;
  }
  for (const auto& body : registry->organizations()) {
    HOLDS(registry->find(body.slug) == &body);
    registry->standing_for(body.slug, *parse_day("2026-01-05"));
  }
}

}  // namespace noroshi::fuzz
