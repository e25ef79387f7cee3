// What a verification of the record can find. Pure; safe from any number of threads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace noroshi::record {

// What can be found, a closed list. Names in files and JSON: name_of().
enum class FindingCode {
  // The list of events.
  sequence_gap,       // these sequences are not there
  sequence_disorder,  // a sequence repeats or falls
  sequence_unknown,   // it belongs to no origin
  events_missing,     // a checkpoint covers events that are not there, or an origin has none
  count_differs,      // as many events as the file says at its end were not there
  // One event.
  leaf_unreadable,    // the leaf is no event
  leaf_altered,       // the leaf is not the one whose hash is kept, and no checkpoint bears it out
  leaf_hash_altered,  // the leaf is as it was signed for, but the hash kept beside it is not its own
  opening_altered,    // a text does not match what the leaf commits to
  report_altered,     // the report's bytes do not have the SHA-256 that the leaf commits to
  report_unproven,    // the report's SHA-256 is absent, its bytes are not
  proof_wrong,        // the leaf is not where its proof says
  proof_missing,      // no proof, or no checkpoint that it could lead to
  act_signature_wrong,  // the actor's own signature is not by the key that the leaf names
  act_key_unknown,      // that key was not given
  time_disorder,      // its time is long before that of an event with a lower sequence
  time_after_cosignature,  // its time is after that at which a witness says to have seen a checkpoint that covers it
  texts_unexplained,  // no erasure in the whole record explains that texts are absent
  texts_absent,       // texts that the leaf commits to are not given: erased, or not exported
  // Checkpoints.
  checkpoint_unreadable,
  checkpoint_origin_unknown,  // of a tree that is not among the origins
  checkpoint_unsigned,        // no signature by any key given
  checkpoint_differs,         // the events do not make the root that was signed, or another was signed for the size
  checkpoint_unconnected,     // no proof connects it with what else is there
  signature_wrong,            // a signature that bears a given key's name and hash is not by it
  consistency_wrong,          // the proof that should connect two checkpoints does not
  events_unsealed,            // events after the last checkpoint: in order, but not yet signed for
  // Trees.
  origins_wrong,         // the list of origins does not begin at 0, does not rise, or repeats a name
  continuation_missing,  // a later origin does not begin with record.continued of its name
  continuation_differs,  // what record.continued says was held of the tree before is not what is there
  record_continued,      // a later origin: what had been signed before was lost, and an operator said why
  continuation_absent,   // a later origin, of which some events are given and record.continued is not among them
  continuation_unproven,  // a later origin, signed by no key that was given by a way of its own
  // What was given by a way of its own.
  key_retired,         // a checkpoint that a key alone has signed covers the event by which that key signs no more
  cosignature_absent,  // a witness whose key was given has not cosigned what was checked
  key_not_used,        // the key has signed nothing of what was proven
  origin_not_pinned,   // a tree that none of the log keys given has signed
  checkpoint_excused,  // the checkpoint speaks of events that are not there; a record.continued says that they were lost
  // Receipts.
  receipt_unreadable,
  receipt_unsigned,       // not by any key given
  receipt_differs,        // the event is there, but with another leaf, report or time
  receipt_event_missing,  // the event that it promises is not there, and the record is whole
  receipt_event_absent,   // the event that it promises is not among the events given
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
  // Within it: "leaf", "opening title", "report", "proof"; or "checkpoint <origin> <size>", "origin <name>",
  // "receipt <event>".
  std::string place;
  std::string ja, en;  // one sentence; without any text of a report
  friend bool operator==(const Finding&, const Finding&) = default;
};

}  // namespace noroshi::record
