// What events of the response do to an incident: who responds, CYMAT, handling inside. Private to src/core.
#pragma once

#include "src/core/event.h"

namespace noroshi::core {

// One for each event of the response, as evolve() calls them. An event that cannot follow aborts, and so does one of the staff of
// a body, which is of no incident.
void evolve_response(Incident& incident, const Event& event, const AssignmentProposed& what);
void evolve_response(Incident& incident, const Event& event, const AssignmentAccepted& what);
void evolve_response(Incident& incident, const Event& event, const AssignmentDeclined& what);
void evolve_response(Incident& incident, const Event& event, const AssignmentActivated& what);
void evolve_response(Incident& incident, const Event& event, const AssignmentHandedOver& what);
void evolve_response(Incident& incident, const Event& event, const AssignmentReleased& what);
void evolve_response(Incident& incident, const Event& event, const AssignmentDutyMoved& what);
void evolve_response(Incident& incident, const Event& event, const CymatRequested& what);
void evolve_response(Incident& incident, const Event& event, const CymatForwarded& what);
void evolve_response(Incident& incident, const Event& event, const CymatReceived& what);
void evolve_response(Incident& incident, const Event& event, const CymatDecided& what);
void evolve_response(Incident& incident, const Event& event, const CymatMemberProposed& what);
void evolve_response(Incident& incident, const Event& event, const CymatMemberAnswered& what);
void evolve_response(Incident& incident, const Event& event, const CymatMemberWithdrawn& what);
void evolve_response(Incident& incident, const Event& event, const CymatFormed& what);
void evolve_response(Incident& incident, const Event& event, const CymatDispatched& what);
void evolve_response(Incident& incident, const Event& event, const CymatBegun& what);
void evolve_response(Incident& incident, const Event& event, const CymatLogged& what);
void evolve_response(Incident& incident, const Event& event, const CymatEnded& what);
void evolve_response(Incident& incident, const Event& event, const CymatReported& what);
void evolve_response(Incident& incident, const Event& event, const AccessEnded& what);
void evolve_response(Incident& incident, const Event& event, const HandlingStepTaken& what);
void evolve_response(Incident& incident, const Event& event, const InstructionGiven& what);
void evolve_response(Incident& incident, const Event& event, const InstructionAnswered& what);
void evolve_response(Incident& incident, const Event& event, const PlatformLinked& what);

[[noreturn]] void evolve_response(Incident& incident, const Event& event, const PersonRegistered& what);
[[noreturn]] void evolve_response(Incident& incident, const Event& event, const PersonChanged& what);
[[noreturn]] void evolve_response(Incident& incident, const Event& event, const PersonLeft& what);
[[noreturn]] void evolve_response(Incident& incident, const Event& event, const AppointmentMade& what);
[[noreturn]] void evolve_response(Incident& incident, const Event& event, const AppointmentEnded& what);
[[noreturn]] void evolve_response(Incident& incident, const Event& event, const DelegationMade& what);
[[noreturn]] void evolve_response(Incident& incident, const Event& event, const DelegationEnded& what);
[[noreturn]] void evolve_response(Incident& incident, const Event& event, const TrainingRecorded& what);
[[noreturn]] void evolve_response(Incident& incident, const Event& event, const ShiftSet& what);
[[noreturn]] void evolve_response(Incident& incident, const Event& event, const ShiftCancelled& what);

}  // namespace noroshi::core
