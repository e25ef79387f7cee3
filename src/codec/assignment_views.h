// Who responds, as callers are shown it, and the candidates. Ids are UUIDs in text form. Encoders are pure and append
// one JSON value.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "src/codec/answer_context.h"
#include "src/codec/json_writer.h"
#include "src/core/assignment.h"

namespace noroshi::core {
struct Candidate;
}

namespace noroshi::codec {

struct AssignmentView {
  std::string incident_id;
  core::Assignment assignment;
};
// {"id","incident_id","organization","person","name","function","state","trained","warning","replaces","note","proposed_at",
//  "accepted_at","activated_at","ended_at","duty_until","off_duty"}: `warning` says why who is untrained is marked,
//  null for
// others; `off_duty` that the turn of duty of an active head has ended.
void encode(JsonWriter& out, const AssignmentView& view, const AnswerContext& context);

// {"person","name","on_duty","trained","cleared","active","matching_skills","because"}
void encode(JsonWriter& out, const core::Candidate& view, const AnswerContext& context);

}  // namespace noroshi::codec
