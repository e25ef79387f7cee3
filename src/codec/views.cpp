#include "src/codec/views.h"

#include <algorithm>
#include <array>
#include <utility>

#include "src/codec/encoding.h"

namespace noroshi::codec {
namespace {

// The rule that opened a duty; null for an edition that is no longer held.
const routing::Rule* rule_of(const ObligationView& view, const core::Law& law) {
  const routing::Edition* edition = law.editions.find(view.edition);
  return edition ? edition->find(view.rule) : nullptr;
}

void write_sentence(JsonWriter& out, int sentence) {
  if (sentence != 0) out.member("sentence", sentence);
}

void write_obligation(JsonWriter& out, const ObligationView& view, const AnswerContext& context) {
  const routing::Rule* rule = rule_of(view, context.law);
  out.member("id", view.id).member("incident_id", view.incident_id).member("number", view.number);
  out.member("exercise", view.exercise);
  out.member("edition", view.edition).member("rule", view.rule).member("clause", view.clause);
  write_sentence(out, view.sentence);
  out.member("words", rule ? rule->words : "").member("gloss_ja", rule ? rule->gloss_ja : "").member("gloss", rule ? rule->gloss : "");
  out.member("holder", view.holder).member("recipient", view.recipient);
  write_text_or_null(out, "formerly", view.formerly);
  write_text_or_null(out, "recipient_formerly", view.recipient_formerly);
  out.member("self", view.self).member("inner", view.inner).member("opens_on", view.opens_on);
  write_time(out, "opened_at", view.opened_at);
  write_time(out, "due_at", view.due_at);
  out.member("target", format_duration(view.target));
  out.member("target_is", operator_target);
  write_duration(out, "late_by", late_by(view, context.now));
  out.member("overdue", overdue(view, context.now));
  out.member("state", view.state).member("occasion", view.occasion);
  write_time(out, "fulfilled_at", view.fulfilled_at);
  write_time(out, "acknowledged_at", view.acknowledged_at);
  if (view.because) write_reasons(out, "because", *view.because, context.language);
}

void write_fulfillment(JsonWriter& out, const FulfillmentView& view) {
  out.begin_object();
  out.member("id", view.id).member("method", view.method);
  write_time(out, "at", view.at);
  write_text_or_null(out, "note", view.note);
  write_text_or_null(out, "reference", view.reference);
  out.member("organization", view.organization);
  write_text_or_null(out, "role", view.role);
  write_text_or_null(out, "by", view.by);
  write_time(out, "recorded_at", view.recorded_at);
  out.end_object();
}

void write_waiver(JsonWriter& out, const WaiverView& view) {
  out.begin_object();
  out.member("id", view.id).member("reason", view.reason);
  write_text_or_null(out, "asked_by", view.asked_by);
  write_time(out, "asked_at", view.asked_at);
  out.member("decision", view.decision);
  write_optional(out, "decided_by", view.decided_by);
  write_time(out, "decided_at", view.decided_at);
  write_optional(out, "decision_reason", view.decision_reason);
  out.end_object();
}

// How long the content is kept, by what the operator has set today.
void write_retention(JsonWriter& out, const IncidentSummary& view, const core::Law& law) {
  const auto retention_class = core::retention_class(view.exercise, view.confidentiality);
  out.member("retention_class", to_string(retention_class));
  write_time(out, "retained_until",
             view.ended_at
                 ? std::optional(core::retained_until(*view.ended_at, law.retention.years(retention_class)))
                 : std::nullopt);
  out.member("erasure_pending", view.erasure_pending);
  write_time(out, "erased_at", view.erased_at);
  write_text_or_null(out, "erased_by", view.erased_by);
}

void write_summary(JsonWriter& out, const IncidentSummary& view, const core::Law& law) {
  out.member("id", view.id).member("number", view.number).member("reference", view.reference);
  out.member("organization", view.organization).member("title", view.title).member("state", view.state);
  out.member("assessment", view.assessment).member("cyberattack", view.cyberattack);
  out.member("exercise", view.exercise);
  write_time(out, "recognized_at", view.recognized_at);
  write_time(out, "opened_at", view.opened_at);
  out.member("version", view.version);
  write_retention(out, view, law);
  write_time(out, "followup_due_at", view.followup_due_at);
  out.member("overdue", view.overdue);
  write_text_or_null(out, "receipt_number", view.receipt_number);
}

// 'property/feared/may_be' as the report writes it.
void write_cells(JsonWriter& out, const std::vector<std::string>& cells) {
  out.name("large_scale").begin_array();
  for (const std::string& cell : cells) {
    const std::size_t first = cell.find('/');
    const std::size_t second = cell.find('/', first + 1);
    out.begin_object();
    out.member("criterion", std::string_view(cell).substr(0, first));
    out.member("harm", std::string_view(cell).substr(first + 1, second - first - 1));
    out.member("certainty", std::string_view(cell).substr(second + 1));
    out.end_object();
  }
  out.end_array();
}

void write_judgement(JsonWriter& out, const JudgementView& view) {
  out.begin_object();
  out.member("organization", view.organization);
  out.member("assessment", view.assessment).member("cyberattack", view.cyberattack);
  write_cells(out, view.large_scale);
  write_text_or_null(out, "assessment_reason", view.assessment_reason);
  write_text_or_null(out, "cyberattack_reason", view.cyberattack_reason);
  write_time(out, "made_at", view.made_at);
  out.member("revision", view.revision);
  out.end_object();
}

void write_report_version(JsonWriter& out, const ReportVersionView& view) {
  out.member("id", view.id).member("version", view.version).member("stage", view.stage);
  out.member("submitted_by", view.submitted_by);
  write_time(out, "received_at", view.received_at);
  write_optional(out, "sha256", view.sha256);
  write_optional(out, "length", view.length);
  write_raw_or_null(out, "changes", view.changes);
}

void write_message(JsonWriter& out, const MessageView& view) {
  out.member("id", view.id).member("kind", view.kind);
  out.member("incident_id", view.incident_id).member("number", view.number);
  write_optional(out, "reference", view.reference);
  write_optional(out, "title", view.title);
  out.member("exercise", view.exercise);
  write_optional(out, "version", view.version);
  write_time(out, "erased_at", view.erased_at);
  write_text_or_null(out, "erased_by", view.erased_by);
  write_text_or_null(out, "from", view.sender);
  out.member("to", view.recipient);
  write_text_or_null(out, "clause", view.clause);
  write_sentence(out, view.sentence);
  write_optional(out, "obligation_id", view.obligation_id);
  out.member("automatic", view.automatic).member("state", view.state);
  write_time(out, "sent_at", view.sent_at);
  write_label(out, "label", view.label);
  write_time(out, "acknowledge_by", view.acknowledge_by);
  write_time(out, "acknowledged_at", view.acknowledged_at);
  write_text_or_null(out, "acknowledged_by", view.acknowledged_by);
  write_text_or_null(out, "receipt_number", view.receipt_number);
}

void write_recipient(JsonWriter& out, const AddedRecipientView& view) {
  out.begin_object();
  out.member("organization", view.organization).member("police", view.police).member("reason", view.reason);
  write_time(out, "added_at", view.added_at);
  out.end_object();
}

void write_erasure(JsonWriter& out, const ErasureView& view) {
  out.begin_object();
  out.member("id", view.id).member("reason", view.reason);
  write_text_or_null(out, "asked_by", view.asked_by);
  write_time(out, "asked_at", view.asked_at);
  out.member("decision", view.decision);
  write_text_or_null(out, "decided_by", view.decided_by);
  write_text_or_null(out, "decision_reason", view.decision_reason);
  write_time(out, "decided_at", view.decided_at);
  out.end_object();
}

void write_relay_switch_request(JsonWriter& out, const RelaySwitchRequestView& view) {
  out.begin_object();
  out.member("id", view.id).member("switched_on", view.switched_on).member("reason", view.reason);
  write_text_or_null(out, "asked_by", view.asked_by);
  out.member("asked_role", view.asked_role);
  write_time(out, "asked_at", view.asked_at);
  out.member("decision", view.decision);
  write_text_or_null(out, "decided_by", view.decided_by);
  write_text_or_null(out, "decision_reason", view.decision_reason);
  write_time(out, "decided_at", view.decided_at);
  out.end_object();
}

struct EventWords {
  std::string_view type;
  std::string_view ja;
  std::string_view en;
};
constexpr std::array event_words = {
    EventWords{"incident.opened", "インシデントを登録", "Incident opened"},
    EventWords{"report.received", "報告を受付", "Report received"},
    EventWords{"judgement.made", "評価", "Judged"},
    EventWords{"incident.moved", "状態を変更", "State changed"},
    EventWords{"access.granted", "閲覧先を追加", "A body can see it"},
    EventWords{"recipient.added", "連絡先を追加", "Recipient added"},
    EventWords{"obligation.opened", "義務が発生", "Duty opened"},
    EventWords{"obligation.fulfilled", "義務を履行", "Duty met"},
    EventWords{"obligation.superseded", "再評価により義務が終了", "Duty ended by a reassessment"},
    EventWords{"obligation.reopened", "義務が再び発生", "Duty opened again"},
    EventWords{"obligation.waived", "例外措置により義務を免除", "Duty excepted"},
    EventWords{"obligation.recurred", "続報により義務に新しい契機", "A later report concerns the duty"},
    EventWords{"obligation.passed", "義務を承継機関へ引継ぎ", "Duty passed to a successor"},
    EventWords{"message.sent", "連絡を送付", "Message sent"},
    EventWords{"message.acknowledged", "受領を確認", "Message acknowledged"},
    EventWords{"message.passed", "受領確認を承継機関へ引継ぎ", "Message passed to a successor"},
    EventWords{"incident.passed", "インシデントを承継機関へ引継ぎ", "Incident passed to a successor"},
    EventWords{"waiver.asked", "例外措置を申請", "Exception asked for"},
    EventWords{"waiver.decided", "例外措置を決定", "Exception decided"},
    EventWords{"alarm.raised", "警報", "Alarm raised"},
    EventWords{"alarm.rung", "期限の警報", "A clock's alarm"},
    EventWords{"erasure.asked", "内容の消去を申請", "Erasure of the content asked for"},
    EventWords{"erasure.decided", "内容の消去を決定", "Erasure of the content decided"},
    EventWords{"assignment.proposed", "対応者を指名", "Assignment proposed"},
    EventWords{"assignment.accepted", "指名を承諾", "Assignment accepted"},
    EventWords{"assignment.declined", "指名を辞退", "Assignment declined"},
    EventWords{"assignment.activated", "対応を開始", "Assignment begun"},
    EventWords{"assignment.handed_over", "対応を引継ぎ", "Assignment handed over"},
    EventWords{"assignment.released", "対応の割当てを解除", "Assignment released"},
    EventWords{"assignment.duty_moved", "当番の終わりを変更", "End of the turn of duty moved"},
    EventWords{"relay_switch.asked", "自動中継の切替を申請", "Switch of the relay asked for"},
    EventWords{"relay_switch.decided", "自動中継の切替を決定", "Switch of the relay decided"},
    EventWords{"handling.step_taken", "対処の経過を記録", "Step of handling taken"},
    EventWords{"instruction.given", "指示・勧告・助言", "Instruction given"},
    EventWords{"instruction.answered", "指示等への回答", "Instruction answered"},
    EventWords{"platform.linked", "基盤となる情報システムを登録", "Shared platform linked"},
    EventWords{"endpoint.proposed", "宛先を申請", "Endpoint asked for"},
    EventWords{"endpoint.decided", "宛先を決定", "Endpoint decided on"},
    EventWords{"endpoint.disabled", "宛先を停止", "Endpoint disabled"},
    EventWords{"endpoint.resumed", "宛先を再開", "Endpoint resumed"},
    EventWords{"endpoint.withdrawn", "宛先を廃止", "Endpoint withdrawn"},
    EventWords{"delivery.queued", "宛先への配送を開始", "Delivery to an endpoint queued"},
    EventWords{"delivery.settled", "宛先への配送の結果", "Outcome of a delivery"},
    EventWords{"delivery.replayed", "宛先へ再送", "Delivery sent again"},
    EventWords{"label.given", "格付を付与", "Label given"},
    EventWords{"label.change_asked", "格付の変更を申請", "Change of the label asked for"},
    EventWords{"label.change_decided", "格付の変更を決定", "Change of the label decided"},
    EventWords{"consent.stated", "情報共有への同意の有無", "Consent to sharing stated"},
    EventWords{"label_mapping.set", "格付の対応を登録", "Mapping of a label set"},
    EventWords{"label_mapping.withdrawn", "格付の対応を廃止", "Mapping of a label withdrawn"},
    EventWords{"sealing_key.proposed", "別紙の鍵を申請", "Key for annexes proposed"},
    EventWords{"sealing_key.decided", "別紙の鍵を決定", "Key for annexes decided on"},
    EventWords{"sealing_key.revoked", "別紙の鍵を失効", "Key for annexes revoked"},
    EventWords{"annex.asked", "別紙の送付の許可を申請", "Permission to send an annex asked for"},
    EventWords{"annex.decided", "別紙の送付の許可を決定", "Permission to send an annex decided"},
    EventWords{"annex.sealed", "封をした別紙を送付", "Sealed annex sent"},
    EventWords{"annex.rewrapped", "別紙に宛先の鍵を追加", "Annex wrapped for a further body"},
    EventWords{"annex.unreadable", "別紙を開けないとの申告", "Annex reported unreadable"},
    EventWords{"attachment.added", "添付ファイルを追加", "File attached"},
    EventWords{"content.withheld", "内容の一部を留保", "Part of the content withheld"},
    EventWords{"content.released", "留保を解除", "What was withheld released"},
    EventWords{"inquiry.asked", "照会", "Inquiry"},
    EventWords{"inquiry.answered", "照会への回答", "Inquiry answered"},
    EventWords{"inquiry.withdrawn", "照会を取下げ", "Inquiry withdrawn"},
    EventWords{"notice.given", "情報を提供", "Notice given"},
    EventWords{"notice.answered", "情報提供への回答", "Notice answered"},
    EventWords{"notice.linked", "情報提供と紐付け", "Linked to a notice"},
    EventWords{"cymat.requested", "CYMAT を要請", "CYMAT asked for"},
    EventWords{"cymat.forwarded", "CYMAT 要請をセンターへ転送", "Request for CYMAT forwarded to the centre"},
    EventWords{"cymat.received", "センターが CYMAT 要請を受付", "Request for CYMAT received by the centre"},
    EventWords{"cymat.decided", "センターが CYMAT について決定", "Centre decided on CYMAT"},
    EventWords{"cymat.member_proposed", "CYMAT 要員を提案", "Member of CYMAT proposed"},
    EventWords{"cymat.member_answered", "所属機関が CYMAT 要員について回答", "Home agency answered for a member of CYMAT"},
    EventWords{"cymat.member_withdrawn", "CYMAT 要員を解除", "Member of CYMAT withdrawn"},
    EventWords{"cymat.formed", "CYMAT を編成", "Team of CYMAT formed"},
    EventWords{"cymat.dispatched", "CYMAT を派遣", "CYMAT dispatched"},
    EventWords{"cymat.begun", "CYMAT が活動を開始", "CYMAT at work"},
    EventWords{"cymat.logged", "CYMAT の活動を記録", "Entry in the log of CYMAT"},
    EventWords{"cymat.ended", "CYMAT の活動を終了", "Work of CYMAT ended"},
    EventWords{"cymat.reported", "CYMAT の報告", "Report of CYMAT"},
    EventWords{"access.ended", "閲覧を終了", "Access ended"},
    EventWords{"record.continued", "記録を新しい木で継続", "Record continued in a new tree"},
    EventWords{"key.registered", "記録の署名鍵を登録", "Key of the record registered"},
    EventWords{"key.retired", "記録の署名鍵を廃止", "Key of the record retired"},
    EventWords{"person.registered", "職員等を登録", "Person registered"},
    EventWords{"person.changed", "職員等の情報を変更", "Person changed"},
    EventWords{"person.left", "離任", "Person left"},
    EventWords{"appointment.made", "任命", "Appointed"},
    EventWords{"appointment.ended", "任命が終了", "Appointment ended"},
    EventWords{"delegation.made", "権限を委任", "Powers delegated"},
    EventWords{"delegation.ended", "委任が終了", "Delegation ended"},
    EventWords{"training.recorded", "訓練を記録", "Training recorded"},
    EventWords{"shift.set", "当番を設定", "Turn of duty set"},
    EventWords{"shift.cancelled", "当番を取消し", "Turn of duty cancelled"},
};

void write_entry(JsonWriter& out, const TimelineEntry& view, const AnswerContext& context) {
  out.begin_object();
  out.member("id", view.id)
      .member("type", view.type)
      .member("text", words_of_event(view.type, context.language));
  write_time(out, "at", view.at);
  write_text_or_null(out, "organization", view.organization);
  write_text_or_null(out, "role", view.role);
  write_optional(out, "subject", view.subject);
  write_optional(out, "sequence", view.sequence);
  out.end_object();
}

template <class View>
void write_list(JsonWriter& out, std::string_view name, const std::vector<View>& views,
                const AnswerContext& context) {
  out.name(name).begin_array();
  for (const View& view : views) encode(out, view, context);
  out.end_array();
}

template <class View, class Write>
void write_list_with(JsonWriter& out, std::string_view name, const std::vector<View>& views, Write write) {
  out.name(name).begin_array();
  for (const View& view : views) write(out, view);
  out.end_array();
}

}  // namespace

std::string_view words_of_event(std::string_view type, Language language) {
  const auto* found = std::find_if(event_words.begin(), event_words.end(),
                                   [&](const EventWords& words) { return words.type == type; });
  if (found == event_words.end()) return type;
  return language == Language::en ? found->en : found->ja;
}

std::optional<std::chrono::seconds> late_by(const ObligationView& view, Timestamp now) {
  std::optional<Timestamp> until = view.fulfilled_at;
  if (view.state == "open") until = now;
  if (!until || *until <= view.due_at) return std::nullopt;
  return std::chrono::ceil<std::chrono::seconds>(*until - view.due_at);
}

bool overdue(const ObligationView& view, Timestamp now) {
  return view.state == "open" && now > view.due_at;
}

void encode(JsonWriter& out, const ObligationView& view, const AnswerContext& context) {
  out.begin_object();
  write_obligation(out, view, context);
  out.end_object();
}

void encode(JsonWriter& out, const ObligationDetail& view, const AnswerContext& context) {
  out.begin_object();
  write_obligation(out, view.obligation, context);
  out.name("fulfillment");
  view.fulfillment ? write_fulfillment(out, *view.fulfillment) : void(out.null());
  write_list_with(out, "waivers", view.waivers, write_waiver);
  out.end_object();
}

void encode(JsonWriter& out, const IncidentSummary& view, const AnswerContext& context) {
  out.begin_object();
  write_summary(out, view, context.law);
  out.end_object();
}

void encode(JsonWriter& out, const IncidentDetail& view, const AnswerContext& context) {
  out.begin_object();
  write_summary(out, view.summary, context.law);
  const auto own = std::find_if(
      view.judgements.begin(), view.judgements.end(),
      [&](const JudgementView& judgement) { return judgement.organization == view.summary.organization; });
  write_cells(out, own == view.judgements.end() ? std::vector<std::string>{} : own->large_scale);
  out.member("submitted_by", view.submitted_by);
  write_text_or_null(out, "police", view.police);
  write_list_with(out, "judgements", view.judgements, write_judgement);
  write_raw_or_null(out, "report", view.document);
  write_label(out, "label", view.labels.empty() ? std::nullopt : std::optional(view.labels.back()));
  write_list_with(out, "labels", view.labels, [](JsonWriter& list, const LabelView& label) { encode(list, label); });
  write_list_with(out, "label_changes", view.label_changes,
                  [](JsonWriter& list, const LabelChangeView& change) { encode(list, change); });
  write_list_with(out, "reports", view.reports, [](JsonWriter& list, const ReportVersionView& version) {
    list.begin_object();
    write_report_version(list, version);
    list.end_object();
  });
  write_list_with(out, "recipients_added", view.recipients_added, write_recipient);
  write_list_with(out, "erasures", view.erasures, write_erasure);
  write_list(out, "obligations", view.obligations, context);
  write_list(out, "messages", view.messages, context);
  write_list(out, "alarms", view.alarms, context);
  write_list(out, "assignments", view.assignments, context);
  write_list_with(out, "assessments", view.assessments, write_judgement);
  write_list(out, "steps", view.steps, context);
  write_list(out, "instructions", view.instructions, context);
  write_list(out, "platforms", view.platforms, context);
  write_list_with(out, "cymat_requests", view.cymat_requests,
                  [](JsonWriter& list, const CymatRequestView& request) { encode(list, request); });
  write_list(out, "notices", view.notices, context);
  write_list_with(out, "timeline", view.timeline,
                  [&](JsonWriter& list, const TimelineEntry& entry) { write_entry(list, entry, context); });
  out.member("truncated", view.truncated);
  out.end_object();
}

void encode(JsonWriter& out, const MessageView& view, const AnswerContext&) {
  out.begin_object();
  write_message(out, view);
  if (view.checkpoint) out.member("checkpoint", *view.checkpoint);
  out.end_object();
}

void encode(JsonWriter& out, const MessageDetail& view, const AnswerContext&) {
  out.begin_object();
  write_message(out, view.message);
  write_text_or_null(out, "note", view.note);
  write_text_or_null(out, "acknowledgement_note", view.acknowledgement_note);
  out.name("report");
  if (view.report && (view.document || view.message.erased_at)) {
    out.begin_object();
    write_report_version(out, *view.report);
    write_raw_or_null(out, "document", view.document);
    out.end_object();
  } else {
    out.null();
  }
  write_optional(out, "checkpoint", view.message.checkpoint);
  out.end_object();
}

std::string encode_inbox(const std::vector<MessageView>& items, const std::optional<std::string>& next,
                         const std::optional<std::string>& checkpoint, const AnswerContext& context) {
  std::string text;
  JsonWriter out(text);
  out.begin_object();
  write_list(out, "items", items, context);
  write_optional(out, "next", next);
  write_optional(out, "checkpoint", checkpoint);
  out.end_object();
  return text;
}

void encode(JsonWriter& out, const AlarmView& view, const AnswerContext& context) {
  out.begin_object();
  out.member("id", view.id).member("code", view.code);
  write_optional(out, "obligation_id", view.obligation_id);
  out.member("incident_id", view.incident_id).member("number", view.number).member("exercise", view.exercise);
  write_optional(out, "clause", view.clause);
  write_sentence(out, view.sentence);
  write_text_or_null(out, "holder", view.holder);
  out.member("organization", view.organization);
  write_text_or_null(out, "role", view.role);
  out.member("level", view.level);
  write_time(out, "raised_at", view.raised_at);
  write_time(out, "due_at", view.due_at);
  write_time(out, "reached_at", view.reached_at);
  out.member("message", in(view.message, context.language));
  out.end_object();
}

void encode(JsonWriter& out, const RelaySwitchView& view, const AnswerContext& context) {
  out.begin_object().member("switched_on", view.switched_on);
  write_time(out, "since", view.since);
  out.member("active", view.switched_on && context.law.clocks.relay_on_silence);
  write_list_with(out, "requests", view.requests, write_relay_switch_request);
  out.end_object();
}

void encode(JsonWriter& out, const SigningKeyView& view, const AnswerContext&) {
  out.begin_object().member("id", view.id).member("purpose", view.purpose).member("algorithm", view.algorithm);
  out.member("public_key", view.public_key);
  write_time(out, "registered_at", view.registered_at);
  out.end_object();
}

}  // namespace noroshi::codec
