#include "src/delivery/worker.h"

#include <algorithm>

#include <spdlog/spdlog.h>

#include "src/delivery/acknowledgement_token.h"

namespace noroshi::delivery {
namespace {

using namespace std::chrono_literals;

constexpr auto longest_wait = 200ms;   // between two looks at what is due; a notification ends it
constexpr auto retry_after = 200ms;    // where the database is away
constexpr auto lease_beyond = 30s;     // of an attempt's deadline: to settle what came of it
constexpr auto stranded_every = 1s;
constexpr int stranded_at_once = 256;
// Somebody may acknowledge long after the target has passed; a link that lies about for longer is worth nothing.
constexpr std::chrono::hours link_holds = 24h * 30;

}  // namespace

struct Worker::Job {
  store::ClaimedDelivery claimed;
  core::Endpoint endpoint;
  Consignment consignment;
  std::chrono::steady_clock::time_point deadline;
  std::chrono::steady_clock::time_point claim_ends;
};
struct Worker::Done {
  store::ClaimedDelivery claimed;
  core::Endpoint endpoint;
  Attempted attempted;
  std::chrono::steady_clock::time_point claim_ends;
};
struct Worker::Settlement {
  store::Action action;
  std::chrono::steady_clock::time_point not_before;
  std::chrono::steady_clock::time_point worthless;  // the claim has ended: another worker says what came of it
};

Worker::Channels make_channels(const Environment& environment) {
  Worker::Channels made;
  for (const auto& kind : channels()) made.emplace(kind.name, kind.make(environment));
  return made;
}

// The connection of one stretch between two losses of the database.
class Worker::Pass {
 public:
  Pass(Worker& worker, const store::ConnectionSettings& settings)
      : worker_(worker), connection_(settings, store::DatabaseRole::delivery) {}

  // What was sent while the daemon ended.
  void look_last() { end_attempts(); }

  // How long nothing will come due.
  std::chrono::milliseconds look() {
    end_attempts();
    submit_again();
    settle_stranded();
    const int room = room_for_claims();
    if (room <= 0) return longest_wait;
    const auto lease = std::chrono::ceil<std::chrono::milliseconds>(worker_.worker_.timeout + lease_beyond);
    const auto now = std::chrono::steady_clock::now();
    const auto claims = store::claim_deliveries(connection_, {lease, room, worker_.worker_.per_endpoint});
    for (const auto& claimed : claims) take(claimed, now, now + lease);
    if (!claims.empty()) return 0ms;
    return std::min<std::chrono::milliseconds>(store::until_next_delivery(connection_).value_or(longest_wait), longest_wait);
  }

 private:
  int room_for_claims() {
    std::lock_guard lock(worker_.mutex_);
    return worker_.worker_.senders - worker_.under_way_;
  }

  void take(const store::ClaimedDelivery& claimed, std::chrono::steady_clock::time_point at,
            std::chrono::steady_clock::time_point claim_ends) {
    auto endpoint = store::read_endpoint(connection_, claimed);
    const auto message = store::read_message(connection_, claimed);
    if (!endpoint || !message) return;  // the claim ends by itself
    const auto settle_unsent = [&](Verdict verdict, std::string cause) {
      end({claimed, *endpoint, {verdict, std::move(cause), {}, {}}, claim_ends});
    };
    if (message->acknowledged) return settle_unsent(Verdict::delivered, std::string(core::delivery_causes::acknowledged_meanwhile));
    const auto* kind = find_channel(endpoint->channel);
    if (!kind || !worker_.channels_.contains(endpoint->channel)) return settle_unsent(Verdict::refused, "channel_unknown");
    Job job{claimed, std::move(*endpoint), consignment_of(claimed, *message), at + worker_.worker_.timeout, claim_ends};
    if (kind->seals)
      if (auto content = store::read_content(connection_, claimed))
        job.consignment.content.emplace(std::move(content->title), std::move(content->note), std::move(content->report));
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
    out.acknowledge_by = message.acknowledge_by;
    // An alarm is taken note of; nobody has to acknowledge it.
    if (message.kind != core::MessageKind::alarm) {
      out.acknowledge_token = acknowledgement_token(worker_.environment_.keys,
                                                    {message.id, claimed.endpoint, message.sent_at + link_holds});
      out.acknowledge_url = worker_.environment_.base_url + "/acknowledge/" + out.acknowledge_token;
    }
    return out;
  }

  void end_attempts() {
    for (;;) {
      std::unique_lock lock(worker_.mutex_);
      if (worker_.done_.empty()) return;
      // Taken out once it is written: a connection that is lost meanwhile leaves it to the next.
      const Done done = worker_.done_.front();
      lock.unlock();
      end(done);
      lock.lock();
      worker_.done_.pop_front();
    }
  }

