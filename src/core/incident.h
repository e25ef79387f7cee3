// What is known of one incident: the state that decisions start from and that events move forward.
//
// The store loads it under lock, the core decides on it, evolve() moves it. Folding the events of the record over an
// empty value gives the same, which is how the record is compared with the tables.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "routing/route.h"
#include "src/core/annex.h"
#include "src/core/assignment.h"
#include "src/core/attachment.h"
#include "src/core/clock_kind.h"
#include "src/core/cymat.h"
#include "src/core/delivery.h"
#include "src/core/handling.h"
#include "src/core/identifier.h"
#include "src/core/inquiry.h"
#include "src/core/label.h"
#include "src/core/notice.h"
#include "src/core/report.h"
#include "src/core/role.h"
#include "src/core/states.h"
#include "src/core/withholding.h"

namespace noroshi::core {

// A duty opened for an incident. Its identity is (incident, clause, sentence, holder, recipient).
struct Obligation {
  ObligationId id;
  IncidentId incident;
  std::string edition;  // "h30"
  std::string rule;     // "g.2"
  std::string clause;   // "2.2.4(2)(g)"
  int sentence = 0;
  std::string holder;
  std::string recipient;
  bool self = false;   // a step to oneself: met at opening, sends nothing
  bool inner = false;  // inside one body
  routing::OpensOn opens_on{};
  Timestamp opened_at;
  Timestamp due_at;  // opened on assessment: recognised + target; on receipt: receipt + target
  std::chrono::seconds target{};  // 目標 that due_at was reckoned with
  ObligationState state = ObligationState::open;
  int occasion = 1;  // counts the versions of the report that concern it, and reopenings
  std::string formerly;            // the holder before a succession
  std::string recipient_formerly;  // the recipient before a succession
  std::vector<routing::Reason> because;
  std::optional<Timestamp> fulfilled_at;
  std::optional<Timestamp> acknowledged_at;
  int revision = 1;
  Ladder ladder;        // of its holder's clock
  Timestamp alarm_due;  // the due time that its alarms count from: none told of is put off by a later 認知
  friend bool operator==(const Obligation&, const Obligation&) = default;
};

// The closed list of methods by which a duty is met (public interface). `judgement` is the daemon's word for an inner
// duty to judge that the judgement itself has met.
enum class FulfillmentMethod {
  relay,
  report,
  telephone,
  in_person,
  police_report,       // 通報
  consultation,        // 相談
  decided_not_needed,  // 「内容に応じ」: the discretion of (h) lies inside the duty
  done,                // an inner duty carried out
  judgement,
};
std::string_view to_string(FulfillmentMethod method);
std::optional<FulfillmentMethod> parse_fulfillment_method(std::string_view text);

struct Fulfillment {
  FulfillmentId id;
  ObligationId obligation;
  FulfillmentMethod method{};
  Timestamp at;  // when it was done; for what the program sends itself: when it was sent
  std::string note;
  std::string reference;  // the recipient's own number, such as a police reference
  friend bool operator==(const Fulfillment&, const Fulfillment&) = default;
};

enum class MessageKind { report, relay, notice, alarm };
std::string_view to_string(MessageKind kind);
std::optional<MessageKind> parse_message_kind(std::string_view text);

// One version of a report, or an alarm, on its way to one body's inbox.
struct Message {
  MessageId id;
  IncidentId incident;
  std::optional<ReportId> report;  // an alarm carries none
  MessageKind kind{};
  std::string sender;  // empty: an alarm of the daemon
  std::string recipient;
  std::optional<ObligationId> obligation;
  std::string clause;
  int sentence = 0;
  std::string note;
  bool automatic = false;  // 自動中継・未確認: sent by the daemon on behalf of a silent agency
  Timestamp sent_at;
  std::optional<Timestamp> acknowledge_by;  // target; an alarm has none
  MessageState state = MessageState::delivered;  // an inbox is reached by the commit itself
  std::optional<Timestamp> acknowledged_at;
  std::string acknowledged_by;
  int revision = 1;
  Ladder ladder;          // of the clock of whoever has to acknowledge it
  std::string successor;  // who stands in the place of the recipient, which ended before it acknowledged; empty: nobody
  // Whose acknowledgement is awaited.
  const std::string& awaited_from() const { return successor.empty() ? recipient : successor; }
  friend bool operator==(const Message&, const Message&) = default;
};

struct Waiver {
  WaiverId id;
  ObligationId obligation;
  std::optional<TokenId> asked_by;
  std::string asked_by_name;
  enum class Decision { pending, approved, rejected } decision = Decision::pending;
  friend bool operator==(const Waiver&, const Waiver&) = default;
};

// The content of the case is to be erased (3.1.1(7)): asked by one person, decided by another. Where it was approved there
// is no content any more, and no further one is asked for.
struct Erasure {
  ErasureId id;
  std::optional<TokenId> asked_by;
  std::string asked_by_name;
  enum class Decision { pending, approved, rejected } decision = Decision::pending;
  friend bool operator==(const Erasure&, const Erasure&) = default;
};

// What an erased text reads as. One that was empty stays so.
inline constexpr std::string_view erased_text = "erased";

// What one body's CSIRT holds of the case, with its reasons.
struct HeldJudgement {
  routing::Judgement judgement;
  std::string assessment_reason;
  std::string cyberattack_reason;
  friend bool operator==(const HeldJudgement&, const HeldJudgement&) = default;
};

// Whether a body sees content (title, reports addressed to it) or the content-free rows of duties only.
enum class AccessScope { duties, content };
std::string_view to_string(AccessScope scope);

struct Access {
  AccessScope scope = AccessScope::duties;
  std::string in_place_of;  // the body it succeeded, whose messages and reports it sees too; empty: none
  friend bool operator==(const Access&, const Access&) = default;
};

struct Incident {
  // Compiled once, in copying.cpp: in each file that holds a decision they were half of what there was to compile.
  Incident();
  Incident(const Incident& other);
  Incident(Incident&& other) noexcept;
  Incident& operator=(const Incident& other);
  Incident& operator=(Incident&& other) noexcept;
  ~Incident();

