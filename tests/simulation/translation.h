// From the program's own types to plain values (plain.h): nothing is judged here.
#pragma once

#include "src/core/event.h"
#include "tests/simulation/plain.h"

namespace noroshi::simulation {

Instant plain(Timestamp at);
Who plain(const core::Actor& actor);
Happened plain(const core::Event& event);
Seen plain(const core::Incident& incident);

}  // namespace noroshi::simulation
