#include "src/delivery/worker.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include <spdlog/spdlog.h>

#include "src/core/delivery.h"
#include "src/delivery/acknowledgement_token.h"

namespace noroshi::delivery {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

constexpr auto longest_wait = 200ms;  // between two looks at what is due; a notification ends it
constexpr auto shortest_wait = 50ms;  // where what is due has to wait for an attempt under way, whose end ends it
constexpr auto retry_after = 200ms;   // where the database is away
constexpr auto lease_beyond = 30s;    // of an attempt's deadline: to settle what came of it
constexpr auto stranded_every = 1s;
constexpr int stranded_at_once = 64;
constexpr std::size_t settled_at_once = 64;
// Somebody may acknowledge long after the target has passed; a link that lies about for longer is worth nothing.
constexpr std::chrono::hours link_holds = 24h * 30;

}  // namespace

struct Worker::Job {
  store::ClaimedDelivery claimed;
  core::Endpoint endpoint;
  Consignment consignment;
  Steady::time_point deadline;
  Steady::time_point claim_ends;
};
// An attempt that is over, or a delivery that needs none.
struct Worker::Done {
  store::ClaimedDelivery claimed;
  core::Endpoint endpoint;
  Attempted attempted;
  Steady::time_point claim_ends;  // after which another worker says what came of it
  bool told = false;              // to the log, that it cannot be settled
};

Worker::Channels make_channels(const Environment& environment) {
  Worker::Channels made;
  for (const auto& kind : channels()) made.emplace(kind.name, kind.make(environment));
  return made;
}

// Claims what is due; the connection of one stretch between two losses of the database.
class Worker::Claims {
 public:
  Claims(Worker& worker, const store::ConnectionSettings& settings)
      : worker_(worker), delivery_(settings, store::DatabaseRole::delivery) {}

  // How long nothing will come due.
  std::chrono::milliseconds look() {
    const int room = room_for_claims();
    if (room <= 0) return longest_wait;
    const auto lease = std::chrono::ceil<std::chrono::milliseconds>(worker_.worker_.timeout + lease_beyond);
    const auto now = Steady::now();
    // Half of the senders are for endpoints that have none: some that hang, four at once each, do not hold up the rest.
    const int kept = worker_.worker_.senders / 2;
    const auto claims = store::claim_deliveries(
        delivery_, room > kept ? store::DeliveryClaims{lease, room - kept, worker_.worker_.per_endpoint}
                               : store::DeliveryClaims{lease, room, 1});
    for (const auto& claimed : claims) take(claimed, now, now + lease);
    if (!claims.empty()) return 0ms;
    return std::clamp<std::chrono::milliseconds>(store::until_next_delivery(delivery_).value_or(longest_wait),
                                                 shortest_wait, longest_wait);
  }

 private:
  // What cannot be settled is sent again when its claim ends. Where that is so of more than one in a row, the next is claimed to see
  // whether it is over.
  int room_for_claims() {
    std::lock_guard lock(worker_.mutex_);
    if (!worker_.settling_) return 0;
    if (worker_.unsettled_ > 1 && (worker_.settling_now_ || !worker_.done_.empty())) return 0;
    return (worker_.unsettled_ > 1 ? 1 : worker_.worker_.senders) - worker_.under_way_;
  }

  void take(const store::ClaimedDelivery& claimed, Steady::time_point at, Steady::time_point claim_ends) {
    auto endpoint = store::read_endpoint(delivery_, claimed);
    const auto message = store::read_message(delivery_, claimed);
    if (!endpoint || !message) return;  // the claim ends by itself
    const auto unsent = [&](Verdict verdict, std::string_view cause) {
      worker_.hand_over({claimed, *endpoint, {verdict, std::string(cause), {}, {}}, claim_ends});
    };
    if (message->acknowledged) return unsent(Verdict::delivered, core::delivery_causes::acknowledged_meanwhile);
    const auto* kind = find_channel(endpoint->channel);
    if (!kind || !worker_.channels_.contains(endpoint->channel)) return unsent(Verdict::refused, "channel_unknown");
    Job job{claimed, std::move(*endpoint), consignment_of(claimed, *message), at + worker_.worker_.timeout, claim_ends};
    if (kind->seals)
      if (auto content = store::read_content(delivery_, worker_.law_.registry, claimed))
        job.consignment.content = {std::move(content->title), std::move(content->note), std::move(content->report)};
    {
      std::lock_guard lock(worker_.mutex_);
      worker_.jobs_.push_back(std::move(job));
      ++worker_.under_way_;
    }
    worker_.wake_senders_.notify_one();
  }

