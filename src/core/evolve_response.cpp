#include "src/core/evolve_response.h"

#include <algorithm>
#include <cstdlib>

namespace noroshi::core {
namespace {

// A broken invariant is a defect of this program: going on could only spread it.
template <class T>
T& must(T* value) {
  if (!value) std::abort();
  return *value;
}

Assignment& move(Incident& incident, AssignmentId id, AssignmentEvent event) {
  auto& assignment = must(incident.find(id));
  const auto state = next(assignment.state, event);
  if (!state) std::abort();
  assignment.state = *state;
  ++assignment.revision;
  return assignment;
}

CymatRequest& move(Incident& incident, CymatRequestId id, std::optional<CymatRuling> ruling, CymatEvent event) {
  auto& request = must(incident.find(id));
  const auto state = next(request.state, ruling ? ruling : request.ruling, event);
  if (!state) std::abort();
  request.state = *state;
  ++request.revision;
  return request;
}

CymatMember& member_of(CymatRequest& request, CymatMemberId id) {
  const auto found = std::find_if(request.members.begin(), request.members.end(),
                                  [&](const CymatMember& member) { return member.id == id; });
  if (found == request.members.end()) std::abort();
  ++request.revision;
  return *found;
}

}  // namespace

// -- Who responds ------------------------------------------------------------------------------------------------

void evolve_response(Incident& incident, const Event& event, const AssignmentProposed& what) {
  incident.assignments.push_back(what.assignment);
  incident.assignments.back().proposed_at = event.at;
  incident.assignments.back().ladder.from = event.at;
}
void evolve_response(Incident& incident, const Event& event, const AssignmentAccepted& what) {
  move(incident, what.assignment, AssignmentEvent::accept).accepted_at = event.at;
}
void evolve_response(Incident& incident, const Event& event, const AssignmentDeclined& what) {
  move(incident, what.assignment, AssignmentEvent::decline).ended_at = event.at;
}
void evolve_response(Incident& incident, const Event& event, const AssignmentActivated& what) {
  auto& assignment = move(incident, what.assignment, AssignmentEvent::activate);
  assignment.activated_at = event.at;
  assignment.duty_until = what.duty_until;
  assignment.ladder.from = event.at;
}
void evolve_response(Incident& incident, const Event& event, const AssignmentHandedOver& what) {
  move(incident, what.assignment, AssignmentEvent::hand_over).ended_at = event.at;
}
void evolve_response(Incident& incident, const Event& event, const AssignmentReleased& what) {
  move(incident, what.assignment, AssignmentEvent::release).ended_at = event.at;
}
void evolve_response(Incident& incident, const Event& event, const AssignmentDutyMoved& what) {
  auto& assignment = must(incident.find(what.assignment));
  assignment.duty_until = what.duty_until;
  assignment.ladder.restart(event.at);
  ++assignment.revision;
}

// -- CYMAT -------------------------------------------------------------------------------------------------------

void evolve_response(Incident& incident, const Event& event, const CymatRequested& what) {
  incident.cymat_requests.push_back(what.request);
  incident.cymat_requests.back().requested_at = event.at;
}
void evolve_response(Incident& incident, const Event& event, const CymatForwarded& what) {
  auto& request = must(incident.find(what.request));
  request.forwarded_at = event.at;
  ++request.revision;
}
void evolve_response(Incident& incident, const Event& event, const CymatReceived& what) {
  move(incident, what.request, std::nullopt, CymatEvent::receive).received_at = event.at;
}
void evolve_response(Incident& incident, const Event& event, const CymatDecided& what) {
  const auto happened = what.ruling == CymatRuling::dispatch ? CymatEvent::rule_dispatch
                        : what.ruling == CymatRuling::advice ? CymatEvent::rule_advice
                                                             : CymatEvent::decline;
  auto& request = move(incident, what.request, std::nullopt, happened);
  request.ruling = what.ruling;
  request.united_response = what.united_response;
  request.decision_reason = what.reason;
  request.decided_at = event.at;
}
void evolve_response(Incident& incident, const Event&, const CymatMemberProposed& what) {
  auto& request = must(incident.find(what.request));
  request.members.push_back(what.member);
  ++request.revision;
}
void evolve_response(Incident& incident, const Event&, const CymatMemberAnswered& what) {
  auto& member = member_of(must(incident.find(what.request)), what.member);
  member.state = what.agreed ? CymatMemberState::agreed : CymatMemberState::refused;
  member.reason = what.reason;
}
void evolve_response(Incident& incident, const Event& event, const CymatMemberWithdrawn& what) {
  auto& member = member_of(must(incident.find(what.request)), what.member);
  if (member.state == CymatMemberState::serving) member.until = event.at;
  member.state = CymatMemberState::withdrawn;
  member.reason = what.reason;
}
void evolve_response(Incident& incident, const Event&, const CymatFormed& what) {
  move(incident, what.request, std::nullopt, CymatEvent::form);
}
void evolve_response(Incident& incident, const Event& event, const CymatDispatched& what) {
  auto& request = move(incident, what.request, std::nullopt, CymatEvent::dispatch);
  request.dispatched_at = event.at;
  for (auto& member : request.members) {
    if (member.state != CymatMemberState::agreed) continue;
    member.state = CymatMemberState::serving;
    member.since = event.at;
  }
}
void evolve_response(Incident& incident, const Event&, const CymatBegun& what) {
  move(incident, what.request, std::nullopt, CymatEvent::begin);
}
void evolve_response(Incident& incident, const Event&, const CymatLogged& what) {
  ++must(incident.find(what.request)).revision;
}
void evolve_response(Incident& incident, const Event& event, const CymatEnded& what) {
  auto& request = move(incident, what.request, std::nullopt, CymatEvent::end);
  request.ended_at = event.at;
  request.end_reason = what.reason;
  for (auto& member : request.members) {
    if (member.state == CymatMemberState::serving) member.until = event.at;
    const bool held = member.state == CymatMemberState::serving || member.state == CymatMemberState::agreed ||
                      member.state == CymatMemberState::proposed;
    if (held) member.state = CymatMemberState::ended;
  }
}
void evolve_response(Incident& incident, const Event&, const CymatReported& what) {
  move(incident, what.request, std::nullopt, CymatEvent::report).report = what.text;
}
void evolve_response(Incident& incident, const Event&, const AccessEnded& what) {
  incident.access.erase(what.organization);
}

// -- Handling inside ---------------------------------------------------------------------------------------------

void evolve_response(Incident&, const Event&, const HandlingStepTaken&) {}
void evolve_response(Incident& incident, const Event&, const InstructionGiven& what) {
  incident.instructions.push_back(what.instruction);
}
void evolve_response(Incident& incident, const Event& event, const InstructionAnswered& what) {
  const auto found = std::find_if(incident.instructions.begin(), incident.instructions.end(),
                                  [&](const Instruction& known) { return known.id == what.instruction; });
  if (found == incident.instructions.end()) std::abort();
  found->answered_at = event.at;
  found->carried_out = what.carried_out;
}
void evolve_response(Incident& incident, const Event&, const PlatformLinked& what) {
  incident.platforms.push_back(what.link);
}

// -- Of the staff of a body, of no incident ------------------------------------------------------------------------

void evolve_response(Incident&, const Event&, const PersonRegistered&) { std::abort(); }
void evolve_response(Incident&, const Event&, const PersonChanged&) { std::abort(); }
void evolve_response(Incident&, const Event&, const PersonLeft&) { std::abort(); }
void evolve_response(Incident&, const Event&, const AppointmentMade&) { std::abort(); }
void evolve_response(Incident&, const Event&, const AppointmentEnded&) { std::abort(); }
void evolve_response(Incident&, const Event&, const DelegationMade&) { std::abort(); }
void evolve_response(Incident&, const Event&, const DelegationEnded&) { std::abort(); }
void evolve_response(Incident&, const Event&, const TrainingRecorded&) { std::abort(); }
void evolve_response(Incident&, const Event&, const ShiftSet&) { std::abort(); }
void evolve_response(Incident&, const Event&, const ShiftCancelled&) { std::abort(); }

}  // namespace noroshi::core
