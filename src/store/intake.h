// The queue between the sessions and the writers. A writer takes all that has queued, up to a limit: an idle queue commits
// at once, a busy one in groups that grow by themselves.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "src/store/command.h"

namespace noroshi::store {

// Safe to use from any thread.
class Intake {
 public:
  // `lanes`: how many take, each its own number from 0.
  explicit Intake(std::size_t capacity, std::size_t lanes = 1) : capacity_(capacity), lanes_(lanes) {}

  // False where the queue is full (by count or by bytes), for this body or at all, or closed: answer 503. The completion is then
  // never called. One body takes a quarter of the queue at most.
  bool submit(PendingCommand command);

  // Commands of which no two conflict with each other or with a group that is still under way, oldest first, a body's in its
  // order; where others wait a body has a quarter of `most` (its flood does not hold up what they send). Waits for one. Empty after
  // close(), when nothing is left. Every group taken is given back with done().
  struct Group {
    std::vector<PendingCommand> members;
    std::vector<std::string> conflicts;
  };
  // New cases of one body are of one lane: their numbers follow each other, so that a second taker would only wait for the first.
  Group take(std::size_t most, std::size_t lane = 0);
  void done(const Group& group);

  // No more is accepted; what has queued is still served.
  void close();
  std::size_t size() const;

 private:
  struct Entry {
    PendingCommand pending;
    std::vector<std::string> conflicts;
    std::size_t bytes = 0;
    std::optional<std::size_t> lane;  // none: of any
  };
  Group take_free(std::size_t most, std::size_t lane);
  std::size_t most_of_one() const;
  void let_go(const Entry& entry);

  struct Waiting {
    std::size_t commands = 0;
    std::size_t bytes = 0;
  };
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  const std::size_t capacity_, lanes_;
  bool closed_ = false;
  std::size_t bytes_ = 0;  // of the entries
  std::deque<Entry> entries_;
  std::map<std::string, Waiting> waiting_;  // by body
  std::set<std::string> under_way_;
};

}  // namespace noroshi::store
