#include "src/cli/handle.h"

#include <fmt/format.h>
#include <boost/json/serialize.hpp>

#include "src/cli/find_incident.h"
#include "src/cli/json_view.h"
#include "src/cli/table.h"
#include "src/codec/json_writer.h"

namespace noroshi::cli {
namespace {

namespace json = boost::json;

// Which duties the act met or opened, and what the daemon warns of.
std::string render(const json::value& answer, Language language) {
  const bool ja = language == Language::ja;
  std::string out;
  const auto line = [&out](std::string_view label, const std::string& value) {
    if (!value.empty()) out += fmt::format("{}: {}\n", label, printable(value));
  };
  line(ja ? "番号" : "number", text_at(answer, "/incident/number"));
  for (const auto* member : {"/step/id", "/instruction/id", "/answer/instruction_id", "/platform/id"})
    line("ID", text_at(answer, member));
  for (const auto& duty : array_at(answer, "/met")) {
    const bool again = text_at(duty, "/state") == "open";
    line(ja ? "履行した義務" : "duty met",
         text_at(duty, "/clause") +
             (again ? fmt::format(fmt::runtime(ja ? "（次回の目標 {}）" : " (next target {})"), shown_time(text_at(duty, "/due_at"))) : ""));
  }
  for (const auto& duty : array_at(answer, "/opened"))
    line(ja ? "生じた義務" : "duty opened",
         fmt::format(fmt::runtime(ja ? "{}（目標 {}）" : "{} (target {})"), text_at(duty, "/clause"), shown_time(text_at(duty, "/due_at"))));
  for (const auto& warning : array_at(answer, "/warnings")) line(ja ? "注意" : "warning", text_at(warning, "/message"));
  return out;
}

int post(const ActOptions& options, const std::string& incident, const std::string& what, const std::string& body,
         const Output& output) {
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

int run(const HandleStepOptions& options, const Output& output) {
  std::string body;
  codec::JsonWriter writer(body);
  writer.begin_object().member("kind", options.kind).member("text", options.text);
  if (!options.person.empty()) writer.member("person", options.person);
  writer.end_object();
  return post(options, options.incident, "steps", body, output);
}

int run(const HandleInstructOptions& options, const Output& output) {
  std::string body;
  codec::JsonWriter writer(body);
  writer.begin_object().member("kind", options.kind).member("force", options.force).member("addressee", options.to);
  writer.member("text", options.text);
  if (!options.answer_by.empty()) writer.member("answer_by", options.answer_by);
  writer.end_object();
  return post(options, options.incident, "instructions", body, output);
}

int run(const HandleAnswerOptions& options, const Output& output) {
  std::string body;
  codec::JsonWriter writer(body);
  writer.begin_object().member("carried_out", !options.not_carried_out).member("text", options.text).end_object();
  return post(options, options.incident, fmt::format("instructions/{}/answer", percent_encoded(options.instruction)), body,
              output);
}

int run(const HandlePlatformOptions& options, const Output& output) {
  std::string body;
  codec::JsonWriter writer(body);
  writer.begin_object()
      .member("platform", options.platform)
      .member("operator_organization", options.operator_organization)
      .end_object();
  return post(options, options.incident, "platforms", body, output);
}

}  // namespace noroshi::cli
