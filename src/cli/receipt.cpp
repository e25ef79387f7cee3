#include "src/cli/receipt.h"

#include <algorithm>
#include <tuple>
#include <vector>

#include <fmt/format.h>

#include "src/cli/input.h"
#include "src/cli/json_view.h"
#include "src/cli/output.h"
#include "src/cli/table.h"

namespace noroshi::cli {
namespace {

namespace json = boost::json;

// `overdue` speaks of a duty still open, `late_by` of one met too late.
bool late(const json::value& obligation) {
  return flag_at(obligation, "/overdue") || duration_at(obligation, "/late_by").value_or(0) > 0;
}

std::string shown_state(const json::value& obligation, Language language) {
  const auto state = text_at(obligation, "/state");
  const bool ja = language == Language::ja;
  if (flag_at(obligation, "/overdue")) return ja ? "期限超過" : "OVERDUE";
  if (!ja) return state;
  if (state == "open") return "未了";
  if (state == "fulfilled") return "履行済";
  if (state == "waived") return "例外措置";
  if (state == "superseded") return "消滅";
  return state;
}

std::string shown_lateness(const json::value& obligation, Language language) {
  const auto late_by = duration_at(obligation, "/late_by").value_or(0);
  if (late_by <= 0) return "-";
  const auto duration = shown_duration(late_by, language);
  return language == Language::ja ? fmt::format("期限超過 {}", duration)
                                  : fmt::format("late by {}", duration);
}

// By which key the receipt is signed, which makes it a promise; older daemons signed none.
std::string shown_signature(const json::value& answer, Language language) {
  const auto key = text_at(answer, "/receipt/key");
  if (key.empty() || text_at(answer, "/receipt/signature").empty())
    return language == Language::ja ? "署名なし" : "not signed";
  return language == Language::ja ? fmt::format("署名付き（鍵 {}）", key) : fmt::format("signed (key {})", key);
}

// Names of files with the daemon's answers to accepted reports, oldest first.
std::vector<std::filesystem::path> kept_answers(const std::filesystem::path& queue) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(queue / "accepted", error))
    if (entry.path().filename().string().ends_with(".receipt.json")) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

std::string render_kept_receipts(const std::filesystem::path& queue, std::string_view incident, Language language) {
  std::string out;
  for (const auto& file : kept_answers(queue)) {
    const auto bytes = read_input(file.string());
    const auto answer = bytes ? parse_json(*bytes) : json::value();
    if (text_at(answer, "/incident/id") != incident) continue;
    const auto version = number_at(answer, "/report/version").value_or(1);
    out += language == Language::ja
               ? fmt::format("第{}版: {} {}\n", version, shown_signature(answer, language), file.string())
               : fmt::format("version {}: {} {}\n", version, shown_signature(answer, language), file.string());
  }
  return out;
}

namespace {

std::string mark_of(const json::value& value, Language language) {
  if (!flag_at(value, "/exercise")) return "";
  return language == Language::ja ? "訓練 " : "EXERCISE ";
}

}  // namespace

std::string render_obligations(const json::array& obligations, Language language) {
  std::vector<const json::value*> order;
  for (const auto& obligation : obligations) order.push_back(&obligation);
  const auto rank = [](const json::value* obligation) {
    return std::tuple(!flag_at(*obligation, "/overdue"), !late(*obligation),
                      text_at(*obligation, "/state") != "open", text_at(*obligation, "/due_at"));
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](const auto* a, const auto* b) { return rank(a) < rank(b); });

  Table table(
      language == Language::ja
          ? std::vector<std::string>{"状態", "条項", "義務を負う機関", "相手", "目標期限", "遅れ", "ID"}
          : std::vector<std::string>{"state", "clause", "holder", "recipient", "due (target)", "late", "id"});
  for (const auto* obligation : order)
    table.add_row({mark_of(*obligation, language) + shown_state(*obligation, language), shown_clause(*obligation),
                   shown_organization(text_at(*obligation, "/holder"), language),
                   shown_organization(text_at(*obligation, "/recipient"), language),
                   shown_time(text_at(*obligation, "/due_at")), shown_lateness(*obligation, language),
                   text_at(*obligation, "/id")});
  return table.render(terminal_width());
}

std::string render_receipt(const json::value& answer, bool replayed, Language language) {
  const bool ja = language == Language::ja;
  std::string out;
  const auto line = [&out](std::string_view label, const std::string& value) {
    if (!value.empty()) out += fmt::format("{}: {}\n", label, printable(value));
  };
  if (const auto* incident = answer.is_object() ? answer.get_object().if_contains("incident") : nullptr)
    out += mark_of(*incident, language);
  out += ja ? (replayed ? "この報告は既に受け付けられています。\n" : "受け付けました。\n")
            : (replayed ? "This report was accepted before.\n" : "Accepted.\n");
  line(ja ? "インシデント番号" : "incident", text_at(answer, "/incident/number"));
  line(ja ? "インシデント ID" : "incident id", text_at(answer, "/incident/id"));
  line(ja ? "報告 ID" : "report id", text_at(answer, "/report/id"));
  line(ja ? "版" : "version", fmt::format("{}", number_at(answer, "/report/version").value_or(1)));
  line(ja ? "受付日時" : "received at", shown_time(text_at(answer, "/receipt/received_at")));
  line("SHA-256", text_at(answer, "/receipt/sha256"));
  line(ja ? "受領証" : "receipt", shown_signature(answer, language));
  const auto& obligations = array_at(answer, "/obligations");
  out += ja ? "\n生じた義務（期限は運用者の目標です）\n"
            : "\nDuties opened (due times are the operator's own targets)\n";
  out += obligations.empty() ? (ja ? "なし\n" : "none\n") : render_obligations(obligations, language);
  for (const auto& alarm : array_at(answer, "/alarms")) line(ja ? "警報" : "alarm", text_at(alarm, "/code"));
  return out;
}

}  // namespace noroshi::cli
