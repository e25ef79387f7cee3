#include "src/store/report_views.h"
#include "src/store/view_rows.h"

namespace noroshi::store {
namespace {

// For each body its newest by the index, then the newest of those.
constexpr Statement select_inbox{
    "view_inbox",
    "WITH page AS (SELECT " NOROSHI_MESSAGE_COLUMNS
    "FROM unnest($1::text[]) AS body(slug) "
    "CROSS JOIN LATERAL (SELECT * FROM message WHERE message.recipient = body.slug "
    "AND ($2::timestamptz IS NULL OR (message.sent_at, message.id) < ($2::timestamptz, $3::uuid)) "
    "AND ($4::boolean IS NULL OR (message.acknowledged_at IS NOT NULL) = $4) "
    "AND ($6::uuid[] IS NULL OR message.incident_id = ANY ($6::uuid[])) "
    "ORDER BY message.sent_at DESC, message.id DESC LIMIT $5) AS m "
    "ORDER BY m.sent_at DESC, m.id DESC LIMIT $5) "
    "SELECT " NOROSHI_MESSAGE_OF_PAGE "ORDER BY page.sent_at DESC, page.id DESC"};

constexpr Statement select_message{
    "view_message",
    "WITH page AS (SELECT " NOROSHI_MESSAGE_COLUMNS
    ", m.note, m.acknowledgement_note FROM message m WHERE m.id = $1::uuid AND m.recipient = ANY ($2::text[])) "
    "SELECT r.stage, r.submitted_by, r.received_at, encode(r.sha256, 'hex') AS sha256, "
    "CASE WHEN r.erased_at IS NULL THEN r.length END AS length, "
    "CASE WHEN r.erased_at IS NULL THEN r.document END AS document, "
    "CASE WHEN r.erased_at IS NULL AND (r.version = 1 OR EXISTS (SELECT FROM report before "
    "WHERE before.incident_id = r.incident_id AND before.version = r.version - 1)) THEN r.changes END AS changes, " NOROSHI_MESSAGE_OF_PAGE};

constexpr Statement select_alarms{
    "view_alarms", "WITH page AS (SELECT " NOROSHI_ALARM_COLUMNS
                   "FROM incident_access a JOIN alarm m ON m.incident_id = a.incident_id "
                   "WHERE ($1::timestamptz IS NULL OR (m.raised_at, m.id) < ($1::timestamptz, $2::uuid)) "
                   "ORDER BY m.raised_at DESC, m.id DESC LIMIT $3) "
                   "SELECT " NOROSHI_ALARM_OF_PAGE "ORDER BY page.raised_at DESC, page.id DESC"};

codec::ReportVersionView read_version(const Row& row) {
  codec::ReportVersionView view;
  view.id = row.get<std::string>("report_id");
  view.version = row.get<std::int32_t>("version");
  view.stage = row.get<std::string>("stage");
  view.submitted_by = row.get<std::string>("submitted_by");
  view.received_at = row.get<Timestamp>("received_at");
  view.sha256 = row.get<std::optional<std::string>>("sha256");
  view.length = row.get<std::optional<std::int32_t>>("length");
  view.changes = row.get<std::optional<std::string>>("changes");
  return view;
}

}  // namespace

PageOutcome<codec::MessageView> list_inbox(TenantTransaction& transaction,
                                           std::span<const std::string> bodies, const InboxFilter& filter,
                                           const PageRequest& page) {
  auto key = key_of(page, 'm', "tu");
  if (!key) return tl::unexpected(key.error());
  std::optional<std::vector<std::string>> of_receipt;
  if (filter.receipt) of_receipt = incidents_by_receipt(transaction, *filter.receipt);
  const Rows rows =
      transaction.execute(select_inbox, {bodies, (*key)[0], (*key)[1], filter.acknowledged, page.limit + 1, of_receipt});
  auto shown = read_page(rows, page.limit, read_message, [](const Row& row) {
    return write_cursor('m', {row.get<Timestamp>("sent_at"), uuid_of(row, "id")});
  });
  add_receipts_of_inbox(transaction, shown.items);
  return shown;
}

std::optional<codec::MessageDetail> find_message(TenantTransaction& transaction, const routing::Registry& registry,
                                                 std::span<const std::string> bodies, core::MessageId id, Timestamp now) {
  const Rows rows = transaction.execute(select_message, {to_string(id), bodies});
  const auto row = rows.maybe_one();
  if (!row) return std::nullopt;
  codec::MessageDetail detail;
  detail.message = read_message(*row);
  detail.note = row->get<std::string>("note");
  detail.acknowledgement_note = row->get<std::string>("acknowledgement_note");
  if (!row->is_null("stage")) detail.report = read_version(*row);
  detail.document = row->get<std::optional<std::string>>("document");
  add_receipts_of_inbox(transaction, std::span(&detail.message, 1));
  const CallersView view(transaction, registry, detail.message.incident_id, now);
  view.narrow(detail.document);
  if (detail.report) view.narrow(*detail.report);
  return detail;
}

PageOutcome<codec::AlarmView> list_alarms(TenantTransaction& transaction, const PageRequest& page) {
  auto key = key_of(page, 'a', "tu");
  if (!key) return tl::unexpected(key.error());
  const Rows rows = transaction.execute(select_alarms, {(*key)[0], (*key)[1], page.limit + 1});
  return read_page(rows, page.limit, read_alarm, [](const Row& row) {
    return write_cursor('a', {row.get<Timestamp>("raised_at"), uuid_of(row, "id")});
  });
}

}  // namespace noroshi::store
