// Compares the tables with the record: the events of each incident are folded again with the core, the rows that follow
// are made by the code that made them (decided.h), and every row there is has to be one of these, column by column.
//
// What it says is as good as the leaves are; that nobody altered those is the tree's to say
// (src/record/verification.h). Reads through the owner's connection, a few incidents at a time, each in one snapshot: a
// daemon may run. Memory is bounded by the largest incident; of texts only SHA-256 values are kept.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "src/store/database.h"

namespace noroshi::store {

enum class TableFault {
  event_unreadable,    // the leaf or an opening of it: `detail` says how
  event_differs,       // a column beside the leaf is not what the leaf says
  event_out_of_place,  // it cannot follow from those before it: one of them is missing or altered
  opening_absent,      // a text that the leaf commits to is not there, and no erasure was decided
  opening_present,     // one that a decided erasure takes away is still there
  row_missing,         // an event implies it
  row_unimplied,       // no event implies it
  column_differs,
  bytes_differ,     // a report's bytes do not have the length or SHA-256 that was recorded
  clock_late,       // the incident would be looked at later than its clocks need, or never
  counter_differs,  // a body's numbers given in a year are not 1, 2, … up to its counter
  // A head that was kept outside and that the events bear out is not recorded yet: as after a daemon that was killed
  // between the two. Lawful; the one fault that is no alteration. The newest row deleted looks the same.
  checkpoint_unrecorded,
  // Of the history that stands beside a checkpoint (src/record/history.h).
  history_absent,        // there is none, up to the checkpoint `other`
  history_wrong,         // it is not one that a key of the record signed for this checkpoint
  checkpoints_missing,   // `count` that stood between `other` (empty: the first) and this one are not there
  checkpoints_surplus,   // `count` between these came later
  checkpoints_differ,    // of the `count` up to `other`, one is not what stood there when this one was signed
  cosignatures_missing,  // of these numbers
  cosignatures_differ,   // of these numbers one is not what was kept when the checkpoint `other` was signed
};
std::string_view name_of(TableFault fault);  // "column_differs"

// Names a place, and nothing of what stands there.
struct TableFinding {
  TableFault fault{};
  std::string table;
  std::string key;       // of the row: its id, or the parts of its key with '/' between
  std::string column;    // or the field of an opening
  std::string detail;    // a reader's own words for event_unreadable; English, without content
  std::string incident;  // its number, or its id where the number is not known; empty: of none
  std::string event;     // id; empty where none is known
  std::string type;      // of that event
  std::optional<std::uint64_t> sequence;
  std::string other;  // a second key, where the fault speaks of two
  std::uint64_t count = 0;
  friend bool operator==(const TableFinding&, const TableFinding&) = default;
};

struct RefoldProgress {
  std::uint64_t incidents = 0, events = 0, rows = 0;
};

class RefoldSink {
 public:
  virtual ~RefoldSink() = default;
  virtual void found(TableFinding finding) = 0;
  virtual void progress(const RefoldProgress&) {}
};

// Everything there is. `owner` is of role owner.
RefoldProgress refold(Connection& owner, RefoldSink& sink);

}  // namespace noroshi::store
