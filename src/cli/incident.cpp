#include "src/cli/incident.h"

#include <array>
#include <optional>

#include <fmt/format.h>
#include <boost/json/serialize.hpp>

#include "src/cli/find_incident.h"
#include "src/cli/json_view.h"
#include "src/cli/receipt.h"
#include "src/cli/table.h"
#include "src/codec/json_writer.h"

namespace noroshi::cli {
namespace {

namespace json = boost::json;

using Cell = std::array<std::string, 3>;  // criterion, harm, certainty

std::optional<Cell> parse_cell(const std::string& text) {
  const auto first = text.find(':');
  const auto second = first == std::string::npos ? first : text.find(':', first + 1);
  if (second == std::string::npos) return std::nullopt;
  return Cell{text.substr(0, first), text.substr(first + 1, second - first - 1), text.substr(second + 1)};
}

// Nothing where one is not of that form. "none" is the empty list.
std::optional<std::vector<Cell>> parse_cells(const std::vector<std::string>& texts) {
  std::vector<Cell> cells;
  if (texts.size() == 1 && texts.front() == "none") return cells;
  for (const auto& text : texts) {
    auto cell = parse_cell(text);
    if (!cell) return std::nullopt;
    cells.push_back(std::move(*cell));
  }
  return cells;
}

void write_cells(codec::JsonWriter& writer, const std::vector<Cell>& cells) {
  writer.name("large_scale").begin_array();
  for (const auto& [criterion, harm, certainty] : cells)
    writer.begin_object()
        .member("criterion", criterion)
        .member("harm", harm)
        .member("certainty", certainty)
        .end_object();
  writer.end_array();
}

void write_given(codec::JsonWriter& writer, const char* name, const std::string& text) {
  if (!text.empty()) writer.member(name, text);
}

std::string body_of(const IncidentAssessOptions& options, const std::vector<Cell>& cells) {
  std::string body;
  codec::JsonWriter writer(body);
  writer.begin_object().member("assessment", options.assessment);
  write_given(writer, "cyberattack", options.cyberattack);
  if (!options.large_scale.empty()) write_cells(writer, cells);
  write_given(writer, "assessment_reason", options.assessment_reason);
  write_given(writer, "cyberattack_reason", options.cyberattack_reason);
  write_given(writer, "reason", options.reason);
  writer.end_object();
  return body;
}

std::string body_of(const IncidentMoveOptions& options) {
  std::string body;
  codec::JsonWriter writer(body);
  writer.begin_object().member("to", options.to);
  write_given(writer, "reason", options.reason);
  writer.end_object();
  return body;
}

// What the daemon answers to both.
std::string render(const json::value& answer, Language language) {
  const bool ja = language == Language::ja;
  std::string out;
  const auto line = [&out](std::string_view label, const std::string& value) {
    if (!value.empty()) out += fmt::format("{}: {}\n", label, printable(value));
  };
  line(ja ? "番号" : "number", text_at(answer, "/incident/number"));
  line(ja ? "状態" : "state", text_at(answer, "/incident/state"));
  line(ja ? "評価" : "assessment", text_at(answer, "/incident/assessment"));
  line(ja ? "サイバー攻撃" : "cyberattack", text_at(answer, "/incident/cyberattack"));
  for (const auto& alarm : array_at(answer, "/alarms"))
    line(ja ? "警報" : "alarm", fmt::format("{} {}", text_at(alarm, "/code"), text_at(alarm, "/message")));
  const auto& obligations = array_at(answer, "/obligations");
  if (obligations.empty()) return out;
  return out +
         (ja ? "\n生じた又は変わった義務（期限は運用者の目標です）\n"
             : "\nDuties opened or changed (due times are the operator's own targets)\n") +
         render_obligations(obligations, language);
}

int post_to_incident(const ActOptions& options, const std::string& incident, const char* what,
                     const std::string& body, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  const auto id = find_incident(*client, incident, output);
  if (!id) return id.error();
  const auto answer = act(*client, fmt::format("/api/v1/incidents/{}/{}", *id, what), body, options, output);
  if (!answer) return answer.error();
  print(output.json ? json::serialize(*answer) + '\n' : render(*answer, output.language));
  return exit_ok;
}

}  // namespace

int run(const IncidentAssessOptions& options, const Output& output) {
  const auto cells = parse_cells(options.large_scale);
  if (!cells) {
    complain(
        output,
        {"--large-scale は property:feared:may_be の形（基準:被害:確からしさ）か none で書いてください。",
         "--large-scale must be like property:feared:may_be (criterion:harm:certainty), or none"});
    return exit_usage;
  }
  return post_to_incident(options, options.incident, "assessments", body_of(options, *cells), output);
}

int run(const IncidentMoveOptions& options, const Output& output) {
  return post_to_incident(options, options.incident, "transitions", body_of(options), output);
}

}  // namespace noroshi::cli
