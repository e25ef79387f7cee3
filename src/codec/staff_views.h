// The staff of a body as answers of the API. Pure; any number of threads.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "src/codec/answer_context.h"
#include "src/codec/json_writer.h"
#include "src/core/staff.h"

namespace noroshi::codec {

// Who made an appointment, a delegation, or recorded a training, and when, by its id.
struct MadeBy {
  std::string name;
  Timestamp at;
};
using MakersById = std::map<core::Uuid, MadeBy>;

// {"id","organization","name","employment","skills","cleared","left_at","revision","posts","delegations","trainings"}; posts are
// appointments, ended ones too, each with `in_force`; delegations those made and those received.
std::string encode_person(const core::Staff& staff, const core::KnownPerson& known, const MakersById& makers,
                          Timestamp now);

// {"items":[{"id","organization","name","employment","skills","cleared","left_at","revision","posts":["ciso",…]}],"next":…}: a page of
// `people`, who are of `staff`.
std::string encode_people(const core::Staff& staff, const std::vector<const core::KnownPerson*>& people,
                          const std::optional<std::string>& next, Timestamp now);

// {"at","post","on_duty":[shift],"next":[shift],"hand_over_at"}: a shift is {"id","person","name","post","from","until","overrides",
// "cancelled_at"}, times in JST; `hand_over_at` is when the first of those on duty goes, null: nobody is. Without a post, of all.
std::string encode_roster(const core::Staff& staff, std::optional<core::Post> post, Timestamp at);

// What waits for a decision of the caller's body.
struct ApprovalView {
  std::string kind;  // "waiver", "erasure", "relay_switch", "endpoint", "label_change", "annex", "sealing_key"
  std::string id;
  std::string incident_id;  // empty: of none
  std::string number;       // of the incident
  bool exercise = false;    // 訓練
  std::string obligation_id;
  std::string reason;
  std::string asked_by;
  Timestamp asked_at;
  std::string role;           // which decides
  bool by_oneself = false;    // asked by who looks, or by whom he acts for
  bool may_decide = false;
  std::string path;           // of the call that decides
};
// As an item of a list (encode_list, views.h).
void encode(JsonWriter& out, const ApprovalView& view, const AnswerContext& context);

void write_appointment(JsonWriter& out, const core::Ending<core::Appointment>& entry, const MakersById& makers, Timestamp now);
void write_delegation(JsonWriter& out, const core::Staff& staff, const core::Ending<core::Delegation>& entry,
                      const MakersById& makers, Timestamp now);
void write_training(JsonWriter& out, const core::Training& training, const MakersById& makers, Timestamp now);
void write_shift(JsonWriter& out, const core::Staff& staff, const core::Ending<core::Shift>& entry);

}  // namespace noroshi::codec
