#include "src/codec/endpoint_views.h"

#include "src/codec/encoding.h"
#include "src/core/delivery.h"

namespace noroshi::codec {
namespace {

void write_circuit(JsonWriter& out, const std::optional<CircuitView>& circuit) {
  out.name("circuit");
  if (!circuit) {
    out.null();
    return;
  }
  out.begin_object().member("open", circuit->open).member("failures", circuit->failures);
  write_time(out, "open_until", circuit->open_until);
  write_text_or_null(out, "last_cause", circuit->last_cause);
  write_time(out, "last_success_at", circuit->last_success_at);
  out.end_object();
}

}  // namespace

void encode(JsonWriter& out, const EndpointView& view, const AnswerContext&) {
  out.begin_object().member("id", view.id).member("organization", view.organization).member("channel", view.channel);
  out.member("name", view.name).member("zone", view.zone);
  out.name("settings").begin_object();
  for (const auto& [name, value] : view.settings) out.member(name, value);
  out.end_object();
  out.name("filter").begin_object();
  out.name("kinds").begin_array();
  for (const auto& kind : view.kinds) out.value(kind);
  out.end_array();
  write_text_or_null(out, "role", view.role);
  write_text_or_null(out, "least_severity", view.least);
  out.end_object();
  out.member("state", view.state);
  write_text_or_null(out, "cause", view.cause);
  write_text_or_null(out, "asked_by", view.asked_by);
  write_time(out, "asked_at", view.asked_at);
  write_text_or_null(out, "decided_by", view.decided_by);
  write_time(out, "decided_at", view.decided_at);
  write_text_or_null(out, "decision_reason", view.decision_reason);
  write_text_or_null(out, "changed_by", view.changed_by);
  write_time(out, "changed_at", view.changed_at);
  write_text_or_null(out, "change_reason", view.change_reason);
  write_circuit(out, view.circuit);
  out.member("revision", view.revision).end_object();
}

void encode(JsonWriter& out, const DeliveryView& view, const AnswerContext&) {
  out.begin_object().member("id", view.id).member("message_id", view.message_id);
  out.member("incident_id", view.incident_id).member("number", view.number).member("exercise", view.exercise);
  out.member("endpoint_id", view.endpoint_id).member("organization", view.organization).member("channel", view.channel);
  out.member("state", view.state).member("attempts", view.attempts);
  write_text_or_null(out, "cause", view.cause);
  write_time(out, "queued_at", view.queued_at);
  write_time(out, "next_at", view.next_at);
  out.member("revision", view.revision).end_object();
}

void encode(JsonWriter& out, const DeliveryDetail& view, const AnswerContext& context) {
  out.begin_object().name("delivery");
  encode(out, view.delivery, context);
  out.name("attempts").begin_array();
  for (const auto& attempt : view.attempts) {
    out.begin_object().member("id", attempt.id);
    write_time(out, "started_at", attempt.started_at);
    write_time(out, "ended_at", attempt.ended_at);
    write_text_or_null(out, "outcome", attempt.outcome);
    write_text_or_null(out, "cause", attempt.cause);
    out.end_object();
  }
  out.end_array().end_object();
}

std::string answer_endpoint(const core::EndpointDecision& decision) {
  const auto& after = decision.after;
  std::string text;
  JsonWriter out(text);
  out.begin_object().member("id", to_string(after.id)).member("organization", after.organization);
  out.member("channel", after.channel).member("name", after.name).member("zone", to_string(after.zone));
  out.member("state", to_string(after.state));
  write_text_or_null(out, "cause", after.cause);
  out.member("revision", after.revision);
  write_time(out, "at", decision.events.front().at);
  out.end_object();
  return text;
}

std::string answer_replay(const core::Decision& decision, core::DeliveryId delivery, const AnswerContext&) {
  const auto& after = *decision.after.find(delivery);
  std::string text;
  JsonWriter out(text);
  out.begin_object().member("id", to_string(after.id)).member("incident_id", to_string(decision.after.id));
  out.member("number", decision.after.number).member("exercise", decision.after.exercise).member("message_id", to_string(after.message));
  out.member("endpoint_id", to_string(after.endpoint)).member("state", to_string(after.state));
  out.member("attempts", after.attempts).member("revision", after.revision);
  write_time(out, "queued_at", decision.events.front().at);
  out.end_object();
  return text;
}

}  // namespace noroshi::codec
