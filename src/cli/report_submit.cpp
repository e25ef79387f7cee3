#include "src/cli/report_submit.h"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <system_error>

#include <fmt/format.h>
#include <boost/json/serialize.hpp>

#include "routing/time.h"
#include "src/cli/act.h"
#include "src/cli/input.h"
#include "src/cli/json_view.h"
#include "src/cli/receipt.h"
#include "src/cli/report_queue.h"
#include "src/cli/table.h"
#include "src/codec/report_decoder.h"

namespace noroshi::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t largest_report = 1024 * 1024;

Timestamp now() {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

enum class Verdict { accepted, refused, later };

Verdict verdict_of(const Answer& answer) {
  if (answer.good()) return Verdict::accepted;
  const bool about_the_report = answer.status >= 400 && answer.status < 500 && answer.status != 401 &&
                                answer.status != 408 && answer.status != 429;
  return about_the_report ? Verdict::refused : Verdict::later;
}

// Sends what is pending, in order, and tells of each report what became of it.
class Sender {
 public:
  Sender(ReportQueue& queue, const ApiClient& client, const ReportSubmitOptions& options,
         const Output& output)
      : queue_(queue), client_(client), options_(options), output_(output) {}

  // False once sending makes no more sense: the daemon does not answer.
  bool send(ReportQueue::Claim claim) {
    if (!meant_for_us(claim.report())) return true;
    const auto answer = client_.post("/api/v1/reports", claim.report().report, claim.report().key);
    if (!answer) {
      keep(claim.report(), answer.error().reason);
      return false;
    }
    switch (verdict_of(*answer)) {
      case Verdict::accepted:
        accept(std::move(claim), *answer);
        return true;
      case Verdict::refused:
        refuse(std::move(claim), *answer);
        return true;
      case Verdict::later:
        keep(claim.report(), *answer);
        return false;
    }
    return false;
  }

  // What stays behind untried because the daemon does not answer.
  void hold_back(std::uint64_t number) {
    keep(queue_.read(QueueState::pending, number),
         {"報告先が応答しないため、送信していません。", "not tried: the daemon does not answer"});
  }

  int exit_code() const { return refused_ != exit_ok ? refused_ : kept_ > 0 ? exit_not_accepted : exit_ok; }
  int kept() const { return kept_; }

 private:
  bool meant_for_us(const QueuedReport& report) {
    if (report.url != client_.settings().url) {
      keep(report, {fmt::format("別の報告先 {} への報告です。--url で指定してください。", report.url),
                    fmt::format("it is for another daemon, {}: name that by --url", report.url)});
      return false;
    }
    if (report.token_id == token_id_of(client_.settings().token) || options_.new_token) return true;
    keep(report, {"別のトークンで作られた報告です。トークンを更新しただけなら --new-token を付けてください。",
                  "it was queued under another token: if yours was only renewed, add --new-token"});
    return false;
  }

  void accept(ReportQueue::Claim claim, const Answer& answer) {
    const auto report = claim.report();
    queue_.settle(std::move(claim), QueueState::accepted, answer.body);
    show(report, "accepted", answer.body);
    if (output_.json) return;
    print(render_receipt(parse_json(answer.body), answer.replayed, output_.language));
    const auto kept = queue_.folder() / "accepted" / fmt::format("{:08}.receipt.json", report.number);
    print_line(fmt::format("{}: {}", output_.language == Language::ja ? "受領証の保存先" : "receipt kept in", kept.string()));
  }

  void refuse(ReportQueue::Claim claim, const Answer& answer) {
    const auto report = claim.report();
    queue_.settle(std::move(claim), QueueState::refused, answer.body);
    show(report, "refused", answer.body);
    Output in_words = output_;
    in_words.json = false;
    refused_ = tell_refusal(answer, in_words);
    const auto place = (queue_.folder() / "refused").string();
    complain(
        output_,
        {fmt::format(
             "報告は受け付けられませんでした。内容は {} に残っています。直してから送り直してください。",
             place),
         fmt::format("the report was refused; it is kept in {}. Correct it and submit it again", place)});
  }

  void keep(const QueuedReport& report, const Answer& answer) {
    const auto problem = parse_json(answer.body);
    const auto detail = text_at(problem, "/detail");
    if (answer.status == 401) refused_ = exit_refused;
    keep(report, {fmt::format("報告先の応答: {} {}", answer.status,
                              detail.empty() ? text_at(problem, "/title") : detail),
                  fmt::format("the daemon answered {} {}", answer.status,
                              detail.empty() ? text_at(problem, "/title") : detail)});
  }

  void keep(const QueuedReport& report, const Text& why) {
    ++kept_;
    show(report, "pending", "");
    complain(output_, why);
    complain(output_,
             {fmt::format("【まだ受け付けられていません】 この報告（{:08}）は {} に保存してあります。",
                          report.number, (queue_.folder() / "pending").string()),
              fmt::format("NOT YET ACCEPTED: the report ({:08}) is kept in {}", report.number,
                          (queue_.folder() / "pending").string())});
  }

  void show(const QueuedReport& report, const char* state, const std::string& answer) const {
    if (!output_.json) return;
    print_line(json::serialize(json::value{{"state", state},
                                           {"number", report.number},
                                           {"key", report.key},
                                           {"answer", answer.empty() ? json::value() : parse_json(answer)}}));
  }

  ReportQueue& queue_;
  const ApiClient& client_;
  const ReportSubmitOptions& options_;
  const Output& output_;
  int kept_ = 0;
  int refused_ = exit_ok;
};

void advise(const Sender& sender, const Output& output) {
  if (sender.kept() == 0) return;
  complain(output, {"届くまでは報告したことになりません。急ぐ場合は報告先へ電話で連絡してください。再送: "
                    "noroshi report submit --flush",
                    "nobody has been told yet: telephone the body you report to, and send again by "
                    "noroshi report submit --flush"});
}

// Without the queue nothing is sent: a report whose key is lost could be accepted twice.
void tell_unusable(const std::system_error& error, const Output& output) {
  complain(
      output,
      {fmt::format(
           "待ち行列を使えません（{}）。何も送っていません。--queue で別のフォルダーを指定してください。",
           error.what()),
       fmt::format("the queue cannot be used ({}); nothing was sent. Name another folder by --queue",
                   error.what())});
}

std::optional<ReportQueue> open_queue(const std::filesystem::path& wanted, const Output& output) {
  const auto folder = wanted.empty() ? ReportQueue::default_folder() : std::optional(wanted);
  if (!folder) {
    complain(output, {"待ち行列のフォルダーを --queue で指定してください。",
                      "name the folder of the queue by --queue"});
    return std::nullopt;
  }
  try {
    return ReportQueue(*folder);
  } catch (const std::system_error& error) {
    tell_unusable(error, output);
    return std::nullopt;
  }
}

// The report's bytes if they are worth sending; else nothing, after listing every mistake.
std::optional<std::string> read_report(const std::string& file, const Output& output) {
  const auto bytes = read_input(file);
  if (!bytes) {
    complain(output, {fmt::format("{} を読めません: {}", file, bytes.error()),
                      fmt::format("{} cannot be read: {}", file, bytes.error())});
    return std::nullopt;
  }
  if (bytes->size() > largest_report) {
    complain(output, {"報告が 1 MiB を超えています。", "the report is larger than 1 MiB"});
    return std::nullopt;
  }
  const auto decoded = codec::decode_submission(*bytes);
  if (decoded) return *bytes;
  complain(output, {"報告に誤りがあります。送っていません。", "the report has mistakes; nothing was sent"});
  for (const auto& mistake : decoded.error())
    complain(output, {fmt::format("  {}: {} ({})", mistake.pointer.empty() ? "/" : mistake.pointer,
                                  mistake.message.ja, mistake.code),
                      fmt::format("  {}: {} ({})", mistake.pointer.empty() ? "/" : mistake.pointer,
                                  mistake.message.en, mistake.code)});
  return std::nullopt;
}

// Everything queued up to `last` (0: everything there is), oldest first.
void send_pending(ReportQueue& queue, Sender& sender, std::optional<ReportQueue::Claim> newest) {
  bool answers = true;
  for (const auto number : queue.pending()) {
    if (newest && number >= newest->report().number) continue;
    if (!answers) {
      sender.hold_back(number);
      continue;
    }
    if (auto claim = queue.claim(number)) answers = sender.send(std::move(*claim));
  }
  if (!newest) return;
  if (answers) {
    sender.send(std::move(*newest));
  } else {
    sender.hold_back(newest->report().number);
  }
}

int finish(const Sender& sender, const Output& output) {
  advise(sender, output);
  return sender.exit_code();
}

// The same key was used before on this machine.
std::optional<int> answer_from_queue(const ReportQueue& queue, const std::string& key,
                                     const std::string& report, const Output& output) {
  const auto known = queue.find(key);
  if (!known) return std::nullopt;
  const auto& [state, before] = *known;
  if (before.report != report) {
    complain(output,
             {"この鍵は別の内容の報告に使われています。", "this key belongs to a report with other content"});
    return exit_usage;
  }
  if (state == QueueState::pending) return std::nullopt;
  const auto answer = queue.answer_of(state, before.number);
  if (state == QueueState::accepted) {
    print(output.json ? answer + '\n' : render_receipt(parse_json(answer), true, output.language));
    return exit_ok;
  }
  const auto problem = parse_json(answer);
  return tell_refusal(
      {static_cast<int>(number_at(problem, "/status").value_or(422)), answer, false, false, {}}, output);
}

int submit(const ReportSubmitOptions& options, ReportQueue& queue, const ApiClient& client,
           const Output& output) {
  const auto report = read_report(options.file, output);
  if (!report) return exit_usage;
  if (!options.key.empty())
    if (const auto known = answer_from_queue(queue, options.key, *report, output)) return *known;

  Sender sender(queue, client, options, output);
  const bool pending_already = !options.key.empty() && queue.find(options.key).has_value();
  std::optional<ReportQueue::Claim> newest;
  try {
    if (!pending_already)
      newest.emplace(queue.add({0, options.key.empty() ? fresh_key() : options.key, client.settings().url,
                                token_id_of(client.settings().token), now(), *report}));
  } catch (const std::system_error& error) {
    tell_unusable(error, output);
    return exit_configuration;
  }
  send_pending(queue, sender, std::move(newest));
  return finish(sender, output);
}

}  // namespace

