#include "src/store/attachments.h"

#include <span>

#include "src/store/content_keys.h"
#include "src/store/least_id.h"
#include "src/store/report_views.h"
#include "src/store/view_rows.h"

namespace noroshi::store {
namespace {

constexpr Statement keep{"keep_attachment_piece", "SELECT keep_attachment_piece($1::uuid, $2::integer, $3::bytea)"};
constexpr Statement drop{"drop_attachment_pieces", "SELECT drop_attachment_pieces($1::uuid)"};
constexpr Statement sweep{"sweep_attachment_pieces", "SELECT sweep_attachment_pieces($1::uuid)"};
constexpr Statement select_access{
    "access_to_attachments",
    "SELECT FROM incident_access a JOIN incident i ON i.id = a.incident_id WHERE a.incident_id = $1::uuid "
    "AND a.scope = 'content' "
    "AND (NOT $2::boolean OR i.organization = ANY (a.stands_for) OR i.submitted_by = ANY (a.stands_for))"};
#define NOROSHI_ATTACHMENT_COLUMNS                                                                              \
  "t.id, t.incident_id, i.number, i.exercise, t.organization, t.name, t.media_type, t.sha256, t.size, " \
  "t.added_by_name, t.added_at, t.organization = ANY (a.stands_for) AS added_by_caller FROM attachment t " \
  "JOIN incident i ON i.id = t.incident_id " \
  "JOIN incident_access a ON a.incident_id = t.incident_id AND a.organization = (SELECT caller()) "
// With whom the report is shared by consent alone (2.2.4(2)(l)) has the files that were there when it got its last version.
#define NOROSHI_ATTACHMENT_REACHED                                                                              \
  "AND (i.organization = ANY (a.stands_for) OR i.submitted_by = ANY (a.stands_for) OR t.organization = ANY (a.stands_for) " \
  "OR NOT EXISTS (SELECT FROM message m WHERE m.incident_id = t.incident_id AND m.report_id IS NOT NULL " \
  "AND m.recipient = ANY (a.stands_for) AND m.clause = '2.2.4(2)(l)') " \
  "OR EXISTS (SELECT FROM message m WHERE m.incident_id = t.incident_id AND m.report_id IS NOT NULL " \
  "AND m.recipient = ANY (a.stands_for) AND (m.clause <> '2.2.4(2)(l)' OR m.sent_at >= t.added_at))) "
constexpr Statement select_attachments{"attachments_of_incident",
                                       "SELECT " NOROSHI_ATTACHMENT_COLUMNS
                                       "WHERE t.incident_id = $1::uuid AND ($2::boolean OR t.organization = ANY (a.stands_for)) "
                                       NOROSHI_ATTACHMENT_REACHED "ORDER BY t.id"};
constexpr Statement select_attachment{
    "attachment",
    "SELECT " NOROSHI_ATTACHMENT_COLUMNS "WHERE t.id = $1::uuid "
    "AND (NOT $2::boolean OR i.organization = ANY (a.stands_for) OR i.submitted_by = ANY (a.stands_for)) "
    NOROSHI_ATTACHMENT_REACHED};
constexpr Statement select_piece{"attachment_piece",
                                 "SELECT bytes FROM attachment_piece WHERE attachment_id = $1::uuid AND place = $2::integer"};

codec::AttachmentView read_attachment(const Row& row) {
  codec::AttachmentView view;
  view.id = row.get<std::string>("id");
  view.incident_id = row.get<std::string>("incident_id");
  view.number = row.get<std::string>("number");
  view.exercise = row.get<bool>("exercise");
  view.organization = row.get<std::string>("organization");
  view.name = row.get<std::string>("name");
  view.media_type = row.get<std::string>("media_type");
  view.sha256 = row.get<std::string>("sha256");
  view.size = row.get<std::int64_t>("size");
  view.added_by = row.get<std::string>("added_by_name");
  view.added_at = row.get<Timestamp>("added_at");
  return view;
}

}  // namespace

void keep_attachment_piece(Connection& writer, core::IncidentId incident, core::AttachmentId attachment, int place,
                           std::string_view bytes) {
  const auto key = writer.case_key(incident);
  if (!key) throw ContentUnreadable("a case without a key takes no file");
  const auto sealed = key->seal_bytes(ContentField::attachment_piece_bytes, bytes);
  writer.execute(keep, {core::to_string(attachment), place, std::as_bytes(std::span(sealed))});
}

void drop_attachment_pieces(Connection& writer, core::AttachmentId attachment) {
  writer.execute(drop, {core::to_string(attachment)});
}

std::int64_t sweep_attachment_pieces(Connection& writer, Timestamp before) {
  return writer.execute(sweep, {least_id(before)}).one().get<std::int64_t>(0);
}

bool may_see_attachments(TenantTransaction& transaction, core::IncidentId incident, bool own) {
  return !transaction.execute(select_access, {core::to_string(incident), own}).empty();
}

std::vector<codec::AttachmentView> list_attachments(TenantTransaction& transaction, const routing::Registry& registry,
                                                    core::IncidentId incident, Timestamp now) {
  const auto id = core::to_string(incident);
  const bool shown = CallersView(transaction, registry, id, now).shows("attachments");
  return read_all(transaction.execute(select_attachments, {id, shown}), read_attachment);
}

std::optional<codec::AttachmentView> find_attachment(TenantTransaction& transaction, const routing::Registry& registry,
                                                     core::AttachmentId attachment, bool own, Timestamp now) {
  const auto rows = transaction.execute(select_attachment, {core::to_string(attachment), own});
  const auto row = rows.maybe_one();
  if (!row) return std::nullopt;
  auto view = read_attachment(*row);
  if (!row->get<bool>("added_by_caller") && !CallersView(transaction, registry, view.incident_id, now).shows("attachments"))
    return std::nullopt;
  return view;
}

std::optional<std::string> read_attachment_piece(TenantTransaction& transaction, core::AttachmentId attachment, int place) {
  const auto rows = transaction.execute(select_piece, {core::to_string(attachment), place});
  const auto row = rows.maybe_one();
  if (!row) return std::nullopt;
  const auto bytes = row->get<Bytes>(0);
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

}  // namespace noroshi::store
