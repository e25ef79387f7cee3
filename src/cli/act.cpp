#include "src/cli/act.h"

#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>

#include <fmt/format.h>

#include "src/cli/json_view.h"
#include "src/core/identifier.h"
#include "src/codec/json_writer.h"

namespace noroshi::cli {
namespace {

using std::chrono::seconds;

// Before each attempt but the first: a daemon that was restarted is back within seconds.
constexpr seconds pauses[] = {seconds(1), seconds(2), seconds(4)};
constexpr int unavailable = 503;

using Outcome = tl::expected<Answer, NoAnswer>;

// Refused before it was looked at: that says nothing of what an attempt before it did.
bool turned_away(const Answer& answer) {
  if (answer.status == 401 || answer.status == 408 || answer.status == 429) return true;
  const auto code = text_at(parse_json(answer.body), "/code");
  return code == "unavailable" || code == "record_behind" || code == "overloaded" || code == "authentication_unavailable";
}

// Whether it may have been done without our knowing; `before`: after the attempts before.
bool is_unknown(const Outcome& outcome, bool before) {
  if (!outcome) return before || outcome.error().sent;
  return turned_away(*outcome) ? before : outcome->status >= 500;
}

// What was lost once is asked for until there is an answer, also where the daemon is not back yet.
bool worth_repeating(const Outcome& outcome, bool unknown) {
  return outcome ? outcome->status == unavailable : unknown;
}

}  // namespace

std::string fresh_key() {
  core::IdentifierSequence::Seed seed;
  if (::getrandom(seed.data(), seed.size(), 0) != static_cast<ssize_t>(seed.size()))
    throw std::system_error(errno, std::generic_category(), "getrandom");
  const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  return core::to_string(core::IdentifierSequence(now, seed).next_uuid());
}

std::string decision_body(const std::string& decision, const std::string& reason) {
  std::string body;
  codec::JsonWriter(body).begin_object().member("decision", decision).member("reason", reason).end_object();
  return body;
}

tl::expected<boost::json::value, ExitCode> act(const ApiClient& client, const std::string& target,
                                               const std::string& body, const ActOptions& options,
                                               const Output& output) {
  const auto key = options.key.empty() ? fresh_key() : options.key;
  auto answer = client.post(target, body, key, options.media_type);
  bool unknown = is_unknown(answer, false);
  for (const auto pause : pauses) {
    if (!worth_repeating(answer, unknown)) break;
    std::this_thread::sleep_for(pause);
    answer = client.post(target, body, key, options.media_type);
    unknown = is_unknown(answer, unknown);
  }
  if (answer && answer->good()) return parse_json(answer->body);
  const auto code = answer ? tell_refusal(*answer, output) : tell_no_answer(answer.error(), output);
  if (unknown)
    complain(output,
             {fmt::format("記録されたかどうか分かりません。同じコマンドに --key {} "
                          "を付けて再実行してください（二重にはなりません）。",
                          key),
              fmt::format("whether it was done is not known: give the same command again with --key {} "
                          "(it is done once)",
                          key)});
  return tl::unexpected(code);
}

}  // namespace noroshi::cli
