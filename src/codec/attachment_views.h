// Files that go with an incident, as a caller sees them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "src/codec/answer_context.h"
#include "src/core/attachment.h"

namespace noroshi::codec {

struct AttachmentView {
  std::string id;
  std::string incident_id;
  std::string number;  // of the incident
  bool exercise = false;
  std::string organization;  // who added it
  std::string name;          // "erased", like the next two, once the content of the incident was
  std::string media_type;    // as stated: nobody looked
  std::string sha256;        // in hexadecimal
  std::int64_t size = 0;     // bytes
  std::string added_by;
  Timestamp added_at;
};

std::string encode_one(const AttachmentView& attachment);
// {"items":[…]}, oldest first.
std::string encode_attachments(const std::vector<AttachmentView>& attachments);

// The answer to who added it.
std::string answer_attachment(const core::Decision& decision, const AnswerContext& context);

}  // namespace noroshi::codec
