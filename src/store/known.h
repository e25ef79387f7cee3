// Loads what is known of incidents, under the locks that open_group() took.
#pragma once

#include <map>
#include <span>
#include <vector>

#include "src/core/endpoint.h"
#include "src/core/incident.h"
#include "src/core/relay_switch.h"
#include "src/core/response.h"
#include "src/store/database.h"

namespace noroshi::store {

// The incidents of those ids as they stand in this transaction, whole but for the bytes of reports. Ids that
// open_group() did not lock are left out: the writer's role cannot read them. One round trip a table. Why duties exist is
// much to read and decides nothing: a decision that rewrites no duty may leave it out, and only such a one.
enum class Reasons { loaded, left_out };
std::map<core::IncidentId, core::Incident> load_incidents(Transaction& transaction,
                                                          std::span<const core::IncidentId> ids,
                                                          Reasons reasons = Reasons::loaded);

// The switches of the body that lock_body() locked, oldest first.
std::vector<core::RelaySwitchRequest> load_relay_switches(Transaction& transaction);

// The deliveries of those incidents, into them: where one is decided on.
void load_deliveries(Transaction& transaction, std::map<core::IncidentId, core::Incident>& known);

// The endpoints of the body that lock_body() locked, oldest first.
std::vector<core::Endpoint> load_endpoints_of_locked_body(Transaction& transaction);
// The active endpoints of those bodies, for core::queue_deliveries(): without settings and names. Of a writer.
std::vector<core::Endpoint> load_endpoints(Transaction& transaction, std::span<const std::string> bodies);

// The staff of the caller's body, whole: of a reader.
core::Staff load_staff(TenantTransaction& transaction, const std::string& organization);

// A row of judgement, without its reasons.
routing::Judgement read_judgement(const Row& row);
// Rows of cymat_request and cymat_member with all their columns but those of who acted.
core::CymatRequest read_cymat_request(const Row& row);
core::CymatMember read_cymat_member(const Row& row);

// Reads an id from a uuid column; a broken one aborts.
template <class Id>
Id id_of(std::string_view text) {
  auto value = core::parse_uuid(text);
  if (!value) std::abort();
  return Id{*value};
}

}  // namespace noroshi::store
