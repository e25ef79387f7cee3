// The numbers by which types and enumerators stand in a leaf, as schemas/events/README.md lists them. A
// number is never given twice nor changed: leaves are for ever. Private to src/record.
//
// 0 is no code, so that zeroed bytes are no event.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "src/core/event.h"
#include "src/record/event_codec.h"

namespace noroshi::record {

template <class Enum, std::size_t N>
using Codes = std::array<std::pair<Enum, std::uint8_t>, N>;

// Undefined for a type without codes: a new happening or enumeration does not compile until it has its
// numbers.
template <class Happening>
inline constexpr std::uint8_t type_code = 0;
template <>
inline constexpr std::uint8_t type_code<core::IncidentOpened> = 1;
template <>
inline constexpr std::uint8_t type_code<core::ReportReceived> = 2;
template <>
inline constexpr std::uint8_t type_code<core::JudgementMade> = 3;
template <>
inline constexpr std::uint8_t type_code<core::IncidentMoved> = 4;
template <>
inline constexpr std::uint8_t type_code<core::AccessGranted> = 5;
template <>
inline constexpr std::uint8_t type_code<core::RecipientAdded> = 6;
template <>
inline constexpr std::uint8_t type_code<core::ObligationOpened> = 7;
template <>
inline constexpr std::uint8_t type_code<core::ObligationFulfilled> = 8;
template <>
inline constexpr std::uint8_t type_code<core::ObligationSuperseded> = 9;
template <>
inline constexpr std::uint8_t type_code<core::ObligationReopened> = 10;
template <>
inline constexpr std::uint8_t type_code<core::ObligationWaived> = 11;
template <>
inline constexpr std::uint8_t type_code<core::ObligationRecurred> = 12;
template <>
inline constexpr std::uint8_t type_code<core::ObligationPassed> = 13;
template <>
inline constexpr std::uint8_t type_code<core::MessageSent> = 14;
template <>
inline constexpr std::uint8_t type_code<core::MessageAcknowledged> = 15;
template <>
inline constexpr std::uint8_t type_code<core::WaiverAsked> = 16;
template <>
inline constexpr std::uint8_t type_code<core::WaiverDecided> = 17;
template <>
inline constexpr std::uint8_t type_code<core::AlarmRaised> = 18;
template <>
inline constexpr std::uint8_t type_code<core::AlarmRung> = 19;
template <>
inline constexpr std::uint8_t type_code<core::RelaySwitchAsked> = 20;
template <>
inline constexpr std::uint8_t type_code<core::RelaySwitchDecided> = 21;
template <>
inline constexpr std::uint8_t type_code<core::MessagePassed> = 22;
template <>
inline constexpr std::uint8_t type_code<core::IncidentPassed> = 23;
template <>
inline constexpr std::uint8_t type_code<core::RecordContinued> = 24;
template <>
inline constexpr std::uint8_t type_code<core::KeyRegistered> = 25;
template <>
inline constexpr std::uint8_t type_code<core::KeyRetired> = 26;
template <>
inline constexpr std::uint8_t type_code<core::ErasureAsked> = 27;
template <>
inline constexpr std::uint8_t type_code<core::ErasureDecided> = 28;
template <>
inline constexpr std::uint8_t type_code<core::PersonRegistered> = 29;
template <>
inline constexpr std::uint8_t type_code<core::PersonChanged> = 30;
template <>
inline constexpr std::uint8_t type_code<core::PersonLeft> = 31;
template <>
inline constexpr std::uint8_t type_code<core::AppointmentMade> = 32;
template <>
inline constexpr std::uint8_t type_code<core::AppointmentEnded> = 33;
template <>
inline constexpr std::uint8_t type_code<core::DelegationMade> = 34;
template <>
inline constexpr std::uint8_t type_code<core::DelegationEnded> = 35;
template <>
inline constexpr std::uint8_t type_code<core::TrainingRecorded> = 36;
template <>
inline constexpr std::uint8_t type_code<core::ShiftSet> = 37;
template <>
inline constexpr std::uint8_t type_code<core::ShiftCancelled> = 38;
template <>
inline constexpr std::uint8_t type_code<core::AssignmentProposed> = 39;
template <>
inline constexpr std::uint8_t type_code<core::AssignmentAccepted> = 40;
template <>
inline constexpr std::uint8_t type_code<core::AssignmentDeclined> = 41;
template <>
inline constexpr std::uint8_t type_code<core::AssignmentActivated> = 42;
template <>
inline constexpr std::uint8_t type_code<core::AssignmentHandedOver> = 43;
template <>
inline constexpr std::uint8_t type_code<core::AssignmentReleased> = 44;
template <>
inline constexpr std::uint8_t type_code<core::AssignmentDutyMoved> = 45;
template <>
inline constexpr std::uint8_t type_code<core::CymatRequested> = 46;
template <>
inline constexpr std::uint8_t type_code<core::CymatForwarded> = 47;
template <>
inline constexpr std::uint8_t type_code<core::CymatReceived> = 48;
template <>
inline constexpr std::uint8_t type_code<core::CymatDecided> = 49;
template <>
inline constexpr std::uint8_t type_code<core::CymatMemberProposed> = 50;
template <>
inline constexpr std::uint8_t type_code<core::CymatMemberAnswered> = 51;
template <>
inline constexpr std::uint8_t type_code<core::CymatMemberWithdrawn> = 52;
template <>
inline constexpr std::uint8_t type_code<core::CymatFormed> = 53;
template <>
inline constexpr std::uint8_t type_code<core::CymatDispatched> = 54;
template <>
inline constexpr std::uint8_t type_code<core::CymatBegun> = 55;
template <>
inline constexpr std::uint8_t type_code<core::CymatLogged> = 56;
template <>
inline constexpr std::uint8_t type_code<core::CymatEnded> = 57;
template <>
inline constexpr std::uint8_t type_code<core::CymatReported> = 58;
template <>
inline constexpr std::uint8_t type_code<core::AccessEnded> = 59;
template <>
inline constexpr std::uint8_t type_code<core::HandlingStepTaken> = 60;
template <>
inline constexpr std::uint8_t type_code<core::InstructionGiven> = 61;
template <>
inline constexpr std::uint8_t type_code<core::InstructionAnswered> = 62;
template <>
inline constexpr std::uint8_t type_code<core::PlatformLinked> = 63;
template <>
inline constexpr std::uint8_t type_code<core::EndpointProposed> = 64;
template <>
inline constexpr std::uint8_t type_code<core::EndpointDecided> = 65;
template <>
inline constexpr std::uint8_t type_code<core::EndpointDisabled> = 66;
template <>
inline constexpr std::uint8_t type_code<core::EndpointResumed> = 67;
template <>
inline constexpr std::uint8_t type_code<core::EndpointWithdrawn> = 68;
template <>
inline constexpr std::uint8_t type_code<core::DeliveryQueued> = 69;
template <>
inline constexpr std::uint8_t type_code<core::DeliverySettled> = 70;
template <>
inline constexpr std::uint8_t type_code<core::DeliveryReplayed> = 71;
template <>
inline constexpr std::uint8_t type_code<core::LabelGiven> = 72;
template <>
inline constexpr std::uint8_t type_code<core::LabelChangeAsked> = 73;
template <>
inline constexpr std::uint8_t type_code<core::LabelChangeDecided> = 74;
template <>
inline constexpr std::uint8_t type_code<core::ConsentStated> = 75;
template <>
inline constexpr std::uint8_t type_code<core::LabelMappingSet> = 76;
template <>
inline constexpr std::uint8_t type_code<core::LabelMappingWithdrawn> = 77;
template <>
inline constexpr std::uint8_t type_code<core::SealingKeyProposed> = 78;
template <>
inline constexpr std::uint8_t type_code<core::SealingKeyDecided> = 79;
template <>
inline constexpr std::uint8_t type_code<core::SealingKeyRevoked> = 80;
template <>
inline constexpr std::uint8_t type_code<core::AnnexAsked> = 81;
template <>
inline constexpr std::uint8_t type_code<core::AnnexDecided> = 82;
template <>
inline constexpr std::uint8_t type_code<core::AnnexSealed> = 83;
template <>
inline constexpr std::uint8_t type_code<core::AnnexRewrapped> = 84;
template <>
inline constexpr std::uint8_t type_code<core::AnnexUnreadable> = 85;
template <>
inline constexpr std::uint8_t type_code<core::AttachmentAdded> = 86;
template <>
inline constexpr std::uint8_t type_code<core::ContentWithheld> = 87;
template <>
inline constexpr std::uint8_t type_code<core::ContentReleased> = 88;
template <>
inline constexpr std::uint8_t type_code<core::InquiryAsked> = 89;
template <>
inline constexpr std::uint8_t type_code<core::InquiryAnswered> = 90;
template <>
inline constexpr std::uint8_t type_code<core::InquiryWithdrawn> = 91;
template <>
inline constexpr std::uint8_t type_code<core::NoticeGiven> = 92;
template <>
inline constexpr std::uint8_t type_code<core::NoticeAnswered> = 93;
template <>
inline constexpr std::uint8_t type_code<core::NoticeLinked> = 94;

inline constexpr Codes<core::Role, 13> codes_of(core::Role) {
  using enum core::Role;
  return {{{reporter, 1},
           {csirt_member, 2},
           {csirt_head, 3},
           {external_contact, 4},
           {exception_officer, 5},
           {ciso, 6},
           {section_officer, 7},
           {center_liaison, 8},
           {police_desk, 9},
           {crisis_desk, 10},
           {cymat_member, 11},
           {auditor, 12},
           {operator_, 13}}};
}
inline constexpr Codes<core::Stage, 4> codes_of(core::Stage) {
  using enum core::Stage;
  return {{{first, 1}, {followup, 2}, {final, 3}, {correction, 4}}};
}
inline constexpr Codes<core::Precision, 6> codes_of(core::Precision) {
  using enum core::Precision;
  return {{{minute, 1}, {hour, 2}, {day, 3}, {month, 4}, {year, 5}, {about, 6}}};
}
inline constexpr Codes<routing::Assessment, 3> codes_of(routing::Assessment) {
  using enum routing::Assessment;
  return {{{incident, 1}, {possible, 2}, {not_incident, 3}}};
}
inline constexpr Codes<routing::Cyberattack, 4> codes_of(routing::Cyberattack) {
  using enum routing::Cyberattack;
  return {{{yes, 1}, {possible, 2}, {no, 3}, {unknown, 4}}};
}
inline constexpr Codes<routing::Criterion, 4> codes_of(routing::Criterion) {
  using enum routing::Criterion;
  return {{{life, 1}, {body, 2}, {property, 3}, {territory, 4}}};
}
inline constexpr Codes<routing::Harm, 2> codes_of(routing::Harm) {
  using enum routing::Harm;
  return {{{occurred, 1}, {feared, 2}}};
}
inline constexpr Codes<routing::Certainty, 2> codes_of(routing::Certainty) {
  using enum routing::Certainty;
  return {{{is, 1}, {may_be, 2}}};
}
inline constexpr Codes<routing::OpensOn, 2> codes_of(routing::OpensOn) {
  using enum routing::OpensOn;
  return {{{assessment, 1}, {receipt, 2}}};
}
inline constexpr Codes<core::IncidentState, 7> codes_of(core::IncidentState) {
  using enum core::IncidentState;
  return {{{reported, 1},
           {assessed, 2},
           {contained, 3},
           {recovered, 4},
           {reviewed, 5},
           {closed, 6},
           {dismissed, 7}}};
}
inline constexpr Codes<core::ObligationState, 4> codes_of(core::ObligationState) {
  using enum core::ObligationState;
  return {{{open, 1}, {fulfilled, 2}, {waived, 3}, {superseded, 4}}};
}
inline constexpr Codes<core::MessageState, 4> codes_of(core::MessageState) {
  using enum core::MessageState;
  return {{{queued, 1}, {sent, 2}, {delivered, 3}, {dead, 4}}};
}
inline constexpr Codes<core::MessageKind, 4> codes_of(core::MessageKind) {
  using enum core::MessageKind;
  return {{{report, 1}, {relay, 2}, {notice, 3}, {alarm, 4}}};
}
inline constexpr Codes<core::ClockKind, 6> codes_of(core::ClockKind) {
  using enum core::ClockKind;
  return {{{duty, 1}, {acknowledgement, 2}, {followup, 3}, {handover, 4}, {permission, 5}, {inquiry, 6}}};
}
inline constexpr Codes<core::AccessScope, 2> codes_of(core::AccessScope) {
  using enum core::AccessScope;
  return {{{content, 1}, {duties, 2}}};
}
inline constexpr Codes<core::FulfillmentMethod, 9> codes_of(core::FulfillmentMethod) {
  using enum core::FulfillmentMethod;
  return {{{relay, 1},
           {report, 2},
           {telephone, 3},
           {in_person, 4},
           {police_report, 5},
           {consultation, 6},
           {decided_not_needed, 7},
           {done, 8},
           {judgement, 9}}};
}
inline constexpr Codes<core::KeyAlgorithm, 1> codes_of(core::KeyAlgorithm) {
  using enum core::KeyAlgorithm;
  return {{{ed25519, 1}}};
}
inline constexpr Codes<core::Employment, 4> codes_of(core::Employment) {
  using enum core::Employment;
  return {{{employee, 1}, {seconded, 2}, {dispatched, 3}, {trainee, 4}}};
}
inline constexpr Codes<core::Post, 11> codes_of(core::Post) {
  using enum core::Post;
  return {{{ciso, 1}, {deputy_ciso, 2}, {csirt_head, 3}, {csirt_coordinator, 4}, {external_contact, 5}, {csirt_member, 6}, {information_security_officer, 7}, {section_officer, 8}, {system_security_officer, 9}, {exception_officer, 10}, {cymat_member, 11}}};
}
inline constexpr Codes<core::Ground, 3> codes_of(core::Ground) {
  using enum core::Ground;
  return {{{expertise, 1}, {aptitude, 2}, {office, 3}}};
}
inline constexpr Codes<core::Power, 4> codes_of(core::Power) {
  using enum core::Power;
  return {{{be_told, 1}, {approve, 2}, {decide, 3}, {appoint, 4}}};
}
inline constexpr Codes<core::TrainingKind, 2> codes_of(core::TrainingKind) {
  using enum core::TrainingKind;
  return {{{csirt, 1}, {cymat, 2}}};
}
inline constexpr Codes<core::Function, 4> codes_of(core::Function) {
  using enum core::Function;
  return {{{head, 1}, {deputy, 2}, {handler, 3}, {external_contact, 4}}};
}
inline constexpr Codes<core::CymatRuling, 3> codes_of(core::CymatRuling) {
  using enum core::CymatRuling;
  return {{{dispatch, 1}, {advice, 2}, {declined, 3}}};
}
inline constexpr Codes<core::CymatPriority, 3> codes_of(core::CymatPriority) {
  using enum core::CymatPriority;
  return {{{normal, 1}, {high, 2}, {urgent, 3}}};
}
inline constexpr Codes<core::CymatEntryKind, 4> codes_of(core::CymatEntryKind) {
  using enum core::CymatEntryKind;
  return {{{work, 1}, {advice, 2}, {information, 3}, {information_asked, 4}}};
}
inline constexpr Codes<core::HandlingStepKind, 9> codes_of(core::HandlingStepKind) {
  using enum core::HandlingStepKind;
  return {{{ciso_told, 1}, {situation, 2}, {record, 3}, {rules_followed, 4}, {cause_reported, 5}, {measures_ordered, 6}, {lessons_shared, 7},
           {procedure_followed, 8}, {information_shared, 9}}};
}
inline constexpr Codes<core::InstructionKind, 3> codes_of(core::InstructionKind) {
  using enum core::InstructionKind;
  return {{{emergency_measures, 1}, {recovery, 2}, {handling, 3}}};
}
inline constexpr Codes<core::InstructionForce, 3> codes_of(core::InstructionForce) {
  using enum core::InstructionForce;
  return {{{instruction, 1}, {recommendation, 2}, {advice, 3}}};
}
inline constexpr Codes<core::Zone, 3> codes_of(core::Zone) {
  using enum core::Zone;
  return {{{internet, 1}, {government_lan, 2}, {closed, 3}}};
}
inline constexpr Codes<core::KindRule, 3> codes_of(core::KindRule) {
  using enum core::KindRule;
  return {{{agency, 1}, {designated_table, 2}, {other_corporation, 3}}};
}
inline constexpr Codes<core::LabelGround, 4> codes_of(core::LabelGround) {
  using enum core::LabelGround;
  return {{{stated, 1}, {mapped, 2}, {unmapped, 3}, {changed, 4}}};
}
inline constexpr Codes<routing::Severity, 3> codes_of(routing::Severity) {
  using enum routing::Severity;
  return {{{large_scale, 1}, {attack, 2}, {ordinary, 3}}};
}
inline constexpr Codes<SignatureAlgorithm, 3> codes_of(SignatureAlgorithm) {
  using enum SignatureAlgorithm;
  return {{{ed25519, 1}, {ecdsa_p256_sha256, 2}, {ecdsa_p384_sha384, 3}}};
}

// 0 for a value outside its enumeration.
template <class Enum>
constexpr std::uint8_t code_of(Enum value) {
  for (const auto& [entry, code] : codes_of(Enum{}))
    if (entry == value) return code;
  return 0;
}
template <class Enum>
constexpr std::optional<Enum> value_of(std::uint8_t code) {
  for (const auto& [entry, known] : codes_of(Enum{}))
    if (known == code) return entry;
  return std::nullopt;
}

}  // namespace noroshi::record
