// The queue between the sessions and the writers. A writer takes all that has queued, up to a limit: an idle queue commits
// at once, a busy one in groups that grow by themselves.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "src/store/command.h"

namespace noroshi::store {

// Safe to use from any thread.
class Intake {
 public:
  explicit Intake(std::size_t capacity) : capacity_(capacity) {}

  // False where the queue is full (by count or by bytes) or closed: answer 503. The completion is then never called.
  bool submit(PendingCommand command);

  // Commands of which no two conflict with each other or with a group that is still under way, oldest first; waits for
  // one. Empty after close(), when nothing is left. Every group taken is given back with done().
  struct Group {
    std::vector<PendingCommand> members;
    std::vector<std::string> conflicts;
  };
  Group take(std::size_t most);
  void done(const Group& group);

  // No more is accepted; what has queued is still served.
  void close();
  std::size_t size() const;

 private:
  struct Entry {
    PendingCommand pending;
    std::vector<std::string> conflicts;
    std::size_t bytes = 0;
  };
  Group take_free(std::size_t most);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  const std::size_t capacity_;
  bool closed_ = false;
  std::size_t bytes_ = 0;  // of the entries
  std::deque<Entry> entries_;
  std::set<std::string> under_way_;
};

}  // namespace noroshi::store
