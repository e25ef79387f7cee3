// Whether one tree continues another: RFC 9162 section 2.1.4.2, written from its text and from nothing of the log's own
// code. Pure; any number of threads.
#pragma once

#include <cstdint>
#include <vector>

#include "src/witness/bytes.h"

namespace noroshi::witness {

// The root of a tree without leaves.
Hash empty_root();

// Whether a tree of `size` leaves with that root begins with the `size_before` leaves whose root is `root_before`. A
// proof that has an entry too much proves nothing.
bool continues(std::uint64_t size_before, const Hash& root_before, std::uint64_t size, const Hash& root,
               const std::vector<Hash>& proof);

}  // namespace noroshi::witness
