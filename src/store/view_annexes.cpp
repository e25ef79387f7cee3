#include "src/store/view_annexes.h"

#include "src/record/encodings.h"
#include "src/store/view_rows.h"

namespace noroshi::store {
namespace {

constexpr Statement select_keys{
    "view_sealing_keys",
    "SELECT id, organization, key_id, public_key, name, state, asked_by_name, asked_at, decided_by_name, "
    "decision_reason, decided_at, "
    "revoked_by_name, revocation_reason, revoked_at, revision FROM sealing_key ORDER BY asked_at, id LIMIT 200"};
constexpr Statement select_active_keys{
    "view_active_sealing_keys", "SELECT id, organization, key_id, public_key FROM active_sealing_keys($1::text[])"};

// Whom it goes to, out of the messages that the caller sees: all, where the annex is its own.
#define NOROSHI_ANNEX_COLUMNS                                                                                      \
  "a.id, a.incident_id, l.number, i.organization AS incident_organization, i.reference, i.state AS incident_state, " \
  "a.organization, o.own, a.title, a.state, "                                                                      \
  "CASE WHEN o.own THEN a.asked_by_name ELSE '' END AS asked_by_name, a.asked_at, a.permit_by, "                     \
  "CASE WHEN o.own THEN a.decided_by_name ELSE '' END AS decided_by_name, "                                        \
  "CASE WHEN o.own THEN a.decision_reason ELSE '' END AS decision_reason, a.decided_at, a.sealed_at, "              \
  "a.sealed_by_name, a.sha256, a.size, a.receivers AS key_bodies, a.key_ids, a.unreadable_to, a.revision, "        \
  "ARRAY(SELECT DISTINCT coalesce(s.organization, m.recipient) FROM message m LEFT JOIN incident_access s "        \
  "ON s.incident_id = m.incident_id AND m.recipient <> s.organization AND m.recipient = ANY (s.stands_for) "       \
  "WHERE m.incident_id = a.incident_id AND m.kind IN ('report', 'relay') AND m.sender = a.organization "           \
  "AND m.recipient <> a.organization ORDER BY 1) AS receivers "                                                    \
  "FROM annex a JOIN incident i ON i.id = a.incident_id "                                                          \
  "CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM incident_access s WHERE s.incident_id = a.incident_id "          \
  "AND s.organization = (SELECT caller()) AND a.organization = ANY (s.stands_for)) AS own) AS o "                  \
  "JOIN labels_of(ARRAY(SELECT incident_id FROM annex)) l ON l.incident_id = a.incident_id "
constexpr Statement select_annexes{
    "view_annexes", "SELECT " NOROSHI_ANNEX_COLUMNS
                    "WHERE ($1::uuid IS NULL OR a.incident_id = $1::uuid) AND ($2::text IS NULL OR a.state = $2) "
                    "ORDER BY a.asked_at DESC, a.id DESC LIMIT 200"};
constexpr Statement select_annex{"view_annex", "SELECT " NOROSHI_ANNEX_COLUMNS "WHERE a.id = $1::uuid"};
constexpr Statement sees_incident{"view_annexes_incident",
                                  "SELECT EXISTS (SELECT FROM incident WHERE id = $1::uuid) AS seen"};
constexpr Statement select_content{"view_annex_content",
                                   "SELECT c.content, a.sha256 FROM annex_content c JOIN annex a ON a.id = c.annex_id "
                                   "WHERE c.annex_id = $1::uuid"};

// What the schema lets in is hexadecimal, or what stands in the place of what was erased.
std::string from_hex(const std::string& text) {
  return record::from_hex(text).value_or("");
}

codec::SealingKeyView read_active_key(const Row& row) {
  codec::SealingKeyView view;
  view.id = row.get<std::string>("id");
  view.organization = row.get<std::string>("organization");
  view.key_id = row.get<std::string>("key_id");
  view.public_key = from_hex(row.get<std::string>("public_key"));
  view.state = "active";
  return view;
}

codec::SealingKeyView read_key(const Row& row) {
  auto view = read_active_key(row);
  view.name = row.get<std::string>("name");
  view.state = row.get<std::string>("state");
  view.asked_by = row.get<std::string>("asked_by_name");
  view.asked_at = row.get<Timestamp>("asked_at");
  view.decided_by = row.get<std::string>("decided_by_name");
  view.decision_reason = row.get<std::string>("decision_reason");
  view.decided_at = row.get<std::optional<Timestamp>>("decided_at");
  view.revoked_by = row.get<std::string>("revoked_by_name");
  view.revocation_reason = row.get<std::string>("revocation_reason");
  view.revoked_at = row.get<std::optional<Timestamp>>("revoked_at");
  view.revision = row.get<std::int32_t>("revision");
  return view;
}

codec::AnnexView read_annex(const Row& row) {
  codec::AnnexView view;
  view.id = row.get<std::string>("id");
  view.incident_id = row.get<std::string>("incident_id");
  view.number = row.get<std::string>("number");
  view.incident_organization = row.get<std::string>("incident_organization");
  view.reference = row.get<std::string>("reference");
  view.incident_state = row.get<std::string>("incident_state");
  view.organization = row.get<std::string>("organization");
  view.own = row.get<bool>("own");
  view.name = row.get<std::string>("title");
  view.state = row.get<std::string>("state");
  view.asked_by = row.get<std::string>("asked_by_name");
  view.asked_at = row.get<Timestamp>("asked_at");
  view.permit_by = row.get<Timestamp>("permit_by");
  view.decided_by = row.get<std::string>("decided_by_name");
  view.decision_reason = row.get<std::string>("decision_reason");
  view.decided_at = row.get<std::optional<Timestamp>>("decided_at");
  view.sealed_at = row.get<std::optional<Timestamp>>("sealed_at");
  view.sealed_by = row.get<std::string>("sealed_by_name");
  view.sha256 = from_hex(row.get<std::string>("sha256"));
  view.size = static_cast<std::uint64_t>(row.get<std::int64_t>("size"));
  const auto bodies = row.get<std::vector<std::string>>("key_bodies");
  const auto key_ids = row.get<std::vector<std::string>>("key_ids");
  for (std::size_t i = 0; i < bodies.size() && i < key_ids.size(); ++i) view.keys.push_back({bodies[i], key_ids[i]});
  view.receivers = row.get<std::vector<std::string>>("receivers");
  view.unreadable_to = row.get<std::vector<std::string>>("unreadable_to");
  view.revision = row.get<std::int32_t>("revision");
  return view;
}

}  // namespace

std::vector<codec::SealingKeyView> list_sealing_keys(TenantTransaction& transaction) {
  return read_all(transaction.execute(select_keys), read_key);
}

std::vector<codec::SealingKeyView> list_active_sealing_keys(TenantTransaction& transaction,
                                                            const std::string& organization) {
  return read_all(transaction.execute(select_active_keys, {std::vector{organization}}), read_active_key);
}

std::optional<std::vector<codec::AnnexView>> list_annexes(TenantTransaction& transaction,
                                                          std::optional<core::IncidentId> incident,
                                                          const std::optional<std::string>& state) {
  std::optional<std::string> id;
  if (incident) {
    id = core::to_string(*incident);
    if (!transaction.execute(sees_incident, {*id}).one().get<bool>("seen")) return std::nullopt;
  }
  return read_all(transaction.execute(select_annexes, {id, state}), read_annex);
}

std::optional<codec::AnnexView> find_annex(TenantTransaction& transaction, core::AnnexId annex) {
  const Rows rows = transaction.execute(select_annex, {core::to_string(annex)});
  const auto row = rows.maybe_one();
  return row ? std::optional(read_annex(*row)) : std::nullopt;
}

std::optional<AnnexContent> find_annex_content(TenantTransaction& transaction, core::AnnexId annex) {
  const Rows rows = transaction.execute(select_content, {core::to_string(annex)});
  const auto row = rows.maybe_one();
  if (!row) return std::nullopt;
  const auto bytes = row->get<Bytes>("content");
  return AnnexContent{std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()),
                      row->get<std::string>("sha256")};
}

}  // namespace noroshi::store
