// What is withheld of an incident: by the caller's body, and from it.
#include "src/store/view_rows.h"

namespace noroshi::store {
namespace {

// Why, and who decided it, is the withholding body's own.
constexpr Statement select_withholdings{
    "view_withholdings",
    "SELECT w.id, w.incident_id, i.number, w.organization, w.from_organization, w.members, w.until, w.withheld_at, w.released_at, "
    "CASE WHEN o.own THEN w.reason ELSE '' END AS reason, CASE WHEN o.own THEN w.withheld_by_name ELSE '' END AS withheld_by, "
    "CASE WHEN o.own THEN w.released_by_name ELSE '' END AS released_by, "
    "CASE WHEN o.own THEN w.release_reason ELSE '' END AS release_reason "
    "FROM withholding w JOIN incident i ON i.id = w.incident_id JOIN incident_access a ON a.incident_id = w.incident_id "
    "CROSS JOIN LATERAL (SELECT w.organization = ANY (a.stands_for) AS own) AS o "
    "WHERE w.incident_id = $1::uuid AND a.organization = (SELECT caller()) "
    "AND ($2::timestamptz IS NULL OR (w.withheld_at, w.id) > ($2::timestamptz, $3::uuid)) ORDER BY w.withheld_at, w.id LIMIT $4"};

codec::WithholdingView read_withholding(const Row& row) {
  codec::WithholdingView view;
  view.id = row.get<std::string>("id");
  view.incident_id = row.get<std::string>("incident_id");
  view.number = row.get<std::string>("number");
  view.organization = row.get<std::string>("organization");
  view.from = row.get<std::string>("from_organization");
  view.members = row.get<std::vector<std::string>>("members");
  view.reason = row.get<std::string>("reason");
  view.until = row.get<Timestamp>("until");
  view.withheld_by = row.get<std::string>("withheld_by");
  view.withheld_at = row.get<Timestamp>("withheld_at");
  view.released_at = row.get<std::optional<Timestamp>>("released_at");
  view.released_by = row.get<std::string>("released_by");
  view.release_reason = row.get<std::string>("release_reason");
  return view;
}

}  // namespace

PageOutcome<codec::WithholdingView> list_withholdings(TenantTransaction& transaction, core::IncidentId incident,
                                                      const PageRequest& page) {
  auto key = key_of(page, 'w', "tu");
  if (!key) return tl::unexpected(key.error());
  const Rows rows = transaction.execute(select_withholdings, {to_string(incident), (*key)[0], (*key)[1], page.limit + 1});
  return read_page(rows, page.limit, read_withholding, [](const Row& row) {
    return write_cursor('w', {row.get<Timestamp>("withheld_at"), uuid_of(row, "id")});
  });
}

}  // namespace noroshi::store