  Consignment consignment_of(const store::ClaimedDelivery& claimed, const store::ClaimedMessage& known) const {
    const auto& message = known.message;
    Consignment out;
    out.delivery = claimed.delivery;
    out.message = message.id;
    out.incident = message.incident;
    out.obligation = message.obligation;
    out.kind = message.kind;
    out.number = known.number;
    out.sender = message.sender;
    out.recipient = message.recipient;
    out.clause = message.clause;
    out.sentence = message.sentence;
    out.alarm_code = known.alarm_code;
    out.version = known.version;
    out.severity = known.severity;
    out.automatic = message.automatic;
    out.exercise = known.exercise;
    out.sent_at = message.sent_at;
    if (known.label) out.label = std::pair(known.label->grades, known.label->rule);
    out.acknowledge_by = message.acknowledge_by;
    out.receipt_number = known.receipt_number;
    // An alarm is taken note of; nobody has to acknowledge it.
    if (message.kind != core::MessageKind::alarm) {
      out.acknowledge_token = acknowledgement_token(worker_.environment_.keys,
                                                    {message.id, claimed.endpoint, message.sent_at + link_holds});
      out.acknowledge_url = worker_.environment_.base_url + "/acknowledge/" + out.acknowledge_token;
    }
    return out;
  }

  Worker& worker_;
  store::Connection delivery_;
};

// Writes down what came of the attempts, beside the claiming of what comes next.
class Worker::Settlements {
 public:
  Settlements(Worker& worker, store::ConnectionSettings settings)
      : worker_(worker), delivery_(settings, store::DatabaseRole::delivery) {
    // An incident that another session holds is settled at the next look, and nobody waits long for ours.
    settings.lock_timeout = 1s;
    writer_.emplace(settings, store::DatabaseRole::writer);
  }

  // What cannot be written now is written at the next look, while its claim holds.
  void look() {
    auto attempts = worker_.take_done();
    const bool some = !attempts.empty();
    end(std::move(attempts));
    settle_stranded();
    if (some) worker_.wake_claimer();  // its endpoints have room
  }

 private:
  AfterAttempt after_attempt(const Done& done) const {
    return after(done.attempted, done.claimed.delivery, done.claimed.attempts, done.claimed.queued_at,
                 done.claimed.claimed_at, worker_.worker_.retry);
  }

  void end(std::vector<Done> attempts) {
    std::vector<Done> to_settle, to_postpone;
    const auto now = Steady::now();
    for (auto& done : attempts)
      if (done.claim_ends > now) (after_attempt(done).settled ? to_settle : to_postpone).push_back(std::move(done));
    std::reverse(to_postpone.begin(), to_postpone.end());  // taken from the end
    try {
      for (; !to_postpone.empty(); to_postpone.pop_back()) postpone(to_postpone.back());
    } catch (const store::DatabaseError&) {
      worker_.bring_back(std::move(to_postpone));
      worker_.bring_back(std::move(to_settle));
      throw;
    }
    settle(std::move(to_settle));
  }

  void postpone(const Done& done) {
    try {
      store::postpone_delivery(delivery_, done.claimed, done.attempted.cause, done.attempted.detail,
                               after_attempt(done).again_after);
    } catch (const store::Conflict&) {
      worker_.bring_back({done});
    }
  }

