#include "src/cli/inbox.h"

#include <algorithm>
#include <tuple>
#include <vector>

#include <fmt/format.h>
#include <boost/json/serialize.hpp>

#include "src/cli/input.h"
#include "src/cli/json_view.h"
#include "src/cli/label.h"
#include "src/cli/table.h"
#include "src/cli/words.h"
#include "src/cli/withhold.h"
#include "src/codec/json_writer.h"
#include "src/delivery/mail_reply.h"

namespace noroshi::cli {
namespace {

namespace json = boost::json;

// An alarm waits for no acknowledgement.
bool waits(const json::value& message) {
  // Of an alarm, a canary and what goes to a team nobody has to say that he has it.
  return text_at(message, "/acknowledged_at").empty() && !text_at(message, "/acknowledge_by").empty();
}

std::string shown_acknowledgement(const json::value& message, Language language) {
  const auto acknowledged = text_at(message, "/acknowledged_at");
  if (!acknowledged.empty()) return shown_time(acknowledged);
  if (!waits(message)) return "-";
  return language == Language::ja ? "未確認" : "NO";
}

std::string shown_version(const json::value& message, Language language) {
  const auto version = number_at(message, "/version");
  if (!version) return "-";
  if (text_at(message, "/erased_at").empty()) return fmt::format("{}", *version);
  return fmt::format("{} {}", *version, language == Language::ja ? "（消去済み）" : "(erased)");
}

std::string mark_of(const json::value& message, Language language) {
  if (!flag_at(message, "/exercise")) return "";
  return language == Language::ja ? "訓練 " : "EXERCISE ";
}

// What nobody has acknowledged stands first, the oldest at the top.
std::string render(const json::array& messages, Language language) {
  const bool ja = language == Language::ja;
  std::vector<const json::value*> order;
  for (const auto& message : messages) order.push_back(&message);
  const auto rank = [](const json::value* message) {
    return std::tuple(!waits(*message), text_at(*message, "/sent_at"));
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](const auto* a, const auto* b) { return rank(a) < rank(b); });

  Table table(ja ? std::vector<std::string>{"受領確認", "受信", "種別", "番号", "受付番号", "版", "差出", "条項", "ID"}
                 : std::vector<std::string>{"acknowledged", "sent", "kind", "number", "receipt number", "version",
                                            "from", "clause", "id"});
  for (const auto* message : order) {
    const auto from = text_at(*message, "/from");
    table.add_row({shown_acknowledgement(*message, language), shown_time(text_at(*message, "/sent_at")),
                   mark_of(*message, language) + shown_kind(*message, language), text_at(*message, "/number"),
                   text_at(*message, "/receipt_number"), shown_version(*message, language), from.empty() ? "-" : shown_organization(from, language),
                   shown_clause(*message), text_at(*message, "/id")});
  }
  if (table.empty()) return ja ? "受信箱は空です。\n" : "The inbox is empty.\n";
  return table.render(terminal_width());
}

Text why_no_acknowledgement(delivery::ReplyRefusal refusal) {
  using enum delivery::ReplyRefusal;
  switch (refusal) {
    case too_large: return {"メールが大きすぎます（1 MiB まで）。", "the mail is too large (1 MiB at most)"};
    case unreadable: return {"メールとして読めません。", "this is no mail"};
    case automatic: return {"自動応答です。人が返信したメールだけが受領確認になります。",
                            "a program sent it: only a person's reply acknowledges"};
    case no_sender: return {"差出人が一人に定まりません。", "it does not say who sent it"};
    case no_token: return {"受領確認の符号（NRS-ACK:…）がありません。元のメールを引用して返信してください。",
                           "it holds no token (NRS-ACK:…): the reply has to quote the mail"};
  }
  return {"", ""};
}

}  // namespace