int run(const ReportSubmitOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  auto queue = open_queue(options.queue, output);
  if (!queue) return exit_configuration;
  if (!options.flush) return submit(options, *queue, *client, output);

  Sender sender(*queue, *client, options, output);
  send_pending(*queue, sender, std::nullopt);
  if (sender.kept() == 0 && !output.json) print_line(output({"待ち行列は空です。", "The queue is empty."}));
  return finish(sender, output);
}

int run(const ReportQueueOptions& options, const Output& output) {
  const auto queue = open_queue(options.queue, output);
  if (!queue) return exit_configuration;
  const bool ja = output.language == Language::ja;
  Table table(ja ? std::vector<std::string>{"番号", "状態", "保存", "整理番号", "件名", "報告先"}
                 : std::vector<std::string>{"number", "state", "queued", "reference", "title", "daemon"});
  json::array items;
  for (const auto state : {QueueState::pending, QueueState::refused}) {
    for (const auto number : queue->numbers(state)) {
      const auto report = queue->read(state, number);
      const auto content = parse_json(report.report);
      const bool pending = state == QueueState::pending;
      const auto queued_at = format_rfc3339(report.queued_at);
      table.add_row({fmt::format("{:08}", number),
                     ja ? (pending ? "まだ受け付けられていません" : "拒否されました")
                        : (pending ? "NOT YET ACCEPTED" : "refused"),
                     shown_time(queued_at), text_at(content, "/reference"), text_at(content, "/title"),
                     report.url});
      items.push_back(json::value{{"number", number},
                                  {"state", pending ? "pending" : "refused"},
                                  {"key", report.key},
                                  {"url", report.url},
                                  {"queued_at", queued_at},
                                  {"answer", parse_json(queue->answer_of(state, number))}});
    }
  }
  if (output.json) {
    print_line(json::serialize(json::value{{"items", items}, {"next", nullptr}}));
  } else if (table.empty()) {
    print_line(output({"待ち行列は空です。", "The queue is empty."}));
  } else {
    print(table.render(terminal_width()));
  }
  return queue->pending().empty() ? exit_ok : exit_not_accepted;
}

}  // namespace noroshi::cli
