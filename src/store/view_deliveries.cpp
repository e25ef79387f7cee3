// Endpoints of the caller's body, and deliveries of messages that it sent or received.
#include "src/store/deliveries.h"
#include "src/core/receipt_number.h"
#include "src/store/view_rows.h"

namespace noroshi::store {
namespace {

// Settings as names and values by turns.
#define NOROSHI_ENDPOINT_COLUMNS                                                                                    \
  "e.id, e.organization, e.channel, e.name, e.zone, ARRAY(SELECT u.word FROM jsonb_each_text(e.settings) AS s, "    \
  "unnest(ARRAY[s.key, s.value]) WITH ORDINALITY AS u(word, place) ORDER BY s.key COLLATE \"C\", u.place) AS "     \
  "settings, e.kinds, e.role, e.least_severity, e.state, e.cause, e.asked_by_name, e.asked_at, e.decided_by_name, "         \
  "e.decision_reason, e.decided_at, e.changed_by_name, e.change_reason, e.changed_at, e.revision, "                \
  "c.endpoint_id IS NOT NULL AS has_circuit, coalesce(c.failures, 0) AS failures, c.open_until, "                   \
  "coalesce(c.last_cause, '') AS last_cause, c.last_success_at "                                                    \
  "FROM endpoint e LEFT JOIN endpoint_circuit c ON c.endpoint_id = e.id "

// At most 200: those that are used or wait first.
constexpr Statement select_endpoints{
    "view_endpoints", "SELECT " NOROSHI_ENDPOINT_COLUMNS
                      "WHERE $1::text IS NULL OR e.state = $1 "
                      "ORDER BY e.state IN ('rejected', 'withdrawn'), e.asked_at, e.id LIMIT 200"};
constexpr Statement select_endpoint{"view_endpoint",
                                    "SELECT " NOROSHI_ENDPOINT_COLUMNS "WHERE e.id = $1::uuid"};

#define NOROSHI_DELIVERY_COLUMNS                                                                                   \
  "d.id, d.message_id, d.incident_id, d.endpoint_id, d.organization, d.channel, d.state, d.tried, d.cause, "      \
  "d.queued_at, d.next_at, d.revision "
constexpr Statement select_deliveries{
    "view_deliveries",
    "WITH page AS (SELECT " NOROSHI_DELIVERY_COLUMNS
    "FROM delivery d WHERE ($1::timestamptz IS NULL OR (d.queued_at, d.id) < ($1::timestamptz, $2::uuid)) "
    "AND ($3::text IS NULL OR d.state = $3) AND ($4::uuid IS NULL OR d.endpoint_id = $4::uuid) "
    "AND ($5::uuid IS NULL OR d.incident_id = $5::uuid) AND ($6::uuid IS NULL OR d.message_id = $6::uuid) "
    "ORDER BY d.queued_at DESC, d.id DESC LIMIT $7) "
    "SELECT page.*, l.number, l.exercise FROM page JOIN labels_of(ARRAY(SELECT incident_id FROM page)) l "
    "ON l.incident_id = page.incident_id ORDER BY page.queued_at DESC, page.id DESC"};
constexpr Statement select_delivery{
    "view_delivery",
    "SELECT " NOROSHI_DELIVERY_COLUMNS
    ", l.number, l.exercise FROM delivery d JOIN labels_of(ARRAY[(SELECT incident_id FROM delivery WHERE id = $1::uuid)]) l "
    "ON l.incident_id = d.incident_id WHERE d.id = $1::uuid"};
constexpr Statement select_attempts{
    "view_attempts",
    "SELECT * FROM (SELECT id, started_at, ended_at, coalesce(outcome, '') AS outcome, cause FROM attempt "
    "WHERE delivery_id = $1::uuid ORDER BY started_at DESC, id DESC LIMIT 100) AS latest ORDER BY started_at, id"};

constexpr Statement select_linked_label{"linked_label", "SELECT * FROM linked_label($1::uuid, $2::uuid)"};
constexpr Statement select_linked{"linked_message", "SELECT * FROM linked_message($1::uuid, $2::uuid)"};
constexpr Statement select_linked_receipt{"linked_receipt", "SELECT * FROM linked_receipt($1::uuid, $2::uuid)"};

codec::EndpointView read_endpoint(const Row& row, Timestamp now) {
  codec::EndpointView view;
  view.id = row.get<std::string>("id");
  view.organization = row.get<std::string>("organization");
  view.channel = row.get<std::string>("channel");
  view.name = row.get<std::string>("name");
  view.zone = row.get<std::string>("zone");
  const auto settings = row.get<std::vector<std::string>>("settings");
  for (std::size_t i = 0; i + 1 < settings.size(); i += 2) view.settings.emplace(settings[i], settings[i + 1]);
  view.kinds = row.get<std::vector<std::string>>("kinds");
  view.role = row.get<std::string>("role");
  view.least = row.get<std::string>("least_severity");
  view.state = row.get<std::string>("state");
  view.cause = row.get<std::string>("cause");
  view.asked_by = row.get<std::string>("asked_by_name");
  view.asked_at = row.get<Timestamp>("asked_at");
  view.decided_by = row.get<std::string>("decided_by_name");
  view.decision_reason = row.get<std::string>("decision_reason");
  view.decided_at = row.get<std::optional<Timestamp>>("decided_at");
  view.changed_by = row.get<std::string>("changed_by_name");
  view.change_reason = row.get<std::string>("change_reason");
  view.changed_at = row.get<std::optional<Timestamp>>("changed_at");
  view.revision = row.get<std::int32_t>("revision");
  if (!row.get<bool>("has_circuit")) return view;
  codec::CircuitView circuit;
  circuit.failures = row.get<std::int32_t>("failures");
  circuit.open_until = row.get<std::optional<Timestamp>>("open_until");
  circuit.open = circuit.open_until && *circuit.open_until > now;
  circuit.last_cause = row.get<std::string>("last_cause");
  circuit.last_success_at = row.get<std::optional<Timestamp>>("last_success_at");
  view.circuit = circuit;
  return view;
}

codec::DeliveryView read_delivery(const Row& row) {
  codec::DeliveryView view;
  view.id = row.get<std::string>("id");
  view.message_id = row.get<std::string>("message_id");
  view.incident_id = row.get<std::string>("incident_id");
  view.number = row.get<std::string>("number");
  view.exercise = row.get<bool>("exercise");
  view.endpoint_id = row.get<std::string>("endpoint_id");
  view.organization = row.get<std::string>("organization");
  view.channel = row.get<std::string>("channel");
  view.state = row.get<std::string>("state");
  view.attempts = row.get<std::int32_t>("tried");
  view.cause = row.get<std::string>("cause");
  view.queued_at = row.get<Timestamp>("queued_at");
  if (view.state == "queued") view.next_at = row.get<Timestamp>("next_at");
  view.revision = row.get<std::int32_t>("revision");
  return view;
}

codec::AttemptView read_attempt(const Row& row) {
  return {row.get<std::string>("id"), row.get<Timestamp>("started_at"), row.get<std::optional<Timestamp>>("ended_at"),
          row.get<std::string>("outcome"), row.get<std::string>("cause")};
}

template <class Id>
std::optional<std::string> text_of(const std::optional<Id>& id) {
  return id ? std::optional(core::to_string(*id)) : std::nullopt;
}

}  // namespace

std::vector<codec::EndpointView> list_endpoints(TenantTransaction& transaction, const std::optional<std::string>& state,
                                                Timestamp now) {
  return read_all(transaction.execute(select_endpoints, {state}), [&](const Row& row) { return read_endpoint(row, now); });
}

std::optional<codec::EndpointView> find_endpoint(TenantTransaction& transaction, core::EndpointId id, Timestamp now) {
  const Rows rows = transaction.execute(select_endpoint, {core::to_string(id)});
  const auto row = rows.maybe_one();
  return row ? std::optional(read_endpoint(*row, now)) : std::nullopt;
}

PageOutcome<codec::DeliveryView> list_deliveries(TenantTransaction& transaction, const DeliveryFilter& filter,
                                                 const PageRequest& page) {
  auto key = key_of(page, 'q', "tu");
  if (!key) return tl::unexpected(key.error());
  const Rows rows = transaction.execute(select_deliveries, {(*key)[0], (*key)[1], filter.state, text_of(filter.endpoint),
                                                            text_of(filter.incident), text_of(filter.message), page.limit + 1});
  return read_page(rows, page.limit, read_delivery, [](const Row& row) {
    return write_cursor('q', {row.get<Timestamp>("queued_at"), uuid_of(row, "id")});
  });
}

std::optional<codec::DeliveryDetail> find_delivery(TenantTransaction& transaction, core::DeliveryId id) {
  const Rows rows = transaction.execute(select_delivery, {core::to_string(id)});
  const auto row = rows.maybe_one();
  if (!row) return std::nullopt;
  return codec::DeliveryDetail{read_delivery(*row),
                               read_all(transaction.execute(select_attempts, {core::to_string(id)}), read_attempt)};
}

std::optional<LinkedMessageView> find_linked_message(Connection& reader, core::MessageId message,
                                                     core::EndpointId endpoint) {
  const Rows rows = reader.execute(select_linked, {core::to_string(message), core::to_string(endpoint)});
  const auto row = rows.maybe_one();
  if (!row) return std::nullopt;
  LinkedMessageView view{row->get<std::string>("organization"), core::parse_message_kind(row->get<std::string_view>("kind")).value(),
                           row->get<std::string>("number"), row->get<bool>("exercise"),
                           row->get<std::string>("sender"), row->get<std::string>("clause"),
                           row->get<Timestamp>("sent_at"), row->get<std::optional<Timestamp>>("acknowledged_at"),
                           row->get<std::string>("acknowledged_by"), {}, {}};
  const Rows labels = reader.execute(select_linked_label, {core::to_string(message), core::to_string(endpoint)});
  if (const auto label = labels.maybe_one()) {
    const auto read = read_grades_by_rule(*label);
    view.label = std::pair(read.grades, read.rule);
  }
  const Rows receipts = reader.execute(select_linked_receipt, {core::to_string(message), core::to_string(endpoint)});
  if (const auto receipt = receipts.maybe_one())
    view.receipt_number =
        core::receipt_number(receipt->get<std::string>("recipient"), core::MessageId{uuid_of(*receipt, "message_id")});
  return view;
}

}  // namespace noroshi::store