  // Together those of different incidents; the rest has its turn right after.
  void settle(std::vector<Done> waiting) {
    while (!waiting.empty()) {
      std::set<core::IncidentId> incidents;
      const auto later = std::stable_partition(waiting.begin(), waiting.end(), [&](const Done& done) {
        return incidents.size() < settled_at_once && incidents.insert(done.claimed.incident).second;
      });
      std::vector<Done> now(waiting.begin(), later);
      waiting.erase(waiting.begin(), later);
      try {
        settle_together(now);
      } catch (const store::DatabaseError&) {
        worker_.bring_back(std::move(now));
        worker_.bring_back(std::move(waiting));
        throw;
      }
    }
  }

  void settle_together(const std::vector<Done>& all) {
    std::vector<store::Settlement> settlements;
    for (const auto& done : all)
      settlements.push_back({done.claimed, *after_attempt(done).settled, std::string(to_string(done.attempted.verdict)),
                             done.attempted.cause, done.attempted.detail});
    try {
      store::settle_deliveries(*writer_, worker_.law_, settlements);
      worker_.note_settled(true);
    } catch (const store::DatabaseError&) {
      if (writer_->broken()) throw;
      // Somebody holds one of the incidents, or one cannot be written: each by itself, and that one later.
      for (std::size_t i = 0; i < all.size(); ++i) settle_alone(all[i], settlements[i]);
    }
    for (const auto& done : all)
      if (after_attempt(done).disable_endpoint) disable_endpoint(done);
  }

  void settle_alone(Done done, const store::Settlement& settlement) {
    try {
      store::settle_deliveries(*writer_, worker_.law_, {&settlement, 1});
      worker_.note_settled(true);
    } catch (const store::Conflict&) {
      worker_.bring_back({std::move(done)});
    } catch (const store::DatabaseError& error) {
      if (writer_->broken()) throw;
      if (!std::exchange(done.told, true)) {
        spdlog::warn("delivery {} cannot be settled: {}", core::to_string(done.claimed.delivery), error.what());
        worker_.note_settled(false);
      }
      worker_.bring_back({std::move(done)});
    }
  }

  void disable_endpoint(const Done& done) {
    try {
      if (store::disable_endpoint(*writer_, done.endpoint, done.attempted.cause))
        spdlog::warn("endpoint {} is disabled: {}", core::to_string(done.endpoint.id), done.attempted.cause);
    } catch (const store::Conflict&) {  // it will answer the next delivery likewise
    }
  }

  // Endpoints that are served no more hold what was queued for them: each such delivery is dead, and its bodies are
  // told.
  void settle_stranded() {
    const auto now = Steady::now();
    if (now < look_for_stranded_) return;
    look_for_stranded_ = now + stranded_every;
    std::vector<store::Settlement> settlements;
    std::set<core::IncidentId> incidents;
    for (const auto& stranded : store::stranded_deliveries(delivery_, stranded_at_once))
      if (incidents.insert(stranded.incident).second)
        settlements.push_back(
            {stranded, core::MessageState::dead, {}, std::string(core::delivery_causes::endpoint_disabled), {}});
    if (settlements.empty()) return;
    try {
      store::settle_deliveries(*writer_, worker_.law_, settlements);
    } catch (const store::Conflict&) {  // at the next look
    }
  }

  Worker& worker_;
  store::Connection delivery_;
  std::optional<store::Connection> writer_;
  Steady::time_point look_for_stranded_{};
};

Worker::Worker(store::ConnectionSettings settings, const core::Law& law, Channels channels,
               const Environment& environment, WorkerSettings worker, WorkerObserver observer)
    : settings_(std::move(settings)),
      law_(law),
      channels_(std::move(channels)),
      environment_(environment),
      worker_(std::move(worker)),
      observer_(std::move(observer)) {
  settings_.application_name = "noroshi delivery";
  for (int i = 0; i < worker_.senders; ++i) senders_.emplace_back([this](std::stop_token stop) { send(stop); });
  settler_ = std::jthread([this](std::stop_token stop) { settle(stop); });
  listener_ = std::jthread([this](std::stop_token stop) { listen(stop); });
  claimer_ = std::jthread([this](std::stop_token stop) { claim(stop); });
}

// Nothing more is claimed; what has been is sent, and what came of it is still written down.
Worker::~Worker() {
  claimer_.request_stop();
  claimer_.join();
  for (auto& sender : senders_) sender.request_stop();
  for (auto& sender : senders_) sender.join();
  settler_.request_stop();
  settler_.join();
}

