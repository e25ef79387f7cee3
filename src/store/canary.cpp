#include "src/store/canary.h"

#include "src/store/bytes.h"
#include "src/store/own_acts.h"

namespace noroshi::store {
namespace {

constexpr Statement select_canaries{
    "canaries_of_body",
    "SELECT i.id, i.reference, i.ended_at IS NOT NULL AS ended, EXISTS (SELECT FROM alarm a WHERE a.incident_id = i.id "
    "AND a.code = 'canary_missing') AS missing FROM incident i "
    "WHERE i.organization = $1 AND i.reference = ANY ($2::text[]) AND i.exercise ORDER BY i.reference"};

}  // namespace

std::vector<CanarySeen> read_canaries(TenantTransaction& transaction, const std::string& organization,
                                      std::span<const std::string> references) {
  std::vector<CanarySeen> canaries;
  for (const Row row : transaction.execute(select_canaries, {organization, references}))
    canaries.push_back({id_of<core::IncidentId>(row.get<std::string_view>("id")), row.get<std::string>("reference"),
                        row.get<bool>("ended"), row.get<bool>("missing")});
  return canaries;
}

bool settle_canary(Connection& writer, const core::Law& law, const core::CanaryPlan& plan, core::IncidentId canary) {
  OwnActs acts(writer, law, {&canary, 1}, Reasons::loaded, OwnActs::Deliveries::loaded);
  const auto known = acts.known().find(canary);
  if (known == acts.known().end()) return false;
  auto decision = core::decide_canary(law, known->second, plan, acts.moment());
  if (decision.events.empty()) return false;
  acts.add(std::move(decision));
  acts.commit();
  return true;
}

}  // namespace noroshi::store
