// Events: everything that happens to an incident, each a value. The record keeps them, the tables follow from them.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "src/core/incident.h"

namespace noroshi::core {

struct IncidentOpened {
  std::string number;
  std::string organization;
  std::string reference;
  bool exercise = false;
  Timestamp recognized;
  std::string edition;  // empty: none in force
};
struct ReportReceived {
  ReportId report;
  int version = 1;
  std::string submitted_by;  // differs from the incident's body where its agency entered it
  Report content;
  std::string bytes;   // as received
  std::string sha256;  // of the bytes, 32 bytes
};
struct JudgementMade {
  JudgementId id;
  HeldJudgement held;
};
struct IncidentMoved {
  IncidentState from{};
  IncidentState to{};
  std::string reason;
};
struct AccessGranted {
  std::string organization;
  AccessScope scope{};
  std::string because;  // clause or word of a closed list: "own", "2.2.4(2)(g)", "successor", "added"
};
struct RecipientAdded {
  std::string organization;
  bool police = false;  // else a 共管 body
  std::string reason;
};
struct ObligationOpened {
  Obligation obligation;
};
struct ObligationFulfilled {
  Fulfillment fulfillment;
  std::chrono::seconds late_by{};  // 0: in time
};
struct ObligationSuperseded {
  ObligationId obligation;
  routing::Reason reason;
};
struct ObligationReopened {
  ObligationId obligation;
  Timestamp due_at;
  std::vector<routing::Reason> because;
};
struct ObligationWaived {
  ObligationId obligation;
  WaiverId waiver;
};
// A later version of the report concerns a duty that exists.
struct ObligationRecurred {
  ObligationId obligation;
  int occasion = 1;
};
// The body that held it, or was to be told, ended; its successor stands in its place.
struct ObligationPassed {
  ObligationId obligation;
  std::string holder;
  std::string recipient;
  std::string formerly;
  std::string recipient_formerly;
};
struct MessageSent {
  Message message;
};
struct MessageAcknowledged {
  MessageId message;
  std::optional<ObligationId> obligation;  // whose acknowledged_at it sets
  std::string by;                          // a named person
  std::string note;
};
struct WaiverAsked {
  WaiverId waiver;
  ObligationId obligation;
  std::string reason;
};
struct WaiverDecided {
  WaiverId waiver;
  ObligationId obligation;
  bool approved = false;
  std::string reason;
};
struct AlarmRaised {
  AlarmId alarm;
  std::string code;  // of routing::AlarmCode
  std::string organization;
  routing::Reason reason;
};

using Happening =
    std::variant<IncidentOpened, ReportReceived, JudgementMade, IncidentMoved, AccessGranted, RecipientAdded,
                 ObligationOpened, ObligationFulfilled, ObligationSuperseded, ObligationReopened, ObligationWaived,
                 ObligationRecurred, ObligationPassed, MessageSent, MessageAcknowledged, WaiverAsked, WaiverDecided,
                 AlarmRaised>;

// "incident.opened", "report.received", ...: the closed list of schemas/events.
std::string_view type_of(const Happening& happening);

struct Event {
  EventId id;
  Timestamp at;  // the shown clock, read once per group after its locks are held
  Actor actor;
  IncidentId incident;
  Happening what;
};

// Moves the state by one event. An event that cannot follow from the state is a broken invariant and aborts.
void evolve(Incident& incident, const Event& event);

}  // namespace noroshi::core
