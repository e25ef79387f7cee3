// The writers: threads that take groups from the intake, decide them and apply them, one transaction a group.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "src/core/decision.h"
#include "src/record/record_signer.h"
#include "src/store/database.h"
#include "src/store/intake.h"

namespace noroshi::store {

// What became of one command, for metrics: nothing that a caller chose.
struct CommandObservation {
  std::string_view action;  // "submit_report", "assess", "move", "add_recipient", "fulfill", "ask_waiver", "decide_waiver",
                            // "acknowledge", "ask_relay_switch", "decide_relay_switch", "change_endpoint",
                            // "replay_delivery", "cosign"
  std::string_view stage;   // of a report, else empty
  const Result& result;
};

struct WriterOptions {
  int writers = 2;            // one a core: a third adds latency only
  std::size_t group = 48;    // commands in one transaction at the most
  std::size_t queue = 4096;   // commands waiting at the most
  // Called once a command, before its completion, from a writer's thread or submit()'s. Must not block or throw.
  std::function<void(const CommandObservation&)> observer = {};
  // Signs the receipts of reports, in the transaction that stores them. Nothing: receipts are not signed.
  std::optional<record::RecordSigner> receipts = std::nullopt;
};

// Starts with the constructor. `law` must outlive it.
class WriterPool {
 public:
  WriterPool(ConnectionSettings settings, const core::Law& law, WriterOptions options = {});
  // Serves what has queued, then ends. With no database that takes no time: each command is answered NotAvailable.
  ~WriterPool();
  WriterPool(const WriterPool&) = delete;
  WriterPool& operator=(const WriterPool&) = delete;

  // From any thread. Where the queue is full the completion is called at once with NotAvailable.
  void submit(Command command, Completion complete);

  std::size_t queued() const { return intake_.size(); }
  // Groups committed and commands answered by them so far.
  struct Counts {
    std::uint64_t groups = 0;
    std::uint64_t commands = 0;
  };
  Counts counts() const { return {groups_.load(), commands_.load()}; }

 private:
  class Writer;
  void run(Writer& writer, std::size_t lane);
  Completion observed(const Action& action, Completion complete) const;

  // A first report for a body that the caller may not report for: no row of that body is touched.
  std::optional<core::Refusal> refused_at_once(const Command& command) const;

  const core::Law& law_;
  WriterOptions options_;
  Intake intake_;
  std::atomic<std::uint64_t> groups_{0};
  std::atomic<std::uint64_t> commands_{0};
  std::vector<std::unique_ptr<Writer>> writers_;
  std::vector<std::jthread> threads_;
};

}  // namespace noroshi::store
