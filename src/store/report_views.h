// What the caller may see of a report, and under which number each receiver knows the incident: read in the caller's transaction.
// Private to src/store.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "routing/registry.h"
#include "src/codec/views.h"
#include "src/core/report_view.h"
#include "src/store/database.h"

namespace noroshi::store {

// The view of the caller's body on the report of that incident.
class CallersView {
 public:
  CallersView(TenantTransaction& transaction, const routing::Registry& registry, const std::string& incident, Timestamp now);

  bool shows(std::string_view member) const { return view_.shows(member); }
  // With whom the report is shared by consent alone (2.2.4(2)(l)) sees what others hold of the case as of the last time it was; its
  // own always.
  bool reaches(const codec::JudgementView& judgement) const;
  bool reaches(Timestamp at) const { return !until_ || at <= *until_; }
  // Each turns what was read into what may be shown.
  void narrow(std::optional<std::string>& document) const;
  void narrow(codec::ReportVersionView& version) const;
  void narrow(codec::JudgementView& judgement) const;  // reasons of another body

 private:
  std::vector<std::string> stands_for_;  // read with the view, so before it
  core::ReportView view_;
  std::optional<Timestamp> until_;  // nothing: it has it by more than sharing
};

// 受付番号 of the caller's body; of its own incidents there is none.
void add_receipts(TenantTransaction& transaction, std::span<codec::IncidentSummary> incidents);
// Of messages to the caller's body.
void add_receipts_of_inbox(TenantTransaction& transaction, std::span<codec::MessageView> messages);
// Of the receivers of messages of one incident, sent by or to the caller's body.
void add_receipts_of_receivers(TenantTransaction& transaction, std::span<codec::MessageView> messages);

// The incidents that a body knows by that number, as parse_receipt_number() gives it, where the caller may know it: it is that
// body, or exchanged a message with it.
std::vector<std::string> incidents_by_receipt(TenantTransaction& transaction, const std::string& number);

}  // namespace noroshi::store
