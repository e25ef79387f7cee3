#include "src/cli/alarms.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <vector>

#include <fmt/format.h>
#include <boost/json/serialize.hpp>

#include "routing/time.h"
#include "src/cli/json_view.h"
#include "src/cli/table.h"
#include "src/cli/words.h"

namespace noroshi::cli {
namespace {

namespace json = boost::json;

std::string or_dash(std::string text) {
  return text.empty() ? "-" : text;
}

// A code that is not known here, as those of routing, is shown as it is.
std::string shown_code(const std::string& code, Language language) {
  struct Word {
    std::string_view code;
    Text text;
  };
  static const Word words[] = {
      {"duty_overdue", {"期限超過", "overdue"}},
      {"acknowledgement_overdue", {"受領確認なし", "not acknowledged"}},
      {"followup_overdue", {"続報なし", "no follow-up"}},
      {"inquiry_overdue", {"照会に回答なし", "inquiry not answered"}},
      {"handover_overdue", {"要引継ぎ", "hand-over due"}},
      {"head_gone", {"対応責任者の離任", "the head is gone"}},
      {"relay_silent", {"中継なし", "relay silent"}},
      {"relayed_automatically", {"自動中継", "relayed automatically"}},
      {"body_without_person", {"担当者なし", "no person to call"}},
      {"receiver_dead", {"受信者不在", "nobody there"}},
      {"delivery_dead", {"配送失敗", "not delivered"}},
      {"label_unmapped", {"格付の対応未登録", "label without a mapping"}},
      {"permission_overdue", {"別紙の許可待ち", "annex not permitted"}},
      {"annex_unreadable", {"別紙を開けない", "annex unreadable"}},
      {"canary_missing", {"疎通確認の不達", "canary missing"}},
  };
  for (const auto& word : words)
    if (word.code == code) return in(word.text, language);
  return or_dash(code);
}

// How long the due time had passed when the alarm was raised.
std::string shown_lateness_then(const json::value& alarm, Language language) {
  const auto raised = parse_rfc3339(text_at(alarm, "/raised_at"));
  const auto due = parse_rfc3339(text_at(alarm, "/due_at"));
  if (!raised || !due || *raised < *due) return "-";
  return shown_duration(std::chrono::duration_cast<std::chrono::seconds>(*raised - *due).count(), language);
}

std::string shown_holder(const json::value& alarm, Language language) {
  const auto holder = text_at(alarm, "/holder");
  return shown_organization(holder.empty() ? text_at(alarm, "/organization") : holder, language);
}

std::string shown_alarmed(const json::value& alarm, Language language) {
  const auto role = text_at(alarm, "/role");
  const auto body = shown_organization(text_at(alarm, "/organization"), language);
  return role.empty() ? body : fmt::format("{} {}", body, shown_role(role, language));
}

std::string shown_incident(const json::value& alarm, Language language) {
  const auto number = text_at(alarm, "/number");
  const auto name = or_dash(number.empty() ? text_at(alarm, "/incident_id") : number);
  if (!flag_at(alarm, "/exercise")) return name;
  return name + (language == Language::ja ? " 訓練" : " EXERCISE");
}

std::vector<const json::value*> newest_first(const json::array& alarms) {
  std::vector<const json::value*> order;
  for (const auto& alarm : alarms) order.push_back(&alarm);
  const auto rank = [](const json::value* alarm) {
    return std::tuple(parse_rfc3339(text_at(*alarm, "/raised_at")), number_at(*alarm, "/level"));
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](const auto* a, const auto* b) { return rank(b) < rank(a); });
  return order;
}

}  // namespace

std::string render_alarms(const json::array& alarms, Language language) {
  const bool ja = language == Language::ja;
  if (alarms.empty()) return ja ? "警報はありません。\n" : "No alarms.\n";
  Table table(ja ? std::vector<std::string>{"段階", "発生", "警報", "その時の遅れ", "条項", "義務を負う機関",
                                            "呼び出し先", "インシデント"}
                 : std::vector<std::string>{"level", "raised", "alarm", "late then", "clause", "who is late",
                                            "who was alarmed", "incident"});
  for (const auto* alarm : newest_first(alarms)) {
    const auto level = number_at(*alarm, "/level");
    table.add_row({level ? fmt::format("{}", *level) : "-", shown_time(text_at(*alarm, "/raised_at")),
                   shown_code(text_at(*alarm, "/code"), language), shown_lateness_then(*alarm, language),
                   or_dash(shown_clause(*alarm)), shown_holder(*alarm, language),
                   shown_alarmed(*alarm, language), shown_incident(*alarm, language)});
  }
  return table.render(terminal_width());
}

std::string shown_alarm(const json::value& alarm, Language language) {
  const bool ja = language == Language::ja;
  const auto level = number_at(alarm, "/level").value_or(0);
  std::string line = fmt::format("{}{}", ja ? "警報 段階" : "ALARM level ", level);
  const auto add = [&line](const std::string& part) {
    if (!part.empty() && part != "-") line += "  " + part;
  };
  add(shown_code(text_at(alarm, "/code"), language));
  if (const auto late = shown_lateness_then(alarm, language); late != "-")
    add(ja ? fmt::format("{}超過", late) : fmt::format("{} late", late));
  add(shown_clause(alarm));
  add(fmt::format("{} ⇒ {}", shown_holder(alarm, language), shown_alarmed(alarm, language)));
  add(shown_incident(alarm, language));
  return line;
}

int run(const AlarmsOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  const auto alarms = fetch_all(*client, "/api/v1/alarms", output);
  if (!alarms) return alarms.error();
  print(output.json ? json::serialize(*alarms) + '\n'
                    : render_alarms(array_at(*alarms, "/items"), output.language));
  return exit_ok;
}

}  // namespace noroshi::cli