std::string shown_kind(const json::value& message, Language language) {
  const auto kind = text_at(message, "/kind");
  if (flag_at(message, "/automatic"))
    return language == Language::ja ? "自動中継（未確認）" : "relay, automatic and unconfirmed";
  return shown_word(words::message_kinds, kind, language);
}

int run(const InboxListOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  auto messages = fetch_all(
      *client, options.receipt_number.empty() ? "/api/v1/inbox" : "/api/v1/inbox?receipt=" + percent_encoded(options.receipt_number),
      output);
  if (!messages) return messages.error();
  auto& items = messages->at("items").as_array();
  if (options.unacknowledged) {
    json::array waiting;
    for (const auto& message : items)
      if (waits(message)) waiting.push_back(message);
    items = std::move(waiting);
  }
  print(output.json ? json::serialize(*messages) + '\n' : render(items, output.language));
  return exit_ok;
}

int run(const InboxShowOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  const auto message = fetch(*client, "/api/v1/inbox/" + percent_encoded(options.message), output);
  if (!message) return message.error();
  if (output.json) {
    print_line(json::serialize(*message));
    return exit_ok;
  }
  // The report is shown member by member, as it was sent: a person must see every word of it.
  std::string text = render({*message}, output.language);
  const auto line = [&](const std::string& words) { text += words + "\n"; };
  if (const auto erased = text_at(*message, "/erased_at"); !erased.empty()) {
    const auto by = shown_organization(text_at(*message, "/erased_by"), output.language);
    line(output({fmt::format("消去済み: 保存期間の満了により、{} が {} に内容を消去しました。", by, shown_time(erased)),
                 fmt::format("erased: at the end of its retention {} erased the content on {}", by, shown_time(erased))}));
    print(under_label(*message, text, output.language));
    return exit_ok;
  }
  if (const auto note = text_at(*message, "/note"); !note.empty()) line(printable(note));
  const auto* report = message->is_object() ? message->get_object().if_contains("report") : nullptr;
  if (report && report->is_object()) {
    line("");
    if (const auto* document = report->get_object().if_contains("document")) text += told_view(*document, output.language);
    for (const auto& [name, value] : report->get_object())
      line(fmt::format("{}: {}", printable({name.data(), name.size()}),
                       printable(value.is_string() ? std::string(value.get_string()) : json::serialize(value))));
  }
  print(under_label(*message, text, output.language));
  return exit_ok;
}

int run(const InboxAcknowledgeOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  std::string body;
  codec::JsonWriter writer(body);
  writer.begin_object().member("by", options.by);
  if (!options.note.empty()) writer.member("note", options.note);
  writer.end_object();
  const auto answer = act(*client, "/api/v1/inbox/" + percent_encoded(options.message) + "/acknowledgement",
                          body, options, output);
  if (!answer) return answer.error();
  print_line(output.json ? json::serialize(*answer) : output({"受領を確認しました。", "Acknowledged."}));
  return exit_ok;
}

int run(const InboxReplyOptions& options, const Output& output) {
  const auto bytes = read_input(options.file);
  if (!bytes) {
    complain(output, {options.file + " を読めません: " + bytes.error(), "cannot read " + options.file + ": " + bytes.error()});
    return exit_usage;
  }
  const auto reply = delivery::parse_reply(*bytes);
  if (!reply) {
    complain(output, why_no_acknowledgement(reply.error()));
    return exit_failed;
  }
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  std::string body;
  codec::JsonWriter(body)
      .begin_object()
      .member("token", reply->token)
      .member("by", reply->name.empty() ? reply->address : fmt::format("{} <{}>", reply->name, reply->address))
      .member("note", "メールの返信による受領確認 / by a reply by mail")
      .end_object();
  ActOptions once;
  once.connection = options.connection;
  const auto answer = act(*client, "/api/v1/acknowledgements", body, once, output);
  if (!answer) return answer.error();
  print_line(output.json ? json::serialize(*answer) : output({"受領を確認しました。", "Acknowledged."}));
  return exit_ok;
}

}  // namespace noroshi::cli
