// decide_*(): what follows from a command, or why it is refused. Pure; the same arguments give the same answer.
//
// Each takes the incident as it is known under lock. Whether the caller may see it at all is the store's question: a
// command for an incident that its body cannot see never arrives here.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "src/core/authority.h"
#include "src/core/decision.h"
#include "src/core/staff.h"

namespace noroshi::core {

// `in_force` is the report after this version is laid over the one before (codec::complete_report).
struct SubmitReport {
  Actor actor;
  Report in_force;
  // Which parts of the judgement this version states. What it does not mention stays as the body last judged it, be it
  // in a report or in an assessment of its own.
  bool states_assessment = true;
  bool states_cyberattack = true;
  bool states_large_scale = true;
  std::string bytes;   // as received
  std::string sha256;  // of the bytes, 32 bytes
  std::vector<LabelMapping> label_mappings = {};  // of the reporting body, those in force
};
// `known` is null for the first report of a reference; `number` is then the incident's new number.
Outcome decide_report(const Law& law, const Incident* known, const std::string& number, const SubmitReport& command,
                      Moment moment);

// Whether the actor may send a report of that body, and this version of it: looked at before anything else, so that who
// may not learns nothing of what is known. `known` is the incident of that reference, if there is one. Only the body
// itself, its successor, and the agency that entered the first version add to a report; a supervising agency may enter
// a first one.
std::optional<Refusal> check_right_to_report(const Law& law, const Incident* known, const Report& submitted,
                                             const Actor& actor, Timestamp now);

// Checks of a report that need no incident: recognised time, the body's existence, the
// classification this program can hold. Also run before a command is queued, so that it is refused early.
std::optional<Refusal> check_report(const Law& law, const Report& report, const Actor& actor, Timestamp now);

// The judgement of the actor's body. What is absent stays as that body holds it.
struct MakeJudgement {
  Actor actor;
  routing::Assessment assessment{};
  std::optional<routing::Cyberattack> cyberattack;
  std::optional<std::vector<routing::LargeScaleCell>> large_scale;
  std::string assessment_reason;
  std::string cyberattack_reason;
};
Outcome decide_judgement(const Law& law, const Incident& known, const MakeJudgement& command, Moment moment);

struct MoveIncident {
  Actor actor;
  IncidentState to{};
  std::string reason;
};
Outcome decide_transition(const Law& law, const Incident& known, const MoveIncident& command, Moment moment);

struct AddRecipient {
  Actor actor;
  std::string organization;
  std::string reason;
};
Outcome decide_recipient(const Law& law, const Incident& known, const AddRecipient& command, Moment moment);

struct FulfillObligation {
  Actor actor;
  ObligationId obligation;
  FulfillmentMethod method{};
  std::optional<Timestamp> at;
  std::string note;
  std::string reference;
  bool people_registered = false;  // somebody of the actor's body is, whom `staff` need not hold
};
// `staff`: of the actor's body; an inner duty asks it who holds which office (inner_duties.h). A duty to keep track (situation) that is
// met while the case is handled is opened anew in the same decision.
Outcome decide_fulfillment(const Law& law, const Incident& known, const Staff& staff, const FulfillObligation& command,
                           Moment moment);

struct AskWaiver {
  Actor actor;
  ObligationId obligation;
  std::string reason;
};
Outcome decide_waiver_request(const Law& law, const Incident& known, const AskWaiver& command, Moment moment);

struct DecideWaiver {
  Actor actor;
  ObligationId obligation;
  WaiverId waiver;
  bool approved = false;
  std::string reason;
  Authority applicant{};  // of who asked, when he asked and now; of nobody where the staff is not known
  Authority approver{};   // of the actor, likewise
};
Outcome decide_waiver(const Law& law, const Incident& known, const DecideWaiver& command, Moment moment);

// The content of an incident of the actor's body is to be erased. Refused before its retention is over, so that who asks
// learns it at once; looked at again when it is decided.
struct AskErasure {
  Actor actor;
  std::string reason;
};
Outcome decide_erasure_request(const Law& law, const Incident& known, const AskErasure& command, Moment moment);

struct DecideErasure {
  Actor actor;
  ErasureId erasure;
  bool approved = false;
  std::string reason;
  Authority applicant{};  // of who asked, when he asked and now; of nobody where the staff is not known
  Authority approver{};   // of the actor, likewise
};
Outcome decide_erasure(const Law& law, const Incident& known, const DecideErasure& command, Moment moment);

struct AcknowledgeMessage {
  Actor actor;
  MessageId message;
  std::string by;
  std::string note;
};
Outcome decide_acknowledgement(const Law& law, const Incident& known, const AcknowledgeMessage& command, Moment moment);

// What ringing has to know of the world outside the incident.
struct Listeners {
  std::set<std::string> bodies_with_person;  // somebody there holds a token or a set-up account that hears alarms
  // When one of those people last asked the daemon anything, or up to a minute before that; none: never.
  std::map<std::string, Timestamp> last_asked;
  std::set<std::string> relaying;            // agencies that have reports relayed when they stay silent
  // Of who leads a response: until when the roster has him on duty; nothing: he is off duty. Who is not there was not looked up.
  std::map<PersonId, std::optional<Timestamp>> on_duty_until;
};
// Tells of every level that a clock of the incident has reached and that was not told of: an alarm for each listener, a
// message into each one's inbox, the automatic relay where it is switched on. No events where nothing has come due.
Decision decide_ring(const Law& law, const Incident& known, const Listeners& listeners, Moment moment);

// What bodies that have ended left open passes to their successors, and its clocks start anew. No events where nothing has changed.
Decision decide_succession(const Law& law, const Incident& known, Moment moment);

}  // namespace noroshi::core
