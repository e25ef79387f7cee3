// The bodies of the POST calls on the staff of a body, from JSON. As command_decoder.h; the actor is the store's to fill.
#pragma once

#include "src/codec/command_decoder.h"
#include "src/core/staff.h"

namespace noroshi::codec {

// POST /people: {"name","employment","skills","cleared"}
Decoded<core::RegisterPerson> decode_person(std::string_view body);
// POST /people/{person}/changes: what is absent stays
Decoded<core::ChangePerson> decode_person_change(std::string_view body);
// POST /people/{person}/departure: {"reason"}
Decoded<core::RemovePerson> decode_departure(std::string_view body);
// POST /people/{person}/appointments: {"post","ground","reason","from","until"}
Decoded<core::Appoint> decode_appointment(std::string_view body);
// POST /appointments/{id}/end, /delegations/{id}/end, /rosters/shifts/{id}/cancellation: {"reason"}
Decoded<core::EndAppointment> decode_appointment_end(std::string_view body);
Decoded<core::EndDelegation> decode_delegation_end(std::string_view body);
Decoded<core::CancelShift> decode_cancellation(std::string_view body);
// POST /people/{person}/delegations: {"to_person","post","powers","reason","from","until"}
Decoded<core::Delegate> decode_delegation(std::string_view body);
// POST /people/{person}/trainings: {"kind","course","completed_at","valid_until"}
Decoded<core::RecordTraining> decode_training(std::string_view body);
// POST /rosters/shifts: {"person","post","from","until","overrides"}
Decoded<core::SetShift> decode_shift(std::string_view body);

}  // namespace noroshi::codec
