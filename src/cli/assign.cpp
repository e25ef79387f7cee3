#include "src/cli/assign.h"

#include <algorithm>
#include <initializer_list>

#include <fmt/format.h>
#include <boost/json/serialize.hpp>

#include "src/cli/find_incident.h"
#include "src/cli/json_view.h"
#include "src/cli/table.h"
#include "src/cli/words.h"
#include "src/codec/json_writer.h"
#include "src/core/identifier.h"

namespace noroshi::cli {
namespace {

namespace json = boost::json;

std::string place_of(const std::string& incident) {
  return fmt::format("/api/v1/incidents/{}/assignments", incident);
}

std::string render_candidates(const json::array& candidates, Language language) {
  const bool ja = language == Language::ja;
  Table table(ja ? std::vector<std::string>{"氏名", "ID", "理由"} : std::vector<std::string>{"name", "id", "because"});
  for (const auto& candidate : candidates) {
    std::string because;
    for (const auto& reason : array_at(candidate, "/because"))
      because += (because.empty() ? "" : ja ? "、" : "; ") + text_at(reason, "");
    table.add_row({text_at(candidate, "/name"), text_at(candidate, "/person"), because});
  }
  if (table.empty())
    return ja ? "候補者がいません。noroshi user appoint で CSIRT の職に任命してください。\n"
              : "There is nobody to propose. Appoint people to the CSIRT: noroshi user appoint.\n";
  return table.render(terminal_width());
}

// What was done, who changed, and the warnings.
int tell(const json::value& answer, const Text& done, const Output& output) {
  if (output.json) return print_line(json::serialize(answer)), exit_ok;
  print_line(output(done));
  json::array changed;
  if (const auto* object = answer.if_object()) {
    if (const auto* assignment = object->if_contains("assignment")) changed.push_back(*assignment);
    for (const auto& other : array_at(answer, "/others")) changed.push_back(other);
  }
  print(render_assignments(changed, output.language));
  for (const auto& warning : array_at(answer, "/warnings")) {
    const auto text = printable(text_at(warning, ""));
    complain(output, {"警告: " + text, "warning: " + text});
  }
  return exit_ok;
}

bool is_named(const json::value& assignment, const std::string& wanted) {
  return text_at(assignment, "/id") == wanted || text_at(assignment, "/name") == wanted ||
         text_at(assignment, "/person") == wanted;
}

// The assignment of that name in one of those states, the only one; else the exit code, after telling why.
tl::expected<std::string, ExitCode> find_assignment(const ApiClient& client, const std::string& incident,
                                                    const std::string& wanted,
                                                    std::initializer_list<std::string_view> in_states,
                                                    const std::string& function, const Output& output) {
  if (core::parse_uuid(wanted)) return wanted;
  const auto all = fetch_all(client, place_of(incident), output);
  if (!all) return tl::unexpected(all.error());
  json::array found;
  for (const auto& assignment : array_at(*all, "/items")) {
    const auto state = text_at(assignment, "/state");
    if (std::find(in_states.begin(), in_states.end(), state) == in_states.end()) continue;
    if (!wanted.empty() ? is_named(assignment, wanted)
                        : function.empty() || text_at(assignment, "/function") == function)
      found.push_back(assignment);
  }
  if (found.size() == 1) return text_at(found.front(), "/id");
  if (found.empty()) {
    complain(output, {"該当する割当てはありません。noroshi assign list で確かめてください。",
                      "there is no such assignment; see noroshi assign list"});
    return tl::unexpected(exit_failed);
  }
  complain(output, {"一つに決まりません。ID か氏名で指定してください。",
                    "that is not one assignment: name it by id or by name"});
  print(render_assignments(found, output.language));
  return tl::unexpected(exit_usage);
}

void write_given(codec::JsonWriter& writer, const char* name, const std::string& text) {
  if (!text.empty()) writer.member(name, text);
}

}  // namespace

std::string render_assignments(const json::array& assignments, Language language) {
  const bool ja = language == Language::ja;
  Table table(ja ? std::vector<std::string>{"氏名", "役割", "状態", "開始", "当番", "備考", "ID"}
                 : std::vector<std::string>{"name", "function", "state", "since", "on duty until", "remarks", "id"});
  for (const auto& assignment : assignments) {
    std::string remarks;
    const auto add = [&](const std::string& remark) { remarks += (remarks.empty() ? "" : ja ? "、" : ", ") + remark; };
    if (flag_at(assignment, "/off_duty")) add(ja ? "当番終了・要引継ぎ" : "OFF DUTY, has to hand over");
    if (!flag_at(assignment, "/trained")) add(ja ? "教育の記録なし" : "untrained");
    if (!text_at(assignment, "/replaces").empty()) add(ja ? "引継ぎ" : "takes over");
    if (const auto note = text_at(assignment, "/note"); !note.empty()) add(note);
    auto since = text_at(assignment, "/activated_at");
    if (since.empty()) since = text_at(assignment, "/proposed_at");
    table.add_row({text_at(assignment, "/name"), shown_word(words::response_functions, text_at(assignment, "/function"), language),
                   shown_word(words::response_states, text_at(assignment, "/state"), language), shown_time(since),
                   shown_time(text_at(assignment, "/duty_until")), remarks, text_at(assignment, "/id")});
  }
  return table.empty() ? "" : table.render(terminal_width());
}

int run(const AssignListOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  const auto id = find_incident(*client, options.incident, output);
  if (!id) return id.error();
  const auto answer = fetch_all(*client, place_of(*id), output);
  if (!answer) return answer.error();
  if (output.json) return print_line(json::serialize(*answer)), exit_ok;
  const auto table = render_assignments(array_at(*answer, "/items"), output.language);
  print(table.empty() ? output({"まだ誰も割り当てられていません。noroshi assign candidates で候補を見られます。\n",
                                "Nobody is assigned yet. See whom to propose: noroshi assign candidates.\n"})
                      : table);
  return exit_ok;
}

int run(const AssignCandidatesOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  const auto id = find_incident(*client, options.incident, output);
  if (!id) return id.error();
  auto target = fmt::format("/api/v1/incidents/{}/candidates?function={}", *id,
                            percent_encoded(options.function.empty() ? "handler" : options.function));
  if (!options.skills.empty()) target += "&skills=" + percent_encoded(options.skills);
  const auto answer = fetch_all(*client, target, output);
  if (!answer) return answer.error();
  print(output.json ? json::serialize(*answer) + '\n'
                    : render_candidates(array_at(*answer, "/items"), output.language));
  return exit_ok;
}

int run(const AssignProposeOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  const auto id = find_incident(*client, options.incident, output);
  if (!id) return id.error();
  std::string body;
  codec::JsonWriter writer(body);
  writer.begin_object().member("person", options.person).member("function", options.function);
  write_given(writer, "note", options.note);
  writer.end_object();
  const auto answer = act(*client, place_of(*id), body, options, output);
  if (!answer) return answer.error();
  return tell(*answer,
              {"指名しました。本人が noroshi assign accept で承諾します。",
               "Proposed. The person answers by noroshi assign accept."},
              output);
}

int run(const AssignHandOverOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  const auto id = find_incident(*client, options.incident, output);
  if (!id) return id.error();
  const auto from = find_assignment(*client, *id, options.from, {"active"}, "head", output);
  if (!from) return from.error();
  std::string body;
  codec::JsonWriter writer(body);
  writer.begin_object().member("person", options.person).member("replaces", *from);
  write_given(writer, "note", options.note);
  writer.end_object();
  const auto answer = act(*client, place_of(*id), body, options, output);
  if (!answer) return answer.error();
  return tell(*answer,
              {"引継ぎを申し出ました。相手が noroshi assign accept で承諾するまで、元の担当が続けます。",
               "The hand-over is offered. Until the other accepts it (noroshi assign accept), nothing changes."},
              output);
}

int run(const AssignStepOptions& options, const Output& output) {
  using Step = AssignStepOptions::Step;
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  const auto id = find_incident(*client, options.incident, output);
  if (!id) return id.error();
  const auto assignment = [&] {
    switch (options.step) {
      case Step::accept:
        return find_assignment(*client, *id, options.assignment, {"proposed"}, "", output);
      case Step::decline:
        return find_assignment(*client, *id, options.assignment, {"proposed", "accepted"}, "", output);
      case Step::activate:
        return find_assignment(*client, *id, options.assignment, {"accepted"}, "", output);
      case Step::release:
        break;
    }
    return find_assignment(*client, *id, options.assignment, {"proposed", "accepted", "active"}, "", output);
  }();
  if (!assignment) return assignment.error();
  std::string body;
  codec::JsonWriter writer(body);
  writer.begin_object();
  if (options.step == Step::accept || options.step == Step::decline)
    writer.member("accepted", options.step == Step::accept);
  write_given(writer, "reason", options.reason);
  writer.end_object();
  const char* what = options.step == Step::activate  ? "activation"
                     : options.step == Step::release ? "release"
                                                     : "answer";
  const auto answer = act(*client, fmt::format("{}/{}/{}", place_of(*id), *assignment, what), body, options, output);
  if (!answer) return answer.error();
  switch (options.step) {
    case Step::accept:
      return tell(*answer, {"承諾しました。", "Accepted."}, output);
    case Step::decline:
      return tell(*answer, {"辞退しました。", "Declined."}, output);
    case Step::activate:
      return tell(*answer, {"対応を開始しました。", "Begun."}, output);
    case Step::release:
      break;
  }
  return tell(*answer, {"解除しました。", "Released."}, output);
}

}  // namespace noroshi::cli
