#include "src/cli/endpoint.h"

#include <fmt/format.h>
#include <boost/json/serialize.hpp>

#include "src/cli/input.h"
#include "src/cli/json_view.h"
#include "src/cli/table.h"
#include "src/codec/json_writer.h"

namespace noroshi::cli {
namespace {

namespace json = boost::json;

constexpr std::string_view endpoints = "/api/v1/endpoints";
constexpr std::string_view deliveries = "/api/v1/deliveries";

std::string place_of(std::string_view list, const std::string& id, std::string_view below = {}) {
  return fmt::format("{}/{}{}", list, percent_encoded(id), below);
}

std::string shown_state(const std::string& state, Language language) {
  if (language == Language::en) return state;
  if (state == "proposed") return "決定待ち";
  if (state == "active") return "使用中";
  if (state == "rejected") return "却下";
  if (state == "disabled") return "停止";
  if (state == "withdrawn") return "取下げ";
  if (state == "queued") return "送信待ち";
  if (state == "sent") return "引渡し済み";
  if (state == "delivered") return "到達";
  if (state == "dead") return "不達";
  return state;
}

std::string or_dash(const std::string& text) {
  return text.empty() ? "-" : printable(text);
}

std::string render_endpoints(const json::array& items, Language language) {
  const bool ja = language == Language::ja;
  Table table(ja ? std::vector<std::string>{"状態", "経路", "名称", "区域", "失敗", "原因", "ID"}
                 : std::vector<std::string>{"state", "channel", "name", "zone", "failures", "cause", "id"});
  for (const auto& item : items) {
    const auto failures = number_at(item, "/circuit/failures").value_or(0);
    auto cause = text_at(item, "/cause");
    if (cause.empty()) cause = text_at(item, "/circuit/last_cause");
    table.add_row({shown_state(text_at(item, "/state"), language), text_at(item, "/channel"),
                   printable(text_at(item, "/name")), text_at(item, "/zone"),
                   failures ? fmt::format("{}", failures) : "-", or_dash(cause), text_at(item, "/id")});
  }
  if (table.empty())
    return ja ? "宛先はありません。メッセージは受信箱にだけ届きます（追加: noroshi endpoint propose）。\n"
              : "There are no endpoints: messages reach the inbox alone (to add one: noroshi endpoint propose).\n";
  return table.render(terminal_width());
}

std::string render_deliveries(const json::array& items, Language language) {
  const bool ja = language == Language::ja;
  Table table(
      ja ? std::vector<std::string>{"状態", "番号", "経路", "宛先", "試行", "原因", "待ち始め", "次回", "ID"}
         : std::vector<std::string>{"state", "number", "channel", "to", "attempts", "cause", "queued", "next", "id"});
  for (const auto& item : items) {
    const auto next = text_at(item, "/next_at");
    const std::string mark = !flag_at(item, "/exercise") ? "" : ja ? "訓練 " : "EXERCISE ";
    table.add_row({mark + shown_state(text_at(item, "/state"), language), text_at(item, "/number"), text_at(item, "/channel"),
                   shown_organization(text_at(item, "/organization"), language),
                   fmt::format("{}", number_at(item, "/attempts").value_or(0)), or_dash(text_at(item, "/cause")),
                   shown_time(text_at(item, "/queued_at")), next.empty() ? "-" : shown_time(next),
                   text_at(item, "/id")});
  }
  if (table.empty()) return ja ? "該当する配送はありません。\n" : "There are no such deliveries.\n";
  return table.render(terminal_width());
}

std::string reason_body(const std::string& reason) {
  std::string body;
  codec::JsonWriter(body).begin_object().member("reason", reason).end_object();
  return body;
}

// NAME=VALUE; NAME=@FILE is what the file holds, for certificates.
tl::expected<std::pair<std::string, std::string>, Text> read_setting(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    return tl::unexpected(Text{"--set は NAME=VALUE の形にしてください: " + printable(text),
                               "--set takes NAME=VALUE: " + printable(text)});
  auto name = text.substr(0, equals);
  auto value = text.substr(equals + 1);
  if (!value.starts_with('@')) return std::pair(std::move(name), std::move(value));
  auto content = read_input(value.substr(1));
  if (!content)
    return tl::unexpected(Text{printable(value.substr(1)) + " を読めません: " + content.error(),
                               "cannot read " + printable(value.substr(1)) + ": " + content.error()});
  return std::pair(std::move(name), std::move(*content));
}

int tell(const tl::expected<json::value, ExitCode>& answer, const Output& output, const Text& done) {
  if (!answer) return answer.error();
  print_line(output.json ? json::serialize(*answer) : output(done));
  return exit_ok;
}

// Every page of a list, or the exit code.
int show_list(const ConnectionOptions& connection, const std::string& target, const Output& output,
              std::string (*render)(const json::array&, Language)) {
  const auto client = connect(connection, output);
  if (!client) return client.error();
  const auto found = fetch_all(*client, target, output);
  if (!found) return found.error();
  print(output.json ? json::serialize(*found) + '\n' : render(array_at(*found, "/items"), output.language));
  return exit_ok;
}

void add_to_query(std::string& target, std::string_view name, const std::string& value) {
  if (value.empty()) return;
  target += fmt::format("{}{}={}", target.find('?') == std::string::npos ? '?' : '&', name, percent_encoded(value));
}

// The deliveries that a replay is about.
tl::expected<std::vector<std::string>, ExitCode> deliveries_to_replay(const ApiClient& client,
                                                                      const DeliveryReplayOptions& options,
                                                                      const Output& output) {
  if (!options.all && options.endpoint.empty()) return options.deliveries;
  std::string target = std::string(deliveries) + "?state=dead";
  add_to_query(target, "endpoint", options.endpoint);
  const auto dead = fetch_all(client, target, output);
  if (!dead) return tl::unexpected(dead.error());
  std::vector<std::string> ids;
  for (const auto& item : array_at(*dead, "/items")) ids.push_back(text_at(item, "/id"));
  return ids;
}

}  // namespace

int run(const EndpointListOptions& options, const Output& output) {
  std::string target(endpoints);
  add_to_query(target, "state", options.state);
  return show_list(options.connection, target, output, render_endpoints);
}

int run(const EndpointShowOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  const auto endpoint = fetch(*client, place_of(endpoints, options.endpoint), output);
  if (!endpoint) return endpoint.error();
  if (output.json) return print_line(json::serialize(*endpoint)), exit_ok;
  print(render_endpoints({*endpoint}, output.language));
  const auto* settings = endpoint->is_object() ? endpoint->get_object().if_contains("settings") : nullptr;
  if (!settings || !settings->is_object()) return exit_ok;
  for (const auto& [name, value] : settings->get_object())
    if (value.is_string())
      print_line(
          fmt::format("{}: {}", printable({name.data(), name.size()}), printable(std::string(value.get_string()))));
  return exit_ok;
}

int run(const EndpointSecretsOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  const auto secrets = fetch(*client, place_of(endpoints, options.endpoint, "/secrets"), output);
  if (!secrets) return secrets.error();
  if (output.json) return print_line(json::serialize(*secrets)), exit_ok;
  if (!secrets->is_object() || secrets->get_object().empty()) {
    print_line(output(
        {"この経路では、受け側に知らせる秘密はありません。", "This channel has nothing that the receiver must know."}));
    return exit_ok;
  }
  for (const auto& [name, value] : secrets->get_object())
    if (value.is_string())
      print_line(
          fmt::format("{}: {}", printable({name.data(), name.size()}), printable(std::string(value.get_string()))));
  return exit_ok;
}

int run(const EndpointChannelsOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  const auto channels = fetch(*client, "/api/v1/channels", output);
  if (!channels) return channels.error();
  if (output.json) return print_line(json::serialize(*channels)), exit_ok;
  for (const auto& channel : array_at(*channels, "/items")) {
    print_line(text_at(channel, "/name"));
    for (const auto& setting : array_at(channel, "/settings"))
      print_line(fmt::format("  {}{}  {}", text_at(setting, "/name"),
                             flag_at(setting, "/required") ? output({"（必須）", " (required)"}) : std::string(),
                             text_at(setting, "/description")));
  }
  return exit_ok;
}

int run(const EndpointProposeOptions& options, const Output& output) {
  std::string body;
  codec::JsonWriter writer(body);
  writer.begin_object().member("channel", options.channel).member("name", options.name).member("zone", options.zone);
  writer.name("settings").begin_object();
  for (const auto& text : options.settings) {
    const auto setting = read_setting(text);
    if (!setting) return complain(output, setting.error()), exit_usage;
    writer.member(setting->first, setting->second);
  }
  writer.end_object().name("filter").begin_object();
  if (!options.kinds.empty()) {
    writer.name("kinds").begin_array();
    for (const auto& kind : options.kinds) writer.value(kind);
    writer.end_array();
  }
  if (!options.role.empty()) writer.member("role", options.role);
  if (!options.least_severity.empty()) writer.member("least_severity", options.least_severity);
  writer.end_object().end_object();
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  const auto answer = act(*client, std::string(endpoints), body, options, output);
  if (!answer) return answer.error();
  const auto id = text_at(*answer, "/id");
  return tell(
      answer, output,
      {fmt::format("申請しました: {}\n別の者が決定するまで使われません（noroshi endpoint decide {}）。", id, id),
       fmt::format("Asked: {}\nIt is not used until another person decides (noroshi endpoint decide {}).", id, id)});
}

int run(const EndpointDecideOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  return tell(act(*client, place_of(endpoints, options.endpoint, "/decision"),
                  decision_body(options.decision, options.reason), options, output),
              output, {"決定を記録しました。", "The decision is recorded."});
}

int run(const EndpointChangeOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  return tell(act(*client, place_of(endpoints, options.endpoint, "/" + options.change), reason_body(options.reason),
                  options, output),
              output, {"記録しました。", "It is recorded."});
}

int run(const DeliveryListOptions& options, const Output& output) {
  std::string target(deliveries);
  add_to_query(target, "state", options.state);
  add_to_query(target, "endpoint", options.endpoint);
  add_to_query(target, "incident", options.incident);
  return show_list(options.connection, target, output, render_deliveries);
}

int run(const DeliveryShowOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  const auto found = fetch(*client, place_of(deliveries, options.delivery), output);
  if (!found) return found.error();
  if (output.json) return print_line(json::serialize(*found)), exit_ok;
  const auto* delivery = found->is_object() ? found->get_object().if_contains("delivery") : nullptr;
  if (delivery) print(render_deliveries({*delivery}, output.language));
  for (const auto& attempt : array_at(*found, "/attempts"))
    print_line(fmt::format("{}  {}  {}", shown_time(text_at(attempt, "/started_at")),
                           or_dash(text_at(attempt, "/outcome")), or_dash(text_at(attempt, "/cause"))));
  return exit_ok;
}

int run(const DeliveryReplayOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  const auto ids = deliveries_to_replay(*client, options, output);
  if (!ids) return ids.error();
  if (ids->empty()) {
    print_line(output({"再送するものはありません。", "There is nothing to send again."}));
    return exit_ok;
  }
  int failed = 0;
  for (const auto& id : *ids) {
    // Each under a key of its own: the one that was given is for a single delivery.
    ActOptions each = options;
    if (ids->size() > 1) each.key.clear();
    const auto answer = act(*client, place_of(deliveries, id, "/replay"), reason_body(options.reason), each, output);
    if (!answer) ++failed;
    if (answer && output.json) print_line(json::serialize(*answer));
  }
  if (!output.json)
    print_line(output({fmt::format("{} 件を再び送信待ちにしました。", ids->size() - failed),
                       fmt::format("queued again: {}", ids->size() - failed)}));
  return failed == 0 ? exit_ok : exit_failed;
}

}  // namespace noroshi::cli
