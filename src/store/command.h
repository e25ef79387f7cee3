// Commands: everything a caller can ask to change, and what comes of it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "src/codec/answer_context.h"
#include "src/codec/command_decoder.h"
#include "src/codec/endpoint_commands.h"
#include "src/codec/language.h"
#include "src/codec/report_decoder.h"
#include "src/core/decide.h"
#include "src/core/information.h"
#include "src/core/response.h"
#include "src/core/staff.h"
#include "src/record/event_codec.h"

namespace noroshi::store {

// What a command acts on, with its decoded body.
struct SubmitReport {
  codec::Submission submission;
  std::string bytes;  // as received
};
struct Assess {
  core::IncidentId incident;
  codec::AssessmentCommand body;
};
struct Move {
  core::IncidentId incident;
  codec::TransitionCommand body;
};
struct AddRecipient {
  core::IncidentId incident;
  codec::RecipientCommand body;
};
struct Fulfill {
  core::ObligationId obligation;
  codec::FulfillmentCommand body;
};
struct AskWaiver {
  core::ObligationId obligation;
  codec::WaiverCommand body;
};
struct DecideWaiver {
  core::ObligationId obligation;
  core::WaiverId waiver;
  codec::FourEyesCommand body;
};
struct Acknowledge {
  core::MessageId message;
  codec::AcknowledgementCommand body;
};
struct AskErasure {
  core::IncidentId incident;
  codec::ErasureCommand body;
};
struct DecideErasure {
  core::IncidentId incident;
  core::ErasureId erasure;
  codec::FourEyesCommand body;
};
// Of the caller's body.
struct AskRelaySwitch {
  codec::RelaySwitchCommand body;
};
struct DecideRelaySwitch {
  core::RelaySwitchId id;
  codec::FourEyesCommand body;
};
// Of the endpoints of the caller's body. Actor and authorities of the core's command are filled in by the store.
struct ChangeEndpoint {
  core::EndpointCommand command;
};
struct ReplayDelivery {
  core::DeliveryId delivery;
  codec::ReasonCommand body;
};
// Of the staff of the caller's body. The actor of the core's command is filled in by the store, from Command::actor.
struct ChangeStaff {
  core::StaffCommand command;
  // Of a list of people: what could not be read of it, told together with what the decision finds. Nothing is stored then.
  std::vector<core::FieldError> mistakes = {};
  bool dry_run = false;  // decided, and nothing stored
};
// Of the response to an incident: assignments, CYMAT, handling. The actor likewise.
struct Respond {
  core::IncidentId incident;
  core::ResponseCommand command;
};
// Of the information of an incident: labels, annexes, files, what is withheld, inquiries. The actor of the core's command and the
// authorities of two persons are filled in by the store. Without an incident it is that of `thing`: an annex, an inquiry or a
// withholding.
struct HandleInformation {
  core::IncidentId incident;
  core::InformationCommand command;
  std::optional<core::Uuid> thing = {};
  // What is answered, and the revision its entity tag names; where it is empty, the incident as it is then.
  std::string (*answer)(const core::Decision&, const codec::AnswerContext&) = nullptr;
};
// Of how the caller's body handles information: mappings of labels, sealing keys, notices. Likewise.
struct ChangeBodyInformation {
  core::BodyInformationCommand command;
  std::string (*answer)(const core::BodyInformationDecision&, const codec::AnswerContext&) = nullptr;
};
// Of the record: a witness's signature of a checkpoint.
struct Cosign {
  codec::CosignatureCommand body;
};
using Action = std::variant<SubmitReport, Assess, Move, AddRecipient, Fulfill, AskWaiver, DecideWaiver, Acknowledge,
                            AskErasure, DecideErasure, AskRelaySwitch, DecideRelaySwitch, ChangeEndpoint, ReplayDelivery,
                            ChangeStaff, Respond, HandleInformation, ChangeBodyInformation, Cosign>;

struct Command {
  core::Actor actor;
  codec::Language language = codec::Language::ja;
  std::string idempotency_key;  // empty: none was sent
  std::string request_sha256;   // request_digest(): the same key elsewhere is another request
  std::string if_match;         // empty: none was sent; else an entity tag with its quotes, or "*"
  std::optional<record::ActorSignature> signature;  // verified with the key of the actor's token
  Action action;
};

struct Answered {
  int status = 201;
  std::string body;
  std::string etag;  // without quotes
  bool replayed = false;
};
// Nothing was stored and nothing will be: try again.
struct NotAvailable {};
// It may be stored or not; the same Idempotency-Key tells.
struct Unknown {};
// A defect of ours; nothing was stored.
struct Failed {};
using Result = std::variant<Answered, core::Refusal, NotAvailable, Unknown, Failed>;

// Called once, from a writer's thread, after COMMIT (or when it is known that there was none). Must not block or throw.
using Completion = std::function<void(Result)>;

struct PendingCommand {
  Command command;
  Completion complete;
};

// Two commands that share one of these are never decided in the same group, and keep their order: they have the same
// key, or concern the same report, incident, obligation or message, or the switches of the same body.
std::vector<std::string> conflicts_of(const Command& command);

// SHA-256, 32 bytes, over the call ("/api/v1/reports", with the ids of its path) and the bytes of its body.
std::string request_digest(std::string_view call, std::string_view body);

// The body whose incident a report is about: as stated, else the caller's.
const std::string& reporting_body(const SubmitReport& action, const core::Actor& actor);

}  // namespace noroshi::store