  IncidentId id;
  std::string number;        // "JPS-2018-1"
  std::string organization;  // whose incident
  std::string successor;     // who stands in that body's place since it ended; empty: nobody
  std::string reference;
  std::string title;
  bool exercise = false;
  Timestamp recognized;
  std::string police;  // named in the report; empty: the default
  IncidentState state = IncidentState::reported;
  std::optional<Timestamp> ended_at;  // when it was closed or dismissed, while it is
  int confidentiality = 0;            // 機密性: the highest that a version stated; 0: none did
  int version = 0;  // of the report
  std::optional<Timestamp> followup_due;  // when the next 続報 is due; nothing after a 最終報
  Ladder followup_ladder;
  ReportId latest_report;
  std::string document;  // of the latest version
  std::string submitted_by;  // the body that entered the first version
  std::map<std::string, HeldJudgement> judgements;  // by body, the latest each
  std::vector<std::string> added_supervisors;
  std::vector<std::string> added_police;
  std::map<std::string, Access> access;
  std::vector<Obligation> obligations;
  std::vector<Message> messages;
  std::vector<Waiver> waivers;
  std::vector<Erasure> erasures;
  std::vector<Assignment> assignments;
  std::vector<CymatRequest> cymat_requests;
  std::vector<Instruction> instructions;
  std::vector<PlatformLink> platforms;
  std::vector<Label> labels;  // the last one holds
  std::vector<LabelChange> label_changes;
  bool consents_to_share = false;  // under (2)(l); never asked for under (g), (h), (i)
  std::vector<Annex> annexes;
  std::vector<Attachment> attachments;
  std::vector<Withholding> withholdings;
  std::vector<Inquiry> inquiries;
  std::vector<NoticeId> notices;  // that it was linked to
  std::vector<Delivery> deliveries;  // loaded where one is decided on; else those alone that the decision queues
  std::optional<Timestamp> erased_at;  // since when its content is gone
  std::string erased_by;               // the body that decided it
  std::set<std::pair<std::string, std::string>> alarms;  // (code, whom it concerns) raised so far
  int revision = 0;

  // From whom the next 続報 is awaited.
  const std::string& followup_from() const { return successor.empty() ? organization : successor; }
  Obligation* find(ObligationId obligation);
  Message* find(MessageId message);
  const Obligation* find(ObligationId obligation) const;
  const Message* find(MessageId message) const;
  const Waiver* find(WaiverId waiver) const;
  const Erasure* find(ErasureId erasure) const;
  Assignment* find(AssignmentId assignment);
  const Assignment* find(AssignmentId assignment) const;
  CymatRequest* find(CymatRequestId request);
  const CymatRequest* find(CymatRequestId request) const;
  const Instruction* find(InstructionId instruction) const;
  const LabelChange* find(LabelChangeId change) const;
  Annex* find(AnnexId annex);
  const Annex* find(AnnexId annex) const;
  const Attachment* find(AttachmentId attachment) const;
  const Withholding* find(WithholdingId withholding) const;
  Inquiry* find(InquiryId inquiry);
  const Inquiry* find(InquiryId inquiry) const;
  Delivery* find(DeliveryId delivery);
  const Delivery* find(DeliveryId delivery) const;
  // The active head of that body's response; null where there is none.
  const Assignment* head_of(std::string_view organization) const;
  // Sees content: it reported or received the incident.
  bool content_visible_to(std::string_view organization) const;
  // The message that brought the latest version of the report to that body; null where it has not got it.
  const Message* latest_version_to(std::string_view organization) const;
  friend bool operator==(const Incident&, const Incident&) = default;
};

// The facts the rules ask for, as they stand.
routing::Facts facts_of(const Incident& incident);

}  // namespace noroshi::core
