#include "src/store/operation.h"

namespace noroshi::store {
namespace {

constexpr Statement read_state{"operator_database_state",
                               "SELECT current_setting('server_version') AS version, (SELECT count(*) FROM "
                               "migration)::integer AS migrations"};
constexpr Statement read_waiting{
    "operator_waiting",
    "SELECT unnumbered_events, outbox_messages, dead_messages,"
    " greatest(coalesce(extract(epoch FROM oldest_unnumbered), 0), 0)::double precision AS oldest_unnumbered,"
    " greatest(coalesce(extract(epoch FROM oldest_outbox), 0), 0)::double precision AS oldest_outbox"
    " FROM count_waiting()"};
constexpr Statement read_clocks{"operator_clocks",
                                "SELECT running, behind, extract(epoch FROM oldest_behind)::double precision AS "
                                "oldest_behind FROM count_clocks()"};
constexpr Statement hears{"operator_somebody_hears", "SELECT $1 IN (SELECT * FROM bodies_with_person(clock()))"};
constexpr Statement read_open_obligations{
    "operator_open_obligations",
    "SELECT edition, rule, exercise, open, overdue FROM count_open_obligations() ORDER BY 1, 2, 3"};

}  // namespace

DatabaseState read_database_state(Connection& operator_connection) {
  const auto rows = operator_connection.execute(read_state);
  const auto row = rows.one();
  return {row.get<std::string>("version"), row.get<std::int32_t>("migrations")};
}

Waiting count_waiting(Connection& operator_connection) {
  const auto rows = operator_connection.execute(read_waiting);
  const auto row = rows.one();
  return {row.get<std::int64_t>("unnumbered_events"), row.get<double>("oldest_unnumbered"),
          row.get<std::int64_t>("outbox_messages"), row.get<double>("oldest_outbox"),
          row.get<std::int64_t>("dead_messages")};
}

ClockCounts count_clocks(Connection& operator_connection) {
  const auto rows = operator_connection.execute(read_clocks);
  const auto row = rows.one();
  return {row.get<std::int64_t>("running"), row.get<std::int64_t>("behind"), row.get<double>("oldest_behind")};
}

bool somebody_hears(Connection& operator_connection, const std::string& organization) {
  return operator_connection.execute(hears, {organization}).one().get<bool>(0);
}

std::vector<OpenObligations> count_open_obligations(Connection& operator_connection) {
  std::vector<OpenObligations> counts;
  for (const auto row : operator_connection.execute(read_open_obligations))
    counts.push_back({row.get<std::string>("edition"), row.get<std::string>("rule"),
                      row.get<bool>("exercise"), row.get<std::int64_t>("open"),
                      row.get<std::int64_t>("overdue")});
  return counts;
}

}  // namespace noroshi::store
