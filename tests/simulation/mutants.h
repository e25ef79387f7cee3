// Seeded bugs: each makes one promise of the program untrue, and one check of the auditor has to say so.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "src/core/event.h"
#include "tests/simulation/log.h"

namespace noroshi::simulation {

// Where the bug sits. Those named `alter` change what was decided; the world itself holds the others.
struct Mutant {
  std::string name;
  std::string check;  // of the auditor, which has to fail
  std::string bug;
  std::uint64_t seed = 1;  // of a world in which it can act, found once; the ones after it are tried too
};
const std::vector<Mutant>& mutants();

// Alters the decision as that mutant does; false: nothing of it to alter. `word` is the command, `known` what it was
// decided on.
bool alter(const std::string& mutant, const std::string& word, const Known& known, std::vector<core::Event>& events,
           core::IdentifierSequence& identifiers);

}  // namespace noroshi::simulation
