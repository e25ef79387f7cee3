// Reads events as they are stored, with their openings: in order of sequence, or incident by incident. For whoever
// checks or exports the record, over the owner's connection.
//
// Memory is bounded by the largest event: pages are small, and openings are read in parts by their size.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "src/record/event_codec.h"
#include "src/store/database.h"
#include "src/store/row_list.h"

namespace noroshi::store {

struct StoredEvent {
  std::string id;
  std::optional<std::uint64_t> sequence;  // nothing: not numbered yet
  std::string incident;                   // of the column beside the leaf, as all below
  std::string type;
  ImpliedColumns columns;  // of the row beside leaf and sequence, as values
  std::string leaf;
  std::vector<record::Opening> openings;
};
using TakeEvent = std::function<void(StoredEvent)>;

// Events numbered from `from` on, at most `most`, by rising sequence; how many there were.
std::size_t read_events(Transaction& transaction, std::uint64_t from, std::size_t most, const TakeEvent& take);

// Which events are wanted; what is empty or nothing leaves none out.
struct EventFilter {
  std::string incident;               // id
  std::string type;                   // "report.received"
  std::string organization;           // of the actor
  std::optional<Timestamp> from, to;  // of `at`; `to` itself is left out
};
// Those of them numbered from `from` on and before `end`, at most `most`, by rising sequence; how many there were.
std::size_t read_events(Transaction& transaction, const EventFilter& filter, std::uint64_t from, std::uint64_t end,
                        std::size_t most, const TakeEvent& take);

// The id of the incident of that number; empty where there is none.
std::string find_incident(Transaction& transaction, const std::string& number);
struct IncidentLabel {
  std::string number;  // empty where there is no such incident
  bool exercise = false;
};
IncidentLabel read_label(Transaction& transaction, const std::string& incident);
// The bytes of the report that the event received; nothing where there is no such row.
std::optional<std::string> read_report(Transaction& transaction, const std::string& event);

// Events of one incident by the column beside the leaf, oldest first, unnumbered ones too.
void read_events_of(Transaction& transaction, const std::string& incident, const TakeEvent& take);
// Of all incidents after `after` up to `last`, by incident, oldest first.
void read_events_between(Transaction& transaction, const std::string& after, const std::string& last,
                         const TakeEvent& take);

// Parts of a list such that the sizes of each add up to no more than `most`, or the part is one thing.
std::vector<std::span<const std::string>> parts_by_size(std::span<const std::string> things,
                                                        std::span<const std::uint64_t> sizes, std::uint64_t most);

}  // namespace noroshi::store
