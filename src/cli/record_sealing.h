// How sealing stands, as a visitor at the machine finds it: what doctor and record show tell.
#pragma once

#include "src/cli/database_visit.h"
#include "src/store/sealer.h"

namespace noroshi::cli {

// What the sealer would find before its next pass, without sealing anything. With the data folder's head kept, where
// `options` name one. The record must have begun. Throws the errors of database_error.h.
store::SealingState look_at_sealing(const DatabaseVisit& visit, const DatabaseOptions& options);

}  // namespace noroshi::cli
