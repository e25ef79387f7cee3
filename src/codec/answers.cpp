#include "src/codec/answers.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <set>
#include <variant>
#include <vector>

#include "routing/route.h"
#include "src/codec/encoding.h"
#include "src/codec/views.h"

namespace noroshi::codec {
namespace {

using core::Decision;
using core::Event;
using core::ObligationId;

// A broken invariant is a defect of this program: going on could only spread it.
template <class T>
const T& must(const T* value) {
  if (!value) std::abort();
  return *value;
}

// The duty that an event speaks of, if any.
struct DutyOf {
  using Result = std::optional<ObligationId>;
  Result operator()(const core::ObligationOpened& what) const { return what.obligation.id; }
  Result operator()(const core::ObligationFulfilled& what) const { return what.fulfillment.obligation; }
  Result operator()(const core::ObligationSuperseded& what) const { return what.obligation; }
  Result operator()(const core::ObligationReopened& what) const { return what.obligation; }
  Result operator()(const core::ObligationWaived& what) const { return what.obligation; }
  Result operator()(const core::ObligationRecurred& what) const { return what.obligation; }
  Result operator()(const core::ObligationPassed& what) const { return what.obligation; }
  Result operator()(const core::MessageAcknowledged& what) const { return what.obligation; }
  template <class Other>
  Result operator()(const Other&) const {
    return std::nullopt;
  }
};

// The first event of that kind for which `fits` holds.
template <class Happening, class Fits>
const Event* find_event(const Decision& decision, Fits fits) {
  for (const Event& event : decision.events)
    if (const auto* what = std::get_if<Happening>(&event.what); what && fits(*what)) return &event;
  return nullptr;
}

// Whether the actor's body may know why a duty opened: it is a party of it, or the reasons come from the
// originator's facts alone. The policies of schemas/sql say the same to readers.
bool may_know_reasons(const core::Incident& incident, const core::Obligation& obligation,
                      const std::string& actor) {
  const auto access = incident.access.find(actor);
  const auto is_actor = [&](const std::string& body) {
    return body == actor || (access != incident.access.end() && !access->second.in_place_of.empty() &&
                             access->second.in_place_of == body);
  };
  if (is_actor(obligation.holder) || is_actor(obligation.recipient)) return true;
  return std::none_of(incident.judgements.begin(), incident.judgements.end(), [&](const auto& entry) {
    const std::string& judge = entry.first;
    return judge != incident.organization && !is_actor(judge) &&
           (judge == obligation.holder || judge == obligation.formerly);
  });
}

ObligationView view_of(const core::Obligation& obligation, const Decision& decision) {
  const core::Incident& incident = decision.after;
  ObligationView view;
  view.id = to_string(obligation.id);
  view.incident_id = to_string(obligation.incident);
  view.number = incident.number;
  view.exercise = incident.exercise;
  view.edition = obligation.edition;
  view.rule = obligation.rule;
  view.clause = obligation.clause;
  view.sentence = obligation.sentence;
  view.holder = obligation.holder;
  view.recipient = obligation.recipient;
  view.self = obligation.self;
  view.inner = obligation.inner;
  view.opens_on = routing::to_string(obligation.opens_on);
  view.opened_at = obligation.opened_at;
  view.due_at = obligation.due_at;
  view.target = obligation.target;
  view.state = to_string(obligation.state);
  view.occasion = obligation.occasion;
  view.formerly = obligation.formerly;
  view.recipient_formerly = obligation.recipient_formerly;
  view.fulfilled_at = obligation.fulfilled_at;
  view.acknowledged_at = obligation.acknowledged_at;
  const std::string& actor =
      decision.events.empty() ? incident.organization : decision.events.front().actor.organization;
  if (may_know_reasons(incident, obligation, actor)) view.because = obligation.because;
  view.revision = obligation.revision;
  return view;
}

void write_obligation(JsonWriter& out, ObligationId id, const Decision& decision,
                      const AnswerContext& context) {
  encode(out, view_of(must(decision.after.find(id)), decision), context);
}

void write_touched(JsonWriter& out, const Decision& decision, const AnswerContext& context) {
  out.name("obligations").begin_array();
  std::set<ObligationId> written;
  for (const Event& event : decision.events) {
    const auto id = std::visit(DutyOf{}, event.what);
    if (id && written.insert(*id).second) write_obligation(out, *id, decision, context);
  }
  out.end_array();
}

void write_alarms(JsonWriter& out, const Decision& decision, Language language) {
  out.name("alarms").begin_array();
  for (const Event& event : decision.events) {
    const auto* alarm = std::get_if<core::AlarmRaised>(&event.what);
    if (!alarm) continue;
    // As for readers: an alarm about an agency's own judgement is that agency's.
    const bool of_another = alarm->organization != decision.after.organization &&
                            alarm->organization != event.actor.organization;
    if (alarm->code.starts_with("large_scale_") && of_another) continue;
    out.begin_object();
    out.member("code", alarm->code);
    write_text_or_null(out, "organization", alarm->organization);
    out.member("message", in(alarm->reason, language));
    out.end_object();
  }
  out.end_array();
}

void write_notes(JsonWriter& out, const Decision& decision, const AnswerContext& context) {
  const auto routing =
      routing::route(context.law.editions, context.law.registry, core::facts_of(decision.after), context.now);
  out.name("notes").begin_array();
  for (const routing::Note& note : routing.notes) {
    out.begin_object();
    out.member("code", routing::to_string(note.code)).member("message", in(note.reason, context.language));
    out.end_object();
  }
  out.end_array();
}

void write_incident(JsonWriter& out, const core::Incident& incident) {
  out.name("incident").begin_object();
  out.member("id", to_string(incident.id)).member("number", incident.number);
  out.member("reference", incident.reference).member("organization", incident.organization);
  out.member("state", to_string(incident.state));
  if (const auto held = incident.judgements.find(incident.organization); held != incident.judgements.end()) {
    out.member("assessment", routing::to_string(held->second.judgement.assessment));
    out.member("cyberattack", routing::to_string(held->second.judgement.cyberattack));
  }
  out.member("exercise", incident.exercise);
  out.end_object();
}

std::string hexadecimal(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    text += digits[static_cast<unsigned char>(byte) >> 4];
    text += digits[static_cast<unsigned char>(byte) & 0xF];
  }
  return text;
}

// What was asked of, or decided about, a waiver; with the time of its event.
struct WaiverEvents {
  const Event* asked = nullptr;
  const Event* decided = nullptr;
};

void write_waiver_asked(JsonWriter& out, const Event& event) {
  out.member("reason", std::get<core::WaiverAsked>(event.what).reason);
  write_text_or_null(out, "asked_by", event.actor.name);
  write_time(out, "asked_at", event.at);
}

void write_waiver_decided(JsonWriter& out, const Event& event) {
  write_text_or_null(out, "decided_by", event.actor.name);
  write_time(out, "decided_at", event.at);
  write_text_or_null(out, "decision_reason", std::get<core::WaiverDecided>(event.what).reason);
}

std::string_view decision_of(const WaiverEvents& events) {
  if (!events.decided) return "pending";
  return std::get<core::WaiverDecided>(events.decided->what).approved ? "approved" : "rejected";
}

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view word_of(core::RelaySwitchRequest::Decision decision) {
  switch (decision) {
    case core::RelaySwitchRequest::Decision::pending: return "pending";
    case core::RelaySwitchRequest::Decision::approved: return "approved";
    case core::RelaySwitchRequest::Decision::rejected: return "rejected";
  }
  std::abort();
}

}  // namespace

