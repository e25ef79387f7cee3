#include "src/store/view_rows.h"

namespace noroshi::store {
namespace {

// Both walk the caller's own incidents, so that what a list costs tells nothing of other bodies.
constexpr Statement select_newest{
    "view_obligations_newest",
    "WITH page AS (SELECT " NOROSHI_OBLIGATION_COLUMNS
    "FROM incident_access a JOIN obligation o ON o.incident_id = a.incident_id "
    "WHERE ($1::uuid IS NULL OR (o.incident_id, o.id) < ($1::uuid, $2::uuid)) "
    "AND ($3::text IS NULL OR o.holder = $3) AND ($4::text IS NULL OR o.recipient = $4) "
    "AND ($5::text IS NULL OR o.state = $5) AND ($6::uuid IS NULL OR a.incident_id = $6) "
    "AND ($7::boolean IS NULL OR (o.state = 'open' AND o.due_at < $8::timestamptz) = $7) "
    "ORDER BY o.incident_id DESC, o.id DESC LIMIT $9) "
    "SELECT " NOROSHI_OBLIGATION_OF_PAGE "ORDER BY page.incident_id DESC, page.id DESC"};

constexpr Statement select_most_urgent{
    "view_obligations_most_urgent",
    "WITH page AS (SELECT " NOROSHI_OBLIGATION_COLUMNS
    "FROM incident_access a JOIN obligation o ON o.incident_id = a.incident_id AND o.state = 'open' "
    "WHERE ($1::timestamptz IS NULL OR (o.due_at, o.id) > ($1::timestamptz, $2::uuid)) "
    "AND ($3::text IS NULL OR o.holder = $3) AND ($4::text IS NULL OR o.recipient = $4) "
    "AND ($5::text IS NULL OR o.state = $5) AND ($6::uuid IS NULL OR a.incident_id = $6) "
    "AND ($7::boolean IS NULL OR (o.due_at < $8::timestamptz) = $7) "
    "ORDER BY o.due_at, o.id LIMIT $9) "
    "SELECT " NOROSHI_OBLIGATION_OF_PAGE "ORDER BY page.due_at, page.id"};

constexpr Statement select_one{"view_obligation", "WITH page AS (SELECT " NOROSHI_OBLIGATION_COLUMNS
                                                  "FROM obligation o WHERE o.id = $1::uuid) "
                                                  "SELECT " NOROSHI_OBLIGATION_OF_PAGE};

constexpr Statement select_fulfillment{
    "view_fulfillment",
    "SELECT id, method, at, note, reference, organization, role, name, recorded_at FROM fulfillment "
    "WHERE obligation_id = $1::uuid ORDER BY recorded_at DESC, id DESC LIMIT 1"};

constexpr Statement select_waivers{"view_waivers",
                                   "SELECT id, reason, asked_by_name, asked_at, decision, decided_by_name, "
                                   "decision_reason, decided_at FROM waiver "
                                   "WHERE obligation_id = $1::uuid ORDER BY asked_at, id"};

codec::FulfillmentView read_fulfillment(const Row& row) {
  codec::FulfillmentView view;
  view.id = row.get<std::string>("id");
  view.method = row.get<std::string>("method");
  view.at = row.get<Timestamp>("at");
  view.note = row.get<std::string>("note");
  view.reference = row.get<std::string>("reference");
  view.organization = row.get<std::string>("organization");
  view.role = row.get<std::string>("role");
  view.by = row.get<std::string>("name");
  view.recorded_at = row.get<Timestamp>("recorded_at");
  return view;
}

codec::WaiverView read_waiver(const Row& row) {
  codec::WaiverView view;
  view.id = row.get<std::string>("id");
  view.reason = row.get<std::string>("reason");
  view.asked_by = row.get<std::string>("asked_by_name");
  view.asked_at = row.get<Timestamp>("asked_at");
  view.decision = row.get<std::string>("decision");
  view.decided_at = row.get<std::optional<Timestamp>>("decided_at");
  if (view.decided_at) {
    view.decided_by = row.get<std::string>("decided_by_name");
    view.decision_reason = row.get<std::string>("decision_reason");
  }
  return view;
}

}  // namespace

PageOutcome<codec::ObligationView> list_obligations(TenantTransaction& transaction,
                                                    const ObligationFilter& filter, const PageRequest& page,
                                                    Timestamp now) {
  const bool most_urgent = filter.state == "open" || filter.overdue == true;
  auto key = most_urgent ? key_of(page, 'd', "tu") : key_of(page, 'o', "uu");
  if (!key) return tl::unexpected(key.error());
  const auto incident = filter.incident ? std::optional(to_string(*filter.incident)) : std::nullopt;
  const Rows rows = transaction.execute(most_urgent ? select_most_urgent : select_newest,
                                        {(*key)[0], (*key)[1], filter.holder, filter.recipient, filter.state,
                                         incident, filter.overdue, now, page.limit + 1});
  return read_page(rows, page.limit, read_obligation, [&](const Row& row) {
    if (most_urgent) return write_cursor('d', {row.get<Timestamp>("due_at"), uuid_of(row, "id")});
    return write_cursor('o', {uuid_of(row, "incident_id"), uuid_of(row, "id")});
  });
}

std::optional<codec::ObligationDetail> find_obligation(TenantTransaction& transaction,
                                                       core::ObligationId id) {
  const Rows rows = transaction.execute(select_one, {to_string(id)});
  const auto row = rows.maybe_one();
  if (!row) return std::nullopt;
  codec::ObligationDetail detail{read_obligation(*row), std::nullopt, {}};
  const Rows fulfillments = transaction.execute(select_fulfillment, {to_string(id)});
  if (const auto fulfillment = fulfillments.maybe_one()) detail.fulfillment = read_fulfillment(*fulfillment);
  detail.waivers = read_all(transaction.execute(select_waivers, {to_string(id)}), read_waiver);
  return detail;
}

}  // namespace noroshi::store
