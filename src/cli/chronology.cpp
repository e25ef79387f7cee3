#include "src/cli/chronology.h"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "routing/time.h"
#include "src/cli/output.h"
#include "src/cli/table.h"
#include "src/cli/words.h"
#include "src/codec/views.h"
#include "src/record/encodings.h"
#include "src/record/sha256.h"

namespace noroshi::cli {
namespace {

std::string clause_of(const std::string& clause, int sentence) {
  return sentence > 0 ? fmt::format("{} {}", clause, sentence) : clause;
}

}  // namespace

std::string shown_second(Timestamp at) {
  auto text = format_rfc3339(at);
  text[10] = ' ';
  return text.substr(0, 19) + text.substr(text.size() - 6);
}

// One overload for each happening; what it does not know is said by its type.
struct SentenceOf {
  Chronology& chronology;
  const core::Event& event;
  bool ja = chronology.language_ == Language::ja;

  std::string body(const std::string& slug) const { return shown_organization(slug, chronology.language_); }
  std::string word(const Words& words, std::string_view text) const {
    return shown_word(words, text, chronology.language_);
  }
  std::string text(const std::string& words) const {
    return words == "erased" ? (ja ? "（消去済み）" : "(erased)") : words;
  }
  std::string because(const std::string& reason) const {
    if (reason.empty()) return {};
    return ja ? fmt::format(" 理由: {}", text(reason)) : fmt::format(" Reason: {}", text(reason));
  }
  template <class Id>
  std::string ended(const char* in_japanese, const char* in_english, const Id& id, const std::string& reason) const {
    return (ja ? fmt::format("{} {} が終了。", in_japanese, core::to_string(id))
               : fmt::format("{} {} ended.", in_english, core::to_string(id))) +
           because(reason);
  }
  std::string duty(core::ObligationId id) const {
    const auto found = chronology.duties_.find(id);
    if (found == chronology.duties_.end())
      return ja ? fmt::format("義務（{}）", to_string(id)) : fmt::format("duty {}", to_string(id));
    const auto& [clause, holder, recipient] = found->second;
    const auto way = holder == recipient ? body(holder) : fmt::format("{} → {}", body(holder), body(recipient));
    return ja ? fmt::format("{} の義務（{}）", clause, way) : fmt::format("the duty of {} ({})", clause, way);
  }
  std::string message(core::MessageId id) const {
    const auto found = chronology.messages_.find(id);
    return found == chronology.messages_.end() ? to_string(id) : found->second;
  }
  std::string cells(const routing::Judgement& judgement) const {
    std::string list;
    for (const auto& cell : judgement.large_scale)
      list += fmt::format("{}{}/{}/{}", list.empty() ? "" : ", ", routing::to_string(cell.criterion),
                          routing::to_string(cell.harm), routing::to_string(cell.certainty));
    if (list.empty()) return {};
    return ja ? "、大規模: " + list : ", large scale: " + list;
  }

