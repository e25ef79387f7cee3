#include "src/cli/find_incident.h"

#include <fmt/format.h>

#include "src/cli/json_view.h"
#include "src/core/identifier.h"
#include "src/core/receipt_number.h"

namespace noroshi::cli {

tl::expected<std::string, ExitCode> find_incident(const ApiClient& client, const std::string& wanted,
                                                  const Output& output) {
  if (const auto id = core::parse_uuid(wanted)) return core::to_string(*id);
  const auto by_reference =
      fetch_all(client, "/api/v1/incidents?reference=" + percent_encoded(wanted), output);
  if (!by_reference) return tl::unexpected(by_reference.error());
  auto found = array_at(*by_reference, "/items");
  if (const auto receipt = core::parse_receipt_number(wanted); found.empty() && receipt) {
    const auto by_receipt = fetch_all(client, "/api/v1/incidents?receipt=" + percent_encoded(*receipt), output);
    if (!by_receipt) return tl::unexpected(by_receipt.error());
    found = array_at(*by_receipt, "/items");
  }
  if (found.empty()) {
    const auto all = fetch_all(client, "/api/v1/incidents", output);
    if (!all) return tl::unexpected(all.error());
    for (const auto& incident : array_at(*all, "/items"))
      if (text_at(incident, "/number") == wanted) found.push_back(incident);
  }
  if (found.size() == 1) return text_at(found.front(), "/id");
  if (found.empty()) {
    complain(output, {fmt::format("{} というインシデントは見つかりません。", wanted),
                      fmt::format("there is no incident {} that your body can see", wanted)});
    return tl::unexpected(exit_failed);
  }
  complain(output, {fmt::format("{} は一つに決まりません。番号か ID で指定してください。", wanted),
                    fmt::format("{} is not one incident: name it by number or id", wanted)});
  for (const auto& incident : found) {
    const auto line = fmt::format("  {}  {}", text_at(incident, "/number"), text_at(incident, "/id"));
    complain(output, {line, line});
  }
  return tl::unexpected(exit_usage);
}

}  // namespace noroshi::cli
