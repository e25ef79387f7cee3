// Lets the tree of the record grow over the numbered events, and signs it: off the hot path, after the sequencer.
//
// A pass: hold the lease; hash what is numbered, in batches, each with its tiles and the new size in one fenced
// transaction; read all of that back from tables and events, recompute the root and prove that the tree contains the
// heads that were signed before; sign; keep the note outside the database; keep it inside, with a signed history of what
// was kept before it (src/record/history.h). A pass that dies anywhere
// leaves what the next one, of any daemon, goes on from: an unsigned size is sealed already, a note outside alone is of
// a tree that is there.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "src/core/identifier.h"
#include "src/record/checkpoint.h"
#include "src/record/history.h"
#include "src/record/merkle.h"
#include "src/store/database.h"
#include "src/store/kept_checkpoint.h"
#include "src/store/record_fault.h"

namespace noroshi::store {

struct SealerOptions {
  std::chrono::milliseconds lease{2000};   // of real time, whatever the shown clock's rate
  int batch = 4096;                        // events a transaction
  std::chrono::milliseconds burst{500};    // batches before a signature, while more waits
  std::chrono::milliseconds between{200};  // signatures, at least
};

// Where the record stood after a pass.
struct SealingState {
  std::string origin;            // the tree that grows
  bool holds_lease = false;      // whether this sealer seals; others follow
  std::uint64_t sealed = 0;      // leaves of the tree
  std::uint64_t checkpoint = 0;  // of these, under the newest checkpoint
  std::uint64_t unsealed = 0;    // events under no checkpoint, numbered or not
  // How long the oldest of them waits by the database's clock; nothing where none waits, or where the shown clock is
  // not the real one.
  std::optional<double> oldest_seconds;
  bool signed_now = false;
  bool more = false;  // this pass left work that could be done at once
  std::optional<RecordFault> stopped;
};

class Sealer {
 public:
  // The whole note of that text, signed in the name of that tree; empty where no key may sign. On the thread of
  // run_once(), outside any transaction.
  using SignNote = std::function<std::string(const std::string& origin, const std::string& text)>;

  // `connection` is of role sequencer; it and `kept` must outlive the sealer. `holder` as Sequencer::make_holder()
  // gives it.
  Sealer(Connection& connection, const core::Uuid& holder, KeptCheckpoint& kept, SignNote sign,
         SealerOptions options = {});

  // One pass. What stops the record is in the state, and nothing is signed then; the lease is kept, so that no other
  // seals what this one knows to be wrong. Who merely has no key leaves it to others for a while. Throws the errors of database_error.h.
  SealingState run_once();

  // Looks and seals nothing: what a pass would find before it begins.
  SealingState inspect();

  // The steps of a pass, for tests that look between them. extend(): false where the lease is another's.
  bool extend();
  bool sign();

 private:
  struct Look;
  using Clock = std::chrono::steady_clock;

  std::optional<std::int64_t> hold();
  void leave(std::int64_t token, const RecordFault& keyless);
  Look look();
  void read_kept(Look& look);
  void check_kept(Look& look);
  bool extend_batch(std::int64_t token, const Look& look, std::uint64_t end);
  bool extend_until_burst(std::int64_t token, Look& look);
  bool sign_tree(std::int64_t token);
  std::optional<record::History> history_before(std::int64_t token, const Look& look);
  bool fold_checkpoints(std::int64_t token, record::RunningHash& checkpoints);
  bool fold_cosignatures(std::int64_t token, record::RunningHash& cosignatures);
  record::Digest check_tree(const Look& look);
  void look_back(Transaction& transaction, const Look& look, const record::NodeReader& nodes);
  void follow(const Look& look);
  bool prove(const Look& look, const record::Checkpoint& head);
  static void tell(const Look& look, SealingState& state);

  Connection& connection_;
  std::string holder_;
  KeptCheckpoint& kept_;
  SignNote sign_;
  SealerOptions options_;
  std::optional<record::Checkpoint> proven_;  // the head kept that the tree was last found to contain
  std::optional<Clock::time_point> signed_at_;
  std::uint64_t next_look_back_ = 0;
  std::optional<RecordFault> keyless_;  // why it has left the lease to others
  Clock::time_point keyless_until_{};
};

// The name of the tree that grows; opens the first one where there is none. `owner` is of role owner.
std::string open_record(Connection& owner);

}  // namespace noroshi::store
