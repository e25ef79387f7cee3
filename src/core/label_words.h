// The words of labels (label.h): the standard's own, a body's, and those of handling restrictions. Pure; any number of threads.
//
// Whose definition a label follows, kind_rule_of() says by body: the standard (1.2(1)) names 別表指定法人 by body and not by business, so
// a body whose work is in 別表第一 of 独法等情報公開法 in part only (日本私立学校振興・共済事業団) is one with all that it does. For the
// rest of its work the rule of other 指定法人 says the same by analogy (準ずる).
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "routing/route.h"
#include "src/core/label.h"

namespace noroshi::core {

// What is 機密性3 goes into an annex; a notice is 機密性2 or below.
inline constexpr int highest_of_notice = 2;

inline constexpr std::size_t most_label_mappings = 200;  // of a body, in force
inline constexpr std::size_t longest_own_label = 100;    // characters

// Of a wording that is the standard's own: "機密性２情報", "機密性2・完全性1". Nothing where it is not.
std::optional<Grades> grades_in_standard_words(std::string_view wording);

// The same label, in whatever width and spacing it is written.
bool same_wording(std::string_view one, std::string_view other);
// The one in force for that wording; null where there is none. `mappings` are of one body, oldest first.
const LabelMapping* mapping_of(const std::vector<LabelMapping>& mappings, std::string_view own_label);

// Whether one of its words names that restriction: restrictions_of(), in any width and case, and with something before or after it
// (「複製禁止（所管府省を除く）」), for an exception that the program cannot weigh is for who decides the label. 「関係者限り」 names
// none: who is told under 2.2.4, or shared with under (l), is concerned.
bool restricts(const Label& label, Restriction restriction);

// "機密性2・完全性1（国の行政機関の定義）": what may be shown where a body's own words may not.
routing::Reason words_of(const Grades& grades, KindRule rule);

}  // namespace noroshi::core
