// What is withheld, as its own body and the receiver are shown it, and the answers to commands on it and on sharing. As views.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "src/codec/answer_context.h"
#include "src/codec/json_writer.h"
#include "src/core/decision.h"

namespace noroshi::codec {

struct WithholdingView {
  std::string id;
  std::string incident_id;
  std::string number;
  std::string organization;  // who withholds
  std::string from;          // the receiver
  std::vector<std::string> members;
  std::string reason;  // null where empty: it is the withholding body's own
  Timestamp until;
  std::string withheld_by;  // the person; null where empty, as for the receiver
  Timestamp withheld_at;
  std::optional<Timestamp> released_at;
  std::string released_by;     // null where empty
  std::string release_reason;  // null where empty
};

// With "state": in_force, released or over, by context.now.
void encode(JsonWriter& out, const WithholdingView& view, const AnswerContext& context);

// Of a decision on what is withheld: the withholding; of a new one with "seen_before", whether the receiver has had a version of the
// report already, and what follows from that in words. Of sharing: {"incident","message"}.
std::string answer_withholding(const core::Decision& decision, const AnswerContext& context);

}  // namespace noroshi::codec
