#include "src/cli/words.h"

#include <fmt/format.h>

#include <algorithm>

namespace noroshi::cli {

namespace words {

const Words report_stages{{"first", {"第一報", "first report"}},
                          {"followup", {"続報", "follow-up"}},
                          {"final", {"最終報", "final report"}},
                          {"correction", {"訂正", "correction"}}};
const Words assessments{{"incident", {"インシデントである", "an incident"}},
                        {"possible", {"インシデントの可能性がある", "possibly an incident"}},
                        {"not_incident", {"インシデントでない", "no incident"}}};
const Words attacks{{"yes", {"該当", "yes"}},
                    {"possible", {"可能性あり", "possible"}},
                    {"no", {"該当しない", "no"}},
                    {"unknown", {"不明", "unknown"}}};
const Words incident_states{{"reported", {"報告済み", "reported"}},
                            {"assessed", {"評価済み", "assessed"}},
                            {"contained", {"応急措置済み", "contained"}},
                            {"recovered", {"復旧済み", "recovered"}},
                            {"reviewed", {"再発防止策済み", "reviewed"}},
                            {"closed", {"終結", "closed"}},
                            {"dismissed", {"インシデントでないと判断", "dismissed"}}};
const Words fulfilment_methods{{"relay", {"中継", "relay"}},
                               {"report", {"報告の送付", "report"}},
                               {"telephone", {"電話", "telephone"}},
                               {"in_person", {"対面", "in person"}},
                               {"police_report", {"通報", "report to the police"}},
                               {"consultation", {"相談", "consultation"}},
                               {"decided_not_needed", {"不要と判断", "decided not needed"}},
                               {"done", {"実施", "done"}},
                               {"judgement", {"評価により", "by the judgement"}}};
const Words message_kinds{{"report", {"報告", "report"}},
                          {"relay", {"中継", "relay"}},
                          {"notice", {"通知", "notice"}},
                          {"alarm", {"警報", "alarm"}}};
const Words roles{{"reporter", {"報告者", "reporter"}},
                  {"csirt_member", {"CSIRT職員", "CSIRT member"}},
                  {"csirt_head", {"CSIRT責任者", "CSIRT head"}},
                  {"external_contact", {"外部連絡担当", "external contact"}},
                  {"exception_officer", {"例外措置の許可権限者", "exception officer"}},
                  {"ciso", {"CISO", "CISO"}},
                  {"section_officer", {"課室情報セキュリティ責任者", "section officer"}},
                  {"center_liaison", {"センター連絡担当", "centre liaison"}},
                  {"police_desk", {"警察の窓口", "police desk"}},
                  {"crisis_desk", {"事態対処の窓口", "crisis desk"}},
                  {"cymat_member", {"CYMAT要員", "CYMAT member"}},
                  {"auditor", {"監査担当", "auditor"}},
                  {"operator", {"運用担当", "operator"}}};
const Words response_functions{{"head", {"対応責任者", "head of the response"}},
                               {"deputy", {"副責任者", "deputy"}},
                               {"handler", {"対処担当", "handler"}},
                               {"external_contact", {"外部連絡担当", "external contact"}}};
const Words handling_steps{{"ciso_told", {"CISOへの報告", "CISO told"}},
                           {"situation", {"対処状況の把握", "state of handling"}},
                           {"record", {"対処の記録", "record of handling"}},
                           {"rules_followed", {"基盤の規程に従った対処", "rules of the platform followed"}},
                           {"cause_reported", {"原因と再発防止策の報告", "cause and prevention reported"}},
                           {"measures_ordered", {"措置の指示", "measures ordered"}},
                           {"lessons_shared", {"教訓の共有", "lessons shared"}},
                           {"procedure_followed", {"手順又は指示に従った対処", "procedure or instruction followed"}},
                           {"information_shared", {"関係機関との情報共有", "information shared"}}};
const Words instruction_kinds{{"emergency_measures", {"応急措置", "emergency measures"}},
                              {"recovery", {"復旧", "recovery"}},
                              {"handling", {"対処", "handling"}}};
const Words instruction_forces{{"instruction", {"指示", "instruction"}},
                               {"recommendation", {"勧告", "recommendation"}},
                               {"advice", {"助言", "advice"}}};
const Words response_states{{"proposed", {"返答待ち", "proposed"}},
                            {"accepted", {"承諾済み", "accepted"}},
                            {"active", {"対応中", "active"}},
                            {"handed_over", {"引継ぎ済み", "handed over"}},
                            {"released", {"解除", "released"}},
                            {"declined", {"辞退", "declined"}}};
const Words retention_classes{{"confidentiality_1", {"機密性1", "confidentiality 1"}},
                              {"confidentiality_2", {"機密性2", "confidentiality 2"}},
                              {"exercise", {"訓練", "exercise"}}};
const Words cymat_priorities{{"normal", {"通常", "normal"}},
                             {"high", {"優先", "high"}},
                             {"urgent", {"緊急", "urgent"}}};
const Words cymat_states{{"requested", {"要請", "requested"}},
                         {"received", {"受理", "received"}},
                         {"decided", {"決定", "decided"}},
                         {"formed", {"編成", "formed"}},
                         {"dispatched", {"派遣", "dispatched"}},
                         {"active", {"活動中", "active"}},
                         {"ended", {"終了", "ended"}},
                         {"reported", {"報告済み", "reported"}}};
const Words cymat_rulings{{"dispatch", {"派遣", "dispatch"}},
                          {"advice", {"助言のみ", "advice"}},
                          {"declined", {"見送り", "declined"}}};
const Words cymat_member_states{{"proposed", {"提案", "proposed"}},
                                {"agreed", {"同意", "agreed"}},
                                {"refused", {"不同意", "refused"}},
                                {"withdrawn", {"取消し", "withdrawn"}},
                                {"serving", {"従事中", "serving"}},
                                {"ended", {"終了", "ended"}}};
const Words cymat_entries{{"work", {"作業", "work"}},
                          {"advice", {"助言", "advice"}},
                          {"information", {"情報提供", "information"}},
                          {"information_asked", {"情報の求め", "information asked for"}}};
const Words employments{{"employee", {"職員", "employee"}},
                        {"seconded", {"出向・併任", "seconded"}},
                        {"dispatched", {"派遣労働者", "dispatched"}},
                        {"trainee", {"研修生等", "trainee"}}};
const Words posts{{"ciso", {"最高情報セキュリティ責任者", "CISO"}},
                  {"deputy_ciso", {"最高情報セキュリティ副責任者", "deputy CISO"}},
                  {"csirt_head", {"CSIRT責任者", "CSIRT head"}},
                  {"csirt_coordinator", {"CSIRTの運用・調整担当", "CSIRT coordinator"}},
                  {"external_contact", {"外部との連絡担当", "external contact"}},
                  {"csirt_member", {"CSIRTに属する職員", "CSIRT member"}},
                  {"information_security_officer", {"情報セキュリティ責任者", "information security officer"}},
                  {"section_officer", {"課室情報セキュリティ責任者", "section officer"}},
                  {"system_security_officer", {"情報システムセキュリティ責任者", "system security officer"}},
                  {"exception_officer", {"例外措置の許可権限者", "exception officer"}},
                  {"cymat_member", {"CYMATに属する職員", "CYMAT member"}}};
const Words grounds{{"expertise", {"専門的な知識", "expertise"}},
                    {"aptitude", {"適性", "aptitude"}},
                    {"office", {"充て職", "office"}}};
const Words powers{{"be_told", {"報告を受ける", "be told"}},
                   {"approve", {"承認・許可", "approve"}},
                   {"decide", {"指示・決定", "decide"}},
                   {"appoint", {"指名・任命", "appoint"}}};
const Words trainings{{"csirt", {"CSIRT研修", "CSIRT training"}},
                      {"cymat", {"CYMAT研修", "CYMAT training"}}};

}  // namespace words

namespace {

const Word* find(const Words& words, std::string_view word) {
  const auto found = std::find_if(words.begin(), words.end(), [&](const Word& known) { return known.word == word; });
  return found == words.end() ? nullptr : &*found;
}

}  // namespace

std::string shown_word(const Words& words, std::string_view word, Language language) {
  const auto* known = find(words, word);
  return known ? in(known->text, language) : std::string(word);
}

std::string named_word(const Words& words, std::string_view word, Language language) {
  const auto* known = language == Language::ja ? find(words, word) : nullptr;
  return known ? fmt::format("{} ({})", known->text.ja, word) : std::string(word);
}

std::string shown_role(std::string_view role, Language language) {
  return language == Language::ja ? shown_word(words::roles, role, language) : std::string(role);
}

}  // namespace noroshi::cli
