// Endpoints and deliveries, as callers are shown them, and the answers to commands on them. As views.h.
//
// The settings of an endpoint are shown to its own body alone; what is a secret is no setting (src/delivery/channel.h).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "src/codec/answer_context.h"
#include "src/codec/json_writer.h"
#include "src/core/decide_endpoint.h"
#include "src/core/decision.h"

namespace noroshi::codec {

struct CircuitView {
  bool open = false;
  int failures = 0;  // in a row
  std::optional<Timestamp> open_until;
  std::string last_cause;  // null where empty
  std::optional<Timestamp> last_success_at;
};

struct EndpointView {
  std::string id;
  std::string organization;
  std::string channel;
  std::string name;
  std::string zone;
  std::map<std::string, std::string> settings;
  std::vector<std::string> kinds;  // filter: none is all
  std::string role;                // null where empty
  std::string least;               // null where empty
  std::string state;
  std::string cause;  // why the daemon disabled it; null where empty
  std::string asked_by;
  Timestamp asked_at;
  std::string decided_by;
  std::string decision_reason;
  std::optional<Timestamp> decided_at;
  std::string changed_by;  // who disabled, resumed or withdrew it last; null: the daemon, or nobody
  std::string change_reason;
  std::optional<Timestamp> changed_at;
  int revision = 1;
  std::optional<CircuitView> circuit;  // of what is in use
};

struct AttemptView {
  std::string id;
  Timestamp started_at;
  std::optional<Timestamp> ended_at;
  std::string outcome;  // null where empty: on its way
  std::string cause;    // null where empty
};

struct DeliveryView {
  std::string id;
  std::string message_id;
  std::string incident_id;
  std::string number;  // of the incident
  bool exercise = false;  // 訓練
  std::string endpoint_id;
  std::string organization;  // whose endpoint
  std::string channel;
  std::string state;
  int attempts = 0;  // begun so far
  std::string cause;  // of the last settlement; null where empty
  Timestamp queued_at;
  std::optional<Timestamp> next_at;  // when it is tried next; while it is queued
  int revision = 1;
};
struct DeliveryDetail {
  DeliveryView delivery;
  std::vector<AttemptView> attempts;  // oldest first, the latest 100
};

void encode(JsonWriter& out, const EndpointView& view, const AnswerContext& context);
void encode(JsonWriter& out, const DeliveryView& view, const AnswerContext& context);
// {"delivery","attempts"}
void encode(JsonWriter& out, const DeliveryDetail& view, const AnswerContext& context);

// POST /endpoints and /endpoints/{id}/decision, /disabling, /resumption, /withdrawal:
// {"id","organization","channel","name","zone","state","cause","revision","at"}.
std::string answer_endpoint(const core::EndpointDecision& decision);

// POST /deliveries/{id}/replay: {"id","incident_id","number","message_id","endpoint_id","state","attempts","revision"}.
std::string answer_replay(const core::Decision& decision, core::DeliveryId delivery, const AnswerContext& context);

}  // namespace noroshi::codec
