#include "src/cli/obligations.h"

#include <string>

#include <fmt/format.h>
#include <boost/json/serialize.hpp>

#include "src/cli/json_view.h"
#include "src/cli/receipt.h"
#include "src/cli/table.h"
#include "src/codec/json_writer.h"

namespace noroshi::cli {
namespace {

namespace json = boost::json;

std::string place_of(const std::string& obligation) {
  return "/api/v1/obligations/" + percent_encoded(obligation);
}

std::string query_of(const ObligationsOptions& options) {
  std::string query;
  const auto add = [&query](const char* name, const std::string& value) {
    if (!value.empty())
      query += fmt::format("{}{}={}", query.empty() ? '?' : '&', name, percent_encoded(value));
  };
  add("state", options.state);
  add("overdue", options.overdue ? "true" : "");
  add("holder", options.holder);
  add("recipient", options.recipient);
  add("incident", options.incident);
  return query;
}

// Who did what, when and why: a waiver as a line for whoever has to decide it.
std::string shown_waiver(const json::value& waiver, Language language) {
  const bool ja = language == Language::ja;
  auto text = fmt::format("{}  {}  {}: {}", text_at(waiver, "/id"), text_at(waiver, "/decision"),
                          shown_time(text_at(waiver, "/asked_at")), text_at(waiver, "/reason"));
  if (const auto by = text_at(waiver, "/asked_by"); !by.empty()) text += fmt::format(" ({})", by);
  if (text_at(waiver, "/decided_at").empty()) return text;
  return text + fmt::format("{}{}: {} ({})", ja ? " → 決定 " : " → decided ",
                            shown_time(text_at(waiver, "/decided_at")), text_at(waiver, "/decision_reason"),
                            text_at(waiver, "/decided_by"));
}

std::string render_obligation(const json::value& obligation, Language language) {
  const bool ja = language == Language::ja;
  auto out = render_obligations({obligation}, language) + '\n';
  const auto line = [&out](std::string_view label, const std::string& value) {
    if (!value.empty()) out += fmt::format("{}: {}\n", label, printable(value));
  };
  const auto exercise = flag_at(obligation, "/exercise");
  line(ja ? "インシデント" : "incident", text_at(obligation, "/number") + (!exercise ? ""
                                                                           : ja      ? " 訓練"
                                                                                     : " EXERCISE"));
  line(ja ? "統一基準" : "words", text_at(obligation, "/words"));
  const auto gloss_ja = text_at(obligation, "/gloss_ja");
  if (!ja || text_at(obligation, "/words").empty())
    line(ja ? "要旨" : "gloss", ja && !gloss_ja.empty() ? gloss_ja : text_at(obligation, "/gloss"));
  for (const auto& reason : array_at(obligation, "/because"))
    if (reason.is_string()) line(ja ? "理由" : "because", std::string(reason.get_string()));
  line(ja ? "履行" : "met by", text_at(obligation, "/fulfillment/method"));
  if (const auto at = text_at(obligation, "/fulfillment/at"); !at.empty())
    line(ja ? "履行日時" : "met at", shown_time(at));
  line(ja ? "備考" : "note", text_at(obligation, "/fulfillment/note"));
  for (const auto& waiver : array_at(obligation, "/waivers"))
    line(ja ? "例外措置" : "waiver", shown_waiver(waiver, language));
  return out;
}

std::string body_of(const ObligationFulfillOptions& options) {
  std::string body;
  codec::JsonWriter writer(body);
  const auto given = [&writer](const char* name, const std::string& text) {
    if (!text.empty()) writer.member(name, text);
  };
  writer.begin_object().member("method", options.method);
  given("at", options.at);
  given("note", options.note);
  given("reference", options.reference);
  writer.end_object();
  return body;
}

std::string render_fulfillment(const json::value& answer, Language language) {
  const bool ja = language == Language::ja;
  const bool sent = !text_at(answer, "/message/id").empty();
  const auto* obligation = answer.is_object() ? answer.get_object().if_contains("obligation") : nullptr;
  std::string out = ja ? "履行を記録しました。\n" : "Recorded as met.\n";
  if (!obligation) return out;
  const auto recipient = printable(shown_organization(text_at(*obligation, "/recipient"), language));
  if (sent)
    out += ja ? fmt::format("{} の受信箱に送信しました。\n", recipient)
              : fmt::format("Sent to the inbox of {}.\n", recipient);
  return out + render_obligations({*obligation}, language);
}

}  // namespace

int run(const ObligationsOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  const auto obligations = fetch_all(*client, "/api/v1/obligations" + query_of(options), output);
  if (!obligations) return obligations.error();
  const auto& items = array_at(*obligations, "/items");
  if (output.json) {
    print_line(json::serialize(*obligations));
  } else if (items.empty()) {
    print_line(output({"該当する義務はありません。", "No such duties."}));
  } else {
    print(render_obligations(items, output.language));
    print_line(output({"期限は運用者の目標であり、統一基準の数値ではありません。",
                       "Due times are the operator's own targets; the standard names no number."}));
  }
  return exit_ok;
}

int run(const ObligationShowOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  const auto obligation = fetch(*client, place_of(options.obligation), output);
  if (!obligation) return obligation.error();
  print(output.json ? json::serialize(*obligation) + '\n' : render_obligation(*obligation, output.language));
  return exit_ok;
}

int run(const ObligationFulfillOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  const auto answer =
      act(*client, place_of(options.obligation) + "/fulfillments", body_of(options), options, output);
  if (!answer) return answer.error();
  print(output.json ? json::serialize(*answer) + '\n' : render_fulfillment(*answer, output.language));
  return exit_ok;
}

}  // namespace noroshi::cli
