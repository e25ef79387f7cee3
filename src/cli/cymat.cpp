#include "src/cli/cymat.h"

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

constexpr std::string_view place = "/api/v1/cymat-requests";

std::string yes(bool flag) {
  return flag ? "✓" : "-";
}

// Nobody is to be sent in earnest.
std::string mark_of(const json::value& request, Language language) {
  if (!flag_at(request, "/exercise")) return "";
  return language == Language::ja ? "訓練 " : "EXERCISE ";
}

std::string render_requests(const json::array& requests, Language language) {
  const bool ja = language == Language::ja;
  Table table(
      ja ? std::vector<std::string>{"要請", "支援先", "優先度", "状態", "決定", "要請日時", "順番"}
         : std::vector<std::string>{"request", "supported", "priority", "state", "ruling", "asked at", "queue"});
  for (const auto& request : requests)
    table.add_row({text_at(request, "/id"), mark_of(request, language) + shown_organization(text_at(request, "/supported"), language),
                   shown_word(words::cymat_priorities, text_at(request, "/priority"), language),
                   shown_word(words::cymat_states, text_at(request, "/state"), language),
                   shown_word(words::cymat_rulings, text_at(request, "/ruling"), language),
                   shown_time(text_at(request, "/requested_at")), text_at(request, "/queue_position")});
  if (table.empty()) return ja ? "CYMAT の要請はありません。\n" : "No request for CYMAT.\n";
  return table.render(terminal_width());
}

std::string render_request(const json::value& request, Language language) {
  const bool ja = language == Language::ja;
  std::string text = render_requests({request}, language);
  Table table(
      ja ? std::vector<std::string>{"要員", "所属", "氏名", "班長", "研修", "機密性3", "被害機関", "状態"}
         : std::vector<std::string>{"member", "agency", "name", "lead", "trained", "cleared", "affected", "state"});
  for (const auto& member : array_at(request, "/members"))
    table.add_row({text_at(member, "/id"), shown_organization(text_at(member, "/organization"), language), text_at(member, "/name"),
                   yes(flag_at(member, "/lead")), yes(flag_at(member, "/trained")), yes(flag_at(member, "/cleared")),
                   yes(flag_at(member, "/of_affected_body")),
                   shown_word(words::cymat_member_states, text_at(member, "/state"), language)});
  if (!table.empty()) text += table.render(terminal_width());
  return text;
}

std::string render_log(const json::array& entries, Language language) {
  std::string text;
  for (const auto& entry : entries)
    text += fmt::format("{}  {}  {} {}\n    {}\n", shown_time(text_at(entry, "/at")), shown_word(words::cymat_entries, text_at(entry, "/kind"), language),
                        printable(shown_organization(text_at(entry, "/organization"), language)), printable(text_at(entry, "/by")),
                        printable(text_at(entry, "/text")));
  if (text.empty()) return language == Language::ja ? "記録はありません。\n" : "Nothing is logged.\n";
  return text;
}

std::string render_pool(const json::array& people, Language language) {
  const bool ja = language == Language::ja;
  Table table(ja ? std::vector<std::string>{"職員", "所属", "氏名", "研修", "機密性3", "従事中"}
                 : std::vector<std::string>{"person", "agency", "name", "trained", "cleared", "busy"});
  for (const auto& one : people)
    table.add_row({text_at(one, "/person"), shown_organization(text_at(one, "/organization"), language), text_at(one, "/name"),
                   yes(flag_at(one, "/trained")), yes(flag_at(one, "/cleared")), yes(flag_at(one, "/busy"))});
  if (table.empty())
    return ja ? "CYMAT に属する職員が指名されていません。\n" : "Nobody is named as a member of CYMAT.\n";
  return table.render(terminal_width());
}

std::string target_of(const CymatActOptions& options) {
  const auto request = fmt::format("{}/{}", place, percent_encoded(options.request));
  switch (options.action) {
    case CymatAction::forward:
      return request + "/forwarding";
    case CymatAction::receive:
      return request + "/receipt";
    case CymatAction::decide:
      return request + "/decision";
    case CymatAction::propose:
      return request + "/members";
    case CymatAction::agree:
    case CymatAction::refuse:
      return fmt::format("{}/members/{}/answer", request, percent_encoded(options.member));
    case CymatAction::withdraw:
      return fmt::format("{}/members/{}/withdrawal", request, percent_encoded(options.member));
    case CymatAction::form:
      return request + "/formation";
    case CymatAction::dispatch:
      return request + "/dispatch";
    case CymatAction::log:
      return request + "/log";
    case CymatAction::end:
      return request + "/end";
    case CymatAction::report:
      return request + "/report";
  }
  return request;
}

std::string body_of(const CymatActOptions& options) {
  std::string body;
  codec::JsonWriter out(body);
  out.begin_object();
  switch (options.action) {
    case CymatAction::forward:
      if (!options.note.empty()) out.member("note", options.note);
      break;
    case CymatAction::decide:
      out.member("ruling", options.ruling)
          .member("united_response", options.united_response)
          .member("reason", options.reason);
      break;
    case CymatAction::propose:
      out.member("organization", options.organization).member("person", options.person).member("lead", options.lead);
      break;
    case CymatAction::agree:
      out.member("agreed", true);
      break;
    case CymatAction::refuse:
      out.member("agreed", false).member("reason", options.reason);
      break;
    case CymatAction::withdraw:
    case CymatAction::end:
      out.member("reason", options.reason);
      break;
    case CymatAction::log:
      out.member("kind", options.kind).member("text", options.text);
      if (options.confidentiality > 0) out.member("confidentiality", options.confidentiality);
      break;
    case CymatAction::report:
      out.member("text", options.text);
      break;
    case CymatAction::receive:
    case CymatAction::form:
    case CymatAction::dispatch:
      break;
  }
  out.end_object();
  return body;
}

int show(const tl::expected<json::value, ExitCode>& answer, const Output& output) {
  if (!answer) return answer.error();
  if (output.json) return print_line(json::serialize(*answer)), exit_ok;
  print(render_request(answer->at("cymat_request"), output.language));
  return exit_ok;
}

}  // namespace

int run(const CymatReadOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  std::string target(options.pool ? "/api/v1/cymat-pool" : place);
  if (!options.request.empty()) target += "/" + percent_encoded(options.request);
  if (options.log) target += "/log";
  const bool one = !options.request.empty() && !options.log && !options.pool;
  const auto answer = one ? fetch(*client, target, output) : fetch_all(*client, target, output);
  if (!answer) return answer.error();
  if (output.json) return print_line(json::serialize(*answer)), exit_ok;
  if (options.pool)
    print(render_pool(array_at(*answer, "/items"), output.language));
  else if (options.log)
    print(render_log(array_at(*answer, "/items"), output.language));
  else if (one)
    print(render_request(*answer, output.language));
  else
    print(render_requests(array_at(*answer, "/items"), output.language));
  return exit_ok;
}

int run(const CymatAskOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  const auto id = find_incident(*client, options.incident, output);
  if (!id) return id.error();
  std::string body;
  codec::JsonWriter out(body);
  out.begin_object().member("reason", options.reason);
  if (!options.priority.empty()) out.member("priority", options.priority);
  out.end_object();
  return show(act(*client, fmt::format("/api/v1/incidents/{}/cymat-requests", *id), body, options, output), output);
}

int run(const CymatActOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  return show(act(*client, target_of(options), body_of(options), options, output), output);
}

}  // namespace noroshi::cli
