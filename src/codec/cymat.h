// CYMAT: the bodies of the calls, and what callers are shown.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/codec/answer_context.h"
#include "src/codec/command_decoder.h"
#include "src/codec/json_writer.h"
#include "src/core/response.h"

namespace noroshi::codec {

// A request as its parties see it. To a home agency, which does not see the case: id, bodies, priority, state, its
// members.
struct CymatRequestView {
  core::CymatRequest request;
  std::string incident_id;
  bool exercise = false;     // 訓練: nobody is to be sent in earnest
  std::string requested_by;  // names of persons; may be empty
  std::string decided_by;
  std::optional<int> queue_position;  // from 1; of what waits for people while the pool is exhausted
  bool of_home = false;
};
struct CymatEntryView {
  std::string id;
  std::string kind;
  std::string text;
  int confidentiality = 0;
  std::string organization;
  std::string by;
  Timestamp at;
};
// Who could be sent.
struct CymatPoolView {
  std::string person;
  std::string organization;
  std::string name;
  bool trained = false;
  bool cleared = false;
  bool busy = false;
  std::optional<std::string> request;  // of the caller's centre, in which he is
};

void encode(JsonWriter& out, const CymatRequestView& view);
std::string encode_one(const CymatRequestView& view);
// As items of a list (encode_list, views.h).
void encode(JsonWriter& out, const CymatRequestView& view, const AnswerContext& context);
void encode(JsonWriter& out, const CymatEntryView& entry, const AnswerContext& context);
// {"capacity","busy","free","items":[…],"next":…}: how many there are of the whole pool, and a page of it.
struct CymatCapacity {
  std::int64_t people = 0;
  std::int64_t busy = 0;
};
std::string encode_pool(const CymatCapacity& capacity, const std::vector<CymatPoolView>& people,
                        const std::optional<std::string>& next);

// What a decision made of the request that it is about; nothing where it is about none.
std::optional<std::string> answer_cymat(const core::Decision& decision);

// The bodies of POST. Of what stands in the path nothing is filled in, and of who acts neither.
Decoded<core::ResponseCommand> decode_cymat_request(std::string_view body);
Decoded<core::ResponseCommand> decode_cymat_forwarding(std::string_view body);
Decoded<core::ResponseCommand> decode_cymat_receipt(std::string_view body);
Decoded<core::ResponseCommand> decode_cymat_decision(std::string_view body);
Decoded<core::ResponseCommand> decode_cymat_member(std::string_view body);
Decoded<core::ResponseCommand> decode_cymat_answer(std::string_view body);
Decoded<core::ResponseCommand> decode_cymat_withdrawal(std::string_view body);
Decoded<core::ResponseCommand> decode_cymat_formation(std::string_view body);
Decoded<core::ResponseCommand> decode_cymat_dispatch(std::string_view body);
Decoded<core::ResponseCommand> decode_cymat_entry(std::string_view body);
Decoded<core::ResponseCommand> decode_cymat_end(std::string_view body);
Decoded<core::ResponseCommand> decode_cymat_report(std::string_view body);

}  // namespace noroshi::codec
