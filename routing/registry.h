// All bodies and who supervises whom, as read from routing/registry/*.csv. Immutable once made; safe to read
// from any number of threads.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "routing/organization.h"

namespace noroshi::routing {

// One mistake in a file that an operator wrote, with its place: the file as it was named, line and column
// from 1 (0 where the mistake is not at one place).
struct Mistake {
  std::string file;
  int line = 0;
  int column = 0;
  std::string message;  // English; says what to do
};
// "organizations.csv:12: unknown police 'police-edo'"
std::string to_string(const Mistake& mistake);

class Registry {
 public:
  // Reads the texts of organizations.csv and supervision_scopes.csv (UTF-8, RFC 4180). Every mistake is
  // listed, not only the first: unknown slugs, doubled rows, periods that overlap or leave a gap between main
  // supervisors, a corporation without exactly one main supervisor on each day of its existence, a successor
  // that does not take over on the day after, cycles of parents or successors, two centres on one day, bad
  // dates, columns missing or too many, bad UTF-8. One mistake refuses the whole.
  static tl::expected<Registry, std::vector<Mistake>> parse(std::string_view organizations_csv,
                                                            std::string_view supervision_csv);

  // Null where there is no such body. The pointer lives as long as the registry.
  const Organization* find(std::string_view slug) const;
  // In the order of the file.
  const std::vector<Organization>& organizations() const { return organizations_; }
  // Those of one corporation in force that day (the row's own period and the agency's): main first, then
  // joint, then co, each in file order.
  std::vector<const Supervision*> supervisions(std::string_view corporation, JapaneseDay day) const;
  // Whether `agency` supervises `corporation` in any role that day.
  bool supervises(std::string_view agency, std::string_view corporation, JapaneseDay day) const;
  // The body of that kind in force that day, by `kind` alone (the centre, the crisis-management line: never
  // two at once); the first in the file for kinds of many bodies; null where none is.
  const Organization* in_force(OrganizationKind kind, JapaneseDay day) const;
  // The body that stands in `slug`'s place on that day: itself while it exists, else the first successor in
  // force. Null where the registry knows none, and for a day before the body was founded.
  const Organization* standing_for(std::string_view slug, JapaneseDay day) const;

 private:
  Registry(std::vector<Organization> organizations, std::vector<Supervision> supervisions);

  std::vector<Organization> organizations_;
  std::vector<Supervision> supervisions_;
  std::map<std::string, std::size_t, std::less<>> by_slug_;
};

}  // namespace noroshi::routing
