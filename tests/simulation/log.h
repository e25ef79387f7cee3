// The store of the simulated world: a log of events and nothing beside it. An entry is one decision, whole.
//
// Events are kept as the record keeps them (leaf and openings), and everything that is known is folded from them again
// after each crash: cases, staffs, endpoints, switches, which keys were carried out, which numbers were given.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "src/core/body_information.h"
#include "src/core/relay_switch.h"
#include "src/core/staff.h"
#include "src/record/event_codec.h"

namespace noroshi::simulation {

struct Known {
  std::map<core::IncidentId, core::Incident> incidents;
  std::map<std::string, core::Staff> staffs;
  std::vector<core::Endpoint> endpoints;
  std::vector<core::RelaySwitchRequest> switches;
  std::map<std::string, bool> relaying;  // by the switch that was decided on last
  std::map<std::string, core::BodyInformation> information;
  std::map<std::pair<std::string, std::string>, core::IncidentId> references;
  std::map<std::pair<std::string, std::string>, int> numbers;  // of cases, by body and year
  std::map<core::IncidentId, std::size_t> events;              // of a case
  std::map<std::string, std::size_t> body_events;
  friend bool operator==(const Known&, const Known&) = default;
};
bool can_follow(const Known& known, const core::Event& event);
void take(Known& known, const core::Event& event);

struct Entry {
  std::string key;
  std::size_t position = 0;
  std::vector<record::EncodedEvent> encoded;
  std::vector<core::Event> events;  // as decoded again
};

class Log {
 public:
  // `fault` names what is wrong where an event does not come back as it was: an empty one, nothing.
  const Entry& append(const std::string& key, const std::vector<core::Event>& events, record::SaltSource& salts,
                      std::string& fault);
  const Entry* find(const std::string& key) const;
  std::size_t size() const { return size_; }
  // From the events as they were decoded, or from the bytes once more.
  Known fold() const;
  Known fold_bytes(std::string& fault) const;

  std::vector<Entry>& entries() { return entries_; }  // for a mutant that loses some

 private:
  std::vector<Entry> entries_;
  std::map<std::string, std::size_t> by_key_;
  std::size_t size_ = 0;
};

// What of an event stands in its leaf and openings: the rest follows from other tables.
core::Event as_recorded(core::Event event);

}  // namespace noroshi::simulation
