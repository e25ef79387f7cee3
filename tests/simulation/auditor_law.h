// The duties of section 2.2.4 once more, as a table of this folder's own: by the table of the design and the wording of
// the standard (H28, H30), not by the program's edition files. Bodies and who supervises whom come from the registry's
// CSV, read here.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulation/plain.h"

namespace noroshi::simulation {

using Day = std::int64_t;  // of Japan, since 1970-01-01
Day day_of(Instant at);
Day parse_iso_day(std::string_view text);

struct JudgementHeld {
  std::string assessment;   // "incident", "possible", "not_incident"
  std::string cyberattack;  // "yes", "possible", "no", "unknown"
  int cells = 0;            // of the large-scale matrix
};

struct CaseFacts {
  std::string organization;
  Instant recognized = 0;
  std::string police;
  std::set<std::string> added_supervisors, added_police;
  std::map<std::string, JudgementHeld> judgements;
  bool platform = false;
};

struct Owed {
  std::string edition, rule, clause;
  int sentence = 0;
  std::string holder, recipient;  // as they stand today
  bool inner = false;
  bool on_receipt = false;
  Instant target = 0;
};

class LawBook {
 public:
  LawBook(std::string_view organizations_csv, std::string_view supervision_csv);

  // The edition that the world brings into force midway (world_law.h): H30 with other targets, and (l) under another
  // letter.
  void bring_into_force(const std::string& edition, Day from);

  std::string edition(Day day) const;  // empty: none
  bool knows(const std::string& slug) const { return bodies_.contains(slug); }
  bool is(const std::string& slug, std::string_view kind) const;  // by kind or also_kind
  std::string kind(const std::string& slug) const;
  bool is_corporation(const std::string& slug) const;
  bool in_force(const std::string& slug, Day day) const;
  // Who stands in its place; itself where nobody is known.
  std::string standing(const std::string& slug, Day day) const;
  std::string centre(Day day) const;  // empty: none
  bool supervises(const std::string& agency, const std::string& corporation, Day day) const;
  std::string main_agency(const std::string& corporation, Day day) const;

  std::vector<Owed> duties(const CaseFacts& facts, Day today, const Policy& policy) const;
  // "large_scale", "attack", "ordinary"
  static std::string severity(const CaseFacts& facts);
  static Instant allowed(const Allowance& allowance, const std::string& body, const std::string& severity);
  // Of a rule, with the operator's word laid over it.
  Instant target(const std::string& edition, const std::string& rule, const std::string& body,
                 const std::string& severity, const Policy& policy) const;

 private:
  struct Body {
    std::string kind, also_kind, police, successor;
    Day from, to;
  };
  struct Supervision {
    std::string agency, role;
    Day from, to;
  };
  std::map<std::string, Body, std::less<>> bodies_;
  std::vector<std::string> order_;
  std::multimap<std::string, Supervision, std::less<>> supervisions_;
  std::vector<std::pair<Day, std::string>> editions_;  // latest first
};

}  // namespace noroshi::simulation
