#include "src/cli/erasure.h"

#include <fmt/format.h>
#include <boost/json/serialize.hpp>

#include "src/cli/find_incident.h"
#include "src/cli/json_view.h"
#include "src/cli/table.h"
#include "src/cli/words.h"
#include "src/codec/json_writer.h"

namespace noroshi::cli {
namespace {

namespace json = boost::json;

std::string render(const json::array& incidents, Language language) {
  const bool ja = language == Language::ja;
  Table table(
      ja ? std::vector<std::string>{"番号", "整理番号", "件名", "状態", "保存期間", "満了", "申請"}
         : std::vector<std::string>{"number", "reference", "title", "state", "retention", "over since", "asked for"});
  for (const auto& incident : incidents)
    table.add_row({text_at(incident, "/number"), text_at(incident, "/reference"), text_at(incident, "/title"),
                   shown_word(words::incident_states, text_at(incident, "/state"), language),
                   shown_word(words::retention_classes, text_at(incident, "/retention_class"), language),
                   shown_time(text_at(incident, "/retained_until")),
                   flag_at(incident, "/erasure_pending") ? (ja ? "決定待ち" : "waits for a decision") : "-"});
  if (table.empty()) return ja ? "消去できるインシデントはありません。\n" : "Nothing may be erased now.\n";
  return table.render(terminal_width());
}

std::string place_of(const std::string& incident) {
  return fmt::format("/api/v1/incidents/{}/erasures", incident);
}

// The request that waits for a decision; an incident has one at a time. Who decides sees what and why.
tl::expected<std::string, ExitCode> find_pending(const ApiClient& client, const std::string& incident,
                                                 const Output& output) {
  const auto detail = fetch(client, "/api/v1/incidents/" + incident, output);
  if (!detail) return tl::unexpected(detail.error());
  for (const auto& erasure : array_at(*detail, "/erasures")) {
    if (text_at(erasure, "/decision") != "pending") continue;
    if (!output.json)
      print_line(fmt::format("{} {}  {} {}  {}: {}", printable(text_at(*detail, "/number")),
                             printable(text_at(*detail, "/title")), shown_time(text_at(erasure, "/asked_at")),
                             printable(text_at(erasure, "/asked_by")), output({"理由", "reason"}),
                             printable(text_at(erasure, "/reason"))));
    return text_at(erasure, "/id");
  }
  complain(output, {"このインシデントについて決定を待つ消去の申請はありません。",
                    "no request to erase this incident waits for a decision"});
  return tl::unexpected(exit_failed);
}

}  // namespace

int run(const IncidentErasableOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  const auto incidents = fetch_all(*client, "/api/v1/incidents?erasable=true", output);
  if (!incidents) return incidents.error();
  print(output.json ? json::serialize(*incidents) + '\n' : render(array_at(*incidents, "/items"), output.language));
  return exit_ok;
}

int run(const IncidentEraseOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  const auto id = find_incident(*client, options.incident, output);
  if (!id) return id.error();
  std::string body;
  codec::JsonWriter(body).begin_object().member("reason", options.reason).end_object();
  const auto answer = act(*client, place_of(*id), body, options, output);
  if (!answer) return answer.error();
  if (output.json) return print_line(json::serialize(*answer)), exit_ok;
  const auto number = printable(text_at(*answer, "/number"));
  print_line(
      output({fmt::format("{} の内容の消去を申請しました。課室情報セキュリティ責任者が決定するまで何も消えません"
                          "（noroshi incident erasure approve {}）。",
                          number, number),
              fmt::format("Asked to erase the content of {0}. Nothing is erased until the section's security officer "
                          "decides (noroshi incident erasure approve {0}).",
                          number)}));
  return exit_ok;
}

int run(const ErasureDecideOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  const auto id = find_incident(*client, options.incident, output);
  if (!id) return id.error();
  const auto pending = find_pending(*client, *id, output);
  if (!pending) return pending.error();
  const auto body = decision_body(options.approved ? "approved" : "rejected", options.reason);
  const auto answer = act(*client, fmt::format("{}/{}/decision", place_of(*id), *pending), body, options, output);
  if (!answer) return answer.error();
  if (output.json) return print_line(json::serialize(*answer)), exit_ok;
  if (!options.approved)
    return print_line(output({"却下しました。内容は残ります。", "Rejected. The content stays."})), exit_ok;
  print_line(
      output({"内容を消去しました。元には戻せません。記録には、あったことと消去したことが残ります。"
              "バックアップは運用者が消去してください（統一基準 3.1.1(8)(c)）。",
              "The content is erased and cannot be brought back. The record keeps that it existed and that it was "
              "erased. Backups are the operator's to erase (standard 3.1.1(8)(c))."}));
  return exit_ok;
}

}  // namespace noroshi::cli
