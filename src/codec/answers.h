// What a command is answered: JSON made of the decision alone, inside the transaction that stores it.
//
// Duties have the members of a list of duties (views.h), and their reasons where the actor may know them.
// "Touched" are those that an event of the decision speaks of, each once, in the order of its first event, as
// they stand after the last. Pure; any number of threads. A decision that does not hold what its answer
// speaks of is a broken invariant and aborts.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "src/codec/answer_context.h"
#include "src/core/relay_switch.h"

namespace noroshi::codec {

// What a receipt promises beside what the decision tells (record/receipt.h), as text.
struct SignedReceipt {
  std::string origin;
  std::string leaf_sha256;  // hexadecimal
  std::string key;          // id of the key that signed
  std::string signature;    // base64, of receipt_text()
};

// POST /reports: {"report","incident","obligations","alarms","notes","receipt"}. `notes` are those of routing
// for the facts as they stand; `receipt.event_id` is the event report.received. The receipt has the members of
// `signed_receipt`, where there is one.
std::string answer_report(const core::Decision& decision, const AnswerContext& context,
                          const SignedReceipt* signed_receipt = nullptr);

// Of that receipt what stays when the case is erased: all that commits to no content. Nothing where no report was received.
std::optional<std::string> lasting_receipt(const core::Decision& decision, const SignedReceipt* signed_receipt);

// POST /incidents/{id}/assessments, /transitions, /recipients: {"incident","obligations","alarms"}.
std::string answer_incident(const core::Decision& decision, const AnswerContext& context);

// POST /obligations/{id}/fulfillments: {"id","method","at","late_by","obligation","message"}; `message` is
// {"id"} of what was sent to the recipient, null where nothing was.
std::string answer_fulfillment(const core::Decision& decision, core::ObligationId obligation,
                               const AnswerContext& context);

// POST /obligations/{id}/waivers and …/waivers/{id}/decision:
// {"id","obligation_id","decision","reason","asked_by","asked_at","decided_by","decided_at","decision_reason",
//  "obligation"}. Members of the event that this decision does not hold are left out.
std::string answer_waiver(const core::Decision& decision, core::WaiverId waiver,
                          const AnswerContext& context);

// POST /incidents/{id}/erasures and …/erasures/{id}/decision:
// {"id","incident_id","number","decision","retention_class","retained_until","reason","asked_by","asked_at","decided_by",
//  "decided_at","decision_reason","erased_at"}. Members of the event that this decision does not hold are left out;
// `erased_at` is null unless the content is gone.
std::string answer_erasure(const core::Decision& decision, const AnswerContext& context);

// POST /inbox/{message}/acknowledgement: {"id","incident_id","obligation_id","acknowledged_at",
// "acknowledged_by","note"}.
std::string answer_acknowledgement(const core::Decision& decision, core::MessageId message,
                                   const AnswerContext& context);

// POST /relay-switch and /relay-switch/{id}/decision: {"id","organization","switched_on","reason","asked_by","decision",
// "at"}.
std::string answer_relay_switch(const core::SwitchDecision& decision);

// Entity tags, without their quotes. One of a command's answer names the revision ("r7"); one of a GET names
// the bytes too ("r7-4f0c…"), since what is overdue changes with time alone.
std::string etag_of(int revision);

// Whether an If-Match field (RFC 9110 13.1.1) names that revision: "*", or a strong tag of it, with or
// without the bytes.
bool names_revision(std::string_view if_match, int revision);

}  // namespace noroshi::codec
