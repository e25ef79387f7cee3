#include "src/codec/report_members.h"

#include <algorithm>

#include "src/codec/incident_category.h"

namespace noroshi::codec {
namespace {

namespace json = boost::json;

constexpr TextRule summary_text{.longest = 20'000, .one_line = false};
constexpr TextRule contact_text{.longest = 1'000, .one_line = false};
constexpr TextRule label_text{.longest = 100};

constexpr std::size_t most_cells = 16;  // 4 x 2 x 2
constexpr std::size_t most_systems = 200;
constexpr std::size_t most_services = 200;
constexpr std::size_t most_handling = 50;
constexpr std::size_t most_notices = 100;
constexpr std::int64_t most_persons = 10'000'000'000;

// What is known of a harm to 機密性, 完全性 or 可用性: the same words as for a cyberattack.
std::optional<std::string_view> parse_impact(std::string_view text) {
  if (routing::parse_cyberattack(text)) return text;
  return std::nullopt;
}

std::optional<std::string_view> parse_category(std::string_view text) {
  if (is_incident_category(text)) return text;
  return std::nullopt;
}

template <class Value, class Member>
void set(Member& member, const std::optional<Value>& read) {
  if (read) member = *read;
}

// `whole`: a precision asks for a value beside it; in a patch the value may stand in the document.
std::optional<core::StatedTime> read_stated_time(ObjectReader& times, std::string_view name, Need value_need,
                                                 bool whole) {
  std::optional<core::StatedTime> stated;
  times.object(name, Need::optional, [&](ObjectReader& in) {
    const bool asks = whole && in.holds("precision");
    const auto value = in.time("value", asks ? Need::required : value_need);
    const auto precision =
        in.word("precision", core::parse_precision, "minute, hour, day, month, year, about");
    if (value) stated = core::StatedTime{*value, precision.value_or(core::Precision::minute)};
  });
  return stated;
}

void read_times(ObjectReader& in, Need recognized, core::Report& report) {
  const bool whole = recognized == Need::required;
  const Place place = in.at("times");
  const Place recognized_place(place, "recognized");
  const Place leaf(recognized_place, "value");
  in.require_within("times", recognized, leaf);
  in.object("times", Need::optional, [&](ObjectReader& times) {
    report.occurred = read_stated_time(times, "occurred", Need::optional, whole);
    report.detected = read_stated_time(times, "detected", Need::optional, whole);
    times.require_within("recognized", recognized, leaf);
    set(report.recognized, read_stated_time(times, "recognized", recognized, whole));
    report.assessed = read_stated_time(times, "assessed", Need::optional, whole);
  });
}

std::optional<routing::LargeScaleCell> read_cell(ObjectReader& in) {
  const auto criterion =
      in.word("criterion", routing::parse_criterion, "life, body, property, territory", Need::required);
  const auto harm = in.word("harm", routing::parse_harm, "occurred, feared", Need::required);
  const auto certainty = in.word("certainty", routing::parse_certainty, "is, may_be", Need::required);
  if (!criterion || !harm || !certainty) return std::nullopt;
  return routing::LargeScaleCell{*criterion, *harm, *certainty};
}

std::optional<std::vector<routing::LargeScaleCell>> read_large_scale(ObjectReader& in) {
  std::vector<routing::LargeScaleCell> cells;
  const bool given = in.objects("large_scale", most_cells, [&](ObjectReader& reader, const Place& place) {
    const auto cell = read_cell(reader);
    if (!cell) return;
    if (std::find(cells.begin(), cells.end(), *cell) != cells.end())
      reader.mistakes().add(place.pointer(), "duplicate",
                            {"同じ組が既にあります。", "The same cell stands here already."});
    else
      cells.push_back(*cell);
  });
  if (!given) return std::nullopt;
  return cells;
}

bool gives_reason(const std::optional<std::string_view>& reason) {
  return reason && !is_blank(*reason);
}

void check_reasons(ObjectReader& in, const WrittenJudgement& judgement) {
  using routing::Assessment;
  using routing::Cyberattack;
  if (judgement.assessment == Assessment::not_incident && !gives_reason(judgement.assessment_reason))
    in.mistakes().add(in.at("assessment_reason").pointer(), "required",
                      {"インシデントではないと評価した理由を書いてください。",
                       "Say why this was assessed as no incident."});
  if (judgement.cyberattack != Cyberattack::no) return;
  if (!gives_reason(judgement.cyberattack_reason))
    in.mistakes().add(
        in.at("cyberattack_reason").pointer(), "required",
        {"サイバー攻撃ではないと判断した理由を書いてください。", "Say why this is no cyberattack."});
  if (judgement.large_scale && !judgement.large_scale->empty())
    in.mistakes().add(
        in.at("large_scale").pointer(), "contradiction",
        {"サイバー攻撃ではない（cyberattack が no）とする報告に、大規模サイバー攻撃事態の項目は書けません。",
         "A cell of the large-scale matrix contradicts cyberattack \"no\"."});
}

void read_systems(ObjectReader& in, core::Report& report) {
  in.objects("systems", most_systems, [&](ObjectReader& system, const Place&) {
    const auto name = system.text("name", one_line_name, Need::required);
    const auto shared = system.boolean("shared_platform");  // 基盤となる情報システム
    if (name && shared && *shared) report.shared_platforms.emplace_back(*name);
    system.text("contractor", optional_name);
    system.text("product", optional_name);
  });
}

void read_persons_affected(ObjectReader& in) {
  const auto min = in.integer("min", 0, most_persons);
  const auto max = in.integer("max", 0, most_persons);
  if (min && max && *min > *max)
    in.mistakes().add(in.place().pointer(), "contradiction",
                      {"min が max を超えています。", "min is greater than max."});
}

void read_impact(ObjectReader& in) {
  in.object("impact", Need::optional, [](ObjectReader& impact) {
    for (const std::string_view property : {"confidentiality", "integrity", "availability"})
      impact.word(property, parse_impact, "yes, possible, no, unknown");
    impact.object("persons_affected", Need::optional, read_persons_affected);  // 本人の数, not records
    impact.texts("services", most_services, one_line_name);
  });
}

void read_classification(ObjectReader& in, core::Report& report) {
  in.object("classification", Need::optional, [&](ObjectReader& label) {
    set(report.confidentiality, label.integer("confidentiality", 1, 3));
    set(report.integrity, label.integer("integrity", 1, 2));
    set(report.availability, label.integer("availability", 1, 2));
    set(report.own_label, label.text("own_label", label_text));
  });
}

void read_actions(ObjectReader& in) {
  in.object("actions", Need::optional, [](ObjectReader& actions) {
    for (const std::string_view step : {"isolated_at", "stopped_at", "contained_at", "recovered_at"})
      actions.time(step);
    actions.boolean("evidence_kept");
    actions.boolean("outside_experts");
    actions.text("note", short_text);
  });
}

void read_notices(ObjectReader& in) {
  in.objects("notices_made", most_notices, [](ObjectReader& notice, const Place&) {
    notice.text("to", one_line_name, Need::required);
    notice.time("at");
    notice.text("reference", optional_reference);
    notice.text("means", optional_name);
  });
}

void read_contact(ObjectReader& in) {
  in.object("contact", Need::optional, [](ObjectReader& contact) {
    contact.text("role", optional_name);
    contact.text("means", contact_text);
  });
}

}  // namespace

WrittenJudgement read_judgement(ObjectReader& in, Need assessment, bool reasons) {
  WrittenJudgement read;
  read.assessment =
      in.word("assessment", routing::parse_assessment, "incident, possible, not_incident", assessment);
  read.assessment_reason = in.text("assessment_reason", short_text);
  read.cyberattack = in.word("cyberattack", routing::parse_cyberattack, "yes, possible, no, unknown");
  read.cyberattack_reason = in.text("cyberattack_reason", short_text);
  read.large_scale = read_large_scale(in);
  if (reasons) check_reasons(in, read);
  return read;
}

// The order of reading is the order of the members in documents.
void read_report(ObjectReader& in, const ReportDemands& demands, core::Report& report) {
  set(report.reference, in.text("reference", one_line_reference, demands.identity));
  set(report.stage,
      in.word("stage", core::parse_stage, "first, followup, final, correction", demands.identity));
  set(report.title, in.text("title", one_line_title, demands.title));
  in.text("summary", summary_text);
  read_times(in, demands.facts, report);

  const WrittenJudgement judgement = read_judgement(in, demands.facts, demands.reasons);
  set(report.assessment, judgement.assessment);
  set(report.assessment_reason, judgement.assessment_reason);
  set(report.cyberattack, judgement.cyberattack);
  set(report.cyberattack_reason, judgement.cyberattack_reason);
  set(report.large_scale, judgement.large_scale);

  in.word("category", parse_category, "class/type of RSIT, such as malicious-code/infected-system");
  read_systems(in, report);
  read_impact(in);
  read_classification(in, report);
  report.handling = in.texts("handling", most_handling, one_line_name);
  read_actions(in);
  read_notices(in);
  set(report.police, in.slug("police"));
  report.consent_to_share = in.boolean("consent_to_share");
  set(report.exercise, in.boolean("exercise"));
  read_contact(in);
  set(report.organization, in.slug("organization", demands.organization));
}

}  // namespace noroshi::codec
