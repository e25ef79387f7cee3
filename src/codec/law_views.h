// The registry and the rules, as JSON for callers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "src/codec/answer_context.h"

namespace noroshi::codec {

struct OrganizationFilter {
  std::optional<JapaneseDay> at;  // those in force that day; else all that the registry holds
  std::optional<routing::OrganizationKind> kind;
};

// {"items":[…],"next":null}. A corporation's `supervised_by` are its supervisors on that day; without one,
// today's, or those of its last day.
std::string encode_organizations(const OrganizationFilter& filter, const AnswerContext& context);

// {"items":[…],"next":null}, in the order in which they came into force, without their rules.
std::string encode_editions(const AnswerContext& context);
// One edition with its rules; each `target` is the operator's own where he set one.
std::string encode_edition(const routing::Edition& edition, const AnswerContext& context);

}  // namespace noroshi::codec
