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

namespace noroshi::cli {
namespace {

using std::chrono::seconds;

// Before each attempt but the first: a daemon that was restarted is back within seconds.
constexpr seconds pauses[] = {seconds(1), seconds(2), seconds(4)};
constexpr int unavailable = 503;

bool worth_repeating(const tl::expected<Answer, NoAnswer>& answer, bool unknown) {
  // What was lost once is asked for until there is an answer, also where the daemon is not back yet.
  return answer ? answer->status == unavailable : answer.error().sent || unknown;
}

// Whether the daemon may have done it without our knowing.
bool may_be_done(const tl::expected<Answer, NoAnswer>& answer) {
  return answer ? answer->status >= 500 : answer.error().sent;
}

}  // namespace

std::string fresh_key() {
  core::IdentifierSequence::Seed seed;
  if (::getrandom(seed.data(), seed.size(), 0) != static_cast<ssize_t>(seed.size()))
    throw std::system_error(errno, std::generic_category(), "getrandom");
  const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  return core::to_string(core::IdentifierSequence(now, seed).next_uuid());
}

tl::expected<boost::json::value, ExitCode> act(const ApiClient& client, const std::string& target,
                                               const std::string& body, const ActOptions& options,
                                               const Output& output) {
  const auto key = options.key.empty() ? fresh_key() : options.key;
  auto answer = client.post(target, body, key);
  bool unknown = may_be_done(answer);
  for (const auto pause : pauses) {
    if (!worth_repeating(answer, unknown)) break;
    std::this_thread::sleep_for(pause);
    answer = client.post(target, body, key);
    unknown = answer ? may_be_done(answer) : unknown || may_be_done(answer);
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
