// Deliveries that are due: claimed by state with a lease and a fencing token, each attempt a row before anything is
// sent. What ended a delivery is settled as an event of the record, by a connection of role writer; all else takes one
// of role delivery. No transaction stays open between the calls. Leases are real time, whatever the shown clock's rate;
// times at which something is tried again are shown time.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "src/core/decision.h"
#include "src/core/endpoint.h"
#include "src/core/incident.h"
#include "src/store/database.h"

namespace noroshi::store {

// Grades, and by whose definition they are.
struct GradesByRule {
  core::Grades grades;
  core::KindRule rule{};
};

struct ClaimedDelivery {
  core::DeliveryId delivery;
  std::int64_t token = 0;  // a later claim makes it worthless
  int attempts = 0;        // this one included
  Timestamp queued_at;     // when it was queued, or last replayed
  Timestamp claimed_at;
  core::EndpointId endpoint;
  core::IncidentId incident;
  core::MessageId message;
};
struct DeliveryClaims {
  std::chrono::milliseconds lease;
  int most = 0;
  int per_endpoint = 0;
};
// Of a row with those columns.
GradesByRule read_grades_by_rule(const Row& row);

std::vector<ClaimedDelivery> claim_deliveries(Connection& delivery, const DeliveryClaims& claims);

// Where a claimed delivery goes: channel, zone and settings; nothing where the claim was lost or the endpoint is not
// active any more.
std::optional<core::Endpoint> read_endpoint(Connection& delivery, const ClaimedDelivery& claimed);

// What the message of a claimed delivery says of itself, without content.
struct ClaimedMessage {
  core::Message message;  // `recipient` is whose endpoint it goes to
  std::string number;     // of the incident
  bool exercise = false;
  int version = 0;  // of the report it carries; 0: none
  std::string alarm_code;
  routing::Severity severity{};  // of the incident, as the gravest of its judgements holds it
  bool acknowledged = false;
  // 格付 that held when it was sent: grades and rule alone, without words of the body's own.
  std::optional<GradesByRule> label;
  std::string receipt_number;  // 受付番号 of the recipient; empty: it has none
};
// Nothing where the claim was lost.
std::optional<ClaimedMessage> read_message(Connection& delivery, const ClaimedDelivery& claimed);

struct ClaimedContent {
  std::string title;
  std::string note;
  std::string report;  // as received; where the receiver may not see all of it, what it may see, which says so (core/report_view.h)
};
std::optional<ClaimedContent> read_content(Connection& delivery, const routing::Registry& registry,
                                           const ClaimedDelivery& claimed);

// Nothing came of the attempt: tried again then. False where the claim was lost.
bool postpone_delivery(Connection& delivery, const ClaimedDelivery& claimed, const std::string& cause,
                       const std::string& detail, std::chrono::seconds again_after);

// What ends a delivery: what was last heard of an attempt, or that there is nobody to send it to.
struct Settlement {
  ClaimedDelivery claimed;
  core::MessageState state{};  // sent, delivered or dead
  std::string outcome;         // of the attempt, a word of delivery::Verdict; empty: none was made
  std::string cause;
  std::string detail;
};
// In one transaction, of different incidents each. A claim that was lost is left alone: it is another's to say. How
// many were settled.
int settle_deliveries(Connection& writer, const core::Law& law, std::span<const Settlement> settlements);

// What waits for endpoints that are served no more: claims that nobody holds, to be settled as dead.
std::vector<ClaimedDelivery> stranded_deliveries(Connection& delivery, int most);

// By the daemon: it is gone, or is not who two persons approved. False where it was not active any more.
bool disable_endpoint(Connection& writer, const core::Endpoint& endpoint, const std::string& cause);

// In real time; nothing where none waits.
std::optional<std::chrono::milliseconds> until_next_delivery(Connection& delivery);

}  // namespace noroshi::store
