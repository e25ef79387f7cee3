#include "src/cli/waiver.h"

#include <fmt/format.h>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "src/cli/json_view.h"
#include "src/cli/receipt.h"
#include "src/cli/table.h"
#include "src/codec/json_writer.h"

namespace noroshi::cli {
namespace {

namespace json = boost::json;

std::string place_of(const std::string& obligation) {
  return fmt::format("/api/v1/obligations/{}/waivers", percent_encoded(obligation));
}

// The waiver that waits for a decision; the daemon lets a duty have one at a time.
tl::expected<std::string, ExitCode> find_pending(const ApiClient& client, const std::string& obligation,
                                                 const Output& output) {
  const auto detail = fetch(client, "/api/v1/obligations/" + percent_encoded(obligation), output);
  if (!detail) return tl::unexpected(detail.error());
  for (const auto& waiver : array_at(*detail, "/waivers"))
    if (text_at(waiver, "/decision") == "pending") return text_at(waiver, "/id");
  complain(output, {"この義務について決定を待つ例外措置の申請はありません。",
                    "no waiver of this duty waits for a decision"});
  return tl::unexpected(exit_failed);
}

void tell(const json::value& answer, const Text& done, const Output& output) {
  if (output.json) return print_line(json::serialize(answer));
  print_line(output(done));
  const auto* obligation = answer.is_object() ? answer.get_object().if_contains("obligation") : nullptr;
  if (obligation) print(render_obligations({*obligation}, output.language));
}

}  // namespace

int run(const WaiverAskOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  std::string body;
  codec::JsonWriter(body).begin_object().member("reason", options.reason).end_object();
  const auto answer = act(*client, place_of(options.obligation), body, options, output);
  if (!answer) return answer.error();
  tell(*answer,
       {fmt::format("例外措置を申請しました（ID {}）。許可権限者が決定するまで義務は残ります。",
                    printable(text_at(*answer, "/id"))),
        fmt::format("Asked (id {}). The duty stays until the exception officer decides.",
                    printable(text_at(*answer, "/id")))},
       output);
  return exit_ok;
}

int run(const WaiverDecideOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  auto waiver = options.waiver;
  if (waiver.empty()) {
    auto pending = find_pending(*client, options.obligation, output);
    if (!pending) return pending.error();
    waiver = std::move(*pending);
  }
  const auto body = decision_body(options.decision, options.reason);
  const auto answer =
      act(*client, fmt::format("{}/{}/decision", place_of(options.obligation), percent_encoded(waiver)), body,
          options, output);
  if (!answer) return answer.error();
  tell(*answer, {"決定を記録しました。", "The decision is recorded."}, output);
  return exit_ok;
}

}  // namespace noroshi::cli
