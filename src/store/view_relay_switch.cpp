#include "src/store/view_rows.h"

namespace noroshi::store {
namespace {

constexpr Statement select_switches{
    "view_relay_switches",
    "SELECT id, switched_on, reason, asked_by_name, asked_role, asked_at, decision, decided_by_name, decision_reason, "
    "decided_at FROM relay_switch ORDER BY asked_at DESC, id DESC LIMIT 200"};

// As relaying_bodies() of schemas/sql has it.
constexpr Statement select_in_force{
    "view_relay_switch_in_force",
    "SELECT switched_on, decided_at FROM relay_switch WHERE decision = 'approved' ORDER BY decided_at DESC, id DESC LIMIT 1"};

codec::RelaySwitchRequestView read_request(const Row& row) {
  codec::RelaySwitchRequestView view;
  view.id = row.get<std::string>("id");
  view.switched_on = row.get<bool>("switched_on");
  view.reason = row.get<std::string>("reason");
  view.asked_by = row.get<std::string>("asked_by_name");
  view.asked_role = row.get<std::string>("asked_role");
  view.asked_at = row.get<Timestamp>("asked_at");
  view.decision = row.get<std::string>("decision");
  view.decided_by = row.get<std::string>("decided_by_name");
  view.decision_reason = row.get<std::string>("decision_reason");
  view.decided_at = row.get<std::optional<Timestamp>>("decided_at");
  return view;
}

}  // namespace

codec::RelaySwitchView find_relay_switch(TenantTransaction& transaction) {
  codec::RelaySwitchView view;
  const Rows in_force = transaction.execute(select_in_force);
  if (const auto row = in_force.maybe_one()) {
    view.switched_on = row->get<bool>("switched_on");
    view.since = row->get<Timestamp>("decided_at");
  }
  view.requests = read_all(transaction.execute(select_switches), read_request);
  return view;
}

}  // namespace noroshi::store
