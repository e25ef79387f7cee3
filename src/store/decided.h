// The rows that decisions imply, in the form that apply() of schemas/sql takes: one JSON document for a whole group.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "src/core/body_information.h"
#include "src/core/decide_endpoint.h"
#include "src/core/decision.h"
#include "src/core/relay_switch.h"
#include "src/core/staff.h"
#include "src/record/event_codec.h"
#include "src/store/content_keys.h"
#include "src/store/database.h"
#include "src/store/row_list.h"

namespace noroshi::store {

// The answer to a command that carried an Idempotency-Key, kept for ever.
struct StoredAnswer {
  std::string organization;  // the caller's body: the key's scope
  std::string key;
  std::string request_sha256;  // 32 bytes
  int status = 201;
  std::string etag;
  std::string body;
  Timestamp answered_at;
  std::optional<core::IncidentId> incident;  // whose erasure takes it along; none: of a body
  std::optional<std::string> receipt;        // JSON: of its receipt what stays when the incident is erased; commits to no content
};

class Decided {
 public:
  // Of events of no case.
  explicit Decided(record::SaltSource& salts) : salts_(&salts) {}
  // Of cases too: what people wrote of one is sealed with its key, which comes into being with it. Both outlive this. A program
  // without keys writes in clear, which the schema refuses.
  Decided(record::SaltSource& salts, Transaction& transaction) : salts_(&salts), transaction_(&transaction) {}
  // Keeps the rows as values, to compare tables with: events without their leaves, and no openings.
  static Decided as_values();

  // With no events the incident's clocks alone are set: they were looked at.
  // The signature of who acted, where he gave one, stands in the first event.
  void add(const core::Decision& decision, const record::ActorSignature* signature = nullptr);
  // The hash of the leaf of the report that was added last: what its receipt promises. Nothing where there was none.
  const std::optional<record::Digest>& report_leaf() const { return report_leaf_; }
  void add(const core::SwitchDecision& decision, const record::ActorSignature* signature = nullptr);
  void add(const core::EndpointDecision& decision, const record::ActorSignature* signature = nullptr);
  void add(const core::StaffDecision& decision, const record::ActorSignature* signature = nullptr);
  void add(const core::BodyInformationDecision& decision, const record::ActorSignature* signature = nullptr);
  // An event of the record itself, of no incident.
  void add(const core::Event& event) { add_event(event, {}, nullptr); }
  void add(const StoredAnswer& answer);
  // The last number given to the body in the year.
  void add_number(const std::string& organization, int year, std::int64_t last);

  bool empty() const { return events_.empty() && answers_.empty() && clocks_.empty(); }
  std::string json() const;
  // Of as_values(): list by list, in the order in which apply() takes the lists. Leaves this empty.
  std::vector<ImpliedRow> take_values();

 private:
  Decided() = default;
  // Every list with its name in the document, in the order of apply().
  template <class Self, class Visit>
  static void each_list(Self& self, const Visit& visit);

  friend struct RowWriter;
  friend struct StaffRows;
  friend struct EndpointRows;
  friend struct BodyInformationRows;
  void add_event(const core::Event& event, const core::Incident& after, const record::ActorSignature* signature);

  // Null: nothing is left of the case to seal, or rows are kept as values.
  std::shared_ptr<const CaseKey> key_for(const core::Decision& decision);
  // As their columns take them.
  std::string written(ContentField field, const std::string& text) const;
  std::string written_bytes(ContentField field, std::string_view bytes) const;  // base64

  record::SaltSource* salts_ = nullptr;  // null: rows are kept as values
  Transaction* transaction_ = nullptr;
  std::map<core::IncidentId, std::shared_ptr<const CaseKey>> case_keys_;  // of those that were decided on
  std::shared_ptr<const CaseKey> key_;                                    // of the one that is decided on
  std::optional<record::Digest> report_leaf_;
  RowList events_, openings_, incidents_, reports_, judgements_, access_, added_recipients_, obligations_,
      fulfillments_, waivers_, waiver_decisions_, messages_, acknowledgements_, obligation_alarms_, message_alarms_, alarms_, clocks_,
      relay_switches_, relay_switch_decisions_, erasures_, erasure_decisions_, retentions_, people_, appointments_,
      appointment_ends_, delegations_, delegation_ends_, trainings_, shifts_, shift_ends_,
      assignments_, handling_steps_, instructions_, instruction_answers_, platform_links_, cymat_requests_, cymat_rulings_,
      cymat_members_, cymat_entries_, access_ended_, endpoints_, endpoint_decisions_, endpoint_changes_, deliveries_, delivery_settlements_, delivery_replays_,
      labels_, label_changes_, label_change_decisions_, consents_, label_mappings_, label_mapping_withdrawals_,
      sealing_keys_, sealing_key_decisions_, sealing_key_revocations_, annexes_, annex_alarms_, annex_decisions_, annex_seals_, annex_unreadables_, annex_contents_,
      attachments_, withholdings_, releases_, content_keys_,
      inquiries_, inquiry_alarms_, inquiry_answers_, inquiry_withdrawals_, notices_, notice_answers_, notice_links_,
      numbers_, answers_;
};

}  // namespace noroshi::store
