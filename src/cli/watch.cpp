#include "src/cli/watch.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <thread>

#include <fmt/format.h>
#include <boost/json/serialize.hpp>

#include "routing/time.h"
#include "src/cli/alarms.h"
#include "src/cli/event_reader.h"
#include "src/cli/heartbeat.h"
#include "src/cli/inbox.h"
#include "src/cli/json_view.h"
#include "src/cli/table.h"
#include "src/codec/json_writer.h"

namespace noroshi::cli {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr auto longest_silence = 45s;  // three comments that keep the line open did not come
constexpr auto first_pause = 2000ms;   // where the server has not said how long to wait
constexpr auto longest_pause = 30s;

// Nothing is to be put in order: every line was written whole.
void end_by_signal(int) {
  ::_exit(exit_ok);
}

std::int64_t seconds_since(steady_clock::time_point moment) {
  return std::chrono::duration_cast<std::chrono::seconds>(steady_clock::now() - moment).count();
}

// Red for what was not done in time, cyan for what was sent to us; for a terminal that wants colours.
class Colours {
 public:
  Colours() : wanted_(::isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr) {}
  std::string operator()(std::string_view code, std::string_view text) const {
    return wanted_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
  }

 private:
  bool wanted_;
};

// Whether an item tells a person something: an alarm's own message says it twice, and that a duty opened or a body sees a
// case follows from the report whose line stands above.
bool tells(const std::string& name, const json::value& data) {
  static constexpr std::string_view of_use[] = {
      "report.received",     "incident.moved",       "obligation.fulfilled", "obligation.reopened", "obligation.waived",
      "message.acknowledged", "waiver.asked",        "waiver.decided",       "relay_switch.asked",  "relay_switch.decided",
      "record.continued",    "key.registered",       "key.retired"};
  if (name == "message") return text_at(data, "/kind") != "alarm";
  if (name != "event") return true;
  return std::find(std::begin(of_use), std::end(of_use), text_at(data, "/type")) != std::end(of_use);
}

// What stands in a line, from the daemon's answers.
class Lines {
 public:
  Lines(const ApiClient& client, Language language) : client_(client), language_(language) {
    const auto bodies = get("/api/v1/organizations");
    for (const auto& body : array_at(bodies, "/items")) names_[text_at(body, "/id")] = text_at(body, "/name");
  }

  std::string of(const std::string& name, const json::value& data) const {
    if (name == "alarm") return colours_(level_of(data) >= 2 ? "1;31" : "31", alarm(data));
    if (name == "message") return colours_("36", message(data));
    return name == "event" ? event(data) : other(name, data);
  }

 private:
  bool japanese() const { return language_ == Language::ja; }
  static std::int64_t level_of(const json::value& alarm) { return number_at(alarm, "/level").value_or(0); }

  json::value get(const std::string& target) const {
    const auto answer = client_.get(target);
    return answer && answer->good() ? parse_json(answer->body) : json::value();
  }

  std::string body(const std::string& slug) const {
    const auto name = names_.find(slug);
    if (name == names_.end() || name->second.empty()) return shown_organization(slug, language_);
    return fmt::format("{} ({})", name->second, slug);
  }

  static std::string joined(std::initializer_list<std::string> parts) {
    std::string line;
    for (const std::string& part : parts)
      if (!part.empty()) line += (line.empty() ? "" : "  ") + printable(part);
    return line;
  }

  std::string number(const json::value& data) const {
    const std::string mark = flag_at(data, "/exercise") ? (japanese() ? "【訓練】" : "EXERCISE ") : "";
    return mark + text_at(data, "/number");
  }

  // An alarm of routing says itself what is wrong; one of a clock is told by its members.
  std::string alarm(const json::value& data) const {
    return joined({shown_time(text_at(data, "/raised_at")), shown_alarm(data, language_),
                   level_of(data) == 0 ? text_at(data, "/message") : ""});
  }

  std::string message(const json::value& data) const {
    const auto from = text_at(data, "/from");
    const std::string way = (from.empty() ? "" : body(from) + " → ") + body(text_at(data, "/to"));
    return joined({shown_time(text_at(data, "/sent_at")), shown_kind(data, language_), number(data), way, shown_clause(data), text_at(data, "/title")});
  }

  std::string event(const json::value& data) const {
    const auto organization = text_at(data, "/organization");
    return joined({shown_time(text_at(data, "/at")), number(data), text_at(data, "/text"),
                   organization.empty() ? "" : body(organization)});
  }

  // An item of a daemon that is newer than this program.
  std::string other(const std::string& name, const json::value& data) const {
    return joined({name, json::serialize(data)});
  }

  const ApiClient& client_;
  Language language_;
  Colours colours_;
  std::map<std::string, std::string, std::less<>> names_;
};

class Watch {
 public:
  Watch(const ApiClient& client, const WatchOptions& options, const Output& output)
      : client_(client), after_(options.after), all_(options.all), output_(output), lines_(client, output.language), heartbeats_(client) {}

