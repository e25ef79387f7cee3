// What stands behind the decisions of decide_withholding.h: bounds, what a receiver sees of a known incident, and with whom it is
// shared. Pure.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "src/core/decision.h"
#include "src/core/report_view.h"

namespace noroshi::core {

// At most that long ahead. It can be withheld anew.
inline constexpr std::chrono::days longest_withholding{90};
// Of one body at a time, in one incident.
inline constexpr std::size_t most_withholdings = 100;

// What that receiver sees of the incident's report now.
ReportView view_of(const Law& law, const Incident& incident, const std::string& receiver, Timestamp now);

// 情報共有. The police and the crisis desk are told by (h) and (i) alone. Whom it is shared with may acknowledge it; no clock waits for
// that, and no duty comes of it. Later versions follow while the body consents and no 転送禁止 stands in the label that holds.
inline constexpr std::string_view clause_of_sharing = "2.2.4(2)(l)";
bool may_be_shared(const Incident& incident);
// It has the report by such sharing alone.
bool has_by_sharing(const Incident& incident, std::string_view organization);
// Brings the latest version of the report to that body, which sees the incident from then on.
class DecisionBuilder;
void send_shared(DecisionBuilder& builder, const std::string& recipient, const std::string& note);

}  // namespace noroshi::core
