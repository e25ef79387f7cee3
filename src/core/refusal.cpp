#include "src/core/refusal.h"

namespace noroshi::core {

std::string_view to_string(RefusalCode code) {
  switch (code) {
    case RefusalCode::not_found: return "not_found";
    case RefusalCode::role_required: return "role_required";
    case RefusalCode::foreign_organization: return "foreign_organization";
    case RefusalCode::not_the_holder: return "not_the_holder";
    case RefusalCode::precondition_failed: return "precondition_failed";
    case RefusalCode::invalid: return "invalid";
    case RefusalCode::reference_unknown: return "reference_unknown";
    case RefusalCode::reference_exists: return "reference_exists";
    case RefusalCode::annex_not_available: return "annex_not_available";
    case RefusalCode::obligation_not_open: return "obligation_not_open";
    case RefusalCode::incident_closed: return "incident_closed";
    case RefusalCode::transition_not_allowed: return "transition_not_allowed";
    case RefusalCode::duties_open: return "duties_open";
    case RefusalCode::method_unsuitable: return "method_unsuitable";
    case RefusalCode::already_acknowledged: return "already_acknowledged";
    case RefusalCode::waiver_pending: return "waiver_pending";
    case RefusalCode::waiver_decided: return "waiver_decided";
    case RefusalCode::four_eyes: return "four_eyes";
    case RefusalCode::recipient_already_added: return "recipient_already_added";
    case RefusalCode::relay_switch_pending: return "relay_switch_pending";
    case RefusalCode::relay_switch_decided: return "relay_switch_decided";
    case RefusalCode::incident_erased: return "incident_erased";
    case RefusalCode::incident_open: return "incident_open";
    case RefusalCode::erasure_pending: return "erasure_pending";
    case RefusalCode::erasure_decided: return "erasure_decided";
    case RefusalCode::messages_unacknowledged: return "messages_unacknowledged";
    case RefusalCode::retention_not_over: return "retention_not_over";
    case RefusalCode::not_the_person: return "not_the_person";
    case RefusalCode::person_not_available: return "person_not_available";
    case RefusalCode::post_taken: return "post_taken";
    case RefusalCode::last_head: return "last_head";
    case RefusalCode::already_assigned: return "already_assigned";
    case RefusalCode::national_agency_required: return "national_agency_required";
    case RefusalCode::clearance_required: return "clearance_required";
    case RefusalCode::shift_overlaps: return "shift_overlaps";
    case RefusalCode::cymat_pending: return "cymat_pending";
    case RefusalCode::instruction_answered: return "instruction_answered";
    case RefusalCode::platform_linked: return "platform_linked";
    case RefusalCode::endpoint_decided: return "endpoint_decided";
    case RefusalCode::endpoint_limit: return "endpoint_limit";
    case RefusalCode::endpoint_not_active: return "endpoint_not_active";
    case RefusalCode::delivery_not_dead: return "delivery_not_dead";
    case RefusalCode::label_change_pending: return "label_change_pending";
    case RefusalCode::label_change_decided: return "label_change_decided";
    case RefusalCode::label_unmapped: return "label_unmapped";
    case RefusalCode::restriction_forbids: return "restriction_forbids";
    case RefusalCode::sealing_key_decided: return "sealing_key_decided";
    case RefusalCode::sealing_key_limit: return "sealing_key_limit";
    case RefusalCode::sealing_key_known: return "sealing_key_known";
    case RefusalCode::annex_zone: return "annex_zone";
    case RefusalCode::annex_decided: return "annex_decided";
    case RefusalCode::annex_not_permitted: return "annex_not_permitted";
    case RefusalCode::annex_keys_differ: return "annex_keys_differ";
    case RefusalCode::annex_not_sealed: return "annex_not_sealed";
    case RefusalCode::annex_header_only: return "annex_header_only";
    case RefusalCode::attachment_limit: return "attachment_limit";
    case RefusalCode::withholding_not_allowed: return "withholding_not_allowed";
    case RefusalCode::withholding_over: return "withholding_over";
    case RefusalCode::consent_missing: return "consent_missing";
    case RefusalCode::already_shared: return "already_shared";
    case RefusalCode::inquiry_not_open: return "inquiry_not_open";
    case RefusalCode::inquiry_not_allowed: return "inquiry_not_allowed";
    case RefusalCode::notice_answered: return "notice_answered";
    case RefusalCode::idempotency_key_reused: return "idempotency_key_reused";
  }
  return "unknown";
}

}  // namespace noroshi::core
