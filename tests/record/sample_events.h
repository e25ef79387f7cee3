// Events for the tests of the record: one of each type with every field set, and any number of random ones.
#pragma once

#include <random>
#include <vector>

#include "src/core/event.h"
#include "src/record/event_codec.h"

namespace noroshi::record::testing {

// One of each type, in the order of the type codes; no member of any has its default value. They are the
// examples of schemas/events.
std::vector<core::Event> sample_events();
ActorSignature sample_signature();

// Any type; texts, lists and optional members empty as often as not.
core::Event random_event(std::mt19937_64& random);

// Salts that anybody can recompute: SHA-256("salt 1"), SHA-256("salt 2"), ...
class CountedSalts : public SaltSource {
 public:
  Salt next() override;

 private:
  int count_ = 0;
};

}  // namespace noroshi::record::testing