  std::string operator()(const core::IncidentOpened& what) const {
    const auto drill = what.exercise ? (ja ? "【訓練】" : "EXERCISE ") : "";
    return ja ? fmt::format("{}インシデント {} を登録（{}、整理番号 {}、認知 {}、適用 {}）。", drill, what.number,
                            body(what.organization), text(what.reference), shown_second(what.recognized),
                            what.edition.empty() ? "なし" : what.edition)
              : fmt::format("{}Incident {} opened ({}, reference {}, recognised {}, edition {}).", drill, what.number,
                            body(what.organization), text(what.reference), shown_second(what.recognized),
                            what.edition.empty() ? "none" : what.edition);
  }
  std::string operator()(const core::ReportReceived& what) const {
    const auto stage = word(words::report_stages, core::to_string(what.content.stage));
    const auto digest = what.sha256.size() == sizeof(record::Digest) ? record::to_hex(what.sha256) : text(what.sha256);
    return ja ? fmt::format("第{}版の報告（{}）を受付:「{}」 SHA-256 {}", what.version, stage, text(what.content.title),
                            digest)
              : fmt::format("Report received, version {} ({}): \"{}\". SHA-256 {}", what.version, stage,
                            text(what.content.title), digest);
  }
  std::string operator()(const core::JudgementMade& what) const {
    const auto& judgement = what.held.judgement;
    const auto assessment = word(words::assessments, routing::to_string(judgement.assessment));
    const auto attack = word(words::attacks, routing::to_string(judgement.cyberattack));
    return (ja ? fmt::format("{} の評価: {}（サイバー攻撃: {}{}）。", body(judgement.organization), assessment, attack,
                             cells(judgement))
               : fmt::format("{} judges: {} (cyberattack: {}{}).", body(judgement.organization), assessment, attack,
                             cells(judgement))) +
           because(what.held.assessment_reason) + because(what.held.cyberattack_reason);
  }
  std::string operator()(const core::IncidentMoved& what) const {
    const auto from = word(words::incident_states, core::to_string(what.from)), to = word(words::incident_states, core::to_string(what.to));
    return (ja ? fmt::format("状態を「{}」から「{}」へ。", from, to) : fmt::format("State: {} → {}.", from, to)) +
           because(what.reason);
  }
  std::string operator()(const core::AccessGranted& what) const {
    const bool content = what.scope == core::AccessScope::content;
    return ja ? fmt::format("{} が{}を閲覧できるようになった（根拠: {}）。", body(what.organization),
                            content ? "内容" : "義務の一覧", what.because)
              : fmt::format("{} can see {} (because: {}).", body(what.organization),
                            content ? "the content" : "the duties", what.because);
  }
  std::string operator()(const core::RecipientAdded& what) const {
    return (ja ? fmt::format("連絡先に {} を追加（{}）。", body(what.organization), what.police ? "警察" : "共管")
               : fmt::format("Recipient added: {} ({}).", body(what.organization), what.police ? "police" : "joint")) +
           because(what.reason);
  }
  std::string operator()(const core::ObligationOpened& what) const {
    const auto& duty_opened = what.obligation;
    chronology.duties_[duty_opened.id] = {clause_of(duty_opened.clause, duty_opened.sentence), duty_opened.holder,
                                          duty_opened.recipient};
    return ja ? fmt::format("{}が発生。目標 {}（{} 版、規則 {}）。", duty(duty_opened.id),
                            shown_second(duty_opened.due_at), duty_opened.edition, duty_opened.rule)
              : fmt::format("Opened: {}, target {} (edition {}, rule {}).", duty(duty_opened.id),
                            shown_second(duty_opened.due_at), duty_opened.edition, duty_opened.rule);
  }
  std::string operator()(const core::ObligationFulfilled& what) const {
    const auto& met = what.fulfillment;
    const auto late = what.late_by.count() == 0
                          ? std::string(ja ? "目標内" : "in time")
                          : (ja ? fmt::format("目標より {} 遅れ", shown_duration(what.late_by.count(), Language::ja))
                                : fmt::format("{} late", shown_duration(what.late_by.count(), Language::en)));
    auto line = ja ? fmt::format("{}を履行（方法: {}、実施 {}、{}）。", duty(met.obligation),
                                 word(words::fulfilment_methods, core::to_string(met.method)), shown_second(met.at), late)
                   : fmt::format("Met: {} (by {}, at {}, {}).", duty(met.obligation),
                                 word(words::fulfilment_methods, core::to_string(met.method)), shown_second(met.at), late);
    if (!met.note.empty()) line += ja ? " 備考: " + text(met.note) : " Note: " + text(met.note);
    if (!met.reference.empty())
      line += ja ? " 相手の番号: " + text(met.reference) : " Their number: " + text(met.reference);
    return line;
  }
  std::string operator()(const core::ObligationSuperseded& what) const {
    return (ja ? fmt::format("再評価により {}が終了。", duty(what.obligation))
               : fmt::format("A reassessment ended {}.", duty(what.obligation))) +
           because(ja ? what.reason.ja : what.reason.en);
  }
  std::string operator()(const core::ObligationReopened& what) const {
    return ja ? fmt::format("{}が再び発生。目標 {}。", duty(what.obligation), shown_second(what.due_at))
              : fmt::format("Opened again: {}, target {}.", duty(what.obligation), shown_second(what.due_at));
  }
  std::string operator()(const core::ObligationWaived& what) const {
    return ja ? fmt::format("例外措置により {}を免除。", duty(what.obligation))
              : fmt::format("Excepted from {}.", duty(what.obligation));
  }
  std::string operator()(const core::ObligationRecurred& what) const {
    return ja ? fmt::format("{}に {} 回目の契機。", duty(what.obligation), what.occasion)
              : fmt::format("Occasion {} of {}.", what.occasion, duty(what.obligation));
  }
  std::string operator()(const core::ObligationPassed& what) const {
    const auto before = duty(what.obligation);
    auto& known = chronology.duties_[what.obligation];
    known.holder = what.holder;
    known.recipient = what.recipient;
    return ja ? fmt::format("{}を承継機関へ引継ぎ（{} → {}）。", before, body(what.holder), body(what.recipient))
              : fmt::format("Passed to a successor: {}, now {} → {}.", before, body(what.holder), body(what.recipient));
  }
  std::string operator()(const core::MessageSent& what) const {
    const auto& sent = what.message;
    const auto way = fmt::format("{} → {}", sent.sender.empty() ? "noroshid" : body(sent.sender), body(sent.recipient));
    chronology.messages_[sent.id] = way;
    auto line = ja ? fmt::format("{}を送付: {}", word(words::message_kinds, core::to_string(sent.kind)), way)
                   : fmt::format("Sent ({}): {}", word(words::message_kinds, core::to_string(sent.kind)), way);
    if (!sent.clause.empty())
      line += ja ? fmt::format("（{}）", clause_of(sent.clause, sent.sentence))
                 : fmt::format(" ({})", clause_of(sent.clause, sent.sentence));
    line += ja ? "。" : ".";
    if (sent.automatic) line += ja ? " 自動中継・未確認。" : " Relayed automatically, unconfirmed.";
    // An alarm's message repeats what the alarms before it said.
    if (sent.kind == core::MessageKind::alarm) return line;
    if (!sent.note.empty()) line += ja ? " 備考: " + text(sent.note) : " Note: " + text(sent.note);
    return line;
  }
  std::string operator()(const core::MessageAcknowledged& what) const {
    auto line = ja ? fmt::format("受領を確認: {}（{}）。", text(what.by), message(what.message))
                   : fmt::format("Acknowledged by {} ({}).", text(what.by), message(what.message));
    if (!what.note.empty()) line += ja ? " 備考: " + text(what.note) : " Note: " + text(what.note);
    return line;
  }
  std::string operator()(const core::WaiverAsked& what) const {
    return (ja ? fmt::format("{}の例外措置を申請。", duty(what.obligation))
               : fmt::format("An exception from {} asked for.", duty(what.obligation))) +
           because(what.reason);
  }
  std::string operator()(const core::WaiverDecided& what) const {
    return (ja ? fmt::format("{}の例外措置を{}。", duty(what.obligation), what.approved ? "許可" : "不許可")
               : fmt::format("The exception from {} {}.", duty(what.obligation),
                             what.approved ? "approved" : "rejected")) +
           because(what.reason);
  }
  std::string operator()(const core::AlarmRaised& what) const {
    const auto about = what.organization.empty() ? std::string() : fmt::format(" {}", body(what.organization));
    return (ja ? fmt::format("警報 {}{}。", what.code, about) : fmt::format("Alarm {}{}.", what.code, about)) + " " +
           text(ja ? what.reason.ja : what.reason.en);
  }
  std::string operator()(const core::AlarmRung& what) const {
    return (ja ? fmt::format("期限の警報 {}（第{}段階、期限 {}、{}）を {} の{}へ。", what.code, what.level,
                             shown_second(what.due_at), body(what.holder), body(what.organization),
                             word(words::roles, core::to_string(what.role)))
               : fmt::format("Alarm {} (level {}, due {}, of {}) to {}, {}.", what.code, what.level,
                             shown_second(what.due_at), body(what.holder), body(what.organization),
                             word(words::roles, core::to_string(what.role)))) +
           " " + text(ja ? what.reason.ja : what.reason.en);
  }
  std::string operator()(const core::RelaySwitchAsked& what) const {
    return (ja ? fmt::format("{} の自動中継を{}にする申請。", body(what.organization), what.switched_on ? "入" : "切")
               : fmt::format("Asked to switch the relay of {} {}.", body(what.organization),
                             what.switched_on ? "on" : "off")) +
           because(what.reason);
  }
  std::string operator()(const core::RelaySwitchDecided& what) const {
    return (ja ? fmt::format("{} の自動中継の申請を{}。", body(what.organization), what.approved ? "許可" : "不許可")
               : fmt::format("The switch of the relay of {} {}.", body(what.organization),
                             what.approved ? "approved" : "rejected")) +
           because(what.reason);
  }
  std::string operator()(const core::MessagePassed& what) const {
    return ja ? fmt::format("受領の確認を {} へ引継ぎ（{}）。", body(what.recipient), message(what.message))
              : fmt::format("To be acknowledged by {} now ({}).", body(what.recipient), message(what.message));
  }
  std::string operator()(const core::IncidentPassed& what) const {
    return ja ? fmt::format("事案を {} へ引継ぎ。", body(what.organization))
              : fmt::format("The case passed to {}.", body(what.organization));
  }
  std::string operator()(const core::ErasureAsked& what) const {
    return (ja ? std::string("内容の消去を申請。") : std::string("Erasure of the content asked for.")) +
           because(what.reason);
  }
  std::string operator()(const core::ErasureDecided& what) const {
    return (ja ? fmt::format("内容の消去を{}（保存期間の区分 {}）。", what.approved ? "決定" : "不許可",
                             what.retention_class)
               : fmt::format("Erasure of the content {} (retention class {}).", what.approved ? "approved" : "rejected",
                             what.retention_class)) +
           because(what.reason);
  }
  std::string operator()(const core::RecordContinued& what) const {
    return (ja ? fmt::format("記録を新しい木「{}」で継続。前の木「{}」は大きさ {} まで署名されていた。", what.origin,
                             what.origin_before, what.highest_size)
               : fmt::format("The record goes on in the tree {}; {} had been signed up to size {}.", what.origin,
                             what.origin_before, what.highest_size)) +
           because(what.reason);
  }
  std::string operator()(const core::KeyRegistered& what) const {
    return ja ? fmt::format("記録の署名鍵 {} を登録。", what.key)
              : fmt::format("Key {} of the record registered.", what.key);
  }
  std::string operator()(const core::KeyRetired& what) const {
    return (ja ? fmt::format("記録の署名鍵 {} を廃止。", what.key)
               : fmt::format("Key {} of the record retired.", what.key)) +
           because(what.reason);
  }
  std::string operator()(const core::PersonRegistered& what) const {
    return ja ? fmt::format("職員等「{}」を登録。", text(what.person.name))
              : fmt::format("{} registered.", text(what.person.name));
  }
  std::string operator()(const core::PersonChanged& what) const {
    return ja ? fmt::format("職員等「{}」の情報を変更。", text(what.person.name))
              : fmt::format("What is known of {} changed.", text(what.person.name));
  }
  std::string operator()(const core::PersonLeft& what) const {
    return (ja ? fmt::format("職員等 {} が離任。", core::to_string(what.person))
               : fmt::format("Person {} left.", core::to_string(what.person))) +
           because(what.reason);
  }
  std::string operator()(const core::AppointmentMade& what) const {
    const auto& made = what.appointment;
    return (ja ? fmt::format("職員等 {} を {} に任命（{}）。", core::to_string(made.person), core::to_string(made.post),
                             core::to_string(made.ground))
               : fmt::format("Person {} named {} ({}).", core::to_string(made.person), core::to_string(made.post),
                             core::to_string(made.ground))) +
           because(made.reason);
  }
  std::string operator()(const core::AppointmentEnded& what) const {
    return ended("任命", "Appointment", what.appointment, what.reason);
  }
  std::string operator()(const core::DelegationMade& what) const {
    const auto& made = what.delegation;
    return (ja ? fmt::format("{} の権限を職員等 {} から {} へ委任。", core::to_string(made.post),
                             core::to_string(made.from_person), core::to_string(made.to_person))
               : fmt::format("Powers of {} delegated by person {} to {}.", core::to_string(made.post),
                             core::to_string(made.from_person), core::to_string(made.to_person))) +
           because(made.reason);
  }
  std::string operator()(const core::DelegationEnded& what) const {
    return ended("委任", "Delegation", what.delegation, what.reason);
  }
  std::string operator()(const core::TrainingRecorded& what) const {
    return ja ? fmt::format("職員等 {} の訓練「{}」を記録。", core::to_string(what.training.person), text(what.training.course))
              : fmt::format("Training of person {} recorded: {}.", core::to_string(what.training.person),
                            text(what.training.course));
  }
  std::string operator()(const core::ShiftSet& what) const {
    const auto& shift = what.shift;
    return ja ? fmt::format("職員等 {} の当番（{}）を設定: {} から {} まで。", core::to_string(shift.person),
                            core::to_string(shift.post), shown_second(shift.from), shown_second(shift.until))
              : fmt::format("Turn of duty of person {} ({}) set: {} to {}.", core::to_string(shift.person),
                            core::to_string(shift.post), shown_second(shift.from), shown_second(shift.until));
  }
  std::string operator()(const core::ShiftCancelled& what) const {
    return ended("当番", "Turn of duty", what.shift, what.reason);
  }
  std::string operator()(const core::AssignmentProposed& what) const {
    const auto& asked = what.assignment;
    chronology.assignments_[asked.id] = {asked.name, std::string(core::to_string(asked.function)), asked.organization};
    auto line = asked.replaces
                    ? (ja ? fmt::format("{} へ、{} からの引継ぎを申し出。", assigned(asked.id), person(*asked.replaces))
                          : fmt::format("Hand-over offered to {}, from {}.", assigned(asked.id), person(*asked.replaces)))
                    : (ja ? fmt::format("{} を指名。", assigned(asked.id)) : fmt::format("{} proposed.", assigned(asked.id)));
    if (!asked.trained)
      line += ja ? " 【警告】CSIRT の教育の有効な記録がない（2.2.3(2)(c)）。"
                 : " WARNING: no valid training of a CSIRT on record (2.2.3(2)(c)).";
    if (!asked.note.empty()) line += ja ? " 備考: " + text(asked.note) : " Note: " + text(asked.note);
    return line;
  }
  std::string operator()(const core::AssignmentAccepted& what) const {
    return ja ? fmt::format("{} が承諾。", assigned(what.assignment)) : fmt::format("{} accepts.", assigned(what.assignment));
  }
  std::string operator()(const core::AssignmentDeclined& what) const {
    return (ja ? fmt::format("{} が辞退。", assigned(what.assignment))
               : fmt::format("{} declines.", assigned(what.assignment))) +
           because(what.reason);
  }
  std::string operator()(const core::AssignmentActivated& what) const {
    auto line = ja ? fmt::format("{} が対応を開始。", assigned(what.assignment))
                   : fmt::format("{} begins.", assigned(what.assignment));
    if (what.duty_until)
      line += ja ? fmt::format(" 当番は {} まで。", shown_second(*what.duty_until))
                 : fmt::format(" On duty until {}.", shown_second(*what.duty_until));
    return line;
  }
  std::string operator()(const core::AssignmentHandedOver& what) const {
    return ja ? fmt::format("{} から {} へ引継ぎ。", assigned(what.assignment), person(what.to))
              : fmt::format("{} hands over to {}.", assigned(what.assignment), person(what.to));
  }
  std::string operator()(const core::AssignmentReleased& what) const {
    return (ja ? fmt::format("{} の割当てを解除。", assigned(what.assignment))
               : fmt::format("{} released.", assigned(what.assignment))) +
           because(what.reason);
  }
  std::string operator()(const core::AssignmentDutyMoved& what) const {
    const auto until = what.duty_until ? shown_second(*what.duty_until) : std::string("-");
    return ja ? fmt::format("{} の当番は {} まで（当番表による）。", assigned(what.assignment), until)
              : fmt::format("{} is on duty until {}, by the roster.", assigned(what.assignment), until);
  }
  std::string person(core::AssignmentId id) const {
    const auto found = chronology.assignments_.find(id);
    return found == chronology.assignments_.end() ? to_string(id) : text(found->second.name);
  }
  std::string assigned(core::AssignmentId id) const {
    const auto found = chronology.assignments_.find(id);
    if (found == chronology.assignments_.end()) return to_string(id);
    const auto& [name, function, organization] = found->second;
    return ja ? fmt::format("{}（{} {}）", text(name), body(organization), word(words::response_functions, function))
              : fmt::format("{} ({}, {})", text(name), body(organization), word(words::response_functions, function));
  }
  std::string operator()(const core::HandlingStepTaken& what) const {
    const auto& step = what.step;
    auto line = word(words::handling_steps, core::to_string(step.kind));
    if (!step.name.empty()) line += ja ? fmt::format("（{}）", text(step.name)) : fmt::format(" ({})", text(step.name));
    if (step.by_delegate) line += ja ? " CISOの権限の委任による" : ", by delegation of the CISO";
    return ja ? fmt::format("{}:「{}」", line, text(step.text)) : fmt::format("{}: \"{}\"", line, text(step.text));
  }
  std::string operator()(const core::InstructionGiven& what) const {
    const auto& given = what.instruction;
    auto line = ja ? fmt::format("{} への{}（{}）:「{}」", text(given.addressee), word(words::instruction_forces, core::to_string(given.force)),
                                 word(words::instruction_kinds, core::to_string(given.kind)), text(given.text))
                   : fmt::format("{} on {} to {}: \"{}\"", word(words::instruction_forces, core::to_string(given.force)),
                                 word(words::instruction_kinds, core::to_string(given.kind)), text(given.addressee), text(given.text));
    if (given.answer_by)
      line += ja ? fmt::format(" 回答期限 {}。", shown_second(*given.answer_by))
                 : fmt::format(" Answer by {}.", shown_second(*given.answer_by));
    return line;
  }
  std::string operator()(const core::InstructionAnswered& what) const {
    return ja ? fmt::format("指示等への回答（{}）:「{}」", what.carried_out ? "実施" : "未実施", text(what.text))
              : fmt::format("Answer to an instruction ({}): \"{}\"", what.carried_out ? "carried out" : "not carried out",
                            text(what.text));
  }
  std::string operator()(const core::PlatformLinked& what) const {
    const auto& link = what.link;
    const auto by = link.operator_organization.empty() ? std::string(ja ? "未登録" : "not said yet")
                                                       : body(link.operator_organization);
    return ja ? fmt::format("基盤となる情報システム「{}」（運用: {}、利用: {}）。", text(link.platform), by,
                            body(link.affected_organization))
              : fmt::format("Shared platform \"{}\" (operated by {}, used by {}).", text(link.platform), by,
                            body(link.affected_organization));
  }
  std::string person_of(core::CymatMemberId id) const {
    const auto found = chronology.cymat_members_.find(id);
    return found == chronology.cymat_members_.end() ? to_string(id) : found->second;
  }
  std::string operator()(const core::CymatRequested& what) const {
    const auto& asked = what.request;
    auto line = ja ? fmt::format("{} が CYMAT を要請（支援先 {}、優先度 {}、決定は {}）。", body(asked.organization),
                                 body(asked.supported), core::to_string(asked.priority), body(asked.center))
                   : fmt::format("{} asks for CYMAT (for {}, priority {}, to be decided by {}).", body(asked.organization),
                                 body(asked.supported), core::to_string(asked.priority), body(asked.center));
    if (!asked.through.empty())
      line += ja ? fmt::format(" {} を通じて。", body(asked.through)) : fmt::format(" Through {}.", body(asked.through));
    return line + because(asked.reason);
  }
  std::string operator()(const core::CymatForwarded& what) const {
    auto line = std::string(ja ? "CYMAT の要請をセンターへ転送。" : "The request for CYMAT forwarded to the centre.");
    if (!what.note.empty()) line += ja ? " 備考: " + text(what.note) : " Note: " + text(what.note);
    return line;
  }
  std::string operator()(const core::CymatDecided& what) const {
    const auto criterion = what.united_response
                               ? (ja ? "、政府として一体となった対応が必要" : ", a united response of the government is needed")
                               : "";
    return (ja ? fmt::format("CYMAT について決定: {}{}（1.3）。", core::to_string(what.ruling), criterion)
               : fmt::format("Decided on CYMAT: {}{} (1.3).", core::to_string(what.ruling), criterion)) +
           because(what.reason);
  }
  std::string operator()(const core::CymatMemberProposed& what) const {
    const auto& member = what.member;
    chronology.cymat_members_[member.id] = fmt::format("{} {}", body(member.organization), text(member.name));
    auto line = ja ? fmt::format("CYMAT 要員{}に {} を提案。", member.lead ? "（班長）" : "", person_of(member.id))
                   : fmt::format("Proposed for CYMAT{}: {}.", member.lead ? " as its lead" : "", person_of(member.id));
    if (!member.trained) line += ja ? " 研修の記録なし。" : " Not trained.";
    if (member.of_affected_body) line += ja ? " 被害機関の職員。" : " Of the affected body.";
    return line;
  }
  std::string operator()(const core::CymatMemberAnswered& what) const {
    return (ja ? fmt::format("所属機関が {} の参加を{}。", person_of(what.member), what.agreed ? "承諾" : "拒否")
               : fmt::format("The home agency {} to {}.", what.agreed ? "agrees" : "does not agree", person_of(what.member))) +
           because(what.reason);
  }
  std::string operator()(const core::CymatMemberWithdrawn& what) const {
    return (ja ? fmt::format("CYMAT 要員 {} を解除。", person_of(what.member))
               : fmt::format("Taken out of CYMAT: {}.", person_of(what.member))) +
           because(what.reason);
  }
  std::string operator()(const core::CymatLogged& what) const {
    return ja ? fmt::format("CYMAT の記録（{}）: {}", core::to_string(what.kind), text(what.text))
              : fmt::format("Log of CYMAT ({}): {}", core::to_string(what.kind), text(what.text));
  }
  std::string operator()(const core::CymatEnded& what) const {
    return (ja ? std::string("CYMAT の活動を終了。") : std::string("The work of CYMAT ended.")) + because(what.reason);
  }
  std::string operator()(const core::CymatReported& what) const {
    return (ja ? "CYMAT の報告: " : "Report of CYMAT: ") + text(what.text);
  }
  std::string operator()(const core::AccessEnded& what) const {
    return ja ? fmt::format("{} の閲覧を終了（根拠: {}）。", what.organization, what.because)
              : fmt::format("{} sees the case no more (because: {}).", what.organization, what.because);
  }
  template <class Other>
  std::string operator()(const Other&) const {
    return std::string(codec::words_of_event(core::type_of(event.what), chronology.language_)) + (ja ? "。" : ".");
  }
};

std::string Chronology::sentence(const core::Event& event) {
  return std::visit(SentenceOf{*this, event}, event.what);
}

std::string Chronology::who(const core::Actor& actor) const {
  if (!actor.token) return language_ == Language::ja ? "noroshid（自動）" : "noroshid (by itself)";
  auto text = shown_organization(actor.organization, language_);
  if (actor.role) text += " " + shown_word(words::roles, core::to_string(*actor.role), language_);
  if (!actor.name.empty())
    text += " " + (actor.name == "erased" ? std::string(language_ == Language::ja ? "（消去済み）" : "(erased)")
                                          : actor.name);
  return text;
}

std::string Chronology::entry(const core::Event& event, std::optional<std::uint64_t> sequence,
                              std::string_view incident) {
  return fmt::format("{}  {}{}{}  {}\n    {}\n", shown_second(event.at),
                     sequence ? fmt::format("#{}", *sequence) : "#-", incident.empty() ? "" : "  ", printable(incident),
                     printable(who(event.actor)), printable(sentence(event)));
}

}  // namespace noroshi::cli
