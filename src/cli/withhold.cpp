#include "src/cli/withhold.h"

#include <fmt/format.h>
#include <boost/json/serialize.hpp>

#include "src/cli/find_incident.h"
#include "src/cli/json_view.h"
#include "src/cli/table.h"
#include "src/codec/json_writer.h"

namespace noroshi::cli {
namespace {

namespace json = boost::json;

std::string joined(const json::array& texts) {
  std::string all;
  for (const auto& text : texts)
    if (text.is_string()) all += (all.empty() ? "" : ", ") + printable(std::string(text.get_string()));
  return all;
}

std::string shown_state(const json::value& withholding, Language language) {
  const auto state = text_at(withholding, "/state");
  if (language == Language::en) return state;
  if (state == "in_force") return "留保中";
  if (state == "released") return "解除";
  if (state == "over") return "期限切れ";
  return state;
}

std::string render(const json::array& withholdings, Language language) {
  const bool ja = language == Language::ja;
  Table table(ja ? std::vector<std::string>{"状態", "留保した機関", "相手", "項目", "期限", "理由", "ID"}
                 : std::vector<std::string>{"state", "by", "from", "members", "until", "reason", "id"});
  for (const auto& withholding : withholdings)
    table.add_row({shown_state(withholding, language), shown_organization(text_at(withholding, "/organization"), language),
                   shown_organization(text_at(withholding, "/from"), language), joined(array_at(withholding, "/members")),
                   shown_time(text_at(withholding, "/until")), text_at(withholding, "/reason"), text_at(withholding, "/id")});
  if (table.empty()) return ja ? "留保はありません。\n" : "Nothing is withheld.\n";
  return table.render(terminal_width());
}

}  // namespace

std::string told_view(const json::value& report, Language language) {
  if (text_at(report, "/view/of").empty()) return "";
  const bool ja = language == Language::ja;
  std::string out = ja ? "この報告は、あなたの機関に示される部分だけです。\n" : "This is not all of the report: only what your body is shown.\n";
  if (const auto left_out = joined(array_at(report, "/view/left_out")); !left_out.empty())
    out += fmt::format(fmt::runtime(ja ? "  役割上含まれない項目: {}\n" : "  not in the view of your role: {}\n"), left_out);
  for (const auto& withheld : array_at(report, "/view/withheld"))
    out += fmt::format(fmt::runtime(ja ? "  {} が {} まで留保: {}\n" : "  withheld by {} until {}: {}\n"),
                       shown_organization(text_at(withheld, "/by"), language), shown_time(text_at(withheld, "/until")),
                       joined(array_at(withheld, "/members")));
  return out;
}

int run(const WithholdOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  const auto id = find_incident(*client, options.incident, output);
  if (!id) return id.error();
  std::string body;
  codec::JsonWriter writer(body);
  writer.begin_object().member("from", options.from).name("members").begin_array();
  for (const auto& member : options.members) writer.value(member);
  writer.end_array().member("reason", options.reason).member("until", options.until).end_object();
  const auto answer = act(*client, fmt::format("/api/v1/incidents/{}/withholdings", *id), body, options, output);
  if (!answer) return answer.error();
  if (output.json) return print_line(json::serialize(*answer)), exit_ok;
  print(render({*answer}, output.language));
  print_line(printable(text_at(*answer, "/note")));
  return exit_ok;
}

int run(const WithholdingsOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  const auto id = find_incident(*client, options.incident, output);
  if (!id) return id.error();
  const auto list = fetch_all(*client, fmt::format("/api/v1/incidents/{}/withholdings", *id), output);
  if (!list) return list.error();
  print(output.json ? json::serialize(*list) + '\n' : render(array_at(*list, "/items"), output.language));
  return exit_ok;
}

int run(const ReleaseWithheldOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  std::string body;
  codec::JsonWriter(body).begin_object().member("reason", options.reason).end_object();
  const auto answer =
      act(*client, "/api/v1/withholdings/" + percent_encoded(options.withholding) + "/release", body, options, output);
  if (!answer) return answer.error();
  print(output.json ? json::serialize(*answer) + '\n' : render({*answer}, output.language));
  return exit_ok;
}

int run(const ShareOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  const auto id = find_incident(*client, options.incident, output);
  if (!id) return id.error();
  std::string body;
  codec::JsonWriter writer(body);
  writer.begin_object().member("organization", options.organization);
  if (!options.note.empty()) writer.member("note", options.note);
  writer.end_object();
  const auto answer = act(*client, fmt::format("/api/v1/incidents/{}/sharings", *id), body, options, output);
  if (!answer) return answer.error();
  if (output.json) return print_line(json::serialize(*answer)), exit_ok;
  const auto number = printable(text_at(*answer, "/incident/number"));
  const auto body_name = shown_organization(text_at(*answer, "/message/to"), output.language);
  const auto receipt = printable(text_at(*answer, "/message/receipt_number"));
  print_line(output({fmt::format("{} を {} と共有しました（2.2.4(2)(l)、受付番号 {}）。", number, body_name, receipt),
                     fmt::format("Shared {} with {} (2.2.4(2)(l), receipt number {}).", number, body_name, receipt)}));
  return exit_ok;
}

}  // namespace noroshi::cli
