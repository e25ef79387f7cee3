// Whether a record is whole and unaltered: fed event by event, from the database or from an export file, it recomputes
// leaves, tree and signatures, and says what does not fit.
//
// Memory does not grow with the record: a compact range, the checkpoints not yet reached, the receipts not yet met, and a
// bounded list of findings. Pure. One object belongs to one thread.
//
// Order of calls: checkpoints and receipts before the events they speak of, events by rising sequence, finish() last.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/core/event.h"
#include "src/record/checkpoint.h"
#include "src/record/event_codec.h"
#include "src/record/merkle.h"
#include "src/record/receipt.h"

namespace noroshi::record {

// What can be found, a closed list. Names in files and JSON: name_of().
enum class FindingCode {
  // The list of events.
  sequence_gap,        // the record is whole, but these sequences are not there
  sequence_disorder,   // a sequence repeats or falls
  sequence_unknown,    // before the first sequence of the first origin
  events_missing,      // a checkpoint covers more events than there are
  count_differs,       // as many events as the file says at its end were not there
  // One event.
  leaf_unreadable,     // the leaf is no event
  leaf_altered,        // the leaf's hash is not the one kept beside it
  opening_altered,     // a text does not match what the leaf commits to
  report_altered,      // the report's bytes do not have the SHA-256 that the leaf commits to
  proof_wrong,         // the leaf is not where its proof says
  report_unproven,     // the report's SHA-256 was erased, its bytes were not
  proof_missing,       // neither a proof nor a checkpoint for it
  texts_absent,        // texts that the leaf commits to are not given: erased, or not exported
  // Checkpoints.
  checkpoint_unreadable,
  checkpoint_origin_unknown,  // of a tree that is not among the origins
  checkpoint_differs,         // the events do not make the root that was signed
  checkpoint_unsigned,        // no signature by any key given
  signature_wrong,            // a signature that bears a given key's name and hash is not by it
  checkpoint_unconnected,     // of another size than the proofs, and no proof connects them
  consistency_wrong,          // the proof that should connect two checkpoints does not
  events_unsealed,            // events after the last checkpoint: in order, but not yet signed for
  // Trees.
  origins_wrong,           // the list of origins does not begin at 0 or does not rise
  continuation_missing,    // a later origin does not begin with record.continued, or names another before it
  continuation_differs,    // what record.continued says was held of the tree before is not what is there
  record_continued,        // a later origin: what had been signed before it was lost, and somebody said why
  // Receipts.
  receipt_unreadable,
  receipt_unsigned,        // not signed by any key given
  receipt_differs,         // the event is there, but with another leaf, report or time
  receipt_event_missing,   // the event that it promises is not there
};
std::string_view name_of(FindingCode code);  // "leaf_altered"

// Altered: what is there contradicts itself or what was signed. Unproven: nothing speaks against it, but nothing that
// was given proves it. Told: lawful, and the reader should know.
enum class FindingWeight { altered, unproven, told };
FindingWeight weight_of(FindingCode code);

struct Finding {
  FindingCode code{};
  std::optional<std::uint64_t> sequence;  // of the event, or of the first of several
  std::optional<std::uint64_t> last;      // of the last of several
  std::string place;  // within it: "leaf", "opening title", "report", "proof", "checkpoint <origin> <size>", "receipt <event>"
  std::string ja, en;  // one sentence; without any text of a report
  friend bool operator==(const Finding&, const Finding&) = default;
};

struct RecordOrigin {
  std::string name;
  std::uint64_t first_sequence = 0;
  friend bool operator==(const RecordOrigin&, const RecordOrigin&) = default;
};

struct RecordedEvent {
  std::uint64_t sequence = 0;
  std::string leaf;
  std::vector<Opening> openings;
  std::optional<std::string> report;            // bytes, of report.received
  std::optional<Digest> leaf_hash;              // as kept beside the leaf (a tile, "leaf_sha256"): names the one altered
  std::optional<std::vector<Digest>> proof;     // inclusion in the highest checkpoint of its origin
};

// The highest checkpoint of an origin that the events (or a proof) bear out, and who signed it.
struct ProvenCheckpoint {
  Checkpoint checkpoint;
  std::vector<NoteKey> signed_by;                              // keys of the log that were given; may be empty
  std::vector<std::pair<NoteKey, std::int64_t>> cosigned_by;  // witnesses that were given, with their time
};

class RecordVerification {
 public:
  enum class Proofs {
    whole,  // every event from sequence 0 on: the tree is recomputed
    each,   // some events, each with its proof of inclusion
  };
  // Keys of logs and of witnesses. Who gave them, and whether by a way of their own, is the caller's to say.
  RecordVerification(Proofs proofs, std::vector<RecordOrigin> origins, std::vector<NoteKey> keys);

  // A signed note, with or without cosignatures, by whomever it was kept. Several of one size may be given. `note` is what
  // parse_note() reads.
  void checkpoint(std::string_view note);
  // Connects two checkpoints of an origin where the events are not all there.
  void consistency(const std::string& origin, std::uint64_t from, std::uint64_t to, const std::vector<Digest>& proof);
  // The text as receipt_text() writes it, and the 64 bytes of its signature.
  void receipt(std::string_view text, std::string_view signature);

  // Gives the event as the record keeps it, where its leaf can be read, with absent texts as `erased`.
  std::optional<core::Event> event(const RecordedEvent& event);

  // Nothing more comes. `events` is how many the file says there were.
  void finish(std::optional<std::uint64_t> events = std::nullopt);

  // At most 100 of each code are kept, in the order in which they were found; all are counted.
  const std::vector<Finding>& findings() const { return findings_; }
  std::uint64_t count(FindingCode code) const;
  bool altered() const { return altered_; }

  std::uint64_t events() const { return events_; }    // fed so far
  std::uint64_t reports() const { return reports_; }  // whose bytes have their SHA-256
  std::uint64_t receipts() const { return receipts_; }  // borne out
  // By origin; complete after finish().
  const std::map<std::string, ProvenCheckpoint>& proven() const { return proven_; }

 private:
  struct HeldCheckpoint {
    ProvenCheckpoint held;
  };
  struct HeldReceipt {
    Receipt receipt;
  };
  using Place = std::pair<std::size_t, std::uint64_t>;  // number of the origin, size

  void find(Finding finding);

  Proofs proofs_;
  std::vector<RecordOrigin> origins_;
  std::vector<NoteKey> keys_;
  std::multimap<Place, HeldCheckpoint> held_;
  std::multimap<core::EventId, HeldReceipt> awaited_;
  std::map<std::string, ProvenCheckpoint> proven_;

  std::size_t origin_ = 0;
  CompactRange range_;   // over the leaves
  CompactRange stated_;  // over the hashes kept beside them
  std::uint64_t events_ = 0, reports_ = 0, receipts_ = 0;
  std::vector<Finding> findings_;
  std::map<FindingCode, std::uint64_t> counts_;
  bool altered_ = false;
};

}  // namespace noroshi::record
