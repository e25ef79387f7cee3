#include "src/cli/inquiry.h"

#include <fmt/format.h>
#include <boost/json/serialize.hpp>

#include "src/cli/find_incident.h"
#include "src/cli/json_view.h"
#include "src/cli/table.h"
#include "src/codec/json_writer.h"

namespace noroshi::cli {
namespace {

namespace json = boost::json;

constexpr std::string_view inquiries = "/api/v1/inquiries";
constexpr std::string_view notices = "/api/v1/notices";

std::string shown_state(const json::value& inquiry, Language language) {
  const auto state = text_at(inquiry, "/state");
  const bool ja = language == Language::ja;
  if (state == "open" && flag_at(inquiry, "/overdue")) return ja ? "期限超過" : "overdue";
  if (!ja) return state;
  if (state == "open") return "回答待ち";
  if (state == "answered") return "回答済み";
  if (state == "withdrawn") return "取下げ";
  return state;
}

std::string exercise_mark(const json::value& inquiry, Language language) {
  if (!flag_at(inquiry, "/incident/exercise")) return "";
  return language == Language::ja ? "【訓練】" : "[EXERCISE] ";
}

std::string render_inquiries(const json::array& items, Language language) {
  const bool ja = language == Language::ja;
  Table table(ja ? std::vector<std::string>{"状態", "番号", "照会元", "照会先", "目標期限", "照会", "ID"}
                 : std::vector<std::string>{"state", "number", "from", "to", "target", "inquiry", "id"});
  for (const auto& item : items)
    table.add_row({shown_state(item, language), exercise_mark(item, language) + text_at(item, "/incident/number"),
                   shown_organization(text_at(item, "/from"), language), shown_organization(text_at(item, "/to"), language),
                   shown_time(text_at(item, "/due_at")), text_at(item, "/text"), text_at(item, "/id")});
  if (table.empty()) return ja ? "照会はありません。\n" : "There are no inquiries.\n";
  return table.render(terminal_width());
}

std::string line(std::string_view label, const std::string& value) {
  return value.empty() ? std::string() : fmt::format("{}: {}\n", label, printable(value));
}

std::string chain_of(const json::value& item, Language language) {
  const bool ja = language == Language::ja;
  std::string text = line(ja ? "取り次いだ元" : "passes on", text_at(item, "/passes_on"));
  for (const auto& id : array_at(item, "/passed_on"))
    if (id.is_string()) text += line(ja ? "取次ぎ" : "passed on as", std::string(id.get_string()));
  return text;
}

std::string render_inquiry(const json::value& item, Language language) {
  const bool ja = language == Language::ja;
  std::string text = render_inquiries({item}, language);
  text += chain_of(item, language);
  text += line(ja ? "照会" : "inquiry", text_at(item, "/text"));
  text += line(ja ? "照会した者" : "asked by", text_at(item, "/asked_by"));
  text += line(ja ? "回答" : "answer", text_at(item, "/answer"));
  text += line(ja ? "回答した者" : "answered by", text_at(item, "/answered_by"));
  text += line(ja ? "取下げの理由" : "withdrawn because", text_at(item, "/withdrawal_reason"));
  return text;
}

std::string render_notices(const json::array& items, Language language) {
  const bool ja = language == Language::ja;
  Table table(ja ? std::vector<std::string>{"回答", "提供元", "提供先", "提供日時", "情報", "インシデント", "ID"}
                 : std::vector<std::string>{"answer", "from", "to", "given at", "notice", "incidents", "id"});
  for (const auto& item : items) {
    const auto waiting = duration_at(item, "/waiting");
    const auto answer = !waiting ? text_at(item, "/answer")
                        : ja     ? fmt::format("待ち {}", shown_duration(*waiting, language))
                                 : fmt::format("waiting {}", shown_duration(*waiting, language));
    std::string numbers;
    for (const auto& incident : array_at(item, "/incidents"))
      numbers += (numbers.empty() ? "" : ", ") + text_at(incident, "/number");
    table.add_row({answer, shown_organization(text_at(item, "/from"), language), shown_organization(text_at(item, "/to"), language),
                   shown_time(text_at(item, "/given_at")), text_at(item, "/text"), numbers.empty() ? "-" : numbers,
                   text_at(item, "/id")});
  }
  if (table.empty()) return ja ? "情報提供はありません。\n" : "There are no notices.\n";
  return table.render(terminal_width());
}

// What came of a command.
std::string render_answer(const json::value& answer, Language language) {
  const bool ja = language == Language::ja;
  std::string text = line(ja ? "番号" : "number", text_at(answer, "/incident/number"));
  for (const auto* member : {"/inquiry/id", "/notice/id", "/message/id", "/linked/notice_id"})
    text += line("ID", text_at(answer, member));
  const auto due = text_at(answer, "/inquiry/due_at");
  if (!due.empty()) text += line(ja ? "回答の目標期限" : "target of the answer", shown_time(due));
  const auto acknowledge_by = text_at(answer, "/message/acknowledge_by");
  if (!acknowledge_by.empty()) text += line(ja ? "受領確認の目標期限" : "target of the acknowledgement", shown_time(acknowledge_by));
  return text;
}

int post(const ApiClient& client, const std::string& target, const std::string& body, const ActOptions& options, const Output& output) {
  const auto answer = act(client, target, body, options, output);
  if (!answer) return answer.error();
  print(output.json ? json::serialize(*answer) + '\n' : render_answer(*answer, output.language));
  return exit_ok;
}

int post(const std::string& target, const std::string& body, const ActOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  return post(*client, target, body, options, output);
}

int post_on_incident(const std::string& incident, std::string_view what, const std::string& body, const ActOptions& options,
                     const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  const auto id = find_incident(*client, incident, output);
  if (!id) return id.error();
  return post(*client, fmt::format("/api/v1/incidents/{}/{}", *id, what), body, options, output);
}

std::string word_body(const std::string& to, const std::string& text, const std::string& passes_on) {
  std::string body;
  codec::JsonWriter writer(body);
  writer.begin_object().member("to", to).member("text", text);
  if (!passes_on.empty()) writer.member("passes_on", passes_on);
  writer.end_object();
  return body;
}

std::string body_of(std::string_view name, const std::string& text) {
  std::string body;
  codec::JsonWriter(body).begin_object().member(name, text).end_object();
  return body;
}

int show_list(const ApiClient& client, const std::string& target, const Output& output,
              std::string (*render)(const json::array&, Language)) {
  const auto found = fetch_all(client, target, output);
  if (!found) return found.error();
  print(output.json ? json::serialize(*found) + '\n' : render(array_at(*found, "/items"), output.language));
  return exit_ok;
}

void add_to_query(std::string& target, std::string_view name, const std::string& value) {
  if (!value.empty())
    target += fmt::format("{}{}={}", target.find('?') == std::string::npos ? '?' : '&', name, percent_encoded(value));
}

}  // namespace

int run(const InquiryAskOptions& options, const Output& output) {
  return post_on_incident(options.incident, "inquiries", word_body(options.to, options.text, options.passes_on), options, output);
}

int run(const InquiryAnswerOptions& options, const Output& output) {
  return post(fmt::format("{}/{}/answer", inquiries, percent_encoded(options.inquiry)), body_of("text", options.text), options, output);
}

int run(const InquiryWithdrawOptions& options, const Output& output) {
  return post(fmt::format("{}/{}/withdrawal", inquiries, percent_encoded(options.inquiry)), body_of("reason", options.reason), options,
              output);
}

int run(const InquiryListOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  if (!options.incident.empty()) {
    const auto id = find_incident(*client, options.incident, output);
    if (!id) return id.error();
    return show_list(*client, fmt::format("/api/v1/incidents/{}/inquiries", *id), output, render_inquiries);
  }
  std::string target(inquiries);
  add_to_query(target, "state", options.state);
  add_to_query(target, "from", options.from);
  add_to_query(target, "to", options.to);
  return show_list(*client, target, output, render_inquiries);
}

int run(const InquiryShowOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  const auto inquiry = fetch(*client, fmt::format("{}/{}", inquiries, percent_encoded(options.inquiry)), output);
  if (!inquiry) return inquiry.error();
  print(output.json ? json::serialize(*inquiry) + '\n' : render_inquiry(*inquiry, output.language));
  return exit_ok;
}

int run(const NoticeGiveOptions& options, const Output& output) {
  return post(std::string(notices), word_body(options.to, options.text, options.passes_on), options, output);
}

int run(const NoticeTellOptions& options, const Output& output) {
  return post_on_incident(options.incident, "notices", word_body(options.to, options.text, {}), options, output);
}

int run(const NoticeAnswerOptions& options, const Output& output) {
  return post(fmt::format("{}/{}/answer", notices, percent_encoded(options.notice)), body_of("text", options.text), options, output);
}

int run(const NoticeLinkOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  const auto id = find_incident(*client, options.incident, output);
  if (!id) return id.error();
  return post(*client, fmt::format("{}/{}/link", notices, percent_encoded(options.notice)), body_of("incident", *id), options, output);
}

int run(const NoticeListOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  std::string target(notices);
  if (options.unanswered) add_to_query(target, "answered", "false");
  return show_list(*client, target, output, render_notices);
}

}  // namespace noroshi::cli