  void end(const Done& done) {
    const auto& [claimed, endpoint, attempted, claim_ends] = done;
    const auto next = after(attempted, claimed.delivery, claimed.attempts, claimed.queued_at, claimed.claimed_at,
                            worker_.worker_.retry);
    if (!next.settled) {
      store::postpone_delivery(connection_, claimed, attempted.cause, attempted.detail, next.again_after);
      return;
    }
    worker_.submit({store::SettleDelivery{.delivery = claimed.delivery,
                                          .incident = claimed.incident,
                                          .token = claimed.token,
                                          .state = *next.settled,
                                          .attempts = claimed.attempts,
                                          .outcome = std::string(to_string(attempted.verdict)),
                                          .cause = attempted.cause,
                                          .detail = attempted.detail},
                    {},
                    claim_ends});
    if (next.disable_endpoint)
      worker_.submit({store::DisableEndpoint{.endpoint = endpoint.id, .cause = attempted.cause}, {}, claim_ends});
  }

  void submit_again() {
    const auto now = std::chrono::steady_clock::now();
    std::deque<Settlement> waiting;
    {
      std::lock_guard lock(worker_.mutex_);
      waiting.swap(worker_.unsettled_);
    }
    for (auto& settlement : waiting) {
      if (settlement.worthless <= now) continue;
      if (settlement.not_before > now) {
        std::lock_guard lock(worker_.mutex_);
        worker_.unsettled_.push_back(std::move(settlement));
      } else {
        worker_.submit(std::move(settlement));
      }
    }
  }

  // Endpoints that are served no more hold what was queued for them: each such delivery is dead, and its bodies are told.
  void settle_stranded() {
    const auto now = std::chrono::steady_clock::now();
    if (now < look_for_stranded_) return;
    look_for_stranded_ = now + stranded_every;
    for (const auto& stranded : store::stranded_deliveries(connection_, stranded_at_once))
      worker_.submit({store::SettleDelivery{.delivery = stranded.delivery,
                                            .incident = stranded.incident,
                                            .state = core::MessageState::dead,
                                            .attempts = stranded.attempts,
                                            .cause = std::string(core::delivery_causes::endpoint_disabled)},
                      {},
                      now});
  }

  Worker& worker_;
  store::Connection connection_;
  std::chrono::steady_clock::time_point look_for_stranded_{};
};

Worker::Worker(store::ConnectionSettings settings, store::WriterPool& writers, Channels channels,
               const Environment& environment, WorkerSettings worker, WorkerObserver observer)
    : settings_(std::move(settings)),
      writers_(writers),
      channels_(std::move(channels)),
      environment_(environment),
      worker_(std::move(worker)),
      observer_(std::move(observer)) {
  settings_.application_name = "noroshi delivery";
  for (int i = 0; i < worker_.senders; ++i) senders_.emplace_back([this](std::stop_token stop) { send(stop); });
  listener_ = std::jthread([this](std::stop_token stop) { listen(stop); });
  claimer_ = std::jthread([this](std::stop_token stop) { claim(stop); });
}

Worker::~Worker() {
  for (auto& sender : senders_) sender.request_stop();
  for (auto& sender : senders_) sender.join();
  // What they brought back is still written down.
  claimer_.request_stop();
  claimer_.join();
  std::unique_lock lock(mutex_);
  settled_.wait(lock, [this] { return being_settled_ == 0; });
}

void Worker::claim(std::stop_token stop) {
  bool lost = false;
  while (!stop.stop_requested()) {
    try {
      Pass pass(*this, settings_);
      lost = false;
      while (!stop.stop_requested()) {
        const auto length = pass.look();
        std::unique_lock lock(mutex_);
        wake_claimer_.wait_for(lock, stop, length, [this] { return woken_ || !done_.empty(); });
        woken_ = false;
      }
      pass.look_last();
    } catch (const store::DatabaseError& error) {
      if (!lost) spdlog::warn("delivery has lost the database: SQLSTATE {}", error.sqlstate());
      lost = true;
      std::unique_lock lock(mutex_);
      wake_claimer_.wait_for(lock, stop, retry_after, [] { return false; });
    }
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
        {
          std::lock_guard lock(mutex_);
          woken_ = true;
        }
        wake_claimer_.notify_one();
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
    done_.push_back(std::move(done));
    --under_way_;
    lock.unlock();
    wake_claimer_.notify_one();
  }
}

Worker::Done Worker::attempt(const Job& job) {
  const auto begun = std::chrono::steady_clock::now();
  auto attempted = channels_.find(job.endpoint.channel)->second->send(job.consignment, job.endpoint, job.deadline);
  if (observer_.attempted)
    observer_.attempted(job.endpoint.channel, to_string(attempted.verdict), std::chrono::steady_clock::now() - begun);
  return {job.claimed, job.endpoint, std::move(attempted), job.claim_ends};
}

void Worker::submit(Settlement settlement) {
  {
    std::lock_guard lock(mutex_);
    ++being_settled_;
  }
  store::Command command;
  command.actor = core::Actor::system();
  command.action = settlement.action;
  writers_.submit(std::move(command), [this, settlement = std::move(settlement)](store::Result result) mutable {
    // Refused: the claim was lost, or a person has settled it.
    const bool over = std::holds_alternative<store::Answered>(result) || std::holds_alternative<core::Refusal>(result);
    std::lock_guard lock(mutex_);
    if (!over) {
      settlement.not_before = std::chrono::steady_clock::now() + retry_after;
      unsettled_.push_back(std::move(settlement));
    }
    --being_settled_;
    settled_.notify_all();
  });
}

}  // namespace noroshi::delivery
