// What a receiver has opened of each sender's bundles: a file of JSON. Tells what is missing.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace noroshi::cli {

struct NumberRange {
  std::int64_t first = 0, last = 0;
};

class BundleState {
 public:
  struct Seen {
    std::int64_t number = 0;
    std::string delivery;
    std::string hash;      // of the file
    std::string previous;  // as its header says; empty: the first
  };
  enum class Verdict {
    next,     // as it should be, or fills what was missing
    repeat,   // was opened before
    changed,  // another delivery has this number, or the one before is not the one that was opened
  };

  // Nothing where the text is no state.
  static std::optional<BundleState> parse(std::string_view text);
  std::string text() const;

  // Of one line of bundles: an endpoint of a sender's key.
  Verdict note(const std::string& line, const Seen& seen);
  std::vector<NumberRange> missing(const std::string& line) const;

 private:
  struct Line {
    Seen highest;
    std::vector<NumberRange> missing;  // ascending
  };
  std::map<std::string, Line> lines_;
};

}  // namespace noroshi::cli