  int run() {
    for (;;) {
      if (const auto code = one_connection()) return *code;
      std::this_thread::sleep_for(pause_);
      pause_ = std::min<std::chrono::milliseconds>(2 * pause_, longest_pause);
    }
  }

 private:
  // Until the line is cut; or the exit code with which the program ends.
  std::optional<int> one_connection() {
    reader_.reconnect();
    const std::string target =
        after_.empty() ? "/api/v1/stream" : "/api/v1/stream?after=" + percent_encoded(after_);
    const auto answer =
        client_.stream(target, reader_.last_id(), longest_silence, [this](std::string_view bytes) {
          heard_at_ = steady_clock::now();
          reader_.feed(bytes);
          if (const auto told = heartbeats_.missed(heard_at_)) complain(output_, {told->ja, told->en});
          return std::ferror(stdout) == 0;
        });
    if (std::ferror(stdout) != 0) return exit_failed;
    if (!answer) return lost(answer.error().reason);
    if (answer->good()) return lost({"サーバーが接続を終了しました", "the server has ended the line"});
    const bool passing = exit_code_of(answer->status) == exit_unavailable;
    if (!connected_once_ || !passing) return tell_refusal(*answer, output_);
    if (answer->retry_after_seconds)
      pause_ =
          std::max<std::chrono::milliseconds>(pause_, std::chrono::seconds(*answer->retry_after_seconds));
    return lost({fmt::format("応答 {}", answer->status), fmt::format("it answers {}", answer->status)});
  }

  // Who has never been connected has nothing to be taken up.
  std::optional<int> lost(const Text& reason) {
    if (!connected_once_) return tell_no_answer({reason}, output_);
    interrupted_ = true;
    const auto without = shown_duration(seconds_since(heard_at_), output_.language);
    complain(output_,
             {fmt::format("{}間、知らせが届いていません（{}）。接続し直しています。", without, reason.ja),
              fmt::format("{} without news ({}); connecting again", without, reason.en)});
    return std::nullopt;
  }

  void take(const StreamItem& item) {
    const auto data = parse_json(item.data);
    if (item.name == "ready") return ready(item, data);
    if (item.name == "heartbeat") return heartbeat(item, data);
    if (item.name == "reset" || item.name == "end")
      complain(output_, {text_at(data, "/text"), text_at(data, "/text")});
    if (output_.json) return show_json(item, data);
    if (item.name != "reset" && item.name != "end" && (all_ || tells(item.name, data))) show(lines_.of(item.name, data));
  }

  void ready(const StreamItem& item, const json::value& data) {
    pause_ = reader_.retry().value_or(first_pause);
    heartbeats_.connected(steady_clock::now());
    if (!connected_once_) {
      const auto heartbeat = client_.get("/api/v1/heartbeat");
      if (heartbeat && heartbeat->good()) heartbeats_.expect(steady_clock::now());
    }
    if (std::exchange(interrupted_, false))
      complain(output_, {"接続し直しました。途切れていた間の出来事から続けます。",
                         "connected again; what happened meanwhile comes first"});
    if (!std::exchange(connected_once_, true) && !output_.json)
      complain(output_, {"受信しています。Ctrl-C で終了します。", "watching; Ctrl-C ends"});
    if (output_.json) show_json(item, data);
  }

  // A person is told of what is wrong with them; a program gets each.
  void heartbeat(const StreamItem& item, const json::value& data) {
    if (const auto told = heartbeats_.beat(data, steady_clock::now())) complain(output_, {told->ja, told->en});
    if (output_.json) show_json(item, data);
  }

  void take_comment(std::string_view text) {
    const bool away = !text.empty();
    if (away == std::exchange(database_away_, away)) return;
    complain(output_, away ? Text{"サーバーがデータベースに接続できません。その間の知らせは届きません。",
                                  "the daemon has no database just now: no news until it is back"}
                           : Text{"サーバーのデータベースが復旧しました。", "the daemon's database is back"});
  }

  void show_json(const StreamItem& item, const json::value& data) {
    std::string line;
    codec::JsonWriter(line)
        .begin_object()
        .member("name", item.name)
        .member("id", item.id)
        .name("data")
        .raw(json::serialize(data))
        .end_object();
    show(line);
  }

  static void show(const std::string& line) {
    print_line(line);
    std::fflush(stdout);
  }

  const ApiClient& client_;
  std::string after_;  // where the first connection begins; from then on the last id
  bool all_;
  Output output_;
  Lines lines_;
  EventReader reader_{[this](const StreamItem& item) { take(item); },
                      [this](std::string_view text) { take_comment(text); }};
  HeartbeatWatch heartbeats_;
  bool connected_once_ = false;
  bool interrupted_ = false;
  bool database_away_ = false;
  std::chrono::milliseconds pause_ = first_pause;
  steady_clock::time_point heard_at_ = steady_clock::now();
};

}  // namespace

int run(const WatchOptions& options, const Output& output) {
  auto client = connect(options.connection, output);
  if (!client) return client.error();
  ::signal(SIGINT, end_by_signal);
  ::signal(SIGTERM, end_by_signal);
  return Watch(*client, options, output).run();
}

}  // namespace noroshi::cli
