// An edition of the Common Standards as data: its rules, each with clause, holder, recipient, condition and
// words.
//
// Edition files are TOML; routing/editions/README.md explains every key. Immutable once made.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "routing/facts.h"
#include "routing/organization.h"
#include "routing/registry.h"
#include "routing/target.h"
#include "routing/time.h"

namespace noroshi::routing {

// Whose incident a rule speaks of: the holder's own (当該機関の情報システムにおいて) or one it was told of
// (連絡を受けた).
enum class Incident { own, received };
// The event that opens the duty: the holder's assessment, or the receipt of the report.
enum class OpensOn { assessment, receipt };
enum class RecipientRule {
  center,
  supervising_agency,
  police,
  crisis_management,
  holder,  // inside the body
};

// Conditions a rule asks for; all of a rule's must hold.
enum class Condition {
  assessed_incident,      // assessed as an incident
  assessed_possible,      // only possible so far
  cyberattack_or_feared,  // yes or possible, or unknown with a large-scale cell set
  cyberattack_undecided,  // unknown
  large_scale,            // any cell set and cyberattack not `no`
  cymat_supports,         // CYMAT supports the body: never so by assessment alone, opened by its dispatch
  shared_platform,        // a system concerned is, or runs on, a shared platform (基盤となる情報システム)
};

// What a person of the body does to meet an inner duty; each is a call of its own (/incidents/{id}/steps and
// /instructions). The duties to judge are met by the judgement, that of (m) by what is given to CYMAT.
enum class MetBy {
  ciso_told,
  instruction,  // the first of emergency measures or recovery
  procedure_followed,
  rules_followed,
  situation,  // taken anew as long as the incident is being handled
  record,
  information_shared,
  cause_reported,
  measures_ordered,
  lessons_shared,
};

// One way in which a rule opens. The incident says who may hold the duty: the body whose incident it is, or
// each agency that was told of it.
struct Opening {
  Incident incident{};
  OpensOn opens_on{};
  friend bool operator==(const Opening&, const Opening&) = default;
};

std::string_view to_string(Incident value);
std::string_view to_string(OpensOn value);
std::string_view to_string(RecipientRule value);
std::string_view to_string(Condition value);
std::string_view to_string(MetBy value);

struct Rule {
  std::string id;      // unique within the edition: "g.2"; the key of [targets] in noroshi.toml
  std::string clause;  // "2.2.4(2)(g)"
  int sentence = 0;    // 1-based; 0 where the clause has one sentence only
  std::vector<OrganizationKind> holders;
  std::vector<Opening> openings;  // one or two; (i) of H30 opens on own and on received incidents
  RecipientRule recipient{};
  std::vector<Condition> when;
  std::optional<MetBy> met_by;  // of inner duties alone; nothing: by no step of its own
  Target target;      // 目標: the operator's own, never law
  std::string words;  // the standard's own words (ja); empty where the text we hold says 略
  std::string gloss_ja;  // ours, in Japanese; empty where an edition has none
  std::string gloss;     // ours (en)

  bool inner() const { return recipient == RecipientRule::holder; }
  bool may_be_held_by(const Organization& body) const;
  bool asks_for(Condition condition) const;
};

// Editions that exist after this one and whose text is not held here.
struct LaterEditions {
  JapaneseDay from;
  std::string names_ja;
  std::string names_en;
};

struct Edition {
  std::string id;  // "h30"
  std::string title_ja;
  std::string title_en;
  JapaneseDay in_force_from;
  std::optional<LaterEditions> later_not_held;
  // Slug of the body that receives reports for RecipientRule::crisis_management: a default of the edition
  // file, an inference of ours. Empty where no rule has that recipient.
  std::string crisis_management;
  std::vector<Rule> rules;  // in the order of the standard; ids and (clause, sentence) are each unique

  // Null where there is no such rule.
  const Rule* find(std::string_view rule_id) const;
};

// Reads one edition file. A broken one is refused whole, with every mistake and its line and column: unknown
// keys, missing ones, doubled rule ids, unknown words of a closed list, durations that are none.
tl::expected<Edition, std::vector<Mistake>> parse_edition(std::string_view toml, std::string_view file_name);

// Editions in the order in which they came into force.
class Editions {
 public:
  // Refused where two share an id or a day.
  static tl::expected<Editions, std::vector<Mistake>> make(std::vector<Edition> editions);

  // The edition in force on the day; null before the first.
  const Edition* in_force(JapaneseDay day) const;
  // Null where there is no such edition. The pointer lives as long as the editions.
  const Edition* find(std::string_view id) const;
  const std::vector<Edition>& all() const { return editions_; }

  // The rule that a key of an operator's targets (目標) names: "g.2" in the newest edition, "h28:g.1" in another. Null
  // where there is none.
  const Rule* named(std::string_view key) const;
  // The same editions with those targets laid over their own. Keys that name no rule change nothing.
  Editions with_targets(const std::map<std::string, Target, std::less<>>& targets) const;

 private:
  std::vector<Edition> editions_;
};

}  // namespace noroshi::routing
