// Sealing keys and annexes, as callers are shown them, and the answers to commands on them. As views.h. No view holds
// an annex.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "src/codec/answer_context.h"
#include "src/codec/json_writer.h"
#include "src/core/annex.h"
#include "src/core/body_information.h"
#include "src/core/decision.h"

namespace noroshi::codec {

struct SealingKeyView {
  std::string id;
  std::string organization;
  std::string key_id;
  std::string public_key;  // the point, 97 bytes; shown in base64url and as a JWK
  std::string name;
  std::string state;
  std::string asked_by;
  std::optional<Timestamp> asked_at;
  std::string decided_by;  // null where empty, here and below
  std::string decision_reason;
  std::optional<Timestamp> decided_at;
  std::string revoked_by;
  std::string revocation_reason;
  std::optional<Timestamp> revoked_at;
  int revision = 1;
};

struct AnnexView {
  std::string id;
  std::string incident_id;
  std::string number;                 // of the incident
  std::string incident_organization;  // with the reference it names the incident: what the annex is bound to
  std::string reference;
  std::string incident_state;
  std::string organization;
  bool own = false;  // it is the caller's: of his body, or of one in whose place that stands
  std::string name;
  std::string state;
  std::string asked_by;
  Timestamp asked_at;
  Timestamp permit_by;
  std::string decided_by;  // null where empty, here and below
  std::string decision_reason;
  std::optional<Timestamp> decided_at;
  std::optional<Timestamp> sealed_at;  // last
  std::string sealed_by;
  std::string sha256;  // 32 bytes, shown in hexadecimal
  std::uint64_t size = 0;
  std::vector<core::AnnexKey> keys;
  std::vector<std::string> receivers;      // whom it goes to now, as far as the caller's body knows
  std::vector<std::string> unreadable_to;  // bodies that said so since it was sealed last; why, they say by a message
  int revision = 1;
};

void encode(JsonWriter& out, const SealingKeyView& view, const AnswerContext& context);
void encode(JsonWriter& out, const AnnexView& view, const AnswerContext& context);

// POST /sealing-keys, /sealing-keys/{id}/decision and /revocation:
// {"id","organization","key_id","name","state","revision","at"}
std::string answer_sealing_key(const core::BodyInformationDecision& decision, const AnswerContext& context);
// POST /incidents/{id}/annexes and /annexes/{id}/permission, /content, /wrapping, /unreadable:
// {"id","incident_id","number","organization","name","state","permit_by","sha256","size","keys","unreadable_to","revision","at"}
std::string answer_annex(const core::Decision& decision, const AnswerContext& context);

}  // namespace noroshi::codec
