// Inquiries (照会) and notices (情報提供) down the chain, as callers are shown them, and the answers to commands on them. As views.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "src/codec/answer_context.h"
#include "src/codec/json_writer.h"
#include "src/core/body_information.h"
#include "src/core/decision.h"

namespace noroshi::codec {

struct InquiryView {
  std::string id;
  std::string incident_id;
  std::string number;  // of the incident
  bool exercise = false;
  std::string from;
  std::string to;
  std::string text;
  std::optional<std::string> passes_on;  // of the chain what the caller sees: he is one of its two bodies
  std::vector<std::string> passed_on;
  std::string asked_by;  // null where empty
  Timestamp asked_at;
  Timestamp due_at;
  std::optional<Timestamp> answered_at;
  std::string answered_by;  // null where empty
  std::string answer;       // null where empty
  std::optional<Timestamp> withdrawn_at;
  std::string withdrawal_reason;  // null where empty
  int revision = 1;
};
// "open", "answered" or "withdrawn" (public interface).
std::string_view state_of(const InquiryView& view);
// Its answer is awaited, and its target is over.
bool overdue(const InquiryView& view, Timestamp now);

// An incident that a notice was about, where the caller sees it.
struct LinkedIncident {
  std::string id;
  std::string number;
};

// Of no incident when it was given.
struct NoticeView {
  std::string id;
  std::string from;
  std::string to;
  std::string text;
  std::optional<std::string> passes_on;  // as of an inquiry
  std::vector<std::string> passed_on;
  std::string given_by;  // null where empty
  Timestamp given_at;
  std::optional<Timestamp> answered_at;
  std::string answered_by;  // null where empty
  std::string answer;       // null where empty
  std::vector<LinkedIncident> incidents;
  int revision = 1;
};

// In the incident that it led to.
struct LinkedNotice {
  std::string id;
  std::string from;
  std::string to;
  Timestamp given_at;
  std::optional<Timestamp> answered_at;
};

void encode(JsonWriter& out, const InquiryView& view, const AnswerContext& context);
// With `waiting`, how long it has waited for its answer; null where it has it.
void encode(JsonWriter& out, const NoticeView& view, const AnswerContext& context);
void encode(JsonWriter& out, const LinkedNotice& view, const AnswerContext& context);

// Of a decision on inquiries or notices: {"inquiry"|"message"|"linked", "incident"}.
std::string answer_inquiry(const core::Decision& decision, const AnswerContext& context);
// Of one on notices before there is an incident: {"notice"}.
std::string answer_notice(const core::BodyInformationDecision& decision, const AnswerContext& context);

}  // namespace noroshi::codec
