// Whether a record is whole and unaltered: fed event by event, from the database or from an export file, it recomputes
// leaves, tree and signatures, and says what does not fit.
//
// Memory does not grow with the record: a compact range, the checkpoints not yet reached, the receipts not yet met, and
// a bounded list of findings. Pure. One object belongs to one thread.
//
// Order of calls: keys of actors, checkpoints and receipts before the events they speak of, events by rising sequence,
// finish() last.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/core/event.h"
#include "src/record/actor_signature.h"
#include "src/record/checkpoint.h"
#include "src/record/event_codec.h"
#include "src/record/finding.h"
#include "src/record/merkle.h"

namespace noroshi::record {

struct RecordOrigin {
  std::string name;
  std::uint64_t first_sequence = 0;
  friend bool operator==(const RecordOrigin&, const RecordOrigin&) = default;
};

struct RecordedEvent {
  std::uint64_t sequence = 0;
  std::string leaf;
  std::vector<Opening> openings;
  std::optional<std::string> report;         // bytes, of report.received
  std::optional<Digest> leaf_hash;           // as kept beside the leaf (a tile, "leaf_sha256"): names the one altered
  std::optional<std::vector<Digest>> proof;  // inclusion in the first checkpoint given of its origin
};

// The highest checkpoint of an origin that the events or proofs bear out, and who signed it.
struct ProvenCheckpoint {
  Checkpoint checkpoint;
  std::vector<NoteKey> signed_by;                             // keys of the log that were given; never empty
  std::vector<std::pair<NoteKey, std::int64_t>> cosigned_by;  // witnesses that were given, with their earliest time
};

// How far the time of an event may lie behind that of an earlier one, or ahead of a witness: events are numbered as they
// are committed, and clocks differ a little. More than this, and the times contradict each other. Whether that is
// backdating or a clock that was set back, nothing in the record tells, so the time is called unproven. A witness counts
// real time; the clock of a database that is made for demonstrations may run at another rate, which no file states. So what
// contradicts a witness is told and decides nothing.
inline constexpr std::chrono::minutes tolerated_disorder{5};

class RecordVerification {
 public:
  enum class Proofs {
    whole,  // every event from sequence 0 on: the tree is recomputed
    each,   // some events, each with its proof of inclusion
  };
  // Keys of logs and of witnesses. Who gave them, and whether by a way of their own, is the caller's to say.
  RecordVerification(Proofs proofs, std::vector<RecordOrigin> origins, std::vector<NoteKey> keys);

  ~RecordVerification();
  RecordVerification(RecordVerification&&) noexcept;
  RecordVerification& operator=(RecordVerification&&) noexcept;

  // The key of somebody who signs what he does. Leaves name it by its hash, so that whoever gives it need not be trusted.
  void actor_key(ActorKey key);
  // A signed note (parse_note()), with or without cosignatures, by whomever it was kept. Several of one size may be
  // given. Where the record is whole, at the latest when the events have reached its size.
  void checkpoint(std::string_view note);
  // Connects two checkpoints of an origin where the events are not all there.
  void consistency(const std::string& origin, std::uint64_t from, std::uint64_t to, const std::vector<Digest>& proof);
  // The text as receipt_text() writes it, and the 64 bytes of its signature.
  void receipt(std::string_view text, std::string_view signature);

  // Gives the event as the record keeps it, where its leaf can be read, with absent texts as `erased`.
  std::optional<core::Event> event(const RecordedEvent& event);

  // Nothing more comes. `events` is how many the file says there were.
  void finish(std::optional<std::uint64_t> events = std::nullopt);

  // After finish(): what was given by a way of its own has to speak for what was proven. Where there is a key of a log
  // among it, each tree has to be signed by one: names aside, since the same key bears the name of each tree. A key that
  // signed none, as one of before or after a rotation, is told; a witness that did not cosign leaves it unproven, and so
  // does a tree that continues another and that no such key signed, or a checkpoint of the events that it says were
  // lost. The keys have to be among those of the constructor, the notes among the checkpoints.
  void hold_against(const std::vector<NoteKey>& keys, const std::vector<std::string>& notes);
  // After finish(): whether that checkpoint, which was given, is one of what was proven.
  bool bears_out(const Checkpoint& checkpoint) const;

  // At most 100 of each code are kept, in the order in which they were found; all are counted.
  const std::vector<Finding>& findings() const;
  std::uint64_t count(FindingCode code) const;
  bool altered() const;  // whether any finding has that weight

  std::uint64_t events() const;    // fed so far
  std::uint64_t reports() const;   // whose bytes have the SHA-256 that their leaf commits to
  std::uint64_t signed_acts() const;  // with a signature of who acted, by the key that the leaf names
  std::uint64_t receipts() const;  // whose event was there as they promise
  // Ids of keys that events retired, and the sequences of these; complete after finish().
  const std::map<std::string, std::uint64_t>& retired_keys() const;
  // By the name of the origin; complete after finish().
  const std::map<std::string, ProvenCheckpoint>& proven() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace noroshi::record
