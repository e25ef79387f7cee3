#include "src/cli/label.h"

#include <fmt/format.h>
#include <boost/json/serialize.hpp>

#include "src/cli/find_incident.h"
#include "src/cli/json_view.h"
#include "src/cli/table.h"
#include "src/codec/json_writer.h"
#include "src/core/label_words.h"

namespace noroshi::cli {
namespace {

namespace json = boost::json;

constexpr std::string_view mappings = "/api/v1/label-mappings";

core::Grades grades_of(const json::value& label) {
  const auto grade = [&](std::string_view pointer) { return static_cast<int>(number_at(label, pointer).value_or(0)); };
  return {grade("/confidentiality"), grade("/integrity"), grade("/availability")};
}

// "2・1・-": 機密性, 完全性, 可用性.
std::string shown_grades(const json::value& label) {
  const auto grades = grades_of(label);
  const auto shown = [](int grade) { return grade == 0 ? std::string("-") : std::to_string(grade); };
  return shown(grades.confidentiality) + " " + shown(grades.integrity) + " " + shown(grades.availability);
}

std::string shown_ground(const std::string& ground, Language language) {
  if (language == Language::en) return ground == "unmapped" ? "unmapped: taken for the stricter grade" : ground;
  if (ground == "stated") return "区分の記載";
  if (ground == "mapped") return "対応による";
  if (ground == "unmapped") return "対応が未登録（厳しい区分で扱う）";
  if (ground == "changed") return "変更の申請による";
  return ground;
}

std::string shown_restrictions(const json::value& label) {
  std::string text;
  for (const auto& word : array_at(label, "/restrictions"))
    if (word.is_string()) text += (text.empty() ? "" : ", ") + printable(std::string(word.get_string()));
  return text;
}

bool asks_for_print_mark(const json::value& label) {
  for (const auto& restriction : array_at(label, "/enforced"))
    if (restriction.is_string() && restriction.get_string() == to_string(core::Restriction::print_mark)) return true;
  return false;
}

std::string shown_decision(const std::string& decision, Language language) {
  if (language == Language::en) return decision;
  if (decision == "pending") return "決定待ち";
  if (decision == "approved") return "認めた";
  if (decision == "rejected") return "却下";
  return decision;
}

std::string or_dash(const std::string& text) { return text.empty() ? "-" : printable(text); }

std::string render_labels(const json::value& incident, Language language) {
  const bool ja = language == Language::ja;
  Table table(ja ? std::vector<std::string>{"日時", "機密 完全 可用", "自機関の表示", "根拠", "取扱制限"}
                 : std::vector<std::string>{"given", "conf int avail", "own label", "ground", "restrictions"});
  for (const auto& label : array_at(incident, "/labels"))
    table.add_row({shown_time(text_at(label, "/given_at")), shown_grades(label), or_dash(text_at(label, "/own_label")),
                   shown_ground(text_at(label, "/ground"), language), or_dash(shown_restrictions(label))});
  return table.empty() ? (ja ? "格付は記載されていません。\n" : "No label was stated.\n") : table.render(terminal_width());
}

std::string render_changes(const json::value& incident, Language language) {
  const bool ja = language == Language::ja;
  Table table(ja ? std::vector<std::string>{"決定", "申請", "機密 完全 可用", "自機関の表示", "申請者", "決定者", "理由", "ID"}
                 : std::vector<std::string>{"decision", "asked", "conf int avail", "own label", "by", "decided by", "reason", "id"});
  for (const auto& change : array_at(incident, "/label_changes"))
    table.add_row({shown_decision(text_at(change, "/decision"), language), shown_time(text_at(change, "/asked_at")),
                   shown_grades(change), or_dash(text_at(change, "/own_label")), or_dash(text_at(change, "/asked_by")),
                   or_dash(text_at(change, "/decided_by")), or_dash(text_at(change, "/reason")), text_at(change, "/id")});
  return table.empty() ? "" : (ja ? "\n変更の申請\n" : "\nRequests to change it\n") + table.render(terminal_width());
}

std::string render_mappings(const json::array& items, Language language) {
  const bool ja = language == Language::ja;
  Table table(ja ? std::vector<std::string>{"状態", "自機関の表示", "機密 完全 可用", "登録", "登録者", "ID"}
                 : std::vector<std::string>{"state", "own label", "conf int avail", "set", "by", "id"});
  for (const auto& item : items)
    table.add_row({flag_at(item, "/in_force") ? (ja ? "有効" : "in force") : (ja ? "廃止" : "ended"),
                   printable(text_at(item, "/own_label")), shown_grades(item), shown_time(text_at(item, "/set_at")),
                   or_dash(text_at(item, "/set_by")), text_at(item, "/id")});
  if (table.empty())
    return ja ? "格付の対応は登録されていません。統一基準の言葉で格付する機関には要りません。\n"
              : "No mapping is registered. A body that uses the standard's own words needs none.\n";
  return table.render(terminal_width());
}

template <class Options>
void write_grades(codec::JsonWriter& out, const Options& options) {
  out.member("confidentiality", options.confidentiality);
  if (options.integrity != 0) out.member("integrity", options.integrity);
  if (options.availability != 0) out.member("availability", options.availability);
}

int tell(const tl::expected<json::value, ExitCode>& answer, const Output& output, const Text& done) {
  if (!answer) return answer.error();
  print_line(output.json ? json::serialize(*answer) : output(done));
  return exit_ok;
}

// The request that waits.
tl::expected<std::string, ExitCode> find_pending(const ApiClient& client, const std::string& incident, const Output& output) {
  const auto found = fetch(client, "/api/v1/incidents/" + incident, output);
  if (!found) return tl::unexpected(found.error());
  for (const auto& change : array_at(*found, "/label_changes"))
    if (text_at(change, "/decision") == "pending") return text_at(change, "/id");
  complain(output, {"格付の変更の申請はありません。", "no request to change the label waits for a decision"});
  return tl::unexpected(exit_failed);
}

}  // namespace

std::string shown_label(const json::value& label, Language language) {
  if (!label.is_object()) return "";
  const bool ja = language == Language::ja;
  const auto rule = core::parse_kind_rule(text_at(label, "/rule")).value_or(core::KindRule::agency);
  const auto words = core::words_of(grades_of(label), rule);
  std::string text = ja ? "格付: " + words.ja : "label (格付): " + words.en;
  if (const auto own = text_at(label, "/own_label"); !own.empty())
    text += fmt::format(fmt::runtime(ja ? " / 自機関の表示: {}" : " / own label: {}"), printable(own));
  if (text_at(label, "/ground") == "unmapped") text += " / " + shown_ground("unmapped", language);
  if (const auto restrictions = shown_restrictions(label); !restrictions.empty())
    text += fmt::format(fmt::runtime(ja ? " / 取扱制限: {}" : " / handling (取扱制限): {}"), restrictions);
  return text;
}

std::string under_label(const json::value& owner, const std::string& text, Language language) {
  const auto* label = owner.is_object() ? owner.get_object().if_contains("label") : nullptr;
  const auto line = label ? shown_label(*label, language) : std::string();
  if (line.empty()) return text;
  return line + "\n" + text + (asks_for_print_mark(*label) ? line + "\n" : "");
}

int run(const LabelShowOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  const auto id = find_incident(*client, options.incident, output);
  if (!id) return id.error();
  const auto incident = fetch(*client, "/api/v1/incidents/" + *id, output);
  if (!incident) return incident.error();
  if (!output.json) {
    print(under_label(*incident, render_labels(*incident, output.language) + render_changes(*incident, output.language), output.language));
    return exit_ok;
  }
  json::object shown;
  for (const char* member : {"label", "labels", "label_changes"})
    if (const auto* value = incident->is_object() ? incident->get_object().if_contains(member) : nullptr) shown[member] = *value;
  print_line(json::serialize(shown));
  return exit_ok;
}

int run(const LabelAskOptions& options, const Output& output) {
  std::string body;
  codec::JsonWriter writer(body);
  writer.begin_object();
  if (!options.own_label.empty()) writer.member("own_label", options.own_label);
  write_grades(writer, options);
  writer.member("reason", options.reason).end_object();
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  const auto id = find_incident(*client, options.incident, output);
  if (!id) return id.error();
  return tell(act(*client, fmt::format("/api/v1/incidents/{}/label-changes", *id), body, options, output), output,
              {"申請しました。格付の決定者又はその上司が決定するまで、今の格付のままです（noroshi label decide）。",
               "Asked. The label stays as it is until who decided it, or a superior, decides (noroshi label decide)."});
}

int run(const LabelDecideOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  const auto id = find_incident(*client, options.incident, output);
  if (!id) return id.error();
  auto change = options.change;
  if (change.empty()) {
    auto pending = find_pending(*client, *id, output);
    if (!pending) return pending.error();
    change = std::move(*pending);
  }
  return tell(act(*client, fmt::format("/api/v1/incidents/{}/label-changes/{}/decision", *id, percent_encoded(change)),
                  decision_body(options.decision, options.reason), options, output),
              output, {"決定を記録しました。先の格付も記録に残ります。", "The decision is recorded. The label before it is kept."});
}

int run(const LabelMappingsOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  const auto found = fetch_all(*client, std::string(mappings), output);
  if (!found) return found.error();
  print(output.json ? json::serialize(*found) + '\n' : render_mappings(array_at(*found, "/items"), output.language));
  return exit_ok;
}

int run(const LabelMapOptions& options, const Output& output) {
  std::string body;
  codec::JsonWriter writer(body);
  writer.begin_object().member("own_label", options.own_label);
  write_grades(writer, options);
  writer.end_object();
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  return tell(act(*client, std::string(mappings), body, options, output), output,
              {"登録しました。これから送る報告の格付に使われます。", "Registered. Reports that are sent from now on are labelled by it."});
}

int run(const LabelWithdrawOptions& options, const Output& output) {
  std::string body;
  codec::JsonWriter(body).begin_object().member("reason", options.reason).end_object();
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  return tell(act(*client, fmt::format("{}/{}/withdrawal", mappings, percent_encoded(options.mapping)), body, options, output), output,
              {"廃止しました。この表示の報告は、これから厳しい区分で扱われます。",
               "Withdrawn. Reports with that label are taken for the stricter grade from now on."});
}

}  // namespace noroshi::cli
