// Sealing keys and annexes as the caller's body sees them; as views.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "src/codec/annex_views.h"
#include "src/store/views.h"

namespace noroshi::store {

// Those of the caller's body, of every state, newest last; at most 200.
std::vector<codec::SealingKeyView> list_sealing_keys(TenantTransaction& transaction);
// The active ones of any body: what annexes for it are sealed to. Who registered them is not shown.
std::vector<codec::SealingKeyView> list_active_sealing_keys(TenantTransaction& transaction,
                                                            const std::string& organization);

// Of that incident, or of all that the body sees; nothing where the incident is not seen. At most 200, newest first.
std::optional<std::vector<codec::AnnexView>> list_annexes(TenantTransaction& transaction,
                                                          std::optional<core::IncidentId> incident,
                                                          const std::optional<std::string>& state);
std::optional<codec::AnnexView> find_annex(TenantTransaction& transaction, core::AnnexId annex);

struct AnnexContent {
  std::string jwe;
  std::string sha256;  // of it, in hexadecimal
};
// Nothing where it is not sealed, or erased.
std::optional<AnnexContent> find_annex_content(TenantTransaction& transaction, core::AnnexId annex);

}  // namespace noroshi::store
