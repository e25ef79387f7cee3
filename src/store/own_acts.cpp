#include "src/store/own_acts.h"

#include <set>
#include <string>

#include "src/codec/json_writer.h"
#include "src/core/decide_delivery.h"

namespace noroshi::store {
namespace {

constexpr Statement open_group{"open_group", "SELECT * FROM open_group($1::jsonb)"};
constexpr Statement staffs_were_read{"staffs_were_read", "SELECT staffs_were_read($1::uuid[], $2::timestamptz)"};
constexpr Statement apply{"apply", "SELECT apply($1::jsonb)"};

Timestamp lock_incidents(Transaction& transaction, std::span<const core::IncidentId> incidents) {
  std::string members;
  codec::JsonWriter json(members);
  json.begin_array();
  for (std::size_t slot = 0; slot < incidents.size(); ++slot)
    json.begin_object().member("slot", slot).member("incident", core::to_string(incidents[slot])).end_object();
  json.end_array();
  Timestamp now;
  for (const auto& row : transaction.execute(open_group, {members})) now = row.get<Timestamp>("at");
  return now;
}

}  // namespace

std::vector<core::Endpoint> endpoints_for(Transaction& transaction, std::span<const core::Decision* const> decisions) {
  std::set<std::string> told;
  for (const auto* decision : decisions) told.merge(core::bodies_told(*decision));
  const std::vector<std::string> bodies(told.begin(), told.end());
  return load_endpoints(transaction, bodies);
}

OwnActs::OwnActs(Connection& writer, const core::Law& law, std::span<const core::IncidentId> incidents, Reasons reasons,
                 Deliveries deliveries)
    : law_(law),
      transaction_(writer),
      decided_(salts_, transaction_),
      now_(lock_incidents(transaction_, incidents)),
      identifiers_(fresh_identifiers(now_)),
      known_(load_incidents(transaction_, incidents, reasons)) {
  if (deliveries == Deliveries::loaded) load_deliveries(transaction_, known_);
}

void OwnActs::commit() {
  std::vector<const core::Decision*> all;
  for (const auto& decision : decisions_) all.push_back(&decision);
  const auto endpoints = endpoints_for(transaction_, all);
  for (auto& decision : decisions_) {
    core::queue_deliveries(law_, decision, endpoints, moment());
    decided_.add(decision);
  }
  if (!looked_.empty()) transaction_.execute(staffs_were_read, {looked_, now_});
  if (!decided_.empty()) transaction_.execute(apply, {decided_.json()});
  transaction_.commit();
}

}  // namespace noroshi::store