std::string answer_report(const Decision& decision, const AnswerContext& context, const SignedReceipt* signed_receipt) {
  const Event& event = must(find_event<core::ReportReceived>(decision, [](const auto&) { return true; }));
  const auto& received = std::get<core::ReportReceived>(event.what);
  std::string text;
  JsonWriter out(text);
  out.begin_object();
  out.name("report").begin_object();
  out.member("id", to_string(received.report)).member("incident_id", to_string(decision.after.id));
  out.member("version", received.version).member("stage", to_string(received.content.stage));
  out.end_object();
  write_incident(out, decision.after);
  write_touched(out, decision, context);
  write_alarms(out, decision, context.language);
  write_notes(out, decision, context);
  out.name("receipt").begin_object();
  write_time(out, "received_at", event.at);
  out.member("sha256", hexadecimal(received.sha256)).member("event_id", to_string(event.id));
  if (signed_receipt)
    out.member("origin", signed_receipt->origin)
        .member("leaf_sha256", signed_receipt->leaf_sha256)
        .member("key", signed_receipt->key)
        .member("signature", signed_receipt->signature);
  out.end_object().end_object();
  return text;
}

std::optional<std::string> lasting_receipt(const Decision& decision, const SignedReceipt* signed_receipt) {
  const Event* event = find_event<core::ReportReceived>(decision, [](const auto&) { return true; });
  if (!event) return std::nullopt;
  std::string text;
  JsonWriter out(text);
  out.begin_object();
  write_time(out, "received_at", event->at);
  out.member("event_id", to_string(event->id));
  if (signed_receipt)
    out.member("origin", signed_receipt->origin)
        .member("leaf_sha256", signed_receipt->leaf_sha256)
        .member("key", signed_receipt->key);
  out.end_object();
  return text;
}

