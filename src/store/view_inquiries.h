// Inquiries and notices down the chain, as a caller may see them: he is one of the two bodies, or stands in its place. As views.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "src/codec/inquiry_views.h"
#include "src/store/views.h"

namespace noroshi::store {

struct InquiryFilter {
  std::optional<core::IncidentId> incident;
  std::optional<std::string> state;  // of codec::state_of()
  std::optional<std::string> from;
  std::optional<std::string> to;
};
// Those that wait for their answer first, the most urgent before the others; then what is over, newest first.
PageOutcome<codec::InquiryView> list_inquiries(TenantTransaction& transaction, const InquiryFilter& filter, const PageRequest& page);
std::optional<codec::InquiryView> find_inquiry(TenantTransaction& transaction, core::InquiryId id);

struct NoticeFilter {
  std::optional<bool> answered;
};
// Those without an answer first, what has waited longest before the others; then those that have it, newest first.
PageOutcome<codec::NoticeView> list_notices(TenantTransaction& transaction, const NoticeFilter& filter, const PageRequest& page);
std::optional<codec::NoticeView> find_notice(TenantTransaction& transaction, core::NoticeId id);

// Which notices of the caller the incident came of, oldest first.
std::vector<codec::LinkedNotice> notices_of_incident(TenantTransaction& transaction, core::IncidentId incident);

}  // namespace noroshi::store
