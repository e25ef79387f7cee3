#include "src/core/give_label.h"

#include <algorithm>

#include "src/core/clocks.h"

namespace noroshi::core {
namespace {

bool is_lower(int stated, int mapped) { return stated != 0 && stated < mapped; }

bool is_lower(const Grades& stated, const Grades& mapped) {
  return is_lower(stated.confidentiality, mapped.confidentiality) || is_lower(stated.integrity, mapped.integrity) ||
         is_lower(stated.availability, mapped.availability);
}

bool says_nothing(const Label& label) {
  return label.own_label.empty() && label.grades == Grades{} && label.restrictions.empty();
}

bool same_grading(const Label& one, const Label& other) {
  return one.own_label == other.own_label && one.grades == other.grades && one.ground == other.ground;
}

void take_grading(Label& label, const Label& from) {
  label.own_label = from.own_label;
  label.grades = from.grades;
  label.ground = from.ground;
}

// Of what holds and what another says, the stricter: a grade that was not stated is the lowest.
void raise_grading(Label& label, const Label& stated) {
  const Grades both = stricter(label.grades, stated.grades);
  if (label.ground == LabelGround::changed && both == label.grades) return;  // what was decided is as strict
  if (both == stated.grades) return take_grading(label, stated);
  label.grades = both;
}

void raise_restrictions(Label& label, const Label& stated) {
  for (const auto& word : stated.restrictions)
    if (std::find(label.restrictions.begin(), label.restrictions.end(), word) == label.restrictions.end())
      label.restrictions.push_back(word);
}

// The last label that a version brought: what a request changed since is not undone by a version that says the same as before.
const Label* last_stated(const Incident& incident) {
  const auto found = std::find_if(incident.labels.rbegin(), incident.labels.rend(),
                                  [](const Label& label) { return label.ground != LabelGround::changed; });
  return found == incident.labels.rend() ? nullptr : &*found;
}

// The body has said what its wording means, and the version says nothing else than before: no person lowers anything.
bool is_translated(const Label& before, const Label& stated) {
  return before.ground == LabelGround::unmapped && stated.ground == LabelGround::mapped && before.own_label == stated.own_label;
}

// What holds from this version on.
Label label_after(const DecisionBuilder& builder, const Label& stated) {
  const auto& incident = builder.incident();
  if (incident.labels.empty()) return stated;
  Label label = incident.labels.back();
  label.rule = stated.rule;
  const Label before = last_stated(incident) ? *last_stated(incident) : Label{};
  const bool decides = decides_label(builder.law(), incident, builder.actor(), builder.now());
  if (!same_grading(before, stated)) {
    // What was decided of the untranslated label since stays.
    const bool translated = is_translated(before, stated);
    if (decides || (translated && label.ground == LabelGround::unmapped))
      take_grading(label, stated);
    else if (!translated)
      raise_grading(label, stated);
  }
  if (before.restrictions != stated.restrictions) {
    if (decides)
      label.restrictions = stated.restrictions;
    else
      raise_restrictions(label, stated);
  }
  return label;
}

bool same_label(const Label& one, const Label& other) {
  return same_grading(one, other) && one.rule == other.rule && one.restrictions == other.restrictions;
}

void alarm_once(DecisionBuilder& builder, const routing::Reason& reason) {
  const std::string code(alarm_codes::label_unmapped);
  const std::string& body = builder.incident().organization;
  if (builder.incident().alarms.contains({code, body})) return;
  builder.add(AlarmRaised{builder.next_id<AlarmId>(), code, body, reason});
}

routing::Reason no_mapping() {
  return {
      "自組織の格付に、統一基準の格付区分との対応が登録されていないため、機密性2として扱います。対応は POST /label-mappings"
      "（noroshi label map）で登録してください。",
      "The body's own label has no mapping to the grades of the standard, and is taken for confidentiality 2. Register how it maps "
      "(POST /label-mappings, noroshi label map)."};
}

routing::Reason lower_than_mapping() {
  return {
      "報告の格付が、登録された対応による格付より低いため、高い方で扱います。報告の格付か対応を改めてください。",
      "The report states a lower grade than its own label maps to, and is taken for the higher one. Mend the report or the mapping."};
}

bool is_superior(Role role) { return role == Role::csirt_head || role == Role::section_officer || role == Role::ciso; }

}  // namespace

Labelling labelling_of(const routing::Organization* body, const Report& report, const std::vector<LabelMapping>& mappings) {
  const Grades stated{report.confidentiality, report.integrity, report.availability};
  Labelling labelling;
  Label& label = labelling.label;
  label.own_label = report.own_label;
  label.grades = stated;
  label.rule = body ? kind_rule_of(*body) : KindRule::agency;
  label.ground = LabelGround::stated;
  label.restrictions = report.handling;
  if (label.own_label.empty()) return labelling;

  // The standard's own words map to themselves.
  const auto standard = grades_in_standard_words(label.own_label);
  const auto* mapping = standard ? nullptr : mapping_of(mappings, label.own_label);
  if (standard || mapping) {
    const Grades mapped = standard ? *standard : mapping->grades;
    if (mapping) label.ground = LabelGround::mapped;
    label.grades = stricter(stated, mapped);
    if (is_lower(stated, mapped)) labelling.alarm = lower_than_mapping();
  } else if (stated.confidentiality == 0) {
    // The grade that every notice can have, so that a duty is never held up by a label.
    label.ground = LabelGround::unmapped;
    label.grades.confidentiality = highest_of_notice;
    labelling.alarm = no_mapping();
  }
  return labelling;
}

std::optional<Refusal> give_label(DecisionBuilder& builder, const Report& report, const std::vector<LabelMapping>& mappings) {
  auto [stated, alarm] = labelling_of(builder.law().registry.find(builder.incident().organization), report, mappings);
  // A header notice states 機密性3 itself, and holds nothing of it (codec/header_notice.h). A report whose own label only maps to it does.
  if (stated.grades.confidentiality > highest_of_notice && report.confidentiality <= highest_of_notice) return annex_not_available();
  const bool unlabelled = builder.incident().labels.empty() && says_nothing(stated);
  Label label = label_after(builder, stated);
  if (!unlabelled && (builder.incident().labels.empty() || !same_label(builder.incident().labels.back(), label))) {
    label.id = builder.next_id<LabelId>();
    label.given_by.reset();
    label.given_by_name.clear();
    builder.add(LabelGiven{std::move(label)});
  }
  if (alarm) alarm_once(builder, *alarm);
  const bool consents = report.consent_to_share.value_or(false);
  if (consents != builder.incident().consents_to_share) builder.add(ConsentStated{consents});
  return std::nullopt;
}

bool decides_label(const Law& law, const Incident& known, const Actor& actor, Timestamp now) {
  if (actor.role && is_superior(*actor.role) && acts_for(law, actor.organization, known.organization, now)) return true;
  if (known.labels.empty() || !actor.token) return false;
  // Who raised another's label, or added a restriction to it, gave the last one and decides nothing by that: all are his. A name is of
  // one person within a body alone; of another body, which entered the report, it is the very token.
  const bool inside = acts_for(law, actor.organization, known.organization, now);
  return std::all_of(known.labels.begin(), known.labels.end(), [&](const Label& label) {
    return label.given_by == actor.token || (inside && same_person(label.given_by, label.given_by_name, actor));
  });
}

std::optional<Refusal> refuse_forward(const Incident& known) {
  if (known.labels.empty() || !restricts(known.labels.back(), Restriction::no_forward)) return std::nullopt;
  return refuse(RefusalCode::restriction_forbids,
                "取扱制限（転送禁止・配付先限定など）により、統一基準 2.2.4 が定める連絡先以外には渡せません。制限を改めるには、格付の決定者又はその上司が "
                "handling を改めた続報を送ってください。",
                "Its handling restriction (no forwarding, recipients only) keeps it with those whom section 2.2.4 names. To lift it, who "
                "decided the label or a superior sends a follow-up with another handling.");
}

Refusal annex_not_available() {
  return refuse(RefusalCode::annex_not_available,
                "機密性3情報は報告に書けません。classification.confidentiality を 3 とした見出しだけの通知を送り、内容は封をした別紙（noroshi annex）で"
                "渡してください。",
                "Information of confidentiality 3 does not stand in a report. Send a header notice (classification.confidentiality 3) and "
                "hand the rest over in a sealed annex (noroshi annex).");
}

}  // namespace noroshi::core