// Not to be looked at at once: what could not be written is tried again a little later.
void Worker::bring_back(std::vector<Done> undone) {
  std::lock_guard lock(mutex_);
  for (auto& done : undone) done_.push_back(std::move(done));
}

void Worker::hand_over(Done done) {
  {
    std::lock_guard lock(mutex_);
    done_.push_back(std::move(done));
    handed_over_ = true;
  }
  wake_settler_.notify_one();
}

void Worker::note_settled(bool settled) {
  std::lock_guard lock(mutex_);
  unsettled_ = settled ? 0 : unsettled_ + 1;
}

std::vector<Worker::Done> Worker::take_done() {
  std::lock_guard lock(mutex_);
  settling_now_ = !done_.empty();
  return std::exchange(done_, {});
}

void Worker::wake_claimer() {
  {
    std::lock_guard lock(mutex_);
    woken_ = true;
  }
  wake_claimer_.notify_one();
}

void Worker::claim(std::stop_token stop) {
  bool lost = false;
  while (!stop.stop_requested()) {
    try {
      Claims claims(*this, settings_);
      while (!stop.stop_requested()) {
        const auto length = claims.look();
        lost = false;
        std::unique_lock lock(mutex_);
        wake_claimer_.wait_for(lock, stop, length, [this] { return woken_; });
        woken_ = false;
      }
    } catch (const store::DatabaseError& error) {
      if (!lost) spdlog::warn("delivery has lost the database: SQLSTATE {}", error.sqlstate());
      lost = true;
      std::unique_lock lock(mutex_);
      wake_claimer_.wait_for(lock, stop, retry_after, [] { return false; });
    }
  }
}

void Worker::settle(std::stop_token stop) {
  std::optional<Settlements> settlements;
  bool lost = false;
  for (int last_looks = 3; last_looks > 0;) {
    if (stop.stop_requested()) --last_looks;
    try {
      if (!settlements) settlements.emplace(*this, settings_);
      settlements->look();
      lost = false;
    } catch (const store::DatabaseError& error) {
      settlements.reset();
      if (!lost) spdlog::warn("what was delivered cannot be settled: SQLSTATE {}", error.sqlstate());
      lost = true;
    }
    std::unique_lock lock(mutex_);
    settling_now_ = false;
    if (std::exchange(settling_, !lost) != settling_) {
      woken_ = true;
      wake_claimer_.notify_one();
    }
    if (stop.stop_requested() && done_.empty()) return;
    wake_settler_.wait_for(lock, stop, longest_wait, [this] { return handed_over_; });
    handed_over_ = false;
  }
}

// A connection of its own, so that what is queued is claimed at once.
void Worker::listen(std::stop_token stop) {
  while (!stop.stop_requested()) {
    try {
      store::Connection connection(settings_, store::DatabaseRole::delivery);
      connection.listen("noroshi_delivery");
      while (!stop.stop_requested()) {
        if (!connection.wait_notification(longest_wait)) continue;
        wake_claimer();
      }
    } catch (const store::DatabaseError&) {  // the claimer says so
      std::this_thread::sleep_for(retry_after);
    }
  }
}

void Worker::send(std::stop_token stop) {
  while (true) {
    std::unique_lock lock(mutex_);
    if (!wake_senders_.wait(lock, stop, [this] { return !jobs_.empty(); })) return;
    const Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    auto done = attempt(job);
    lock.lock();
    --under_way_;
    lock.unlock();
    hand_over(std::move(done));
  }
}

Worker::Done Worker::attempt(const Job& job) {
  const auto begun = Steady::now();
  auto attempted = channels_.find(job.endpoint.channel)->second->send(job.consignment, job.endpoint, job.deadline);
  if (observer_.attempted)
    observer_.attempted(job.endpoint.channel, to_string(attempted.verdict), Steady::now() - begun);
  return {job.claimed, job.endpoint, std::move(attempted), job.claim_ends};
}

}  // namespace noroshi::delivery
