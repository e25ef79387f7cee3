// Labels (格付), their changes and how they map, as callers are shown them, and the answers to commands on them. As views.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "src/codec/answer_context.h"
#include "src/codec/json_writer.h"
#include "src/core/body_information.h"
#include "src/core/decision.h"

namespace noroshi::codec {

struct LabelView {
  std::string own_label;    // null where empty
  core::Grades grades;      // each null where not stated
  std::string rule;         // agency, designated_table, other_corporation
  std::string ground;       // stated, mapped, unmapped, changed
  std::vector<std::string> restrictions;  // 取扱制限, as written
  Timestamp given_at;
};

struct LabelChangeView {
  std::string id;
  std::string own_label;  // null where empty
  core::Grades grades;
  std::string reason;
  std::string asked_by;  // null where empty
  Timestamp asked_at;
  std::string decision;         // pending, approved, rejected
  std::string decided_by;       // null where empty
  std::string decision_reason;  // null where empty
  std::optional<Timestamp> decided_at;
};

struct LabelMappingView {
  std::string id;
  std::string own_label;
  core::Grades grades;
  std::string set_by;  // null where empty
  Timestamp set_at;
  std::string withdrawn_by;       // null where empty
  std::string withdrawal_reason;  // null where empty: another of the same wording took its place
  std::optional<Timestamp> withdrawn_at;
};

// {own_label, confidentiality, integrity, availability, rule, ground, restrictions, enforced, given_at}; `enforced`: what the program
// holds of the restrictions (no_forward, no_export, print_mark).
void encode(JsonWriter& out, const LabelView& view);
void encode(JsonWriter& out, const LabelChangeView& view);
void encode(JsonWriter& out, const LabelMappingView& view, const AnswerContext& context);
// A member that is null where there is no label.
void write_label(JsonWriter& out, std::string_view name, const std::optional<LabelView>& view);

// POST /incidents/{id}/label-changes and …/{change}/decision: {"id","incident_id","number","decision","own_label","confidentiality",
// "integrity","availability","at"}.
std::string answer_label_change(const core::Decision& decision, const AnswerContext& context);
// POST /label-mappings and …/{id}/withdrawal: {"id","organization","own_label","confidentiality","integrity","availability","withdrawn","at"}.
std::string answer_label_mapping(const core::BodyInformationDecision& decision, const AnswerContext& context);

}  // namespace noroshi::codec
