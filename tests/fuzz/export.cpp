// A file of the record, and the state of a receiver of bundles: what other machines hand over and `noroshi` reads.
#include <sstream>

#include "src/cli/bundle_state.h"
#include "src/cli/record_file.h"
#include "tests/fuzz/fuzz.h"

namespace noroshi::fuzz {

void target(std::string_view input) {
  std::istringstream in{std::string(input)};
  cli::ExportReader reader(in);
  for (;;) {
    const auto line = reader.next();
    if (!line) {
      HOLDS(!line.error().text.ja.empty());
      break;
    }
    if (!*line) break;
  }
  if (const auto state = cli::BundleState::parse(input)) {
    const auto again = cli::BundleState::parse(state->text());
    HOLDS(again.has_value());
    HOLDS(again->text() == state->text());
  }
}

}  // namespace noroshi::fuzz
