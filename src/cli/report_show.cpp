#include "src/cli/report_show.h"

#include <fmt/format.h>
#include <boost/json/serialize.hpp>

#include "src/cli/assign.h"
#include "src/cli/find_incident.h"
#include "src/cli/json_view.h"
#include "src/cli/label.h"
#include "src/cli/receipt.h"
#include "src/cli/report_queue.h"
#include "src/cli/table.h"
#include "src/cli/words.h"
#include "src/cli/withhold.h"

namespace noroshi::cli {
namespace {

namespace json = boost::json;

std::string render_messages(const json::value& incident, Language language) {
  const bool ja = language == Language::ja;
  Table table(ja ? std::vector<std::string>{"送信", "種別", "差出", "宛先", "受付番号", "受領確認", "確認者"}
                 : std::vector<std::string>{"sent", "kind", "from", "to", "receipt number", "acknowledged", "by"});
  for (const auto& message : array_at(incident, "/messages"))
    table.add_row({shown_time(text_at(message, "/sent_at")), shown_word(words::message_kinds, text_at(message, "/kind"), language),
                   shown_organization(text_at(message, "/from"), language),
                   shown_organization(text_at(message, "/to"), language), text_at(message, "/receipt_number"),
                   shown_time(text_at(message, "/acknowledged_at")), text_at(message, "/acknowledged_by")});
  return table.empty() ? "" : table.render(terminal_width());
}

// "応急措置の指示": what it is about, and how it binds.
std::string shown_instruction(const json::value& instruction, Language language) {
  const auto kind = shown_word(words::instruction_kinds, text_at(instruction, "/kind"), language);
  const auto force = shown_word(words::instruction_forces, text_at(instruction, "/force"), language);
  return language == Language::ja ? fmt::format("{}の{}", kind, force) : fmt::format("{}: {}", force, kind);
}

// How the body handles it inside; nothing where nothing was noted.
std::string render_handling(const json::value& incident, Language language) {
  const bool ja = language == Language::ja;
  std::string out;
  Table steps(ja ? std::vector<std::string>{"日時", "経過", "相手", "委任", "本文"}
                 : std::vector<std::string>{"at", "step", "person", "delegate", "text"});
  for (const auto& step : array_at(incident, "/steps"))
    steps.add_row({shown_time(text_at(step, "/taken_at")), shown_word(words::handling_steps, text_at(step, "/kind"), language),
                   text_at(step, "/name"),
                   flag_at(step, "/by_delegate") ? (ja ? "委任" : "yes") : "", text_at(step, "/text")});
  if (!steps.empty()) out += (ja ? "\n対処の経過\n" : "\nSteps of handling\n") + steps.render(terminal_width());
  Table given(ja ? std::vector<std::string>{"ID", "種別", "名宛人", "回答期限", "回答", "本文"}
                 : std::vector<std::string>{"id", "kind", "to", "answer by", "answer", "text"});
  for (const auto& instruction : array_at(incident, "/instructions")) {
    const bool answered = !text_at(instruction, "/answered_at").empty();
    const auto answer = answered ? (flag_at(instruction, "/carried_out") ? (ja ? "実施" : "carried out")
                                                                         : (ja ? "未実施" : "not carried out"))
                        : flag_at(instruction, "/overdue") ? (ja ? "期限超過" : "OVERDUE")
                                                           : "";
    given.add_row({text_at(instruction, "/id"), shown_instruction(instruction, language),
                   text_at(instruction, "/addressee"), shown_time(text_at(instruction, "/answer_by")), answer,
                   text_at(instruction, "/text")});
  }
  if (!given.empty())
    out += (ja ? "\n指示・勧告・助言\n" : "\nInstructions, recommendations, advice\n") + given.render(terminal_width());
  Table platforms(ja ? std::vector<std::string>{"基盤", "運用", "利用"} : std::vector<std::string>{"platform", "operator", "used by"});
  for (const auto& link : array_at(incident, "/platforms"))
    platforms.add_row({text_at(link, "/platform"), shown_organization(text_at(link, "/operator_organization"), language),
                       shown_organization(text_at(link, "/affected_organization"), language)});
  if (!platforms.empty())
    out += (ja ? "\n基盤となる情報システム\n" : "\nShared platforms\n") + platforms.render(terminal_width());
  return out;
}

std::string render(const json::value& incident, Language language) {
  const bool ja = language == Language::ja;
  std::string out;
  const auto line = [&out](std::string_view label, const std::string& value) {
    if (!value.empty()) out += fmt::format("{}: {}\n", label, printable(value));
  };
  line(ja ? "番号" : "number", text_at(incident, "/number"));
  line(ja ? "受付番号" : "receipt number", text_at(incident, "/receipt_number"));
  line("ID", text_at(incident, "/id"));
  line(ja ? "機関" : "body", shown_organization(text_at(incident, "/organization"), language));
  line(ja ? "整理番号" : "reference", text_at(incident, "/reference"));
  const auto erased = text_at(incident, "/erased_at");
  line(ja ? "件名" : "title", erased.empty() ? text_at(incident, "/title") : ja ? "（消去済み）" : "(erased)");
  if (!erased.empty())
    line(ja ? "消去" : "erased", fmt::format("{} {}", shown_time(erased),
                                             shown_organization(text_at(incident, "/erased_by"), language)));
  if (flag_at(incident, "/exercise")) line(ja ? "種別" : "kind", ja ? "訓練" : "EXERCISE");
  line(ja ? "状態" : "state", named_word(words::incident_states, text_at(incident, "/state"), language));
  line(ja ? "評価" : "assessment", named_word(words::assessments, text_at(incident, "/assessment"), language));
  line(ja ? "サイバー攻撃" : "cyberattack", named_word(words::attacks, text_at(incident, "/cyberattack"), language));
  line(ja ? "保存期間満了" : "retained until", shown_time(text_at(incident, "/retained_until")));
  line(ja ? "認知" : "recognised", shown_time(text_at(incident, "/recognized_at")));
  if (const auto* report = incident.is_object() ? incident.get_object().if_contains("report") : nullptr)
    out += told_view(*report, language);
  const auto& obligations = array_at(incident, "/obligations");
  if (!obligations.empty())
    out += (ja ? "\n義務（期限は運用者の目標です）\n"
               : "\nDuties (due times are the operator's own targets)\n") +
           render_obligations(obligations, language);
  if (const auto assignments = render_assignments(array_at(incident, "/assignments"), language); !assignments.empty())
    out += (ja ? "\n対応者\n" : "\nWho responds\n") + assignments;
  if (const auto messages = render_messages(incident, language); !messages.empty())
    out += (ja ? "\n送信\n" : "\nMessages\n") + messages;
  return out + render_handling(incident, language);
}

// Receipts that this machine has kept; a machine that submitted none has none.
std::string kept_receipts(const std::string& incident, Language language) {
  const auto queue = ReportQueue::default_folder();
  const auto kept = queue ? render_kept_receipts(*queue, incident, language) : std::string();
  if (kept.empty()) return kept;
  return (language == Language::ja ? "\nこの端末にある受領証\n" : "\nReceipts kept on this machine\n") + kept;
}

}  // namespace

int run(const ReportShowOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  const auto id = find_incident(*client, options.id, output);
  if (!id) return id.error();
  const auto incident = fetch(*client, "/api/v1/incidents/" + *id, output);
  if (!incident) return incident.error();
  if (output.json) {
    print(json::serialize(*incident) + '\n');
    return exit_ok;
  }
  print(under_label(*incident, render(*incident, output.language) + kept_receipts(*id, output.language), output.language));
  return exit_ok;
}

}  // namespace noroshi::cli
