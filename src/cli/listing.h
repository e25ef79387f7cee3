// What a command at the machine lists: a table for a person, or the page that the daemon would answer for --json.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "routing/time.h"
#include "src/cli/database_visit.h"
#include "src/cli/output.h"
#include "src/cli/table.h"

namespace noroshi::cli {

class Listing {
 public:
  explicit Listing(std::vector<std::string> headings) : table_(std::move(headings)) {}
  void add(boost::json::value item, std::vector<std::string> cells);
  void print(const Output& output) const;

 private:
  Table table_;
  boost::json::array items_;
};

// Of the daemon's database. `fill` gets a connection of role owner.
int list_from_database(const DatabaseOptions& database, const Output& output, Listing listing,
                       const std::function<void(store::Connection& owner, Listing& listing)>& fill);

// "2018-08-01 09:00", "-" where there is none; and as JSON, null where there is none.
std::string shown_time(const std::optional<Timestamp>& at);
boost::json::value time_or_null(const std::optional<Timestamp>& at);

}  // namespace noroshi::cli
