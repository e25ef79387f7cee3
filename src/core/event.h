// Events: everything that happens to an incident, each a value. The record keeps them, the tables follow from them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "src/core/endpoint.h"
#include "src/core/incident.h"
#include "src/core/person.h"
#include "src/core/sealing_key.h"

namespace noroshi::core {

struct IncidentOpened {
  std::string number;
  std::string organization;
  std::string reference;
  bool exercise = false;
  Timestamp recognized;
  std::string edition;  // empty: none in force
  friend bool operator==(const IncidentOpened&, const IncidentOpened&) = default;
};
struct ReportReceived {
  ReportId report;
  int version = 1;
  std::string submitted_by;  // differs from the incident's body where its agency entered it
  Report content;
  std::string bytes;   // as received
  std::string sha256;  // of the bytes, 32 bytes
  std::optional<Timestamp> followup_due;  // when the next 続報 is due; nothing after a 最終報
  friend bool operator==(const ReportReceived&, const ReportReceived&) = default;
};
struct JudgementMade {
  JudgementId id;
  HeldJudgement held;
  friend bool operator==(const JudgementMade&, const JudgementMade&) = default;
};
struct IncidentMoved {
  IncidentState from{};
  IncidentState to{};
  std::string reason;
  std::optional<Timestamp> followup_due;  // set where it is a case again: judged one, or reopened
  friend bool operator==(const IncidentMoved&, const IncidentMoved&) = default;
};
// AccessGranted::because of a body that was alarmed.
inline constexpr std::string_view access_by_alarm = "alarm";
struct AccessGranted {
  std::string organization;
  AccessScope scope{};
  std::string because;  // clause or word of a closed list: "own", "2.2.4(2)(g)", "successor", "added"
  std::string in_place_of;  // with "successor": the body it succeeded
  friend bool operator==(const AccessGranted&, const AccessGranted&) = default;
};
struct RecipientAdded {
  std::string organization;
  bool police = false;  // else a 共管 body
  std::string reason;
  friend bool operator==(const RecipientAdded&, const RecipientAdded&) = default;
};
struct ObligationOpened {
  Obligation obligation;
  friend bool operator==(const ObligationOpened&, const ObligationOpened&) = default;
};
struct ObligationFulfilled {
  Fulfillment fulfillment;
  std::chrono::seconds late_by{};  // 0: in time
  friend bool operator==(const ObligationFulfilled&, const ObligationFulfilled&) = default;
};
struct ObligationSuperseded {
  ObligationId obligation;
  routing::Reason reason;
  friend bool operator==(const ObligationSuperseded&, const ObligationSuperseded&) = default;
};
struct ObligationReopened {
  ObligationId obligation;
  Timestamp due_at;
  std::vector<routing::Reason> because;
  friend bool operator==(const ObligationReopened&, const ObligationReopened&) = default;
};
struct ObligationWaived {
  ObligationId obligation;
  WaiverId waiver;
  friend bool operator==(const ObligationWaived&, const ObligationWaived&) = default;
};
// A later version of the report concerns a duty that exists.
struct ObligationRecurred {
  ObligationId obligation;
  int occasion = 1;
  bool rings_anew = false;  // every alarm of the one before was told in vain
  friend bool operator==(const ObligationRecurred&, const ObligationRecurred&) = default;
};
// The body that held it, or was to be told, ended; its successor stands in its place.
struct ObligationPassed {
  ObligationId obligation;
  std::string holder;
  std::string recipient;
  std::string formerly;
  std::string recipient_formerly;
  friend bool operator==(const ObligationPassed&, const ObligationPassed&) = default;
};
struct MessageSent {
  Message message;
  friend bool operator==(const MessageSent&, const MessageSent&) = default;
};
struct MessageAcknowledged {
  MessageId message;
  std::optional<ObligationId> obligation;  // whose acknowledged_at it sets
  std::string by;                          // a named person
  std::string note;
  friend bool operator==(const MessageAcknowledged&, const MessageAcknowledged&) = default;
};
// Nobody acknowledged it before its recipient ended: whoever stands in its place is asked to.
struct MessagePassed {
  MessageId message;
  std::string recipient;  // who stands there now
  std::string formerly;
  friend bool operator==(const MessagePassed&, const MessagePassed&) = default;
};
// The body whose incident it is ended: the next 続報 is awaited from whoever stands in its place.
struct IncidentPassed {
  std::string organization;  // who stands there now
  std::string formerly;
  friend bool operator==(const IncidentPassed&, const IncidentPassed&) = default;
};
struct WaiverAsked {
  WaiverId waiver;
  ObligationId obligation;
  std::string reason;
  friend bool operator==(const WaiverAsked&, const WaiverAsked&) = default;
};
struct WaiverDecided {
  WaiverId waiver;
  ObligationId obligation;
  bool approved = false;
  std::string reason;
  friend bool operator==(const WaiverDecided&, const WaiverDecided&) = default;
};
struct AlarmRaised {
  AlarmId alarm;
  std::string code;  // of routing::AlarmCode
  std::string organization;
  routing::Reason reason;
  friend bool operator==(const AlarmRaised&, const AlarmRaised&) = default;
};

// A clock has reached a level: whom it tells, and whose clock it is. Several events of one clock and level tell several.
struct AlarmRung {
  AlarmId alarm;
  ClockKind clock{};
  Uuid subject;  // the obligation, the message or the incident
  int round = 1;
  int level = 1;
  std::string code;          // of core::alarm_codes
  std::string holder;        // the body whose clock it is; of body_without_person and receiver_dead, the one where nobody is
  std::string organization;  // who is told
  Role role{};               // and which of its people
  Timestamp due_at;
  Timestamp reached_at;  // when the clock reached the level; an outage lies between this and the event
  routing::Reason reason;
  friend bool operator==(const AlarmRung&, const AlarmRung&) = default;
};

struct ErasureAsked {
  ErasureId erasure;
  std::string reason;
  friend bool operator==(const ErasureAsked&, const ErasureAsked&) = default;
};
// Approved, everything that a person wrote about the case reads as erased from here on.
struct ErasureDecided {
  ErasureId erasure;
  bool approved = false;
  std::string reason;
  std::string retention_class;              // of core::RetentionClass
  std::optional<Timestamp> retained_until;  // when the retention ended or ends; not set while the case is open
  friend bool operator==(const ErasureDecided&, const ErasureDecided&) = default;
};

// Of a body, of no incident: Event::incident is nil.
struct RelaySwitchAsked {
  RelaySwitchId id;
  std::string organization;
  bool switched_on = false;
  std::string reason;
  friend bool operator==(const RelaySwitchAsked&, const RelaySwitchAsked&) = default;
};
struct RelaySwitchDecided {
  RelaySwitchId id;
  std::string organization;
  bool approved = false;
  std::string reason;
  friend bool operator==(const RelaySwitchDecided&, const RelaySwitchDecided&) = default;
};

// Of the record itself: Event::incident is nil.
//
// The tree of an origin ends and another begins with this event as its first leaf, after the database had lost what was
// signed. Sizes count leaves; roots are those of RFC 6962.
struct RecordContinued {
  std::string origin;         // the name of the tree that this begins
  std::string origin_before;  // of the tree of the highest head that is known, which the database need not hold
  std::uint64_t highest_size = 0;
  std::array<std::uint8_t, 32> highest_root{};
  std::uint64_t held_size = 0;  // what the database held of the tree before, signed or not, when it ended
  std::array<std::uint8_t, 32> held_root{};
  std::string reason;
  friend bool operator==(const RecordContinued&, const RecordContinued&) = default;
};
enum class KeyAlgorithm { ed25519 };
struct KeyRegistered {
  std::string key;  // its id, 16 hexadecimal digits
  KeyAlgorithm algorithm{};
  std::array<std::uint8_t, 32> public_key{};
  std::string purpose;  // "record"
  friend bool operator==(const KeyRegistered&, const KeyRegistered&) = default;
};
// It signs no more; what it signed stays good.
struct KeyRetired {
  std::string key;
  std::string reason;
  friend bool operator==(const KeyRetired&, const KeyRetired&) = default;
};

// -- The staff of a body: of no incident, Event::incident is nil ------------------------------------------------

struct PersonRegistered {
  Person person;
  friend bool operator==(const PersonRegistered&, const PersonRegistered&) = default;
};
struct PersonChanged {
  Person person;  // as it is now
  friend bool operator==(const PersonChanged&, const PersonChanged&) = default;
};
struct PersonLeft {
  PersonId person;
  std::string reason;
  friend bool operator==(const PersonLeft&, const PersonLeft&) = default;
};
struct AppointmentMade {
  Appointment appointment;
  friend bool operator==(const AppointmentMade&, const AppointmentMade&) = default;
};
struct AppointmentEnded {
  AppointmentId appointment;
  std::string reason;
  friend bool operator==(const AppointmentEnded&, const AppointmentEnded&) = default;
};
struct DelegationMade {
  Delegation delegation;
  friend bool operator==(const DelegationMade&, const DelegationMade&) = default;
};
struct DelegationEnded {
  DelegationId delegation;
  std::string reason;
  friend bool operator==(const DelegationEnded&, const DelegationEnded&) = default;
};
struct TrainingRecorded {
  Training training;
  friend bool operator==(const TrainingRecorded&, const TrainingRecorded&) = default;
};
struct ShiftSet {
  Shift shift;
  friend bool operator==(const ShiftSet&, const ShiftSet&) = default;
};
struct ShiftCancelled {
  ShiftId shift;
  std::string reason;
  friend bool operator==(const ShiftCancelled&, const ShiftCancelled&) = default;
};

// -- Who responds to an incident ---------------------------------------------------------------------------------

// Of the assignment, what stands from the start on: state and times follow from the events.
struct AssignmentProposed {
  Assignment assignment;
  friend bool operator==(const AssignmentProposed&, const AssignmentProposed&) = default;
};
struct AssignmentAccepted {
  AssignmentId assignment;
  friend bool operator==(const AssignmentAccepted&, const AssignmentAccepted&) = default;
};
struct AssignmentDeclined {
  AssignmentId assignment;
  std::string reason;
  friend bool operator==(const AssignmentDeclined&, const AssignmentDeclined&) = default;
};
struct AssignmentActivated {
  AssignmentId assignment;
  std::optional<Timestamp> duty_until;
  friend bool operator==(const AssignmentActivated&, const AssignmentActivated&) = default;
};
struct AssignmentHandedOver {
  AssignmentId assignment;
  AssignmentId to;
  friend bool operator==(const AssignmentHandedOver&, const AssignmentHandedOver&) = default;
};
struct AssignmentReleased {
  AssignmentId assignment;
  std::string reason;
  friend bool operator==(const AssignmentReleased&, const AssignmentReleased&) = default;
};
// The roster lets who leads the response stay on duty longer, or not as long.
struct AssignmentDutyMoved {
  AssignmentId assignment;
  std::optional<Timestamp> duty_until;
  friend bool operator==(const AssignmentDutyMoved&, const AssignmentDutyMoved&) = default;
};

// Of the request, what stands from the start on.
struct CymatRequested {
  CymatRequest request;
  friend bool operator==(const CymatRequested&, const CymatRequested&) = default;
};
struct CymatForwarded {
  CymatRequestId request;
  std::string note;
  friend bool operator==(const CymatForwarded&, const CymatForwarded&) = default;
};
struct CymatReceived {
  CymatRequestId request;
  friend bool operator==(const CymatReceived&, const CymatReceived&) = default;
};
struct CymatDecided {
  CymatRequestId request;
  CymatRuling ruling{};
  bool united_response = false;  // 「政府として一体となった対応が必要」 (1.3)
  std::string reason;
  friend bool operator==(const CymatDecided&, const CymatDecided&) = default;
};
// Of the member, what stands from the start on.
struct CymatMemberProposed {
  CymatRequestId request;
  CymatMember member;
  friend bool operator==(const CymatMemberProposed&, const CymatMemberProposed&) = default;
};
struct CymatMemberAnswered {
  CymatRequestId request;
  CymatMemberId member;
  bool agreed = false;
  std::string reason;
  friend bool operator==(const CymatMemberAnswered&, const CymatMemberAnswered&) = default;
};
struct CymatMemberWithdrawn {
  CymatRequestId request;
  CymatMemberId member;
  std::string reason;
  friend bool operator==(const CymatMemberWithdrawn&, const CymatMemberWithdrawn&) = default;
};
struct CymatFormed {
  CymatRequestId request;
  friend bool operator==(const CymatFormed&, const CymatFormed&) = default;
};
struct CymatDispatched {
  CymatRequestId request;
  friend bool operator==(const CymatDispatched&, const CymatDispatched&) = default;
};
struct CymatBegun {
  CymatRequestId request;
  friend bool operator==(const CymatBegun&, const CymatBegun&) = default;
};
struct CymatLogged {
  CymatRequestId request;
  CymatEntryId entry;
  CymatEntryKind kind{};
  std::string text;
  int confidentiality = 0;  // 機密性 of the text; 0: not stated
  friend bool operator==(const CymatLogged&, const CymatLogged&) = default;
};
struct CymatEnded {
  CymatRequestId request;
  std::string reason;
  friend bool operator==(const CymatEnded&, const CymatEnded&) = default;
};
struct CymatReported {
  CymatRequestId request;
  std::string text;
  friend bool operator==(const CymatReported&, const CymatReported&) = default;
};
// Who saw the incident for a time sees it no more.
struct AccessEnded {
  std::string organization;
  std::string because;
  friend bool operator==(const AccessEnded&, const AccessEnded&) = default;
};

// -- How the body handles it inside ------------------------------------------------------------------------------

struct HandlingStepTaken {
  HandlingStep step;
  friend bool operator==(const HandlingStepTaken&, const HandlingStepTaken&) = default;
};
// Of the instruction, what stands from the start on.
struct InstructionGiven {
  Instruction instruction;
  friend bool operator==(const InstructionGiven&, const InstructionGiven&) = default;
};
struct InstructionAnswered {
  InstructionId instruction;
  bool carried_out = false;
  std::string text;
  friend bool operator==(const InstructionAnswered&, const InstructionAnswered&) = default;
};
struct PlatformLinked {
  PlatformLink link;
  friend bool operator==(const PlatformLinked&, const PlatformLinked&) = default;
};

// -- Where a body wants its messages beside its inbox: of no incident, Event::incident is nil --------------------

// Of the endpoint, what stands from the start on: state and cause follow from the events, who asked is who acts.
struct EndpointProposed {
  Endpoint endpoint;
  friend bool operator==(const EndpointProposed&, const EndpointProposed&) = default;
};
struct EndpointDecided {
  EndpointId endpoint;
  std::string organization;
  bool approved = false;
  std::string reason;
  friend bool operator==(const EndpointDecided&, const EndpointDecided&) = default;
};
struct EndpointDisabled {
  EndpointId endpoint;
  std::string organization;
  std::string cause;  // a word of the channel, where the daemon did it; empty: a person
  std::string reason;
  friend bool operator==(const EndpointDisabled&, const EndpointDisabled&) = default;
};
struct EndpointResumed {
  EndpointId endpoint;
  std::string organization;
  std::string reason;
  friend bool operator==(const EndpointResumed&, const EndpointResumed&) = default;
};
struct EndpointWithdrawn {
  EndpointId endpoint;
  std::string organization;
  std::string reason;
  friend bool operator==(const EndpointWithdrawn&, const EndpointWithdrawn&) = default;
};

// -- Messages on their way to endpoints: of the incident, and nothing that moves its revision --------------------

// By the daemon, beside what sends the message. Of the delivery, what stands from the start on.
struct DeliveryQueued {
  Delivery delivery;
  friend bool operator==(const DeliveryQueued&, const DeliveryQueued&) = default;
};
struct DeliverySettled {
  DeliveryId delivery;
  MessageState state{};
  int attempts = 0;
  std::string cause;  // a word; empty: there is nothing to say
  friend bool operator==(const DeliverySettled&, const DeliverySettled&) = default;
};
struct DeliveryReplayed {
  DeliveryId delivery;
  std::string reason;
  friend bool operator==(const DeliveryReplayed&, const DeliveryReplayed&) = default;
};

// -- Information of an incident: labels, annexes, files, what is withheld, inquiries -----------------------------

// 格付 from then on.
struct LabelGiven {
  Label label;
  friend bool operator==(const LabelGiven&, const LabelGiven&) = default;
};
struct LabelChangeAsked {
  LabelChange change;
  friend bool operator==(const LabelChangeAsked&, const LabelChangeAsked&) = default;
};
struct LabelChangeDecided {
  LabelChangeId change;
  bool granted = false;
  std::string reason;
  friend bool operator==(const LabelChangeDecided&, const LabelChangeDecided&) = default;
};
// What the latest version says of sharing under (2)(l), where it says something new.
struct ConsentStated {
  bool consents = false;
  friend bool operator==(const ConsentStated&, const ConsentStated&) = default;
};
struct AnnexAsked {
  Annex annex;
  friend bool operator==(const AnnexAsked&, const AnnexAsked&) = default;
};
struct AnnexDecided {
  AnnexId annex;
  bool permitted = false;
  std::string reason;
  friend bool operator==(const AnnexDecided&, const AnnexDecided&) = default;
};
// The JWE was received, to be kept as it is: the first, or another one after somebody could not open it.
struct AnnexSealed {
  AnnexId annex;
  std::string sha256;  // of the JWE, 32 bytes
  std::uint64_t size = 0;
  std::vector<AnnexKey> keys;
  std::string content;  // the JWE. In no leaf: its hash is
  friend bool operator==(const AnnexSealed&, const AnnexSealed&) = default;
};
// A holder wrapped its key for another body: the same ciphertext with more keys.
struct AnnexRewrapped {
  AnnexId annex;
  std::string sha256;
  std::uint64_t size = 0;
  std::vector<AnnexKey> keys;  // all, the added ones among them
  std::string content;         // in no leaf
  friend bool operator==(const AnnexRewrapped&, const AnnexRewrapped&) = default;
};
// A receiver could not open it, and said so by his signature.
struct AnnexUnreadable {
  AnnexId annex;
  std::string organization;
  std::string reason;
  friend bool operator==(const AnnexUnreadable&, const AnnexUnreadable&) = default;
};
// Its bytes were stored before, piece by piece.
struct AttachmentAdded {
  Attachment attachment;
  friend bool operator==(const AttachmentAdded&, const AttachmentAdded&) = default;
};
struct ContentWithheld {
  Withholding withholding;
  friend bool operator==(const ContentWithheld&, const ContentWithheld&) = default;
};
struct ContentReleased {
  WithholdingId withholding;
  std::string reason;
  friend bool operator==(const ContentReleased&, const ContentReleased&) = default;
};
struct InquiryAsked {
  Inquiry inquiry;
  friend bool operator==(const InquiryAsked&, const InquiryAsked&) = default;
};
struct InquiryAnswered {
  InquiryId inquiry;
  std::string text;
  friend bool operator==(const InquiryAnswered&, const InquiryAnswered&) = default;
};
struct InquiryWithdrawn {
  InquiryId inquiry;
  std::string reason;
  friend bool operator==(const InquiryWithdrawn&, const InquiryWithdrawn&) = default;
};
// The incident is what a notice was about.
struct NoticeLinked {
  NoticeId notice;
  friend bool operator==(const NoticeLinked&, const NoticeLinked&) = default;
};

// -- Of a body and no incident: how it labels, its keys, notices before there is a case ---------------------------

struct LabelMappingSet {
  LabelMapping mapping;
  friend bool operator==(const LabelMappingSet&, const LabelMappingSet&) = default;
};
struct LabelMappingWithdrawn {
  LabelMappingId mapping;
  std::string organization;
  std::string reason;
  friend bool operator==(const LabelMappingWithdrawn&, const LabelMappingWithdrawn&) = default;
};
struct SealingKeyProposed {
  SealingKey key;
  friend bool operator==(const SealingKeyProposed&, const SealingKeyProposed&) = default;
};
struct SealingKeyDecided {
  SealingKeyId key;
  std::string organization;
  bool approved = false;
  std::string reason;
  friend bool operator==(const SealingKeyDecided&, const SealingKeyDecided&) = default;
};
struct SealingKeyRevoked {
  SealingKeyId key;
  std::string organization;
  std::string reason;
  friend bool operator==(const SealingKeyRevoked&, const SealingKeyRevoked&) = default;
};
struct NoticeGiven {
  Notice notice;
  friend bool operator==(const NoticeGiven&, const NoticeGiven&) = default;
};
struct NoticeAnswered {
  NoticeId notice;
  std::string from;  // who gave it
  std::string to;    // who answers
  std::string text;
  friend bool operator==(const NoticeAnswered&, const NoticeAnswered&) = default;
};

using AnyHappening =
    std::variant<IncidentOpened, ReportReceived, JudgementMade, IncidentMoved, AccessGranted, RecipientAdded,
                 ObligationOpened, ObligationFulfilled, ObligationSuperseded, ObligationReopened, ObligationWaived,
                 ObligationRecurred, ObligationPassed, MessageSent, MessageAcknowledged, WaiverAsked, WaiverDecided,
                 AlarmRaised, AlarmRung, RelaySwitchAsked, RelaySwitchDecided, MessagePassed, IncidentPassed,
                 RecordContinued, KeyRegistered, KeyRetired, ErasureAsked, ErasureDecided,
                 PersonRegistered, PersonChanged, PersonLeft, AppointmentMade, AppointmentEnded, DelegationMade,
                 DelegationEnded, TrainingRecorded, ShiftSet, ShiftCancelled, AssignmentProposed, AssignmentAccepted,
                 AssignmentDeclined, AssignmentActivated, AssignmentHandedOver, AssignmentReleased, AssignmentDutyMoved,
                 CymatRequested, CymatForwarded, CymatReceived, CymatDecided, CymatMemberProposed, CymatMemberAnswered,
                 CymatMemberWithdrawn, CymatFormed, CymatDispatched, CymatBegun, CymatLogged, CymatEnded, CymatReported,
                 AccessEnded, HandlingStepTaken, InstructionGiven, InstructionAnswered, PlatformLinked,
                 EndpointProposed, EndpointDecided, EndpointDisabled, EndpointResumed, EndpointWithdrawn,
                 DeliveryQueued, DeliverySettled, DeliveryReplayed,
                 LabelGiven, LabelChangeAsked, LabelChangeDecided, ConsentStated, LabelMappingSet, LabelMappingWithdrawn,
                 SealingKeyProposed, SealingKeyDecided, SealingKeyRevoked, AnnexAsked, AnnexDecided, AnnexSealed,
                 AnnexRewrapped, AnnexUnreadable, AttachmentAdded, ContentWithheld, ContentReleased, InquiryAsked,
                 InquiryAnswered, InquiryWithdrawn, NoticeGiven, NoticeAnswered, NoticeLinked>;

template <typename What, typename Any = AnyHappening>
inline constexpr bool is_alternative = false;
template <typename What, typename... Alternatives>
inline constexpr bool is_alternative<What, std::variant<Alternatives...>> = (std::is_same_v<What, Alternatives> || ...);

// One of them: a std::variant, to be asked with std::get_if and std::visit as any other. What copies, moves, compares and destroys
// one of so many alternatives is compiled once, in copying.cpp: in each file that holds an event it was most of what there was to
// compile.
class Happening : public AnyHappening {
 public:
  template <typename Alternative>
    requires is_alternative<std::remove_cvref_t<Alternative>>
  Happening(Alternative&& what)  // NOLINT: as implicit as the variant's own
      : AnyHappening(std::in_place_type<std::remove_cvref_t<Alternative>>, std::forward<Alternative>(what)) {}
  template <std::size_t index>
  explicit Happening(std::in_place_index_t<index> which) : AnyHappening(which) {}

  Happening() = default;  // an IncidentOpened with nothing in it
  Happening(const Happening& other);
  Happening(Happening&& other) noexcept;
  Happening& operator=(const Happening& other);
  Happening& operator=(Happening&& other) noexcept;
  ~Happening();

  friend bool operator==(const Happening& left, const Happening& right);
};

// "incident.opened", "report.received", ...: the closed list of schemas/events.
std::string_view type_of(const Happening& happening);

struct Event {
  EventId id;
  Timestamp at;  // the shown clock, read once per group after its locks are held
  Actor actor;
  IncidentId incident;  // nil where it concerns a body, or the record itself, and no incident
  Happening what;
  friend bool operator==(const Event&, const Event&) = default;
};

// Whether it is of alarms or deliveries alone, and changes nothing that a person could act on: the incident's revision stays.
bool is_of_clock(const Happening& happening);

// Moves the state by one event. An event that cannot follow from the state, or is of no incident, is a broken invariant
// and aborts.
void evolve(Incident& incident, const Event& event);

// Whether evolve() can take it, a decision of two persons being one indeed: for records that others may have altered.
bool may_follow(const Incident& incident, const Event& event);

}  // namespace noroshi::core
