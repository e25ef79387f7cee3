#include "src/codec/command_decoder.h"

#include "src/codec/report_members.h"
#include "src/codec/strict_json.h"

namespace noroshi::codec {
namespace {

using Errors = std::vector<core::FieldError>;

std::string string_or_empty(std::optional<std::string_view> text) {
  return std::string(text.value_or(""));
}

// Reads the body with `read(ObjectReader&, Command&)`.
template <class Command, class Read>
Decoded<Command> decode(std::string_view body, Read read) {
  JsonDocument document;
  if (const auto parsed = document.parse(body.empty() ? "{}" : body); !parsed)
    return tl::unexpected(Errors{to_field_error(parsed.error())});
  Command command;
  Mistakes mistakes;
  std::string normalised;
  JsonWriter out(normalised);
  const Place place;
  ObjectReader::read_object(document.root(), place, mistakes, out,
                            [&](ObjectReader& in) { read(in, command); });
  if (!mistakes.empty()) return tl::unexpected(mistakes.take());
  return command;
}

std::optional<core::FulfillmentMethod> parse_method(std::string_view text) {
  const auto method = core::parse_fulfillment_method(text);
  if (method == core::FulfillmentMethod::judgement) return std::nullopt;
  return method;
}

constexpr std::string_view methods =
    "relay, report, telephone, in_person, police_report, consultation, decided_not_needed, done";

std::optional<bool> parse_decision(std::string_view text) {
  if (text == "approved") return true;
  if (text == "rejected") return false;
  return std::nullopt;
}

constexpr std::string_view a_uuid = "UUID";

constexpr std::int64_t largest_whole_number = std::int64_t{1} << 53;  // that a JSON number surely holds

// Reads `reason` as a text that must be there.
void read_reason(ObjectReader& in, std::string& reason) {
  reason = string_or_empty(in.text("reason", required_text, Need::required));
}

}  // namespace

Decoded<FulfillmentCommand> decode_fulfillment(std::string_view body) {
  return decode<FulfillmentCommand>(body, [](ObjectReader& in, FulfillmentCommand& command) {
    const auto method = in.word("method", parse_method, methods, Need::required);
    command.at = in.time("at");
    // 「内容に応じ」: the discretion is exercised with a reason.
    const bool needs_reason = method == core::FulfillmentMethod::decided_not_needed;
    command.note = string_or_empty(in.text("note", needs_reason ? required_text : short_text,
                                           needs_reason ? Need::required : Need::optional));
    command.reference = string_or_empty(in.text("reference", optional_reference));
    if (method) command.method = *method;
  });
}

Decoded<WaiverCommand> decode_waiver(std::string_view body) {
  return decode<WaiverCommand>(
      body, [](ObjectReader& in, WaiverCommand& command) { read_reason(in, command.reason); });
}

Decoded<ErasureCommand> decode_erasure(std::string_view body) {
  return decode<ErasureCommand>(
      body, [](ObjectReader& in, ErasureCommand& command) { read_reason(in, command.reason); });
}

Decoded<FourEyesCommand> decode_four_eyes(std::string_view body) {
  return decode<FourEyesCommand>(body, [](ObjectReader& in, FourEyesCommand& command) {
    const auto approved = in.word("decision", parse_decision, "approved, rejected", Need::required);
    command.approved = approved.value_or(false);
    read_reason(in, command.reason);
  });
}

Decoded<AssessmentCommand> decode_assessment(std::string_view body) {
  return decode<AssessmentCommand>(body, [](ObjectReader& in, AssessmentCommand& command) {
    WrittenJudgement judgement = read_judgement(in, Need::required, true);
    if (judgement.assessment) command.assessment = *judgement.assessment;
    command.cyberattack = judgement.cyberattack;
    command.large_scale = std::move(judgement.large_scale);
    if (in.has("cyberattack") && !command.cyberattack) command.cyberattack = routing::Cyberattack::unknown;
    if (in.has("large_scale") && !command.large_scale) command.large_scale.emplace();
    command.assessment_reason = string_or_empty(judgement.assessment_reason);
    command.cyberattack_reason = string_or_empty(judgement.cyberattack_reason);
    command.reason = string_or_empty(in.text("reason", short_text));
  });
}

Decoded<TransitionCommand> decode_transition(std::string_view body) {
  return decode<TransitionCommand>(body, [](ObjectReader& in, TransitionCommand& command) {
    const auto to =
        in.word("to", core::parse_incident_state,
                "reported, assessed, contained, recovered, reviewed, closed, dismissed", Need::required);
    if (to) command.to = *to;
    command.reason = string_or_empty(in.text("reason", short_text));
  });
}

Decoded<RecipientCommand> decode_recipient(std::string_view body) {
  return decode<RecipientCommand>(body, [](ObjectReader& in, RecipientCommand& command) {
    command.organization = string_or_empty(in.slug("organization", Need::required));
    read_reason(in, command.reason);
  });
}

Decoded<RelaySwitchCommand> decode_relay_switch(std::string_view body) {
  return decode<RelaySwitchCommand>(body, [](ObjectReader& in, RelaySwitchCommand& command) {
    command.switched_on = in.boolean("switched_on", Need::required).value_or(false);
    read_reason(in, command.reason);
  });
}

Decoded<ProposalCommand> decode_proposal(std::string_view body) {
  return decode<ProposalCommand>(body, [](ObjectReader& in, ProposalCommand& command) {
    if (const auto person = in.word("person", core::parse_uuid, a_uuid, Need::required)) command.person = {*person};
    if (const auto replaces = in.word("replaces", core::parse_uuid, a_uuid)) command.replaces = core::AssignmentId{*replaces};
    command.function = in.word("function", core::parse_function, "head, deputy, handler, external_contact",
                               in.holds("replaces") ? Need::optional : Need::required);
    command.note = string_or_empty(in.text("note", short_text));
  });
}

Decoded<ProposalAnswerCommand> decode_proposal_answer(std::string_view body) {
  return decode<ProposalAnswerCommand>(body, [](ObjectReader& in, ProposalAnswerCommand& command) {
    const auto accepted = in.boolean("accepted", Need::required);
    command.accepted = accepted.value_or(true);
    command.reason = string_or_empty(in.text("reason", command.accepted ? short_text : required_text,
                                             command.accepted ? Need::optional : Need::required));
  });
}

Decoded<ActivationCommand> decode_activation(std::string_view body) {
  return decode<ActivationCommand>(body, [](ObjectReader&, ActivationCommand&) {});
}

Decoded<ReleaseCommand> decode_release(std::string_view body) {
  return decode<ReleaseCommand>(body, [](ObjectReader& in, ReleaseCommand& command) {
    command.reason = string_or_empty(in.text("reason", short_text));
  });
}

Decoded<CosignatureCommand> decode_cosignature(std::string_view body) {
  // Longer than the line of any name that a witness can have.
  static constexpr TextRule line{.longest = 1000, .not_blank = true};
  return decode<CosignatureCommand>(body, [](ObjectReader& in, CosignatureCommand& command) {
    command.size = in.integer("size", 0, largest_whole_number, Need::required).value_or(0);
    command.line = string_or_empty(in.text("line", line, Need::required));
  });
}

Decoded<AcknowledgementCommand> decode_acknowledgement(std::string_view body) {
  return decode<AcknowledgementCommand>(body, [](ObjectReader& in, AcknowledgementCommand& command) {
    command.by = string_or_empty(in.text("by", one_line_name, Need::required));
    command.note = string_or_empty(in.text("note", short_text));
  });
}

Decoded<TokenAcknowledgementCommand> decode_token_acknowledgement(std::string_view body) {
  return decode<TokenAcknowledgementCommand>(body, [](ObjectReader& in, TokenAcknowledgementCommand& command) {
    command.token = string_or_empty(in.text("token", one_line_name, Need::required));
    command.by = string_or_empty(in.text("by", one_line_name, Need::required));
    command.note = string_or_empty(in.text("note", short_text));
  });
}

}  // namespace noroshi::codec
