// Clocks: what has to be done by when, and who hears of it when it is not. All of it follows from the incident, so a
// clock is started, moved and stopped by the events that change the incident, and by nothing else.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "routing/target.h"
#include "src/core/incident.h"

namespace noroshi::core {

// What the operator set of the clocks; the targets of duties stand in the editions.
struct ClockPolicy {
  routing::Target acknowledgement{.usual = std::chrono::minutes(15), .by_severity = {}, .by_body = {}};
  routing::Target followup{.usual = std::chrono::hours(24), .by_severity = {}, .by_body = {}};  // 続報
  routing::Target permission{.usual = std::chrono::minutes(60), .by_severity = {}, .by_body = {}};  // to send an annex
  routing::Target inquiry{.usual = std::chrono::hours(24), .by_severity = {}, .by_body = {}};       // 照会: its answer
  // When the alarms of a clock rise, counted from the later of due and start: level 1 is the first step. Rising.
  std::vector<std::chrono::seconds> steps{std::chrono::minutes(0), std::chrono::minutes(15), std::chrono::minutes(30),
                                          std::chrono::minutes(60)};
  // Whether the daemon relays a report to the centre for agencies that stay silent and have switched it on.
  bool relay_on_silence = false;
  friend bool operator==(const ClockPolicy&, const ClockPolicy&) = default;
};

// A clock that runs.
struct Clock {
  ClockKind kind{};
  Uuid subject;              // the obligation, the message or the incident
  std::string organization;  // who has to act
  Timestamp due_at;
  Ladder ladder;  // how far its alarms have risen
  friend bool operator==(const Clock&, const Clock&) = default;
};

// The messages that wait to be acknowledged, oldest first: neither it nor a later one to the same body, or to whoever
// stands in its place, has been. They point into the incident.
std::vector<const Message*> unacknowledged(const Incident& incident);

// The clocks that run: of each open duty, of each message that waits to be acknowledged, of the next 続報 while the
// incident is handled, and of each head of a response whose turn of duty has an end. Inner duties of a dismissed incident stand still.
std::vector<Clock> running_clocks(const Incident& incident);

// When the clock reaches that level; nothing above the last step.
std::optional<Timestamp> reaches(const Clock& clock, int level, const ClockPolicy& policy);

// When somebody has to be alarmed next; nothing where no clock runs any more.
std::optional<Timestamp> next_ring(const Incident& incident, const ClockPolicy& policy);

// The codes of alarms that clocks raise (public interface).
namespace alarm_codes {
inline constexpr std::string_view duty_overdue = "duty_overdue";
inline constexpr std::string_view acknowledgement_overdue = "acknowledgement_overdue";
inline constexpr std::string_view followup_overdue = "followup_overdue";
inline constexpr std::string_view relay_silent = "relay_silent";  // to the centre: nobody has relayed a report to it
inline constexpr std::string_view relayed_automatically = "relayed_automatically";
inline constexpr std::string_view body_without_person = "body_without_person";  // nobody there would hear an alarm
// Nobody of the recipient has asked the daemon anything since a message came, though somebody there holds a token.
inline constexpr std::string_view receiver_dead = "receiver_dead";
inline constexpr std::string_view handover_overdue = "handover_overdue";  // who leads the response is off duty
// Of no clock: a message reached an endpoint of its recipient by no attempt. For that body and the sender.
inline constexpr std::string_view delivery_dead = "delivery_dead";
inline constexpr std::string_view permission_overdue = "permission_overdue";  // an annex waits for its permission
inline constexpr std::string_view inquiry_overdue = "inquiry_overdue";
// Of no clock. The label of a notice had no mapping, and was taken for the stricter grade.
inline constexpr std::string_view label_unmapped = "label_unmapped";
// A receiver could not open an annex: it has to be sealed again.
inline constexpr std::string_view annex_unreadable = "annex_unreadable";
// The canary of the day has not arrived.
inline constexpr std::string_view canary_missing = "canary_missing";
}  // namespace alarm_codes

}  // namespace noroshi::core
