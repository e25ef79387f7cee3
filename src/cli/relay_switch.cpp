#include "src/cli/relay_switch.h"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "src/cli/json_view.h"
#include "src/cli/table.h"
#include "src/codec/json_writer.h"

namespace noroshi::cli {
namespace {

namespace json = boost::json;

constexpr std::string_view place = "/api/v1/relay-switch";

std::string shown_decision(const std::string& decision, Language language) {
  const bool ja = language == Language::ja;
  if (decision == "pending") return ja ? "決定待ち" : "waits for a decision";
  if (decision == "approved") return ja ? "承認" : "approved";
  return ja ? "却下" : "rejected";
}

// "2026-11-26 21:18  オンにする申請  決定待ち  甲（ciso）  理由: …", and who decided and why.
std::string shown_request(const json::value& request, Language language) {
  const bool ja = language == Language::ja;
  const bool on = flag_at(request, "/switched_on");
  const std::string what = on ? (ja ? "オンにする申請" : "to switch it on") : (ja ? "オフにする申請" : "to switch it off");
  auto line = fmt::format("{}  {}  {}  {} ({})  {}: {}", shown_time(text_at(request, "/asked_at")), what,
                          shown_decision(text_at(request, "/decision"), language), printable(text_at(request, "/asked_by")),
                          printable(text_at(request, "/asked_role")), ja ? "理由" : "reason",
                          printable(text_at(request, "/reason")));
  const auto decided = text_at(request, "/decided_at");
  if (!decided.empty())
    line += fmt::format("  → {} {} {}", shown_time(decided), printable(text_at(request, "/decided_by")),
                        printable(text_at(request, "/decision_reason")));
  return line;
}

void show(const json::value& relay, const Output& output) {
  const bool on = flag_at(relay, "/switched_on");
  print_line(output(on ? Text{"自動中継: オン", "automatic relay: on"} : Text{"自動中継: オフ", "automatic relay: off"}));
  if (on && !flag_at(relay, "/active"))
    print_line(output({"ただし、このサーバーの設定 [relay] on_silence が無効のため中継されません。",
                       "but this daemon's [relay] on_silence is off: nothing is relayed"}));
  for (const auto& request : array_at(relay, "/requests")) print_line(shown_request(request, output.language));
}

}  // namespace

int run(const RelaySwitchShowOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  const auto relay = fetch(*client, std::string(place), output);
  if (!relay) return relay.error();
  output.json ? print_line(json::serialize(*relay)) : show(*relay, output);
  return exit_ok;
}

int run(const RelaySwitchAskOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  std::string body;
  codec::JsonWriter(body)
      .begin_object()
      .member("switched_on", options.state == "on")
      .member("reason", options.reason)
      .end_object();
  const auto answer = act(*client, std::string(place), body, options, output);
  if (!answer) return answer.error();
  if (output.json) return print_line(json::serialize(*answer)), exit_ok;
  print_line(output({"申請しました。別の者が決定するまで変わりません（noroshi relay-switch decide）。",
                     "Asked. Nothing changes until another person decides (noroshi relay-switch decide)."}));
  return exit_ok;
}

int run(const RelaySwitchDecideOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  const auto relay = fetch(*client, std::string(place), output);
  if (!relay) return relay.error();
  std::string waiting;
  for (const auto& request : array_at(*relay, "/requests")) {
    if (text_at(request, "/decision") != "pending") continue;
    waiting = text_at(request, "/id");
    if (!output.json) print_line(shown_request(request, output.language));
  }
  if (waiting.empty()) {
    complain(output, {"決定を待つ申請はありません。", "no request waits for a decision"});
    return exit_failed;
  }
  const auto body = decision_body(options.decision, options.reason);
  const auto target = fmt::format("{}/{}/decision", place, percent_encoded(waiting));
  const auto answer = act(*client, target, body, options, output);
  if (!answer) return answer.error();
  output.json ? print_line(json::serialize(*answer)) : print_line(output({"決定を記録しました。", "The decision is recorded."}));
  return exit_ok;
}

}  // namespace noroshi::cli
