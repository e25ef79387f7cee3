#include "src/cli/obligations.h"

#include <string>

#include <fmt/format.h>
#include <boost/json/serialize.hpp>

#include "src/cli/json_view.h"
#include "src/cli/receipt.h"

namespace noroshi::cli {
namespace {

namespace json = boost::json;

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

}  // namespace noroshi::cli
