#include "src/codec/cymat.h"

#include <algorithm>

#include "src/codec/encoding.h"
#include "src/codec/field_reader.h"
#include "src/codec/report_members.h"
#include "src/codec/strict_json.h"

namespace noroshi::codec {
namespace {

using Errors = std::vector<core::FieldError>;
using Command = core::ResponseCommand;

// Reads the body as a `What` with `read(ObjectReader&, What&)`.
template <class What, class Read>
Decoded<Command> decode(std::string_view body, Read read) {
  JsonDocument document;
  if (const auto parsed = document.parse(body.empty() ? "{}" : body); !parsed)
    return tl::unexpected(Errors{to_field_error(parsed.error())});
  What command;
  Mistakes mistakes;
  std::string normalised;
  JsonWriter out(normalised);
  const Place place;
  ObjectReader::read_object(document.root(), place, mistakes, out, [&](ObjectReader& in) { read(in, command); });
  if (!mistakes.empty()) return tl::unexpected(mistakes.take());
  return Command(std::move(command));
}
template <class What>
Decoded<Command> decode_empty(std::string_view body) {
  return decode<What>(body, [](ObjectReader&, What&) {});
}

std::string read_text(ObjectReader& in, std::string_view name, Need need = Need::required) {
  return std::string(in.text(name, need == Need::required ? required_text : short_text, need).value_or(""));
}

void write_member(JsonWriter& out, const core::CymatMember& member) {
  out.begin_object();
  out.member("id", core::to_string(member.id))
      .member("organization", member.organization)
      .member("person", core::to_string(member.person))
      .member("name", member.name)
      .member("lead", member.lead)
      .member("trained", member.trained)
      .member("cleared", member.cleared)
      .member("of_affected_body", member.of_affected_body)
      .member("state", core::to_string(member.state));
  write_text_or_null(out, "reason", member.reason);
  write_time(out, "since", member.since);
  write_time(out, "until", member.until);
  out.end_object();
}

}  // namespace

void encode(JsonWriter& out, const CymatRequestView& view) {
  const auto& request = view.request;
  out.begin_object();
  out.member("id", core::to_string(request.id));
  out.member("supported", request.supported)
      .member("center", request.center)
      .member("priority", core::to_string(request.priority))
      .member("state", core::to_string(request.state))
      .member("exercise", view.exercise);
  write_time(out, "requested_at", request.requested_at);
  if (!view.of_home) {
    out.member("incident_id", view.incident_id).member("organization", request.organization);
    write_text_or_null(out, "through", request.through);
    out.member("reason", request.reason);
    write_text_or_null(out, "requested_by", view.requested_by);
    write_time(out, "forwarded_at", request.forwarded_at);
    write_time(out, "received_at", request.received_at);
    out.name("ruling");
    request.ruling ? out.value(core::to_string(*request.ruling)) : out.null();
    out.member("united_response", request.united_response);
    write_text_or_null(out, "decision_reason", request.decision_reason);
    write_text_or_null(out, "decided_by", view.decided_by);
    write_time(out, "decided_at", request.decided_at);
    write_time(out, "dispatched_at", request.dispatched_at);
    write_time(out, "ended_at", request.ended_at);
    write_text_or_null(out, "end_reason", request.end_reason);
    write_text_or_null(out, "report", request.report);
    write_optional(out, "queue_position", view.queue_position);
  }
  out.name("members").begin_array();
  for (const auto& member : request.members) write_member(out, member);
  out.end_array();
  out.end_object();
}

std::string encode_one(const CymatRequestView& view) {
  std::string text;
  JsonWriter out(text);
  encode(out, view);
  return text;
}

void encode(JsonWriter& out, const CymatRequestView& view, const AnswerContext&) {
  encode(out, view);
}

void encode(JsonWriter& out, const CymatEntryView& entry, const AnswerContext&) {
  out.begin_object();
  out.member("id", entry.id)
      .member("kind", entry.kind)
      .member("text", entry.text)
      .member("confidentiality", entry.confidentiality)
      .member("organization", entry.organization);
  write_text_or_null(out, "by", entry.by);
  write_time(out, "at", entry.at);
  out.end_object();
}

std::string encode_pool(const CymatCapacity& capacity, const std::vector<CymatPoolView>& people,
                        const std::optional<std::string>& next) {
  std::string text;
  JsonWriter out(text);
  out.begin_object();
  out.member("capacity", capacity.people).member("busy", capacity.busy).member("free", capacity.people - capacity.busy);
  out.name("items").begin_array();
  for (const auto& one : people) {
    out.begin_object();
    out.member("person", one.person)
        .member("organization", one.organization)
        .member("name", one.name)
        .member("trained", one.trained)
        .member("cleared", one.cleared)
        .member("busy", one.busy);
    write_optional(out, "cymat_request", one.request);
    out.end_object();
  }
  out.end_array();
  write_optional(out, "next", next);
  out.end_object();
  return text;
}

// -- Answers -----------------------------------------------------------------------------------------------------

namespace {

struct RequestOf {
  using Result = std::optional<core::CymatRequestId>;
  Result operator()(const core::CymatRequested& what) const { return what.request.id; }
  template <class What>
  Result operator()(const What& what) const {
    if constexpr (requires { Result{what.request}; }) return what.request;
    return std::nullopt;
  }
};

}  // namespace

std::optional<std::string> answer_cymat(const core::Decision& decision) {
  for (const auto& event : decision.events) {
    const auto id = std::visit(RequestOf{}, event.what);
    if (!id) continue;
    CymatRequestView view;
    view.request = *decision.after.find(*id);
    view.incident_id = core::to_string(decision.after.id);
    view.exercise = decision.after.exercise;
    if (std::holds_alternative<core::CymatRequested>(event.what)) view.requested_by = event.actor.name;
    if (std::holds_alternative<core::CymatDecided>(event.what)) view.decided_by = event.actor.name;
    // Who does not see the case is told of its own persons.
    view.of_home = !decision.after.content_visible_to(core::tenant_of(event.actor));
    if (view.of_home)
      std::erase_if(view.request.members,
                    [&](const core::CymatMember& member) { return member.organization != event.actor.organization; });
    std::string text = R"({"cymat_request":)";
    return text.append(encode_one(view)).append("}");
  }
  return std::nullopt;
}

// -- Commands ----------------------------------------------------------------------------------------------------

Decoded<Command> decode_cymat_request(std::string_view body) {
  return decode<core::RequestCymat>(body, [](ObjectReader& in, core::RequestCymat& command) {
    command.reason = read_text(in, "reason");
    if (const auto priority = in.word("priority", core::parse_cymat_priority, "normal, high, urgent"))
      command.priority = *priority;
  });
}
Decoded<Command> decode_cymat_forwarding(std::string_view body) {
  return decode<core::ForwardCymat>(body, [](ObjectReader& in, core::ForwardCymat& command) {
    command.note = read_text(in, "note", Need::optional);
  });
}
Decoded<Command> decode_cymat_receipt(std::string_view body) {
  return decode_empty<core::ReceiveCymat>(body);
}
Decoded<Command> decode_cymat_decision(std::string_view body) {
  return decode<core::RuleCymat>(body, [](ObjectReader& in, core::RuleCymat& command) {
    if (const auto ruling = in.word("ruling", core::parse_cymat_ruling, "dispatch, advice, declined", Need::required))
      command.ruling = *ruling;
    command.united_response = in.boolean("united_response").value_or(false);
    command.reason = read_text(in, "reason");
  });
}
Decoded<Command> decode_cymat_member(std::string_view body) {
  const auto parse_person = [](std::string_view text) -> std::optional<core::PersonId> {
    const auto id = core::parse_uuid(text);
    return id ? std::optional(core::PersonId{*id}) : std::nullopt;
  };
  return decode<core::ProposeCymatMember>(body, [&](ObjectReader& in, core::ProposeCymatMember& command) {
    command.organization = std::string(in.slug("organization", Need::required).value_or(""));
    if (const auto person = in.word("person", parse_person, "a UUID", Need::required)) command.person = *person;
    command.lead = in.boolean("lead").value_or(false);
  });
}
Decoded<Command> decode_cymat_answer(std::string_view body) {
  return decode<core::AnswerCymatMember>(body, [](ObjectReader& in, core::AnswerCymatMember& command) {
    command.agreed = in.boolean("agreed", Need::required).value_or(false);
    command.reason = read_text(in, "reason", command.agreed ? Need::optional : Need::required);
  });
}
Decoded<Command> decode_cymat_withdrawal(std::string_view body) {
  return decode<core::WithdrawCymatMember>(
      body, [](ObjectReader& in, core::WithdrawCymatMember& command) { command.reason = read_text(in, "reason"); });
}
Decoded<Command> decode_cymat_formation(std::string_view body) {
  return decode_empty<core::FormCymat>(body);
}
Decoded<Command> decode_cymat_dispatch(std::string_view body) {
  return decode_empty<core::DispatchCymat>(body);
}
Decoded<Command> decode_cymat_entry(std::string_view body) {
  return decode<core::LogCymat>(body, [](ObjectReader& in, core::LogCymat& command) {
    if (const auto kind = in.word("kind", core::parse_cymat_entry_kind, "work, advice, information, information_asked",
                                  Need::required))
      command.kind = *kind;
    command.text = read_text(in, "text");
    command.confidentiality = static_cast<int>(in.integer("confidentiality", 1, 3).value_or(0));
  });
}
Decoded<Command> decode_cymat_end(std::string_view body) {
  return decode<core::EndCymat>(
      body, [](ObjectReader& in, core::EndCymat& command) { command.reason = read_text(in, "reason"); });
}
Decoded<Command> decode_cymat_report(std::string_view body) {
  return decode<core::ReportCymat>(
      body, [](ObjectReader& in, core::ReportCymat& command) { command.text = read_text(in, "text"); });
}

}  // namespace noroshi::codec
