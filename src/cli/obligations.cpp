#include "src/cli/obligations.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <boost/json/serialize.hpp>

#include "src/cli/json_view.h"
#include "src/cli/receipt.h"
#include "src/cli/table.h"

namespace noroshi::cli {
namespace {

namespace json = boost::json;

std::string query_of(const ObligationsOptions& options) {
  std::string query;
  const auto add = [&query](const char* name, const std::string& value) {
    if (!value.empty())
      query += fmt::format("{}{}={}", query.empty() ? '?' : '&', name, percent_encoded(value));
  };
  add("state", options.state);
  add("overdue", options.overdue ? "true" : "");
  add("holder", options.holder);
  add("recipient", options.recipient);
  add("incident", options.incident);
  return query;
}

// The highest level first: it has waited longest.
std::string render_alarms(const json::array& alarms, Language language) {
  const bool ja = language == Language::ja;
  std::vector<const json::value*> order;
  for (const auto& alarm : alarms) order.push_back(&alarm);
  std::stable_sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
    return number_at(*a, "/level").value_or(0) > number_at(*b, "/level").value_or(0);
  });
  Table table(ja ? std::vector<std::string>{"段階", "発生", "警報", "機関", "担当", "目標期限", "義務",
                                            "インシデント"}
                 : std::vector<std::string>{"level", "raised", "alarm", "body", "role", "due (target)",
                                            "duty", "incident"});
  for (const auto* alarm : order)
    table.add_row({number_at(*alarm, "/level") ? fmt::format("{}", *number_at(*alarm, "/level")) : "-",
                   shown_time(text_at(*alarm, "/raised_at")), text_at(*alarm, "/code"),
                   shown_organization(text_at(*alarm, "/organization"), language), text_at(*alarm, "/role"),
                   shown_time(text_at(*alarm, "/due_at")), text_at(*alarm, "/obligation_id"),
                   text_at(*alarm, "/incident_id")});
  if (table.empty()) return ja ? "警報はありません。\n" : "No alarms.\n";
  return table.render(terminal_width());
}

}  // namespace

int run(const ObligationsOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  const auto obligations = fetch_all(*client, "/api/v1/obligations" + query_of(options), output);
  if (!obligations) return obligations.error();
  const auto& items = array_at(*obligations, "/items");
  if (output.json) {
    print_line(json::serialize(*obligations));
  } else if (items.empty()) {
    print_line(output({"該当する義務はありません。", "No such duties."}));
  } else {
    print(render_obligations(items, output.language));
    print_line(output({"期限は運用者の目標であり、統一基準の数値ではありません。",
                       "Due times are the operator's own targets; the standard names no number."}));
  }
  return exit_ok;
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
