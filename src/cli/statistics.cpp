#include "src/cli/statistics.h"

#include <cstdlib>
#include <string_view>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "src/cli/json_view.h"
#include "src/cli/table.h"

namespace noroshi::cli {
namespace {

namespace json = boost::json;

std::string query_of(const StatisticsOptions& options) {
  std::string query = fmt::format("?exercise={}", options.exercise);
  if (!options.from.empty()) query += "&from=" + percent_encoded(options.from);
  if (!options.to.empty()) query += "&to=" + percent_encoded(options.to);
  return query;
}

std::string count_at(const json::value& value, std::string_view pointer) {
  return std::to_string(number_at(value, pointer).value_or(0));
}

// "12分" late, "-1時間5分" where it was done before it was due; "-" where nothing was done.
std::string shown_lateness(const json::value& value, std::string_view which, Language language) {
  boost::system::error_code error;
  const auto* found = value.find_pointer("/lateness_seconds/" + std::string(which), error);
  if (!found || !found->is_number()) return "-";
  const auto seconds = static_cast<std::int64_t>(found->to_number<double>());
  return (seconds < 0 ? "-" : "") + shown_duration(std::llabs(seconds), language);
}

std::string counts_line(const json::value& incidents, const char* name) {
  std::string line;
  boost::system::error_code error;
  const auto* counts = incidents.find_pointer(std::string("/") + name, error);
  if (!counts || !counts->is_object()) return line;
  for (const auto& [word, count] : counts->get_object())
    if (count.is_number())
      line += fmt::format("{}{} {}", line.empty() ? "" : ", ", printable(word), count.to_number<std::int64_t>());
  return line;
}

void show(const json::value& statistics, const Output& output) {
  const bool ja = output.language == Language::ja;
  const auto range = shown_time(text_at(statistics, "/from")) + " – " + shown_time(text_at(statistics, "/to"));
  const std::string mark = flag_at(statistics, "/exercise") ? (ja ? "【訓練】" : "EXERCISE ") : "";
  print_line(mark + range);
  const auto* incidents = statistics.get_object().if_contains("incidents");
  if (!incidents) return;
  print_line(fmt::format("{}: {}", ja ? "インシデント" : "incidents", count_at(*incidents, "/total")));
  for (const auto& [name, label] : {std::pair{"by_state", Text{"状態", "state"}}, std::pair{"by_assessment", Text{"評価", "assessment"}},
                                    std::pair{"by_cyberattack", Text{"サイバー攻撃", "cyberattack"}},
                                    std::pair{"by_category", Text{"分類", "category"}}})
    if (const auto line = counts_line(*incidents, name); !line.empty())
      print_line(fmt::format("  {}: {}", output(label), line));
  Table table(ja ? std::vector<std::string>{"版", "条項", "計", "期限内", "遅れ", "未了", "超過", "例外", "取消", "中央値", "90%"}
                 : std::vector<std::string>{"edition", "clause", "total", "in time", "late", "open", "overdue", "waived",
                                            "superseded", "median", "90%"});
  for (const auto& clause : array_at(statistics, "/duties"))
    table.add_row({text_at(clause, "/edition"), shown_clause(clause), count_at(clause, "/total"), count_at(clause, "/in_time"),
                   count_at(clause, "/late"), count_at(clause, "/open"), count_at(clause, "/overdue"),
                   count_at(clause, "/waived"), count_at(clause, "/superseded"),
                   shown_lateness(clause, "median", output.language), shown_lateness(clause, "p90", output.language)});
  if (!table.empty()) print(table.render(terminal_width()));
  const auto* acknowledgements = statistics.get_object().if_contains("acknowledgements");
  if (!acknowledgements) return;
  const auto at = [&](const char* pointer) { return count_at(*acknowledgements, pointer); };
  print_line(fmt::format(fmt::runtime(ja ? "受領確認: 計 {}、期限内 {}、遅れ {}、後の版で確認 {}、待ち {}（超過 {}）、中央値 {}、90% {}"
                                         : "acknowledgements: {} in all, {} in time, {} late, {} with a later one, {} waiting ({} "
                                           "overdue), median {}, 90% {}"),
                         at("/total"), at("/in_time"), at("/late"), at("/with_a_later_one"), at("/waiting"), at("/overdue"),
                         shown_lateness(*acknowledgements, "median", output.language),
                         shown_lateness(*acknowledgements, "p90", output.language)));
  print_line(output({"中央値と 90% は、目標期限に対する遅れです（負は期限前）。目標は運用者のものであり、統一基準の数値ではありません。",
                     "Median and 90% are how late after the target (negative: before it). Targets are the operator's own; the "
                     "standard names no number."}));
}

}  // namespace

int run(const StatisticsOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  const auto statistics = fetch(*client, "/api/v1/statistics" + query_of(options), output);
  if (!statistics) return statistics.error();
  if (output.json)
    print_line(json::serialize(*statistics));
  else if (statistics->is_object())
    show(*statistics, output);
  return exit_ok;
}

}  // namespace noroshi::cli
