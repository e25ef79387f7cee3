// The leaf of an event: read or refused; what was read has the commitments that it says.
#include "src/record/event_codec.h"
#include "tests/fuzz/fuzz.h"

namespace noroshi::fuzz {

void target(std::string_view input) {
  const auto event = record::decode(input, {});
  const auto commitments = record::commitments_in(input);
  const auto signature = record::signature_in(input, {});
  if (event) HOLDS(commitments.has_value());
  (void)signature;
}

}  // namespace noroshi::fuzz
