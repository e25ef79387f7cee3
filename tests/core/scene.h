// One incident on the table, the real law and a clock that the test moves.
//
// What a command makes of the incident is kept only where the decision folds to the same: each story a test
// tells checks that as well.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <doctest/doctest.h>

#include "src/core/decide.h"
#include "src/core/response.h"

namespace doctest {
// Lists of lines, one below the other, so that a failed comparison can be read.
template <>
struct StringMaker<std::vector<std::string>> {
  static String convert(const std::vector<std::string>& lines) {
    std::string text;
    for (const auto& line : lines) text += "\n    " + line;
    return text.c_str();
  }
};
}  // namespace doctest

namespace noroshi::core::testing {

using Lines = std::vector<std::string>;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

// The editions and the registry of the program; nothing of an operator.
const Law& law();

Timestamp at(std::string_view rfc3339);
// "2018-08-01 10:00" in Japan.
std::string shown(Timestamp time);

// The holder of a token: the same body, role and name are the same token.
Actor person(const std::string& organization, Role role = Role::csirt_member, const std::string& name = "");

inline const routing::LargeScaleCell property_feared{routing::Criterion::property, routing::Harm::feared,
                                                     routing::Certainty::may_be};

// A first report of that body, recognised at that time: assessed as an incident, cyberattack yes, no
// large-scale cell.
SubmitReport report_of(const std::string& organization, std::string_view recognized);
// A later one with the same facts.
SubmitReport followup(SubmitReport earlier, const std::string& title = "続報");

// Of lines of alarms those that end with "(g.3)", or hold that word.
Lines of(const Lines& alarms, std::string_view word);

class Scene {
 public:
  // Everywhere somebody hears alarms and is at his desk, and no agency has its notice relayed.
  explicit Scene(std::string_view now);

  // What the operator set of the clocks, and who would hear.
  ClockPolicy& clocks() { return law_.clocks; }
  RetentionPolicy& retention() { return law_.retention; }
  Listeners& listeners() { return listeners_; }
  // From now on nobody of that body asks the daemon anything; until now somebody did.
  void leave(const std::string& body);

  // What would follow; the incident stays as it is.
  Outcome attempt(const SubmitReport& command);
  Outcome attempt(const MakeJudgement& command);
  Outcome attempt(const MoveIncident& command);
  Outcome attempt(const AddRecipient& command);
  Outcome attempt(const FulfillObligation& command);
  Outcome attempt(const AskWaiver& command);
  Outcome attempt(const DecideWaiver& command);
  Outcome attempt(const AcknowledgeMessage& command);
  Outcome attempt(const AskErasure& command);
  Outcome attempt(const DecideErasure& command);
  Outcome attempt(const ResponseCommand& command);

  // Who is of each body's staff, and who serves in a CYMAT.
  ResponseContext& context() { return context_; }

  // It is accepted, and the incident moves.
  template <class Command>
  Decision accept(const Command& command) {
    return take(attempt(command));
  }
  // It is refused: "role_required", or "invalid /times/recognized/value time_in_future".
  template <class Command>
  std::string refuse(const Command& command) {
    return told(attempt(command));
  }
  Decision pass_to_successors();
  // Rings the clocks then, or now: a line each, "2 relay_silent mhlw -> nco center_liaison (g.3)". The rule is that of the
  // duty, or of the duty whose message is not acknowledged. Whatever rings, what must hold of it is looked at too.
  Lines ring(std::string_view time);
  Lines ring();
  // Every duty that is open is excepted, by two persons of its holder.
  void waive_all();
  // Every message that waits for it is acknowledged by a person of its recipient.
  void acknowledge_all();

  void wait(std::chrono::seconds time) { now_ += time; }
  void travel_to(std::string_view time) { now_ = at(time); }
  void travel_to(Timestamp time) { now_ = time; }
  Timestamp now() const { return now_; }
  const Incident& incident() const { return incident_; }
  // Every event so far.
  const std::vector<Event>& events() const { return events_; }

  // The duty; the test fails where there is not exactly one.
  const Obligation& duty(std::string_view rule, std::string_view holder) const;
  const Message& message_to(std::string_view recipient) const;  // the last
  std::size_t messages_to(std::string_view recipient) const;

  // A line each, in order: "g.2 jps -> mhlw fulfilled, due 2018-08-01 10:00".
  std::vector<std::string> duties() const;        // that cross the border of a body
  std::vector<std::string> inner_duties() const;  // "c jps open, due ..."
  std::vector<std::string> messages() const;      // "report jps -> mhlw (g.2)"; of the daemon: "alarm -> mhlw ()"
  std::vector<std::string> access() const;        // "jps content"
  std::vector<std::string> alarms() const;        // "large_scale_unassessed jps"

 protected:
  Decision take(Outcome outcome);

 private:
  Moment moment();
  std::string told(const Outcome& outcome);
  std::string line_of_alarm(const AlarmRung& alarm) const;

  Law law_;
  void everybody_asks();

  Listeners listeners_;
  ResponseContext context_;
  std::set<std::string> left_;
  Timestamp now_;
  Incident incident_;
  bool exists_ = false;
  std::vector<Event> events_;
  std::set<std::tuple<Uuid, ClockKind, int, int, std::string, std::string, std::string>> told_;
  std::uint8_t decisions_ = 0;
  std::optional<IdentifierSequence> identifiers_;
};

// Types of the events: "incident.opened", ...
std::vector<std::string> types_of(const Decision& decision);

}  // namespace noroshi::core::testing
