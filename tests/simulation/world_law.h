// The law of the simulated world: the program's editions and registry, and two things that have not happened yet.
//
// "r8" is H30 with other targets and another letter for (l), in force from 2026-04-01. The reform of the same day
// founds an agency in the place of another, which supervises what that one supervised.
#pragma once

#include <string>

#include "src/core/decision.h"

namespace noroshi::simulation {

struct WorldLaw {
  std::string organizations_csv;
  std::string supervision_csv;
  routing::Registry registry;
  routing::Editions editions;         // h28, h30
  routing::Editions editions_coming;  // and r8
};
inline constexpr const char* coming_edition = "r8";
inline constexpr const char* coming_day = "2026-04-01";
inline constexpr const char* reformed_agency = "mhlw";
inline constexpr const char* reformed_into = "mhlw-2026";

// Read once; ends the program with its mistakes where a file is broken.
const WorldLaw& world_law(bool reformed);

}  // namespace noroshi::simulation
