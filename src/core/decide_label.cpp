#include "src/core/decide_label.h"

#include <algorithm>

#include "src/core/give_label.h"

namespace noroshi::core {
namespace {

Refusal not_found() { return refuse(RefusalCode::not_found, "見つかりません。", "Not found."); }

// A reporter sees the incidents of his own body alone.
Refusal another_body(const Actor& actor) {
  if (actor.role == Role::reporter) return not_found();
  return refuse(RefusalCode::not_the_holder, "格付の変更を扱うのは、発生した機関（又はその承継機関）だけです。",
                "Its label is for the body whose incident it is, or its successor, to change.");
}

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t") == std::string_view::npos; }

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

void check_grades(std::vector<FieldError>& mistakes, const Grades& grades) {
  if (grades.confidentiality == 0)
    mistakes.push_back({"/confidentiality", "required", {"機密性の区分は必須です。", "The grade of confidentiality is required."}});
  if (!is_valid(grades))
    mistakes.push_back({"", "value", {"格付の区分は、機密性1〜3、完全性1〜2、可用性1〜2です。",
                                      "Grades are confidentiality 1 to 3, integrity 1 or 2, availability 1 or 2."}});
}

void check_own_label(std::vector<FieldError>& mistakes, const std::string& own_label) {
  if (characters(own_label) > longest_own_label)
    mistakes.push_back({"/own_label", "too_long", {"長すぎます（100字まで）。", "It is too long (100 characters at most)."}});
}

Refusal invalid(std::vector<FieldError> mistakes) {
  return {RefusalCode::invalid,
          {"送信内容に誤りがあります。errors の各項目を直して再送してください。",
           "The submission has mistakes. Mend each one listed in errors and send it again."},
          std::move(mistakes)};
}

std::optional<Refusal> check_change(const Incident& known, const AskLabelChange& command) {
  std::vector<FieldError> mistakes;
  check_own_label(mistakes, command.own_label);
  check_grades(mistakes, command.grades);
  const auto standard = grades_in_standard_words(command.own_label);
  if (standard && stricter(*standard, command.grades) != command.grades)
    mistakes.push_back({"/own_label", "contradiction",
                        {"統一基準の言葉で書かれた格付が、区分と一致しません。",
                         "It is in the standard's own words, and says a higher grade."}});
  if (!known.labels.empty() && known.labels.back().own_label == command.own_label && known.labels.back().grades == command.grades)
    mistakes.push_back({"", "unchanged", {"今の格付と同じです。", "That is the label that holds."}});
  if (!mistakes.empty()) return invalid(std::move(mistakes));
  if (command.grades.confidentiality > highest_of_notice) return annex_not_available();
  return std::nullopt;
}

const LabelChange* pending(const Incident& known) {
  const auto found = std::find_if(known.label_changes.begin(), known.label_changes.end(),
                                  [](const LabelChange& change) { return change.decision == LabelChange::Decision::pending; });
  return found == known.label_changes.end() ? nullptr : &*found;
}

std::optional<Refusal> refuse_decider(const Law& law, const Incident& known, const DecideLabelChange& command,
                                      const LabelChange& change, Timestamp now) {
  const auto& actor = command.actor;
  if (same_person(change.asked_by, change.asked_by_name, actor))
    return refuse(RefusalCode::four_eyes,
                  "申請した本人は決定できません（統一基準 3.1.1(3)(c)）。格付の決定者又はその上司が決定してください。",
                  "Who asked may not decide (standard 3.1.1(3)(c)). Who decided the label, or a superior, must.");
  if (same_authority(command.applicant, command.approver))
    return refuse(RefusalCode::four_eyes,
                  "申請者と同一の者であるか、一方が他方の委任を受けています（統一基準 2.1.1(8)）。委任関係のない別の者が決定してください。",
                  "It is the same person, or one acts by delegation of the other (standard 2.1.1(8)). Somebody else must decide.");
  if (!decides_label(law, known, actor, now))
    return refuse(RefusalCode::role_required,
                  "格付を変えられるのは、決定者又はその上司（CSIRT 責任者、課室情報セキュリティ責任者、最高情報セキュリティ責任者）です"
                  "（統一基準 3.1.1(3)(c)）。",
                  "Who decided the label, or a superior (head of the CSIRT, section's security officer, CISO), changes it (standard "
                  "3.1.1(3)(c)).");
  return std::nullopt;
}

// -- How a body's wording maps -----------------------------------------------------------------------------------

Refusal wrong_role() {
  return refuse(RefusalCode::role_required,
                "格付の対応を定めるのは、CSIRT 責任者、課室情報セキュリティ責任者、最高情報セキュリティ責任者です。",
                "How labels map is for the head of the CSIRT, a section's security officer and the CISO to say.");
}

bool maps_labels(const Actor& actor) {
  return actor.role == Role::csirt_head || actor.role == Role::section_officer || actor.role == Role::ciso;
}

void add(BodyInformationDecision& decision, const Actor& actor, Moment moment, Happening what) {
  decision.events.push_back({moment.identifiers.next<EventId>(), moment.now, actor, IncidentId{}, std::move(what)});
  evolve(decision.after, decision.events.back());
}

bool is_in_force(const LabelMapping& mapping, const std::string& organization) {
  return !mapping.withdrawn && mapping.organization == organization;
}

std::optional<Refusal> check_mapping(const BodyInformation& known, const SetLabelMapping& command) {
  const auto& body = command.actor.organization;
  std::vector<FieldError> mistakes;
  if (is_blank(command.own_label))
    mistakes.push_back({"/own_label", "required", {"必須です。", "It is required."}});
  check_own_label(mistakes, command.own_label);
  check_grades(mistakes, command.grades);
  if (grades_in_standard_words(command.own_label))
    mistakes.push_back({"/own_label", "standard_words", {"統一基準の言葉です。対応は要りません。",
                                                         "These are the standard's own words, and need no mapping."}});
  const auto held = std::count_if(known.mappings.begin(), known.mappings.end(),
                                  [&](const LabelMapping& mapping) { return is_in_force(mapping, body); });
  const auto* before = mapping_of(known.mappings, command.own_label);
  if (!before && static_cast<std::size_t>(held) >= most_label_mappings)
    mistakes.push_back({"", "too_many", {"対応は一機関200までです。使わないものを廃止してください。",
                                         "A body has 200 mappings at most. Withdraw one that is not used."}});
  if (before && before->own_label == command.own_label && before->grades == command.grades)
    mistakes.push_back({"", "unchanged", {"同じ対応が登録されています。", "That mapping is registered."}});
  if (mistakes.empty()) return std::nullopt;
  return invalid(std::move(mistakes));
}

}  // namespace

Outcome decide_label_change_request(const Law& law, const Incident& known, const AskLabelChange& command, Moment moment) {
  if (!acts_for(law, command.actor.organization, known.organization, moment.now))
    return tl::unexpected(another_body(command.actor));
  if (auto refusal = refuse_erased(known)) return tl::unexpected(std::move(*refusal));
  if (pending(known))
    return tl::unexpected(refuse(RefusalCode::label_change_pending, "格付の変更の申請が審査中です。",
                                 "A request to change the label waits for its answer."));
  if (auto refusal = check_change(known, command)) return tl::unexpected(std::move(*refusal));
  DecisionBuilder builder(law, known, command.actor, moment);
  LabelChange change;
  change.id = builder.next_id<LabelChangeId>();
  change.own_label = command.own_label;
  change.grades = command.grades;
  change.reason = command.reason;
  builder.add(LabelChangeAsked{std::move(change)});
  return std::move(builder).finish();
}

Outcome decide_label_change(const Law& law, const Incident& known, const DecideLabelChange& command, Moment moment) {
  // Who entered the first version for another body decided its label.
  if (!acts_for(law, command.actor.organization, known.organization, moment.now) &&
      !decides_label(law, known, command.actor, moment.now))
    return tl::unexpected(another_body(command.actor));
  const auto* change = known.find(command.change);
  if (!change) return tl::unexpected(not_found());
  if (auto refusal = refuse_erased(known)) return tl::unexpected(std::move(*refusal));
  if (change->decision != LabelChange::Decision::pending)
    return tl::unexpected(
        refuse(RefusalCode::label_change_decided, "この申請は決定済みです。", "This request has been decided."));
  if (auto refusal = refuse_decider(law, known, command, *change, moment.now)) return tl::unexpected(std::move(*refusal));

  DecisionBuilder builder(law, known, command.actor, moment);
  builder.add(LabelChangeDecided{command.change, command.granted, command.reason});
  if (command.granted) {
    Label label = known.labels.empty() ? Label{} : known.labels.back();
    if (known.labels.empty())
      if (const auto* body = law.registry.find(known.organization)) label.rule = kind_rule_of(*body);
    label.id = builder.next_id<LabelId>();
    label.own_label = change->own_label;
    label.grades = change->grades;
    label.ground = LabelGround::changed;
    label.given_by.reset();
    label.given_by_name.clear();
    builder.add(LabelGiven{std::move(label)});
  }
  return std::move(builder).finish();
}

BodyInformationOutcome decide_label_mapping(const Law&, const BodyInformation& known, const SetLabelMapping& command, Moment moment) {
  if (!maps_labels(command.actor)) return tl::unexpected(wrong_role());
  if (auto refusal = check_mapping(known, command)) return tl::unexpected(std::move(*refusal));
  BodyInformationDecision decision{{}, known};
  // The one whose place it takes ends with it, so that it never holds again unseen.
  if (const auto* before = mapping_of(known.mappings, command.own_label))
    add(decision, command.actor, moment, LabelMappingWithdrawn{before->id, command.actor.organization, ""});
  const LabelMapping mapping{moment.identifiers.next<LabelMappingId>(), command.actor.organization, command.own_label,
                             command.grades};
  add(decision, command.actor, moment, LabelMappingSet{mapping});
  return decision;
}

BodyInformationOutcome decide_label_mapping_withdrawal(const BodyInformation& known, const WithdrawLabelMapping& command,
                                                       Moment moment) {
  if (!maps_labels(command.actor)) return tl::unexpected(wrong_role());
  const auto& body = command.actor.organization;
  const auto found = std::find_if(known.mappings.begin(), known.mappings.end(), [&](const LabelMapping& mapping) {
    return mapping.id == command.mapping && is_in_force(mapping, body);
  });
  if (found == known.mappings.end()) return tl::unexpected(not_found());
  BodyInformationDecision decision{{}, known};
  add(decision, command.actor, moment, LabelMappingWithdrawn{found->id, body, command.reason});
  return decision;
}

}  // namespace noroshi::core
