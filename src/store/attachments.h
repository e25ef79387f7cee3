// The bytes of files that go with an incident: kept piece by piece before the file is there, read piece by piece once it is.
// Errors are those of database_error.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "routing/registry.h"
#include "src/codec/attachment_views.h"
#include "src/core/identifier.h"
#include "src/store/database.h"

namespace noroshi::store {

inline constexpr std::size_t attachment_piece_size = 256 * 1024;  // but for the last piece

// Connections of role writer. Each call is committed by itself; nobody sees the piece before the event that adds the file.
// It is sealed under the key of the case that the file is to go with.
void keep_attachment_piece(Connection& writer, core::IncidentId incident, core::AttachmentId attachment, int place,
                           std::string_view bytes);
// Those of a file that was not added; nothing where it was.
void drop_attachment_pieces(Connection& writer, core::AttachmentId attachment);
// Of files that were begun before that time, on the shown clock, and never added; how many, a few at a time.
std::int64_t sweep_attachment_pieces(Connection& writer, Timestamp before);

// Whether the caller may see the files of the incident, and add one; `own` as for incidents.
bool may_see_attachments(TenantTransaction& transaction, core::IncidentId incident, bool own);
// Those that the caller's body is shown (core/report_view.h): of police and crisis desk, and of whom the report is shared with no
// more, what it added itself or had before. Oldest first.
std::vector<codec::AttachmentView> list_attachments(TenantTransaction& transaction, const routing::Registry& registry,
                                                    core::IncidentId incident, Timestamp now);
std::optional<codec::AttachmentView> find_attachment(TenantTransaction& transaction, const routing::Registry& registry,
                                                     core::AttachmentId attachment, bool own, Timestamp now);
// Nothing where it is not there, not visible, or erased.
std::optional<std::string> read_attachment_piece(TenantTransaction& transaction, core::AttachmentId attachment, int place);

}  // namespace noroshi::store
