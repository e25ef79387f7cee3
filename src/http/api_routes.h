// The reading calls by what they speak of. Private to src/http; api_read.h adds them all.
#pragma once

#include "src/http/api_read.h"

namespace noroshi::http {

void add_incident_routes(Router& router, const ReadContext& context);    // incidents
void add_assignment_routes(Router& router, const ReadContext& context);  // who responds to one
void add_obligation_routes(Router& router, const ReadContext& context);  // duties
void add_handling_routes(Router& router, const ReadContext& context);  // steps, instructions, platforms
void add_label_routes(Router& router, const ReadContext& context);  // how the labels of the caller's body map
void add_inbox_routes(Router& router, const ReadContext& context);       // messages and alarms
void add_cymat_routes(Router& router, const ReadContext& context);       // requests for CYMAT, their log, the pool
void add_relay_switch_route(Router& router, const ReadContext& context);  // the automatic relay of the caller's body
void add_staff_routes(Router& router, const ReadContext& context);  // people, duty, what waits for a decision
void add_record_routes(Router& router, const ReadContext& context);  // checkpoints, proofs, events for auditors
void add_registry_routes(Router& router, const ReadContext& context);  // bodies, editions, the API's document

}  // namespace noroshi::http
