#include "src/store/views.h"

namespace noroshi::store {
namespace {

// Longer than a group of alarms takes under load; a daemon that rings them at all is within it.
constexpr std::chrono::seconds patience{10};

constexpr Statement select_heartbeat{
    "view_heartbeat",
    "SELECT p.next_sequence, p.clocks_behind, "
    "(SELECT count(*) FROM obligation WHERE holder = $1 AND state = 'open') AS open, "
    "(SELECT count(*) FROM obligation WHERE holder = $1 AND state = 'open' AND due_at < $2::timestamptz) AS overdue, "
    "(SELECT count(*) FROM message WHERE recipient = $1 AND kind <> 'alarm' AND acknowledged_at IS NULL "
    "AND acknowledge_by IS NOT NULL) AS unacknowledged FROM pulse(shown_length($3::interval)) AS p"};

constexpr Statement select_checkpoint{
    "view_heartbeat_checkpoint",
    "SELECT o.name, c.size, encode(c.root, 'base64') AS root FROM checkpoint c JOIN record_origin o ON o.ordinal = c.origin "
    "ORDER BY c.origin DESC, c.size DESC LIMIT 1"};

}  // namespace

codec::Heartbeat read_heartbeat(TenantTransaction& transaction, const std::string& organization, Timestamp now) {
  const auto rows = transaction.execute(select_heartbeat, {organization, now, patience});
  const auto row = rows.one();
  codec::Heartbeat heartbeat;
  heartbeat.organization = organization;
  heartbeat.at = now;
  heartbeat.events = row.get<std::int64_t>("next_sequence");
  heartbeat.open = row.get<std::int64_t>("open");
  heartbeat.overdue = row.get<std::int64_t>("overdue");
  heartbeat.unacknowledged = row.get<std::int64_t>("unacknowledged");
  heartbeat.clocks_behind = row.get<bool>("clocks_behind");
  const Rows newest = transaction.execute(select_checkpoint);
  if (const auto checkpoint = newest.maybe_one()) {
    heartbeat.origin = checkpoint->get<std::string>("name");
    heartbeat.size = checkpoint->get<std::int64_t>("size");
    heartbeat.root = checkpoint->get<std::string>("root");
  }
  return heartbeat;
}

}  // namespace noroshi::store
