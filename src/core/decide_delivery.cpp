#include "src/core/decide_delivery.h"

#include <algorithm>

#include "src/core/duties.h"

namespace noroshi::core {
namespace {

// The message that the event brings to a body; null where it brings none.
const Message* message_of(const Event& event, const Incident& incident) {
  if (const auto* sent = std::get_if<MessageSent>(&event.what)) return incident.find(sent->message.id);
  if (const auto* passed = std::get_if<MessagePassed>(&event.what)) return incident.find(passed->message);
  return nullptr;
}

bool is_kept_from_exercises(const Law& law, const std::string& organization) {
  const auto* body = law.registry.find(organization);
  return body && (body->kind == routing::OrganizationKind::police ||
                  body->kind == routing::OrganizationKind::crisis_management);
}

// Whether one of the alarms of which the message tells is for that role.
bool tells_role(const Decision& decision, const Message& message, Role role) {
  return std::any_of(decision.events.begin(), decision.events.end(), [&](const Event& event) {
    const auto* rung = std::get_if<AlarmRung>(&event.what);
    return rung && rung->organization == message.recipient && rung->role == role;
  });
}

bool fits(const EndpointFilter& filter, const Decision& decision, const Message& message, routing::Severity severity) {
  if (!filter.kinds.empty() && std::find(filter.kinds.begin(), filter.kinds.end(), message.kind) == filter.kinds.end())
    return false;
  if (filter.least && severity > *filter.least) return false;  // the gravest comes first
  return !filter.role || message.kind != MessageKind::alarm || tells_role(decision, message, *filter.role);
}

routing::Reason reason_of_death(const Incident& incident, const Delivery& delivery, const std::string& cause) {
  return {incident.number + " の連絡が " + delivery.organization + " の宛先（" + delivery.channel + "）に届きませんでした（" +
              cause + "）。受信箱には届いています。電話で知らせ、宛先を確かめてください。",
          "a message of " + incident.number + " did not reach an endpoint (" + delivery.channel + ") of " +
              delivery.organization + ": " + cause + "; it is in the inbox; telephone them and look at the endpoint"};
}

}  // namespace

std::set<std::string> bodies_told(const Decision& decision) {
  std::set<std::string> bodies;
  for (const auto& event : decision.events)
    if (const auto* message = message_of(event, decision.after)) bodies.insert(message->awaited_from());
  return bodies;
}

void queue_deliveries(const Law& law, Decision& decision, const std::vector<Endpoint>& endpoints, Moment moment) {
  if (endpoints.empty()) return;
  const auto severity = routing::severity_of(facts_of(decision.after));
  std::set<std::pair<MessageId, EndpointId>> queued;
  std::vector<Event> events;
  for (const auto& event : decision.events) {
    const auto* message = message_of(event, decision.after);
    if (!message || message->acknowledged_at) continue;
    const auto& body = message->awaited_from();
    if (decision.after.exercise && is_kept_from_exercises(law, body)) continue;
    for (const auto& endpoint : endpoints) {
      if (endpoint.organization != body || endpoint.state != EndpointState::active) continue;
      if (!fits(endpoint.filter, decision, *message, severity)) continue;
      if (!queued.emplace(message->id, endpoint.id).second) continue;
      Delivery delivery;
      delivery.id = moment.identifiers.next<DeliveryId>();
      delivery.message = message->id;
      delivery.endpoint = endpoint.id;
      delivery.organization = body;
      delivery.channel = endpoint.channel;
      events.push_back({moment.identifiers.next<EventId>(), moment.now, Actor::system(), decision.after.id,
                        DeliveryQueued{std::move(delivery)}});
    }
  }
  for (auto& event : events) {
    evolve(decision.after, event);
    decision.events.push_back(std::move(event));
  }
}

Decision decide_settlement(const Law& law, const Incident& known, const SettleDelivery& command, Moment moment) {
  DecisionBuilder builder(law, known, Actor::system(), moment);
  const auto* delivery = known.find(command.delivery);
  const auto* message = delivery ? known.find(delivery->message) : nullptr;
  if (!message) return std::move(builder).finish();
  DeliverySettled settled{command.delivery, command.state, command.attempts, command.cause};
  if (message->acknowledged_at && command.state != MessageState::delivered) {
    settled.state = MessageState::delivered;
    settled.cause = delivery_causes::acknowledged_meanwhile;
  }
  const auto event = event_leading_to(settled.state);
  if (!event || !next(delivery->state, *event)) return std::move(builder).finish();
  builder.add(settled);
  if (settled.state != MessageState::dead) return std::move(builder).finish();
  const auto reason = reason_of_death(known, *delivery, settled.cause);
  std::vector<std::string> bodies{delivery->organization};
  if (!message->sender.empty() && message->sender != delivery->organization) bodies.push_back(message->sender);
  for (const auto& body : bodies)
    builder.add(AlarmRaised{builder.next_id<AlarmId>(), std::string(alarm_codes::delivery_dead), body, reason});
  return std::move(builder).finish();
}

// Who operates the daemon sees no content, but mends lines: he sends again what lay while they were down.
bool is_of_delivery(Role role) { return hears_alarms(role) || role == Role::operator_; }

Outcome decide_replay(const Law& law, const Incident& known, const ReplayDelivery& command, Moment moment) {
  const auto& actor = command.actor;
  if (!actor.role || !is_of_delivery(*actor.role))
    return tl::unexpected(refuse(RefusalCode::role_required,
                                 "再送できるのは、CSIRT、最高情報セキュリティ責任者、各窓口の担当、及びシステム運用者です。",
                                 "Sending again is for the CSIRT, the CISO, the desks and the operator."));
  const auto* delivery = known.find(command.delivery);
  const auto* message = delivery ? known.find(delivery->message) : nullptr;
  const bool party = message && (acts_for(law, actor.organization, delivery->organization, moment.now) ||
                                 (!message->sender.empty() && acts_for(law, actor.organization, message->sender, moment.now)));
  if (!party) return tl::unexpected(refuse(RefusalCode::not_found, "見つかりません。", "Not found."));
  if (auto refusal = refuse_erased(known)) return tl::unexpected(std::move(*refusal));
  if (!next(delivery->state, MessageEvent::replay)) {
    const std::string state(to_string(delivery->state));
    return tl::unexpected(refuse(RefusalCode::delivery_not_dead,
                                 "再送できるのは、失敗に終わった配送だけです（状態: " + state + "）。",
                                 "Only what was given up is sent again (its state: " + state + ")."));
  }
  if (message->acknowledged_at)
    return tl::unexpected(refuse(RefusalCode::already_acknowledged, "この連絡は受領確認済みです。再送は不要です。",
                                 "This message has been acknowledged. There is no need to send it again."));
  if (!command.endpoint_active)
    return tl::unexpected(refuse(RefusalCode::endpoint_not_active,
                                 "宛先が使える状態ではありません。宛先の機関が再開してから再送してください。",
                                 "The endpoint is not active. Its body resumes it first."));
  DecisionBuilder builder(law, known, actor, moment);
  builder.add(DeliveryReplayed{command.delivery, command.reason});
  return std::move(builder).finish();
}

}  // namespace noroshi::core
