#include "src/http/worker_pool.h"

#include <sys/resource.h>

#include <utility>

namespace noroshi::http {

WorkerPool::WorkerPool(std::size_t threads, std::size_t queue, int niceness) : queue_limit_(queue), niceness_(niceness) {
  threads_.reserve(threads);
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

WorkerPool::~WorkerPool() {
  std::deque<Job> dropped;  // destroyed without the lock: a job's end may call elsewhere
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    dropped.swap(queue_);
  }
  wake_.notify_all();
  threads_.clear();
}

bool WorkerPool::try_post(Job&& job) {
  {
    const std::lock_guard lock(mutex_);
    if (ending_ || queue_.size() >= queue_limit_) return false;
    queue_.push_back(std::move(job));
  }
  wake_.notify_one();
  return true;
}

void WorkerPool::run() {
  // Linux: of the calling thread alone. That it fails fails nothing.
  if (niceness_ != 0) setpriority(PRIO_PROCESS, 0, niceness_);
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return ending_ || !queue_.empty(); });
    if (ending_) return;
    Job job = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    job();
    job = nullptr;  // what it holds is let go before the lock is taken
    lock.lock();
  }
}

}  // namespace noroshi::http
