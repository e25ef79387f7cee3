#include "src/http/api_commands.h"

#include <utility>

#include "src/codec/command_decoder.h"
#include "src/codec/people_csv.h"
#include "src/codec/handling_commands.h"
#include "src/codec/cymat.h"
#include "src/codec/report_decoder.h"
#include "src/codec/staff_decoder.h"
#include "src/http/api_inquiries.h"
#include "src/http/commanding.h"
#include "src/http/query.h"

namespace noroshi::http {
namespace {

Handler submit_report(store::WriterPool& writers) {
  return [&writers](Request request, Responder respond) {
    if (auto refused = refuse_key(request, true)) return respond(std::move(*refused));
    auto submission = codec::decode_submission(request.body);
    if (!submission) return respond(refuse_body(std::move(submission.error()), request.language));
    submit(writers, request, store::SubmitReport{std::move(*submission), request.body}, std::move(respond));
  };
}

// A call on a request for CYMAT, or on a case for which it is asked for; ids come from the path.
Handler on_cymat(store::WriterPool& writers, codec::Decoded<core::ResponseCommand> (*decode)(std::string_view)) {
  return [&writers, decode](Request request, Responder respond) {
    if (auto refused = refuse_key(request, false)) return respond(std::move(*refused));
    auto command = decode(request.body);
    if (!command) return respond(refuse_body(std::move(command.error()), request.language));
    store::Respond action;
    bool found = true;
    std::visit(
        [&](auto& what) {
          if constexpr (requires { core::CymatRequestId{what.request}; }) {
            const auto id = id_in_path<core::CymatRequestId>(request, "request");
            found = found && id;
            if (id) what.request = *id;
          } else {
            const auto id = id_in_path<core::IncidentId>(request, "id");
            found = found && id;
            if (id) action.incident = *id;
          }
          if constexpr (requires { core::CymatMemberId{what.member}; }) {
            const auto id = id_in_path<core::CymatMemberId>(request, "member");
            found = found && id;
            if (id) what.member = *id;
          }
        },
        *command);
    if (!found) return respond(not_found(request.language));
    action.command = std::move(*command);
    submit(writers, request, std::move(action), std::move(respond));
  };
}

Handler decide_waiver(store::WriterPool& writers) {
  return [&writers](Request request, Responder respond) {
    if (auto refused = refuse_key(request, false)) return respond(std::move(*refused));
    const auto obligation = id_in_path<core::ObligationId>(request, "id");
    const auto waiver = id_in_path<core::WaiverId>(request, "waiver");
    if (!obligation || !waiver) return respond(not_found(request.language));
    auto body = codec::decode_four_eyes(request.body);
    if (!body) return respond(refuse_body(std::move(body.error()), request.language));
    submit(writers, request, store::DecideWaiver{*obligation, *waiver, std::move(*body)}, std::move(respond));
  };
}

Handler decide_erasure(store::WriterPool& writers) {
  return [&writers](Request request, Responder respond) {
    if (auto refused = refuse_key(request, false)) return respond(std::move(*refused));
    const auto incident = id_in_path<core::IncidentId>(request, "id");
    const auto erasure = id_in_path<core::ErasureId>(request, "erasure");
    if (!incident || !erasure) return respond(not_found(request.language));
    auto body = codec::decode_four_eyes(request.body);
    if (!body) return respond(refuse_body(std::move(body.error()), request.language));
    submit(writers, request, store::DecideErasure{*incident, *erasure, std::move(*body)}, std::move(respond));
  };
}

Handler propose_assignment(store::WriterPool& writers) {
  return [&writers](Request request, Responder respond) {
    if (auto refused = refuse_key(request, false)) return respond(std::move(*refused));
    const auto incident = id_in_path<core::IncidentId>(request, "id");
    if (!incident) return respond(not_found(request.language));
    auto body = codec::decode_proposal(request.body);
    if (!body) return respond(refuse_body(std::move(body.error()), request.language));
    core::ProposeAssignment command{{}, body->person, body->function, body->replaces, std::move(body->note)};
    submit(writers, request, store::Respond{*incident, std::move(command)}, std::move(respond));
  };
}

// What is done about one assignment; `command_of` makes it of the body.
template <class Body, class CommandOf>
Handler command_on_assignment(store::WriterPool& writers, codec::Decoded<Body> (*decode)(std::string_view),
                              CommandOf command_of) {
  return [&writers, decode, command_of](Request request, Responder respond) {
    if (auto refused = refuse_key(request, false)) return respond(std::move(*refused));
    const auto incident = id_in_path<core::IncidentId>(request, "id");
    const auto assignment = id_in_path<core::AssignmentId>(request, "assignment");
    if (!incident || !assignment) return respond(not_found(request.language));
    auto body = decode(request.body);
    if (!body) return respond(refuse_body(std::move(body.error()), request.language));
    submit(writers, request, store::Respond{*incident, command_of(*assignment, std::move(*body))}, std::move(respond));
  };
}

// A command on the response to an incident that the path names.
template <class Body>
Handler respond_to(store::WriterPool& writers, codec::Decoded<Body> (*decode)(std::string_view)) {
  return [&writers, decode](Request request, Responder respond) {
    if (auto refused = refuse_key(request, false)) return respond(std::move(*refused));
    const auto incident = id_in_path<core::IncidentId>(request, "id");
    if (!incident) return respond(not_found(request.language));
    auto body = decode(request.body);
    if (!body) return respond(refuse_body(std::move(body.error()), request.language));
    submit(writers, request, store::Respond{*incident, std::move(*body)}, std::move(respond));
  };
}

Handler answer_instruction(store::WriterPool& writers) {
  return [&writers](Request request, Responder respond) {
    if (auto refused = refuse_key(request, false)) return respond(std::move(*refused));
    const auto incident = id_in_path<core::IncidentId>(request, "id");
    const auto instruction = id_in_path<core::InstructionId>(request, "instruction");
    if (!incident || !instruction) return respond(not_found(request.language));
    auto body = codec::decode_instruction_answer(request.body);
    if (!body) return respond(refuse_body(std::move(body.error()), request.language));
    body->instruction = *instruction;
    submit(writers, request, store::Respond{*incident, std::move(*body)}, std::move(respond));
  };
}

Handler ask_relay_switch(store::WriterPool& writers) {
  return [&writers](Request request, Responder respond) {
    if (auto refused = refuse_key(request, false)) return respond(std::move(*refused));
    auto body = codec::decode_relay_switch(request.body);
    if (!body) return respond(refuse_body(std::move(body.error()), request.language));
    submit(writers, request, store::AskRelaySwitch{std::move(*body)}, std::move(respond));
  };
}

Handler cosign(store::WriterPool& writers) {
  return [&writers](Request request, Responder respond) {
    if (auto refused = refuse_key(request, false)) return respond(std::move(*refused));
    auto body = codec::decode_cosignature(request.body);
    if (!body) return respond(refuse_body(std::move(body.error()), request.language));
    submit(writers, request, store::Cosign{std::move(*body)}, std::move(respond));
  };
}

// On the staff of the caller's body. The path names what the command is about, where it is about one thing.
template <class Command, class Id>
Handler staff_command(store::WriterPool& writers, codec::Decoded<Command> (*decode)(std::string_view),
                      const char* parameter, Id Command::*about) {
  return [&writers, decode, parameter, about](Request request, Responder respond) {
    if (auto refused = refuse_key(request, false)) return respond(std::move(*refused));
    const auto id = id_in_path<Id>(request, parameter);
    if (!id) return respond(not_found(request.language));
    auto command = decode(request.body);
    if (!command) return respond(refuse_body(std::move(command.error()), request.language));
    (*command).*about = *id;
    submit(writers, request, store::ChangeStaff{std::move(*command)}, std::move(respond));
  };
}
template <class Command>
Handler staff_command(store::WriterPool& writers, codec::Decoded<Command> (*decode)(std::string_view)) {
  return [&writers, decode](Request request, Responder respond) {
    if (auto refused = refuse_key(request, false)) return respond(std::move(*refused));
    auto command = decode(request.body);
    if (!command) return respond(refuse_body(std::move(command.error()), request.language));
    submit(writers, request, store::ChangeStaff{std::move(*command)}, std::move(respond));
  };
}

// A dry run is decided as the import is, and not stored.
Handler import_people(store::WriterPool& writers) {
  return [&writers](Request request, Responder respond) {
    if (auto refused = refuse_key(request, false)) return respond(std::move(*refused));
    QueryReader query(request, {"dry_run"});
    const bool dry_run = query.boolean("dry_run").value_or(false);
    if (!query.ok()) return respond(problem_response(query.problem(), request.language));
    if (dry_run) request.idempotency_key.reset();
    auto list = codec::decode_people_csv(request.body);
    core::ImportPeople command;
    command.lines = std::move(list.lines);
    submit(writers, request, store::ChangeStaff{std::move(command), std::move(list.mistakes), dry_run},
           std::move(respond));
  };
}

}  // namespace

void add_command_routes(Router& router, store::WriterPool& writers, std::function<bool()> record_is_too_late) {
  using core::IncidentId;
  using core::MessageId;
  using core::ObligationId;
  const auto post = [&](Router& to, std::string pattern, const std::vector<std::string>& roles, Handler handler) {
    add_post(to, std::move(pattern), roles, while_sealed(record_is_too_late, std::move(handler)));
  };
  post(router, "/reports", reporting_roles, submit_report(writers));
  post(router, "/incidents/{id}/assessments", csirt_roles,
       command_on<IncidentId, codec::AssessmentCommand, store::Assess>(writers, "id", codec::decode_assessment));
  post(router, "/incidents/{id}/transitions", csirt_roles,
       command_on<IncidentId, codec::TransitionCommand, store::Move>(writers, "id", codec::decode_transition));
  post(router, "/incidents/{id}/recipients", csirt_roles,
       command_on<IncidentId, codec::RecipientCommand, store::AddRecipient>(writers, "id", codec::decode_recipient));
  post(router, "/incidents/{id}/steps", handling_roles, respond_to(writers, codec::decode_handling_step));
  post(router, "/incidents/{id}/instructions", csirt_roles, respond_to(writers, codec::decode_instruction));
  post(router, "/incidents/{id}/instructions/{instruction}/answer", handling_roles, answer_instruction(writers));
  post(router, "/incidents/{id}/platforms", csirt_roles, respond_to(writers, codec::decode_platform));
  post(router, "/obligations/{id}/fulfillments", csirt_roles,
       command_on<ObligationId, codec::FulfillmentCommand, store::Fulfill>(writers, "id", codec::decode_fulfillment));
  post(router, "/obligations/{id}/waivers", csirt_roles,
       command_on<ObligationId, codec::WaiverCommand, store::AskWaiver>(writers, "id", codec::decode_waiver));
  post(router, "/obligations/{id}/waivers/{waiver}/decision", exception_roles, decide_waiver(writers));
  post(router, "/incidents/{id}/erasures", erasure_asking_roles,
       command_on<IncidentId, codec::ErasureCommand, store::AskErasure>(writers, "id", codec::decode_erasure));
  post(router, "/incidents/{id}/erasures/{erasure}/decision", erasure_deciding_roles, decide_erasure(writers));
  post(router, "/incidents/{id}/assignments", csirt_roles, propose_assignment(writers));
  post(router, "/incidents/{id}/assignments/{assignment}/answer", csirt_roles,
       command_on_assignment(writers, codec::decode_proposal_answer,
                             [](core::AssignmentId id, codec::ProposalAnswerCommand body) -> core::ResponseCommand {
                               return core::AnswerAssignment{{}, id, body.accepted, std::move(body.reason)};
                             }));
  post(router, "/incidents/{id}/assignments/{assignment}/activation", csirt_roles,
       command_on_assignment(writers, codec::decode_activation,
                             [](core::AssignmentId id, codec::ActivationCommand) -> core::ResponseCommand {
                               return core::ActivateAssignment{{}, id};
                             }));
  post(router, "/incidents/{id}/assignments/{assignment}/release", csirt_roles,
       command_on_assignment(writers, codec::decode_release,
                             [](core::AssignmentId id, codec::ReleaseCommand body) -> core::ResponseCommand {
                               return core::ReleaseAssignment{{}, id, std::move(body.reason)};
                             }));
  post(router, "/relay-switch", relay_switch_roles, ask_relay_switch(writers));
  post(router, "/relay-switch/{id}/decision", relay_switch_roles,
       command_on<core::RelaySwitchId, codec::FourEyesCommand, store::DecideRelaySwitch>(writers, "id",
                                                                                       codec::decode_four_eyes));
  post(router, "/inbox/{message}/acknowledgement", readers_of_inbox,
       command_on<MessageId, codec::AcknowledgementCommand, store::Acknowledge>(writers, "message",
                                                                              codec::decode_acknowledgement));
  post(router, "/people", staff_roles, staff_command(writers, codec::decode_person));
  post(router, "/people/{person}/changes", staff_roles,
       staff_command(writers, codec::decode_person_change, "person", &core::ChangePerson::person));
  post(router, "/people/{person}/departure", staff_roles,
       staff_command(writers, codec::decode_departure, "person", &core::RemovePerson::person));
  post(router, "/people/{person}/appointments", staff_roles,
       staff_command(writers, codec::decode_appointment, "person", &core::Appoint::person));
  post(router, "/people/{person}/trainings", staff_roles,
       staff_command(writers, codec::decode_training, "person", &core::RecordTraining::person));
  post(router, "/people/{person}/delegations", staff_roles,
       staff_command(writers, codec::decode_delegation, "person", &core::Delegate::from_person));
  post(router, "/appointments/{id}/end", staff_roles,
       staff_command(writers, codec::decode_appointment_end, "id", &core::EndAppointment::appointment));
  post(router, "/delegations/{id}/end", staff_roles,
       staff_command(writers, codec::decode_delegation_end, "id", &core::EndDelegation::delegation));
  post(router, "/rosters/shifts", staff_roles, staff_command(writers, codec::decode_shift));
  post(router, "/rosters/shifts/{id}/cancellation", staff_roles,
       staff_command(writers, codec::decode_cancellation, "id", &core::CancelShift::shift));
  {
    Route route;
    route.method = Method::post;
    route.pattern = "/api/v1/people/import";
    route.roles = staff_roles;
    route.media_type = "text/csv";
    route.handler = while_sealed(record_is_too_late, import_people(writers));
    router.add(std::move(route));
  }
  const auto cymat = [&](std::string pattern, const std::vector<std::string>& roles,
                         codec::Decoded<core::ResponseCommand> (*decode)(std::string_view)) {
    post(router, std::move(pattern), roles, on_cymat(writers, decode));
  };
  cymat("/incidents/{id}/cymat-requests", cymat_asking_roles, codec::decode_cymat_request);
  cymat("/cymat-requests/{request}/forwarding", cymat_asking_roles, codec::decode_cymat_forwarding);
  cymat("/cymat-requests/{request}/receipt", cymat_deciding_roles, codec::decode_cymat_receipt);
  cymat("/cymat-requests/{request}/decision", cymat_deciding_roles, codec::decode_cymat_decision);
  cymat("/cymat-requests/{request}/members", cymat_deciding_roles, codec::decode_cymat_member);
  cymat("/cymat-requests/{request}/members/{member}/answer", cymat_asking_roles, codec::decode_cymat_answer);
  cymat("/cymat-requests/{request}/members/{member}/withdrawal", cymat_withdrawing_roles, codec::decode_cymat_withdrawal);
  cymat("/cymat-requests/{request}/formation", cymat_deciding_roles, codec::decode_cymat_formation);
  cymat("/cymat-requests/{request}/dispatch", cymat_deciding_roles, codec::decode_cymat_dispatch);
  cymat("/cymat-requests/{request}/log", cymat_logging_roles, codec::decode_cymat_entry);
  cymat("/cymat-requests/{request}/end", cymat_deciding_roles, codec::decode_cymat_end);
  cymat("/cymat-requests/{request}/report", cymat_reporting_roles, codec::decode_cymat_report);
  add_label_commands(router, writers, record_is_too_late);
  add_inquiry_commands(router, writers, record_is_too_late);
  // Adds nothing to the record: taken however late it is.
  add_post(router, "/record/cosignatures", auditors, cosign(writers));
}

}  // namespace noroshi::http
