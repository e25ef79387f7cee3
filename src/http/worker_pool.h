// Threads on which handlers may wait: the io thread never does.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace noroshi::http {

// A fixed number of threads and a queue of a fixed length. Safe from any thread.
class WorkerPool {
 public:
  // `niceness`: how far its threads give way to others (setpriority(2)).
  WorkerPool(std::size_t threads, std::size_t queue, int niceness = 0);
  // Drops what has queued, waits for what runs.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  using Job = std::function<void()>;  // must not throw
  // False, with the job untouched, where the queue is full.
  bool try_post(Job&& job);

 private:
  void run();

  const std::size_t queue_limit_;
  const int niceness_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> queue_;
  bool ending_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace noroshi::http
