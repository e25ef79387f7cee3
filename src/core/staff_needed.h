// Which part of a body's staff a decision has to know. A body may have twenty thousand people; a decision concerns a few.
#pragma once

#include <map>
#include <set>
#include <string>

#include "src/core/response.h"

namespace noroshi::core {

// Of everybody named here, and of whoever delegated to one of them or has a delegation of one: the person, appointments,
// delegations, training and turns of duty, all that there ever were.
struct StaffNeeded {
  std::set<PersonId> people;
  std::set<std::string> names;  // everybody of that name
  std::set<Post> posts;         // everybody who was ever appointed to it
  // And whose these are.
  std::set<AppointmentId> appointments;
  std::set<DelegationId> delegations;
  std::set<ShiftId> shifts;
  bool all_delegations = false;  // and both persons of each

  void merge(const StaffNeeded& other);
  friend bool operator==(const StaffNeeded&, const StaffNeeded&) = default;
};

// Of the actor's body. The decision on what is needed is that on the whole.
StaffNeeded needed_by(const StaffCommand& command);
// By body: the actor's, and the home agency of a member of CYMAT.
std::map<std::string, StaffNeeded> needed_by(const ResponseCommand& command, const Incident* known);
// Of who responds to the incident and who is of a team there, by body: to ring its clocks.
std::map<std::string, StaffNeeded> needed_to_ring(const Incident& known);

// That part of the staff: what the queries of the store bring.
Staff narrowed(const Staff& whole, const StaffNeeded& needed);

}  // namespace noroshi::core