std::string answer_incident(const Decision& decision, const AnswerContext& context) {
  std::string text;
  JsonWriter out(text);
  out.begin_object();
  write_incident(out, decision.after);
  write_touched(out, decision, context);
  write_alarms(out, decision, context.language);
  out.end_object();
  return text;
}

std::string answer_fulfillment(const Decision& decision, ObligationId obligation,
                               const AnswerContext& context) {
  const Event& event = must(find_event<core::ObligationFulfilled>(
      decision, [&](const auto& what) { return what.fulfillment.obligation == obligation; }));
  const auto& what = std::get<core::ObligationFulfilled>(event.what);
  const Event* sent = find_event<core::MessageSent>(
      decision, [&](const auto& message) { return message.message.obligation == obligation; });

  std::string text;
  JsonWriter out(text);
  out.begin_object();
  out.member("id", to_string(what.fulfillment.id)).member("method", to_string(what.fulfillment.method));
  write_time(out, "at", what.fulfillment.at);
  write_duration(out, "late_by", what.late_by.count() > 0 ? std::optional(what.late_by) : std::nullopt);
  out.name("obligation");
  write_obligation(out, obligation, decision, context);
  out.name("message");
  if (sent) {
    out.begin_object();
    out.member("id", to_string(std::get<core::MessageSent>(sent->what).message.id));
    out.end_object();
  } else {
    out.null();
  }
  out.end_object();
  return text;
}

std::string answer_waiver(const Decision& decision, core::WaiverId waiver, const AnswerContext& context) {
  const auto is_it = [&](const auto& what) { return what.waiver == waiver; };
  const WaiverEvents events{find_event<core::WaiverAsked>(decision, is_it),
                            find_event<core::WaiverDecided>(decision, is_it)};
  const core::Waiver& known = must(decision.after.find(waiver));
  if (!events.asked && !events.decided) std::abort();

  std::string text;
  JsonWriter out(text);
  out.begin_object();
  out.member("id", to_string(waiver)).member("obligation_id", to_string(known.obligation));
  out.member("decision", decision_of(events));
  if (events.asked) write_waiver_asked(out, *events.asked);
  if (events.decided) write_waiver_decided(out, *events.decided);
  out.name("obligation");
  write_obligation(out, known.obligation, decision, context);
  out.end_object();
  return text;
}

