#include "src/codec/label_views.h"

#include <algorithm>
#include <cstdlib>

#include "src/codec/encoding.h"

namespace noroshi::codec {
namespace {

void write_grade(JsonWriter& out, std::string_view name, int grade) {
  out.name(name);
  grade == 0 ? out.null() : out.value(grade);
}

void write_grades(JsonWriter& out, const core::Grades& grades) {
  write_grade(out, "confidentiality", grades.confidentiality);
  write_grade(out, "integrity", grades.integrity);
  write_grade(out, "availability", grades.availability);
}

// The words of every decision of two persons.
std::string_view word_of(core::LabelChange::Decision decision) {
  switch (decision) {
    case core::LabelChange::Decision::granted: return "approved";
    case core::LabelChange::Decision::refused: return "rejected";
    default: return "pending";
  }
}

// The request that a decision speaks of.
core::LabelChangeId change_in(const core::Decision& decision) {
  for (const auto& event : decision.events) {
    if (const auto* asked = std::get_if<core::LabelChangeAsked>(&event.what)) return asked->change.id;
    if (const auto* decided = std::get_if<core::LabelChangeDecided>(&event.what)) return decided->change;
  }
  std::abort();
}

// The mapping that a decision speaks of: one that takes the place of another ends that first.
core::LabelMappingId mapping_in(const core::BodyInformationDecision& decision) {
  if (const auto* set = std::get_if<core::LabelMappingSet>(&decision.events.back().what)) return set->mapping.id;
  return std::get<core::LabelMappingWithdrawn>(decision.events.back().what).mapping;
}

}  // namespace

void encode(JsonWriter& out, const LabelView& view) {
  out.begin_object();
  write_text_or_null(out, "own_label", view.own_label);
  write_grades(out, view.grades);
  out.member("rule", view.rule).member("ground", view.ground);
  out.name("restrictions").begin_array();
  for (const auto& word : view.restrictions) out.value(word);
  out.end_array().name("enforced").begin_array();
  for (const auto restriction : core::restrictions_of(view.restrictions)) out.value(to_string(restriction));
  out.end_array();
  write_time(out, "given_at", view.given_at);
  out.end_object();
}

void encode(JsonWriter& out, const LabelChangeView& view) {
  out.begin_object().member("id", view.id);
  write_text_or_null(out, "own_label", view.own_label);
  write_grades(out, view.grades);
  out.member("reason", view.reason);
  write_text_or_null(out, "asked_by", view.asked_by);
  write_time(out, "asked_at", view.asked_at);
  out.member("decision", view.decision);
  write_text_or_null(out, "decided_by", view.decided_by);
  write_text_or_null(out, "decision_reason", view.decision_reason);
  write_time(out, "decided_at", view.decided_at);
  out.end_object();
}

void encode(JsonWriter& out, const LabelMappingView& view, const AnswerContext&) {
  out.begin_object().member("id", view.id).member("own_label", view.own_label);
  write_grades(out, view.grades);
  write_text_or_null(out, "set_by", view.set_by);
  write_time(out, "set_at", view.set_at);
  out.member("in_force", !view.withdrawn_at);
  write_text_or_null(out, "withdrawn_by", view.withdrawn_by);
  write_text_or_null(out, "withdrawal_reason", view.withdrawal_reason);
  write_time(out, "withdrawn_at", view.withdrawn_at);
  out.end_object();
}

void write_label(JsonWriter& out, std::string_view name, const std::optional<LabelView>& view) {
  out.name(name);
  if (view)
    encode(out, *view);
  else
    out.null();
}

std::string answer_label_change(const core::Decision& decision, const AnswerContext&) {
  const auto* change = decision.after.find(change_in(decision));
  if (!change) std::abort();
  std::string text;
  JsonWriter out(text);
  out.begin_object().member("id", to_string(change->id)).member("incident_id", to_string(decision.after.id));
  out.member("number", decision.after.number).member("decision", word_of(change->decision));
  write_text_or_null(out, "own_label", change->own_label);
  write_grades(out, change->grades);
  write_time(out, "at", decision.events.front().at);
  out.end_object();
  return text;
}

std::string answer_label_mapping(const core::BodyInformationDecision& decision, const AnswerContext&) {
  const auto id = mapping_in(decision);
  const auto& mappings = decision.after.mappings;
  const auto found =
      std::find_if(mappings.begin(), mappings.end(), [&](const core::LabelMapping& mapping) { return mapping.id == id; });
  if (found == mappings.end()) std::abort();
  std::string text;
  JsonWriter out(text);
  out.begin_object().member("id", to_string(found->id)).member("organization", found->organization);
  out.member("own_label", found->own_label);
  write_grades(out, found->grades);
  out.member("withdrawn", found->withdrawn);
  write_time(out, "at", decision.events.back().at);
  out.end_object();
  return text;
}

}  // namespace noroshi::codec
