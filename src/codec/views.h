// What callers are shown: plain values as the store reads them, and their JSON.
//
// Ids are UUIDs in text form, bodies are slugs, words of closed lists are those of the core. An optional
// member that is not set is written as null unless it says "left out". Times are written with offset +09:00,
// durations as ISO 8601. Encoders are pure and append one JSON value.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/codec/answer_context.h"
#include "src/codec/assignment_views.h"
#include "src/codec/handling_views.h"
#include "src/codec/inquiry_views.h"
#include "src/codec/cymat.h"
#include "src/codec/json_writer.h"
#include "src/codec/label_views.h"

namespace noroshi::codec {

struct FulfillmentView {
  std::string id;
  std::string method;
  Timestamp at;
  std::string note;
  std::string reference;
  std::string organization;  // of who recorded it
  std::string role;
  std::string by;  // name of the person; may be empty
  Timestamp recorded_at;
};

struct WaiverView {
  std::string id;
  std::string reason;
  std::string asked_by;
  Timestamp asked_at;
  std::string decision;  // pending, approved, rejected
  std::optional<std::string> decided_by;
  std::optional<std::string> decision_reason;
  std::optional<Timestamp> decided_at;
};

// A duty. Clause, words and gloss come from the edition that opened it (AnswerContext::law).
struct ObligationView {
  std::string id;
  std::string incident_id;
  std::string number;     // of the incident
  bool exercise = false;  // 訓練
  std::string edition;
  std::string rule;
  std::string clause;
  int sentence = 0;  // left out where 0
  std::string holder;
  std::string recipient;
  bool self = false;
  bool inner = false;
  std::string opens_on;
  Timestamp opened_at;
  Timestamp due_at;
  std::chrono::seconds target{};  // the operator's, as it was when the duty opened
  std::string state;
  int occasion = 1;
  std::string formerly;            // null where empty
  std::string recipient_formerly;  // null where empty
  std::optional<Timestamp> fulfilled_at;
  std::optional<Timestamp> acknowledged_at;
  // Left out where the caller may not know them: who sees the rows of duties only, and a third body once the
  // holder has judged the case by itself.
  std::optional<std::vector<routing::Reason>> because;
  int revision = 1;
};

struct ObligationDetail {
  ObligationView obligation;
  std::optional<FulfillmentView> fulfillment;  // where visible to the caller
  std::vector<WaiverView> waivers;             // the holder's; oldest first
};

struct IncidentSummary {
  std::string id;
  std::string number;
  std::string reference;
  std::string organization;
  std::string title;
  std::string state;
  std::string assessment;   // as the body whose incident it is holds it
  std::string cyberattack;  // the same
  bool exercise = false;
  Timestamp recognized_at;
  Timestamp opened_at;
  int version = 1;       // of the report
  int confidentiality = 0;            // 機密性: the highest that a version stated; not written
  std::optional<Timestamp> ended_at;  // when it was closed or dismissed, while it is; written as `retained_until`
  std::optional<Timestamp> erased_at;
  std::string erased_by;         // null where empty
  bool erasure_pending = false;  // a request of the caller's body waits for its decision
  std::optional<Timestamp> followup_due_at;  // 続報
  bool overdue = false;  // a duty that the caller sees is open past its target
  int revision = 1;
  std::string receipt_number;  // 受付番号 of the caller's body (core/receipt_number.h); null where empty: its own incident
};

struct JudgementView {
  std::string organization;
  std::string assessment;
  std::string cyberattack;
  std::vector<std::string> large_scale;  // "property/feared/may_be"
  std::string assessment_reason;
  std::string cyberattack_reason;
  Timestamp made_at;
  int revision = 0;  // of the incident, by the judgement
};

struct ReportVersionView {
  std::string id;
  int version = 1;
  std::string stage;
  std::string submitted_by;
  Timestamp received_at;
  std::optional<std::string> sha256;  // of the bytes as received, 64 hexadecimal digits; not set where they were erased
  std::optional<int> length;          // of the same
  // JSON array of {pointer, before, after}; not set where the version before was not the caller's to see.
  std::optional<std::string> changes;
};

struct MessageView {
  std::string id;
  std::string kind;
  std::string incident_id;
  std::string number;
  // Not set in an alarm for who sees the rows of duties only.
  std::optional<std::string> reference;
  std::optional<std::string> title;
  bool exercise = false;
  std::optional<int> version;  // of the report it carries; an alarm carries none
  std::optional<Timestamp> erased_at;  // since when the content of the incident is gone
  std::string erased_by;               // the body that decided it; null where empty
  std::string sender;          // null where empty: the daemon
  std::string recipient;
  std::string clause;  // null where the message carries no duty
  int sentence = 0;    // left out where 0
  std::optional<std::string> obligation_id;
  bool automatic = false;  // 自動中継・未確認
  std::string state;
  Timestamp sent_at;
  std::optional<LabelView> label;  // 格付 that held when it was sent; not set for who sees the rows of duties only
  std::optional<Timestamp> acknowledge_by;
  std::optional<Timestamp> acknowledged_at;
  std::string acknowledged_by;  // null where empty
  int revision = 1;
  std::string receipt_number;  // 受付番号 of the recipient; null where empty: it has none, or the caller may not know it
  // The newest checkpoint of the record, with which a message is handed out, so that its receiver holds a copy. Left out
  // where not set, but for a message shown alone: null.
  std::optional<std::string> checkpoint;
};

struct MessageDetail {
  MessageView message;
  std::string note;
  std::string acknowledgement_note;
  std::optional<ReportVersionView> report;
  std::optional<std::string> document;  // JSON: the report in force as of that version
};

struct AddedRecipientView {
  std::string organization;
  bool police = false;
  std::string reason;
  Timestamp added_at;
};

struct AlarmView {
  std::string id;
  std::string code;
  std::optional<std::string> obligation_id;
  std::string incident_id;
  std::string number;
  bool exercise = false;
  std::optional<std::string> clause;  // of the duty
  int sentence = 0;                   // left out where 0
  std::string holder;        // whose clock it is; null where empty
  std::string organization;  // who is told; of an alarm of routing, whom it concerns
  std::string role;          // null where empty
  int level = 0;             // 0: of routing
  Timestamp raised_at;
  std::optional<Timestamp> due_at;
  std::optional<Timestamp> reached_at;  // when the clock reached the level
  routing::Reason message;
};

// A request to erase the content of an incident, and its decision.
struct ErasureView {
  std::string id;
  std::string reason;
  std::string asked_by;  // null where empty
  Timestamp asked_at;
  std::string decision;         // pending, approved, rejected
  std::string decided_by;       // null where empty
  std::string decision_reason;  // null where empty
  std::optional<Timestamp> decided_at;
};

// A request to switch the automatic relay on or off, and its decision.
struct RelaySwitchRequestView {
  std::string id;
  bool switched_on = false;
  std::string reason;
  std::string asked_by;  // null where empty
  std::string asked_role;
  Timestamp asked_at;
  std::string decision;         // pending, approved, rejected
  std::string decided_by;       // null where empty
  std::string decision_reason;  // null where empty
  std::optional<Timestamp> decided_at;
};
struct RelaySwitchView {
  bool switched_on = false;        // the request approved last
  std::optional<Timestamp> since;  // when it was; not set: none was
  std::vector<RelaySwitchRequestView> requests;  // newest first
};

// The public half of a key with which daemons sign.
struct SigningKeyView {
  std::string id;
  std::string purpose;     // "heartbeat"
  std::string algorithm;   // "ed25519"
  std::string public_key;  // SubjectPublicKeyInfo, DER, base64
  Timestamp registered_at;
};

struct TimelineEntry {
  std::string id;
  std::string type;  // of the event: "report.received"
  Timestamp at;
  std::string organization;  // of the actor; empty: the daemon
  std::string role;
  std::optional<std::string> subject;    // the obligation, message … it is about
  std::optional<std::int64_t> sequence;  // its number in the record, once it has one
};

struct IncidentDetail {
  IncidentSummary summary;
  std::string submitted_by;
  std::string police;                     // named in the report; null where empty
  std::vector<JudgementView> judgements;  // in force, one a body, those the caller may see
  std::optional<std::string> document;  // JSON: the report in force, of the latest version the caller may see
  std::vector<LabelView> labels;               // 格付, oldest first: the last one holds
  std::vector<LabelChangeView> label_changes;  // those of the caller's own body, oldest first
  std::vector<ReportVersionView> reports;  // oldest first
  std::vector<AddedRecipientView> recipients_added;
  std::vector<ErasureView> erasures;  // those of the caller's own body, oldest first
  std::vector<ObligationView> obligations;  // in the order of opening
  std::vector<MessageView> messages;        // sent by or to the caller's body, oldest first
  std::vector<AlarmView> alarms;
  std::vector<AssignmentView> assignments;  // of the caller's own body, oldest first
  std::vector<JudgementView> assessments;      // every judgement that the caller may see, oldest first
  std::vector<HandlingStepView> steps;         // of the caller's body, oldest first
  std::vector<InstructionView> instructions;   // the same
  std::vector<PlatformLinkView> platforms;     // that the caller's body runs on or operates, oldest first
  std::vector<CymatRequestView> cymat_requests;
  std::vector<LinkedNotice> notices;    // of the caller's body, that it came of, oldest first
  std::vector<TimelineEntry> timeline;  // oldest first
  bool truncated = false;               // a list was longer than is shown; its latest entries are
};

void encode(JsonWriter& out, const ObligationView& view, const AnswerContext& context);
void encode(JsonWriter& out, const ObligationDetail& view, const AnswerContext& context);
void encode(JsonWriter& out, const IncidentSummary& view, const AnswerContext& context);
void encode(JsonWriter& out, const IncidentDetail& view, const AnswerContext& context);
void encode(JsonWriter& out, const MessageView& view, const AnswerContext& context);
void encode(JsonWriter& out, const MessageDetail& view, const AnswerContext& context);
void encode(JsonWriter& out, const AlarmView& view, const AnswerContext& context);
void encode(JsonWriter& out, const SigningKeyView& view, const AnswerContext& context);
// {"switched_on","since","active","requests"}: what the body has decided, and whether the daemon acts on it.
void encode(JsonWriter& out, const RelaySwitchView& view, const AnswerContext& context);

template <class View>
std::string encode_one(const View& view, const AnswerContext& context) {
  std::string text;
  JsonWriter out(text);
  encode(out, view, context);
  return text;
}

// What an event of that type is in words; the type itself where there are none.
std::string_view words_of_event(std::string_view type, Language language);

// {"items":[…],"next":…}: a page of a list; `next` is the cursor of the following one.
template <class View>
std::string encode_list(const std::vector<View>& items, const std::optional<std::string>& next,
                        const AnswerContext& context) {
  std::string text;
  JsonWriter out(text);
  out.begin_object().name("items").begin_array();
  for (const View& item : items) encode(out, item, context);
  out.end_array().name("next");
  next ? out.value(*next) : out.null();
  out.end_object();
  return text;
}

// {"items":[…],"next":…,"checkpoint":…}: a page of an inbox with the newest checkpoint, null before the first.
std::string encode_inbox(const std::vector<MessageView>& items, const std::optional<std::string>& next,
                         const std::optional<std::string>& checkpoint, const AnswerContext& context);

// How much of the time allowed was overrun, whole seconds rounded up: for a met duty when it was met, for an
// open one so far. Nothing for one in time, waived or superseded.
std::optional<std::chrono::seconds> late_by(const ObligationView& view, Timestamp now);
// Open past its target.
bool overdue(const ObligationView& view, Timestamp now);

}  // namespace noroshi::codec
