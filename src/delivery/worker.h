// The worker that claims deliveries, has their channels send them, and settles what came of it, beside those of any
// other daemon on the same database.
//
// A delivery is claimed with a lease that outlasts its attempt; no transaction is open while something is sent. What
// ends it (delivered, handed on, dead) is an event of the record; what does not is postponed. A daemon that is killed
// between sending and settling leaves a lease that ends: the message is sent again under the same id, so that a
// receiver can tell. One thread claims and one settles, each with connections of its own.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "src/delivery/channel.h"
#include "src/delivery/retrying.h"
#include "src/store/deliveries.h"

namespace noroshi::delivery {

struct WorkerSettings {
  RetryPolicy retry;
  std::chrono::milliseconds timeout = std::chrono::seconds(30);  // of one attempt, real time
  int senders = 64;      // attempts at once; they wait for receivers nearly all the time
  int per_endpoint = 4;  // of these, for one endpoint that answers; one while half of them are taken
};

// Told from the worker's threads. Must not block or throw.
struct WorkerObserver {
  std::function<void(std::string_view channel, std::string_view verdict, std::chrono::nanoseconds took)> attempted;
};

class Worker {
 public:
  using Channels = std::map<std::string, std::unique_ptr<Channel>, std::less<>>;  // by ChannelKind::name

  // `law`, `environment` and what that refers to outlive it.
  Worker(store::ConnectionSettings settings, const core::Law& law, Channels channels, const Environment& environment,
         WorkerSettings worker, WorkerObserver observer);
  // Waits for attempts under way, at most until their deadline.
  ~Worker();

 private:
  struct Job;
  struct Done;
  class Claims;
  class Settlements;
  void claim(std::stop_token stop);
  void settle(std::stop_token stop);
  void listen(std::stop_token stop);
  void send(std::stop_token stop);
  Done attempt(const Job& job);
  void hand_over(Done done);
  void bring_back(std::vector<Done> undone);
  std::vector<Done> take_done();
  void note_settled(bool settled);
  void wake_claimer();

  store::ConnectionSettings settings_;
  const core::Law& law_;
  Channels channels_;
  const Environment& environment_;
  WorkerSettings worker_;
  WorkerObserver observer_;

  std::mutex mutex_;
  std::condition_variable_any wake_claimer_;
  std::condition_variable_any wake_settler_;
  std::condition_variable_any wake_senders_;
  std::deque<Job> jobs_;
  std::vector<Done> done_;
  int under_way_ = 0;         // jobs that wait or are being sent
  bool woken_ = false;        // something was queued or settled
  bool handed_over_ = false;  // something was done that the settler has not looked at
  bool settling_ = false;     // the database is there for what came of attempts
  bool settling_now_ = false;  // the settler has some of them in its hands
  int unsettled_ = 0;         // claims in a row of which nothing could be written down

  std::vector<std::jthread> senders_;
  std::jthread settler_;
  std::jthread listener_;
  std::jthread claimer_;
};

// A channel of each kind.
Worker::Channels make_channels(const Environment& environment);

}  // namespace noroshi::delivery
