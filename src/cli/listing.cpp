#include "src/cli/listing.h"

#include <boost/json/serialize.hpp>

namespace noroshi::cli {

void Listing::add(boost::json::value item, std::vector<std::string> cells) {
  items_.push_back(std::move(item));
  table_.add_row(std::move(cells));
}

void Listing::print(const Output& output) const {
  if (output.json) return print_line(boost::json::serialize(boost::json::value{{"items", items_}, {"next", nullptr}}));
  cli::print(table_.render(terminal_width()));
}

int list_from_database(const DatabaseOptions& database, const Output& output, Listing listing,
                       const std::function<void(store::Connection& owner, Listing& listing)>& fill) {
  return with_database(database, output, [&]() -> int {
    const DatabaseVisit visit(database, output);
    fill(*visit.owner_of_current_schema(), listing);
    listing.print(output);
    return exit_ok;
  });
}

std::string shown_time(const std::optional<Timestamp>& at) { return shown_time(at ? format_rfc3339(*at) : std::string()); }

boost::json::value time_or_null(const std::optional<Timestamp>& at) {
  return at ? boost::json::value(format_rfc3339(*at)) : boost::json::value(nullptr);
}

}  // namespace noroshi::cli
