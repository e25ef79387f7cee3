// Why a command is refused: a value from a closed list, never an exception. The HTTP room maps each to a status.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "routing/route.h"

namespace noroshi::core {

using routing::Reason;

// In order of precedence: where several apply, the first is given.
enum class RefusalCode {
  not_found,                  // not there, or not visible to the caller: the same for both
  role_required,              // the role may not do this
  foreign_organization,       // a report for another body
  not_the_holder,             // the duty is another body's
  precondition_failed,        // If-Match names an older state
  invalid,                    // `errors` lists every mistake
  reference_unknown,          // followup, final or correction of a reference that does not exist
  reference_exists,           // `first` again
  annex_not_available,        // 機密性3 cannot be held by this program yet
  obligation_not_open,
  incident_closed,
  transition_not_allowed,
  duties_open,                // closing waits for the body's own duties to be met or excepted
  method_unsuitable,         // the duty cannot be met that way
  already_acknowledged,
  waiver_pending,
  waiver_decided,
  four_eyes,                  // who asked may not decide (2.1.1(8)(a)(ア))
  recipient_already_added,
  relay_switch_pending,
  relay_switch_decided,
  incident_erased,            // its content is gone; nothing is added to it
  incident_open,              // erasing waits for the case to be closed or dismissed
  erasure_pending,
  erasure_decided,
  messages_unacknowledged,    // erasing waits for everybody to have read what was sent
  retention_not_over,         // 保存期間: `detail` names the day
  not_the_person,             // only who is proposed may answer
  person_not_available,       // left, or serves elsewhere
  post_taken,                 // one person at a time holds it
  last_head,                  // a response is never without a head: hand over instead
  already_assigned,           // the person has that function in the case, or the hand-over is offered already
  national_agency_required,   // CYMAT members are of national agencies (2.1.1(7)(d))
  clearance_required,         // of 機密性3
  shift_overlaps,             // another turn of duty of the person at that time
  cymat_pending,              // CYMAT was asked for already
  instruction_answered,       // the instruction has its answer
  platform_linked,            // that platform of that body is linked already
  endpoint_decided,           // somebody decided on the endpoint already
  endpoint_limit,             // a body has as many endpoints as it may have
  endpoint_not_active,        // nothing goes there until it is active
  delivery_not_dead,          // only what was given up is sent again
  label_change_pending,
  label_change_decided,
  label_unmapped,             // an annex needs a label whose mapping is known
  restriction_forbids,        // 取扱制限: `detail` names it
  sealing_key_decided,
  sealing_key_limit,
  sealing_key_known,          // that public key is registered already
  annex_zone,                 // something here touches the internet: no annex is held (3.1.1(4)(d))
  annex_decided,
  annex_not_permitted,        // sealed before the permission
  annex_keys_differ,          // its keys are not those of the bodies that receive it
  annex_not_sealed,
  annex_header_only,          // 機密性3: the report may name that it exists, and nothing of it
  attachment_limit,
  withholding_not_allowed,    // that member, or that receiver
  withholding_over,
  consent_missing,            // sharing under (2)(l) needs the consent of the body
  already_shared,
  inquiry_not_open,
  inquiry_not_allowed,        // between those two bodies
  notice_answered,
  idempotency_key_reused,     // the same key with other bytes
};
std::string_view to_string(RefusalCode code);

// One mistake in what was sent. `pointer` is a JSON pointer (RFC 6901) into it; never a value of it.
struct FieldError {
  std::string pointer;
  std::string code;  // stable: required, type, unknown_member, value, too_long, out_of_range, time_in_future, ...
  Reason message;
  friend bool operator==(const FieldError&, const FieldError&) = default;
};

struct Refusal {
  RefusalCode code{};
  Reason detail;                   // what it means here and what to do; no content of a report
  std::vector<FieldError> errors;  // for `invalid`
};

}  // namespace noroshi::core
