// The columns that keep what people wrote of a case: sealed at rest (content_keys.h), each under its own name, so that a value
// opens in no other column. The list is closed; a number is never given to another column.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace noroshi::store {

enum class ContentField : std::uint8_t {
  incident_title = 1,
  report_bytes,
  report_document,
  report_changes,
  judgement_assessment_reason,
  judgement_cyberattack_reason,
  fulfillment_note,
  fulfillment_reference,
  added_recipient_reason,
  waiver_reason,
  waiver_decision_reason,
  message_note,
  message_acknowledgement_note,
  assignment_note,
  idempotency_body,
  handling_step_text,
  instruction_addressee,
  instruction_text,
  instruction_answer,
  platform_link_platform,
  cymat_request_reason,
  cymat_request_decision_reason,
  cymat_request_end_reason,
  cymat_request_report,
  cymat_member_reason,
  cymat_entry_text,
  label_own_label,
  label_restrictions,
  label_change_own_label,
  label_change_reason,
  label_change_decision_reason,
  annex_title,
  annex_decision_reason,
  attachment_name,
  attachment_media_type,
  attachment_piece_bytes,
  withholding_reason,
  withholding_release_reason,
  inquiry_text,
  inquiry_answer,
  inquiry_withdrawal_reason,
  event_opening_value,  // with its salt before it
};

inline constexpr std::array<std::string_view, 42> content_field_names{
    "incident.title",
    "report.bytes",
    "report.document",
    "report.changes",
    "judgement.assessment_reason",
    "judgement.cyberattack_reason",
    "fulfillment.note",
    "fulfillment.reference",
    "added_recipient.reason",
    "waiver.reason",
    "waiver.decision_reason",
    "message.note",
    "message.acknowledgement_note",
    "assignment.note",
    "idempotency.body",
    "handling_step.text",
    "instruction.addressee",
    "instruction.text",
    "instruction.answer",
    "platform_link.platform",
    "cymat_request.reason",
    "cymat_request.decision_reason",
    "cymat_request.end_reason",
    "cymat_request.report",
    "cymat_member.reason",
    "cymat_entry.text",
    "label.own_label",
    "label.restrictions",
    "label_change.own_label",
    "label_change.reason",
    "label_change.decision_reason",
    "annex.title",
    "annex.decision_reason",
    "attachment.name",
    "attachment.media_type",
    "attachment_piece.bytes",
    "withholding.reason",
    "withholding.release_reason",
    "inquiry.text",
    "inquiry.answer",
    "inquiry.withdrawal_reason",
    "event_opening.value",
};
static_assert(static_cast<std::size_t>(ContentField::event_opening_value) == content_field_names.size());

// Whether the column is of type bytea; else it is text, or text[].
constexpr bool holds_bytes(ContentField field) {
  using enum ContentField;
  return field == report_bytes || field == idempotency_body || field == attachment_piece_bytes || field == event_opening_value;
}

// "table.column".
constexpr std::string_view name_of(ContentField field) {
  return content_field_names[static_cast<std::size_t>(field) - 1];
}

}  // namespace noroshi::store