std::string answer_erasure(const Decision& decision, const AnswerContext& context) {
  const auto any = [](const auto&) { return true; };
  const Event* asked = find_event<core::ErasureAsked>(decision, any);
  const Event* decided = find_event<core::ErasureDecided>(decision, any);
  const core::Incident& incident = decision.after;
  const auto* answer = decided ? &std::get<core::ErasureDecided>(decided->what) : nullptr;
  const auto erasure = answer ? answer->erasure : std::get<core::ErasureAsked>(must(asked).what).erasure;
  const auto retention_class = core::retention_class(incident.exercise, incident.confidentiality);

  std::string text;
  JsonWriter out(text);
  out.begin_object();
  out.member("id", to_string(erasure)).member("incident_id", to_string(incident.id));
  out.member("number", incident.number);
  out.member("decision", !answer ? "pending" : answer->approved ? "approved" : "rejected");
  out.member("retention_class", to_string(retention_class));
  write_time(out, "retained_until",
             incident.ended_at ? std::optional(core::retained_until(
                                     *incident.ended_at, context.law.retention.years(retention_class)))
                               : std::nullopt);
  if (asked) {
    out.member("reason", std::get<core::ErasureAsked>(asked->what).reason);
    write_text_or_null(out, "asked_by", asked->actor.name);
    write_time(out, "asked_at", asked->at);
  }
  if (answer) {
    write_text_or_null(out, "decided_by", decided->actor.name);
    write_time(out, "decided_at", decided->at);
    out.member("decision_reason", answer->reason);
  }
  write_time(out, "erased_at", incident.erased_at);
  out.end_object();
  return text;
}

std::string answer_acknowledgement(const Decision& decision, core::MessageId message, const AnswerContext&) {
  const Event& event = must(find_event<core::MessageAcknowledged>(
      decision, [&](const auto& what) { return what.message == message; }));
  const auto& what = std::get<core::MessageAcknowledged>(event.what);
  const core::Message& acknowledged = must(decision.after.find(message));

  std::string text;
  JsonWriter out(text);
  out.begin_object();
  out.member("id", to_string(message)).member("incident_id", to_string(decision.after.id));
  write_optional(out, "obligation_id",
                 acknowledged.obligation ? std::optional(to_string(*acknowledged.obligation)) : std::nullopt);
  write_time(out, "acknowledged_at", event.at);
  out.member("acknowledged_by", what.by);
  write_text_or_null(out, "note", what.note);
  out.end_object();
  return text;
}

std::string answer_relay_switch(const core::SwitchDecision& decision) {
  const auto& after = decision.after;
  std::string text;
  JsonWriter out(text);
  out.begin_object().member("id", to_string(after.id)).member("organization", after.organization);
  out.member("switched_on", after.switched_on).member("reason", after.reason);
  write_text_or_null(out, "asked_by", after.asked_by_name);
  out.member("decision", word_of(after.decision));
  write_time(out, "at", decision.events.front().at);
  out.end_object();
  return text;
}

std::string etag_of(int revision) {
  return "r" + std::to_string(revision);
}

bool names_revision(std::string_view if_match, int revision) {
  if_match = trimmed(if_match);
  if (if_match == "*") return true;
  const std::string wanted = etag_of(revision);
  // An entity tag of ours holds no comma, so the list can be cut there.
  while (!if_match.empty()) {
    const std::size_t comma = std::min(if_match.find(','), if_match.size());
    std::string_view tag = trimmed(if_match.substr(0, comma));
    if_match.remove_prefix(std::min(comma + 1, if_match.size()));
    if (tag.size() < 2 || tag.front() != '"' || tag.back() != '"') continue;
    tag = tag.substr(1, tag.size() - 2);
    if (tag.substr(0, tag.find('-')) == wanted) return true;
  }
  return false;
}

}  // namespace noroshi::codec
