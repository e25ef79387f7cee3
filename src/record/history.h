// Histories: what had been kept before a checkpoint was signed. A checkpoint speaks of events; that an earlier
// checkpoint or a cosignature was taken away, no event tells. So the log signs, beside each checkpoint, how many of
// both stood before it, and a running hash over them.
//
// A history is a signed note (checkpoint.h) of the log's keys. Its first line is no origin, so that nobody can take it
// for a checkpoint. Specified in schemas/events/README.md.
//
// Pure; safe from any number of threads.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "routing/time.h"
#include "src/record/sha256.h"

namespace noroshi::record {

// Hash 0 is 32 zero bytes, hash k SHA-256(hash k - 1 || bytes of entry k).
struct RunningHash {
  std::uint64_t count = 0;  // the number of the last entry
  Digest hash{};

  void add(std::string_view bytes) { add(bytes, count + 1); }
  void add(std::string_view bytes, std::uint64_t number);
  friend bool operator==(const RunningHash&, const RunningHash&) = default;
};

struct History {
  std::string origin;  // of the checkpoint
  std::uint64_t size = 0;
  Timestamp signed_at;       // as kept beside it
  RunningHash checkpoints;   // before this one: of all trees, by ordinal and size
  RunningHash cosignatures;  // kept by then: of all trees, by number
  friend bool operator==(const History&, const History&) = default;
};

// "noroshi-history/v1\n<origin>\n<size>\nsigned <time>\ncheckpoints <n> <base64>\ncosignatures <m> <base64>\n": what is
// signed. Times are as format_rfc3339() writes them.
std::string history_text(const History& history);
// The error says what is wrong.
tl::expected<History, std::string> parse_history(std::string_view text);

// What is added to the running hashes.
std::string checkpoint_entry(std::string_view origin, std::uint64_t size, Timestamp signed_at, std::string_view note);
std::string cosignature_entry(std::string_view origin, std::uint64_t size, Timestamp received_at,
                              std::string_view line);

// The beginning of the names of trees that have a history beside each checkpoint from the first on. It stands in every
// note, under the signature: whoever takes all histories away cannot make the tree one of those begun without.
inline constexpr std::string_view trees_with_history = "noroshi/2/";
inline bool has_histories(std::string_view origin) {
  return origin.starts_with(trees_with_history);
}

}  // namespace noroshi::record
