// The members of a report, one by one: shared by reports, judgements and `route explain`.
#pragma once

#include <vector>

#include "routing/facts.h"
#include "src/codec/field_reader.h"
#include "src/core/report.h"

namespace noroshi::codec {

// What a report must hold depends on how it comes.
struct ReportDemands {
  Need organization = Need::optional;
  Need identity = Need::required;  // reference, stage
  Need title = Need::required;
  Need facts = Need::required;  // times.recognized.value, assessment
  bool reasons = true;  // reasons where a judgement asks for one, and no contradictions between members
};
inline constexpr ReportDemands whole_report{};
// A followup, final or correction before it is laid over the document in force.
inline constexpr ReportDemands report_patch{
    .title = Need::not_null, .facts = Need::not_null, .reasons = false};
inline constexpr ReportDemands explained_facts{
    .organization = Need::required, .identity = Need::optional, .title = Need::optional, .reasons = false};

// Reads every member of a report. What is absent or wrong is left as it was in `report`; `document` and
// `changes` are the caller's.
void read_report(ObjectReader& in, const ReportDemands& demands, core::Report& report);

inline constexpr TextRule one_line_title{.longest = 200, .not_blank = true};
inline constexpr TextRule one_line_reference{.longest = 100, .not_blank = true};
inline constexpr TextRule optional_reference{.longest = 100};
inline constexpr TextRule one_line_name{.longest = 200, .not_blank = true};
inline constexpr TextRule optional_name{.longest = 200};
inline constexpr TextRule short_text{.longest = 4000, .one_line = false};
inline constexpr TextRule required_text{.longest = 4000, .one_line = false, .not_blank = true};

// One judgement (評価) as written in a report or an assessment.
struct WrittenJudgement {
  std::optional<routing::Assessment> assessment;
  std::optional<routing::Cyberattack> cyberattack;
  std::optional<std::vector<routing::LargeScaleCell>> large_scale;
  std::optional<std::string_view> assessment_reason;
  std::optional<std::string_view> cyberattack_reason;
};
// With `reasons`, asks for the reason of `not_incident` and of cyberattack `no`, and refuses a large-scale
// cell together with cyberattack `no`.
WrittenJudgement read_judgement(ObjectReader& in, Need assessment, bool reasons);

}  // namespace noroshi::codec
