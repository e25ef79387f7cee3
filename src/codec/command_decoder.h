// The bodies of the POST calls other than reports, from JSON. Each lists all its mistakes; errors of the JSON
// itself are a list of one (is_malformed in strict_json.h). Unknown members are refused by name. An empty
// body is the object without members. Pure; any number of threads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "routing/facts.h"
#include "src/core/incident.h"
#include "src/core/refusal.h"
#include "src/core/states.h"

namespace noroshi::codec {

template <class Command>
using Decoded = tl::expected<Command, std::vector<core::FieldError>>;

// POST /obligations/{id}/fulfillments. `judgement` is the daemon's own word and refused here.
struct FulfillmentCommand {
  core::FulfillmentMethod method{};
  std::optional<Timestamp> at;  // absent: now
  std::string note;             // required with decided_not_needed: the reason
  std::string reference;
};
Decoded<FulfillmentCommand> decode_fulfillment(std::string_view body);

// POST /obligations/{id}/waivers
struct WaiverCommand {
  std::string reason;
};
Decoded<WaiverCommand> decode_waiver(std::string_view body);

// POST /incidents/{id}/erasures
struct ErasureCommand {
  std::string reason;
};
Decoded<ErasureCommand> decode_erasure(std::string_view body);

// POST /obligations/{id}/waivers/{id}/decision, /incidents/{id}/erasures/{id}/decision and /relay-switch/{id}/decision
struct FourEyesCommand {
  bool approved = false;
  std::string reason;
};
Decoded<FourEyesCommand> decode_four_eyes(std::string_view body);

// POST /incidents/{id}/assessments: the judgement of the caller's body, checked as in a report.
struct AssessmentCommand {
  routing::Assessment assessment{};
  std::optional<routing::Cyberattack> cyberattack;                  // absent: as held; null: unknown
  std::optional<std::vector<routing::LargeScaleCell>> large_scale;  // absent: as held; null: none
  std::string assessment_reason;
  std::string cyberattack_reason;
  std::string reason;  // of the reassessment itself
};
Decoded<AssessmentCommand> decode_assessment(std::string_view body);

// POST /incidents/{id}/transitions
struct TransitionCommand {
  core::IncidentState to{};
  std::string reason;  // may be empty
};
Decoded<TransitionCommand> decode_transition(std::string_view body);

// POST /incidents/{id}/recipients
struct RecipientCommand {
  std::string organization;  // slug
  std::string reason;
};
Decoded<RecipientCommand> decode_recipient(std::string_view body);

// POST /relay-switch
struct RelaySwitchCommand {
  bool switched_on = false;
  std::string reason;
};
Decoded<RelaySwitchCommand> decode_relay_switch(std::string_view body);

// POST /inbox/{message}/acknowledgement
struct AcknowledgementCommand {
  std::string by;    // the person's name; never empty
  std::string note;  // may be empty
};
Decoded<AcknowledgementCommand> decode_acknowledgement(std::string_view body);

// POST /incidents/{id}/assignments
struct ProposalCommand {
  core::PersonId person;
  std::optional<core::Function> function;  // required unless it is a hand-over
  std::optional<core::AssignmentId> replaces;
  std::string note;  // may be empty
};
Decoded<ProposalCommand> decode_proposal(std::string_view body);

// POST /incidents/{id}/assignments/{assignment}/answer
struct ProposalAnswerCommand {
  bool accepted = false;
  std::string reason;  // required to decline
};
Decoded<ProposalAnswerCommand> decode_proposal_answer(std::string_view body);

// POST /incidents/{id}/assignments/{assignment}/activation: no members
struct ActivationCommand {};
Decoded<ActivationCommand> decode_activation(std::string_view body);

// POST /incidents/{id}/assignments/{assignment}/release
struct ReleaseCommand {
  std::string reason;  // may be empty
};
Decoded<ReleaseCommand> decode_release(std::string_view body);

// POST /record/cosignatures
struct CosignatureCommand {
  std::int64_t size = 0;  // of the checkpoint
  std::string line;       // of the note: "— <name> <base64>"
};
Decoded<CosignatureCommand> decode_cosignature(std::string_view body);

// POST /acknowledgements: {token, by, note}
struct TokenAcknowledgementCommand {
  std::string token;
  std::string by;
  std::string note;
};
Decoded<TokenAcknowledgementCommand> decode_token_acknowledgement(std::string_view body);

}  // namespace noroshi::codec
