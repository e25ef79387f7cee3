// Checks what stands beside checkpoints against the tables: every history its signature, and that the checkpoints and
// cosignatures of which it speaks are there, all of them and as they were. Private to src/store.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "src/record/checkpoint.h"
#include "src/store/database.h"
#include "src/store/refold.h"

namespace noroshi::store {

// In the caller's snapshot, in pages. `keys`: of the log and of others; `retired`: ids of keys, and the sequence of the
// event by which each signs no more. A fault is told once: after it, what the next history says is held to be right.
// How many histories there were.
std::uint64_t check_histories(Transaction& transaction, const std::vector<record::NoteKey>& keys,
                              const std::map<std::string, std::uint64_t>& retired, RefoldSink& sink);

}  // namespace noroshi::store
