// One look at the log: is its newest checkpoint signed by it, and does its tree continue the one that was seen last? If
// so, it is cosigned, kept, and the cosignature sent to the log. If not, both heads are kept as evidence and nothing is
// signed any more.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "src/witness/key.h"
#include "src/witness/log.h"
#include "src/witness/state.h"

namespace noroshi::witness {

struct Look {
  bool nothing_yet = false;  // the log has no checkpoint
  bool fresh = false;        // cosigned in this look; else it had been before
  Checkpoint checkpoint;     // where there is one
};

class Witness {
 public:
  // What is referred to outlives it. `tell` is for what an operator should know and need not act on at once.
  Witness(State& state, const Log& log, std::string name, Key key, std::function<void(const Text&)> tell)
      : state_(state), log_(log), name_(std::move(name)), key_(std::move(key)), tell_(std::move(tell)) {}

  // Throws Stop: nothing was cosigned, or (69, 77, 78 after the checkpoint was kept) the log did not take the
  // cosignature; the next look sends it again. `accepted_origin`: a tree of that name may follow the one that was
  // watched, or empty.
  Look look(const std::string& accepted_origin);

 private:
  struct Shown {
    std::string body;  // of the note
    Note note;
    Checkpoint checkpoint;
  };
  void refuse_if_halted() const;
  Shown read_shown(const std::string& answer) const;
  void check_origin(const Shown& shown, const std::string& accepted_origin);
  void check_signature(const Shown& shown) const;
  void check_continues(const Shown& shown);
  void send(const Head& head, const Shown& shown);
  [[noreturn]] void contradict(const Text& why, const Shown& shown);

  State& state_;
  const Log& log_;
  std::string name_;
  Key key_;
  std::function<void(const Text&)> tell_;
};

}  // namespace noroshi::witness
