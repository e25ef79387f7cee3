// Identifiers: UUIDs (RFC 9562, version 7) with a type for each thing, so that the compiler catches a mix-up.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "routing/time.h"

namespace noroshi::core {

struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  friend auto operator<=>(const Uuid&, const Uuid&) = default;
  bool is_nil() const { return *this == Uuid{}; }
};

// 36 characters, lower case.
std::string to_string(const Uuid& id);
// Accepts upper and lower case in the 8-4-4-4-12 form only.
std::optional<Uuid> parse_uuid(std::string_view text);

template <class Tag>
struct Identifier {
  Uuid value;

  friend auto operator<=>(const Identifier&, const Identifier&) = default;
};
template <class Tag>
std::string to_string(const Identifier<Tag>& id) {
  return to_string(id.value);
}

using IncidentId = Identifier<struct IncidentTag>;
using ReportId = Identifier<struct ReportTag>;  // one version of a report
using ObligationId = Identifier<struct ObligationTag>;
using FulfillmentId = Identifier<struct FulfillmentTag>;
using WaiverId = Identifier<struct WaiverTag>;
using MessageId = Identifier<struct MessageTag>;
using JudgementId = Identifier<struct JudgementTag>;
using AlarmId = Identifier<struct AlarmTag>;
using RelaySwitchId = Identifier<struct RelaySwitchTag>;
using ErasureId = Identifier<struct ErasureTag>;
using PersonId = Identifier<struct PersonTag>;
using AppointmentId = Identifier<struct AppointmentTag>;
using DelegationId = Identifier<struct DelegationTag>;
using TrainingId = Identifier<struct TrainingTag>;
using ShiftId = Identifier<struct ShiftTag>;
using AssignmentId = Identifier<struct AssignmentTag>;
using CymatRequestId = Identifier<struct CymatRequestTag>;
using CymatMemberId = Identifier<struct CymatMemberTag>;
using CymatEntryId = Identifier<struct CymatEntryTag>;
using HandlingStepId = Identifier<struct HandlingStepTag>;
using InstructionId = Identifier<struct InstructionTag>;
using PlatformLinkId = Identifier<struct PlatformLinkTag>;
using EndpointId = Identifier<struct EndpointTag>;
using DeliveryId = Identifier<struct DeliveryTag>;
using LabelId = Identifier<struct LabelTag>;
using LabelChangeId = Identifier<struct LabelChangeTag>;
using LabelMappingId = Identifier<struct LabelMappingTag>;
using SealingKeyId = Identifier<struct SealingKeyTag>;
using AnnexId = Identifier<struct AnnexTag>;
using AttachmentId = Identifier<struct AttachmentTag>;
using WithholdingId = Identifier<struct WithholdingTag>;
using InquiryId = Identifier<struct InquiryTag>;
using NoticeId = Identifier<struct NoticeTag>;
using EventId = Identifier<struct EventTag>;
using TokenId = Identifier<struct TokenTag>;

// Version 7 UUIDs of one instant, in increasing order. Pure: the same instant and seed give the same ids, so a
// decision can be replayed. The edge seeds it with 16 bytes of the system's randomness.
class IdentifierSequence {
 public:
  using Seed = std::array<std::uint8_t, 16>;
  IdentifierSequence(Timestamp at, const Seed& seed);

  template <class Id>
  Id next() {
    return Id{next_uuid()};
  }
  Uuid next_uuid();

 private:
  std::uint64_t milliseconds_;
  std::uint64_t counter_ = 0;  // low bits of the id: keeps the order of creation
  std::uint64_t random_high_;
  std::uint64_t random_low_;
};

}  // namespace noroshi::core

template <>
struct std::hash<noroshi::core::Uuid> {
  std::size_t operator()(const noroshi::core::Uuid& id) const noexcept {
    std::size_t value = 0;
    for (auto byte : id.bytes) value = value * 131 + byte;
    return value;
  }
};
template <class Tag>
struct std::hash<noroshi::core::Identifier<Tag>> {
  std::size_t operator()(const noroshi::core::Identifier<Tag>& id) const noexcept {
    return std::hash<noroshi::core::Uuid>{}(id.value);
  }
};
