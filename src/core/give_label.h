// The label (格付) that a version of a report brings, and what a label forbids. Private to src/core.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "src/core/duties.h"
#include "src/core/label_words.h"

namespace noroshi::core {

// What a version says of its label, in the standard's grades (1.2(1)). Its id, and who gave it, are left open.
struct Labelling {
  Label label;
  std::optional<routing::Reason> alarm;  // label_unmapped: taken for the stricter grade, and why
};
// `body`: whose incident it is, null where the registry does not know it; `mappings`: of that body, oldest first.
Labelling labelling_of(const routing::Organization* body, const Report& report, const std::vector<LabelMapping>& mappings);

// Gives the incident the label of the version that is received, where it says something new of it, and states its consent to share.
// Nobody but who decided the label, or a superior of his, lowers it (3.1.1(3)(c)): of what another's version says the stricter holds.
// Refused where its own label says 機密性3 and the report itself does not: only a header notice is of 3.
std::optional<Refusal> give_label(DecisionBuilder& builder, const Report& report, const std::vector<LabelMapping>& mappings);

// Who decided the label that holds, or a superior of his: csirt_head, section_officer or ciso of the body.
bool decides_label(const Law& law, const Incident& known, const Actor& actor, Timestamp now);

// 転送禁止: to nobody whom the law does not name. Null where the label that holds says nothing of it.
std::optional<Refusal> refuse_forward(const Incident& known);

// 機密性3: not here.
Refusal annex_not_available();

}  // namespace noroshi::core
