// 格付: how a body labels information, and how that reads at the border (standard 1.2(1)).
//
// Grades are defined anew for each kind of body, so a label that leaves its body carries whose definition it follows, and how the
// body's own wording maps to the standard's grades. Without a mapping a notice travels at the stricter grade.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "routing/registry.h"
#include "routing/time.h"
#include "src/core/identifier.h"

namespace noroshi::core {

// By whose definition (standard 1.2(1)): an agency's; that of an 独立行政法人 or a 別表指定法人; that of any other 指定法人.
enum class KindRule { agency, designated_table, other_corporation };
std::string_view to_string(KindRule rule);
std::optional<KindRule> parse_kind_rule(std::string_view text);
// Of a body that is none of these, such as the police: as an agency.
KindRule kind_rule_of(const routing::Organization& body);

// 機密性 1-3, 完全性 1-2, 可用性 1-2; 0: not stated.
struct Grades {
  int confidentiality = 0;
  int integrity = 0;
  int availability = 0;
  friend bool operator==(const Grades&, const Grades&) = default;
};
// Of each the higher.
Grades stricter(const Grades& one, const Grades& other);
bool is_valid(const Grades& grades);

// Where the grades of a label come from.
enum class LabelGround {
  stated,    // in the standard's own words
  mapped,    // the body's own wording, by its mapping
  unmapped,  // its own wording without a mapping: taken for the stricter grade
  changed,   // a request to change it was granted
};
std::string_view to_string(LabelGround ground);
std::optional<LabelGround> parse_label_ground(std::string_view text);

// The label of an incident's information from then on. The ones before are kept.
struct Label {
  LabelId id;
  std::string own_label;  // as the body writes it; empty: it uses the standard's words
  Grades grades;
  KindRule rule{};
  LabelGround ground{};
  std::vector<std::string> restrictions;  // 取扱制限, as written
  std::optional<TokenId> given_by;        // who decided it: he or a superior may change it (3.1.1(3)(c))
  std::string given_by_name;
  friend bool operator==(const Label&, const Label&) = default;
};

// What the program can enforce of 取扱制限.
enum class Restriction {
  no_forward,  // 転送禁止: to nobody beyond those whom the law names
  no_export,   // 持出禁止, 複製禁止: no export of the case
  print_mark,  // 印刷時明示: the label stands on each page
};
std::string_view to_string(Restriction restriction);
// Those that the words name; words that are not known restrict nobody but the reader. NFKC and case are the caller's.
std::vector<Restriction> restrictions_of(const std::vector<std::string>& words);

// A request to change the label, to who decided it or a superior of his (3.1.1(3)(c)).
struct LabelChange {
  LabelChangeId id;
  std::string own_label;
  Grades grades;
  std::string reason;
  std::optional<TokenId> asked_by;
  std::string asked_by_name;
  enum class Decision { pending, granted, refused } decision = Decision::pending;
  friend bool operator==(const LabelChange&, const LabelChange&) = default;
};

// How a body's own wording maps to the standard's grades, from then on. A later one of the same wording takes its place.
struct LabelMapping {
  LabelMappingId id;
  std::string organization;
  std::string own_label;
  Grades grades;
  bool withdrawn = false;
  friend bool operator==(const LabelMapping&, const LabelMapping&) = default;
};

}  // namespace noroshi::core
