// What a caller may see, read in one transaction of his body. The policies of schemas/sql decide what is
// there; the filters here only narrow it.
//
// `now` is read_clock() of the same transaction. Errors are those of database_error.h.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

#include "src/codec/cymat.h"
#include "src/codec/endpoint_views.h"
#include "src/codec/heartbeat.h"
#include "src/codec/record_views.h"
#include "src/codec/stream_views.h"
#include "src/codec/staff_views.h"
#include "src/codec/views.h"
#include "src/codec/withholding_views.h"
#include "src/core/identifier.h"
#include "src/core/retention.h"
#include "src/store/database.h"

namespace noroshi::store {

// The shown clock.
Timestamp read_clock(TenantTransaction& transaction);

inline constexpr int default_page = 50;
inline constexpr int largest_page = 200;

struct PageRequest {
  int limit = default_page;  // 1 to largest_page
  std::optional<std::string> cursor;
};
template <class View>
struct Page {
  std::vector<View> items;
  std::optional<std::string> next;  // where the list goes on; nothing at its end
};
// The cursor is none of this list in this order.
struct BadCursor {};
template <class View>
using PageOutcome = tl::expected<Page<View>, BadCursor>;

// A ranking of the moment, which no key of its own could go on with: its cursor is a place in it. Who moves past that place
// between two pages is missed or comes twice.
std::string write_rank(char list, std::size_t rank);
std::optional<std::size_t> read_rank(std::string_view cursor, char list);
template <class View>
PageOutcome<View> page_of_ranking(std::vector<View> ranking, char list, const PageRequest& page) {
  const auto begin = page.cursor ? read_rank(*page.cursor, list) : std::optional<std::size_t>(0);
  if (!begin) return tl::unexpected(BadCursor{});
  const auto from = std::min(*begin, ranking.size());
  const auto to = std::min(from + static_cast<std::size_t>(page.limit), ranking.size());
  Page<View> shown;
  if (to < ranking.size()) shown.next = write_rank(list, to);
  for (auto i = from; i < to; ++i) shown.items.push_back(std::move(ranking[i]));
  return shown;
}

struct IncidentFilter {
  std::optional<std::string> state;
  std::optional<std::string> organization;
  std::optional<std::string> reference;
  std::optional<bool> exercise;
  std::optional<bool> overdue;
  // The content of the body's own may be erased: ended, kept for its retention, and still there.
  std::optional<bool> erasable;
  core::RetentionPolicy retention = {};  // by which it is
  bool own = false;  // only the body's own, or entered by it: what a reporter sees
  // 受付番号, the caller's or that of a receiver of it, as core::parse_receipt_number() gives it.
  std::optional<std::string> receipt = {};
};
// Newest first.
PageOutcome<codec::IncidentSummary> list_incidents(TenantTransaction& transaction,
                                                   const IncidentFilter& filter, const PageRequest& page,
                                                   Timestamp now);
// Nothing where it is not there, not visible, or (`own`) another body's. Of reports and judgements it holds what is in the view of the
// caller's body (core/report_view.h), as of `now`.
std::optional<codec::IncidentDetail> find_incident(TenantTransaction& transaction, const routing::Registry& registry,
                                                   core::IncidentId id, bool own, Timestamp now);
// What the caller's body withholds, and what is withheld from it, oldest first.
PageOutcome<codec::WithholdingView> list_withholdings(TenantTransaction& transaction, core::IncidentId incident,
                                                      const PageRequest& page);

// Whether the caller's body sees the content of the case.
bool sees_content(TenantTransaction& transaction, core::IncidentId id);
// Who of the caller's body responds, or did, oldest first.
PageOutcome<codec::AssignmentView> list_assignments(TenantTransaction& transaction, core::IncidentId incident,
                                                    const PageRequest& page);
// The latest 1000 of them, oldest first.
std::vector<codec::AssignmentView> latest_assignments(TenantTransaction& transaction, core::IncidentId incident);
// In how many other cases people of the caller's body are active.
std::map<core::PersonId, int> count_active_assignments(TenantTransaction& transaction, core::IncidentId besides);

// How the caller's body handles an incident inside, oldest first.
PageOutcome<codec::HandlingStepView> list_steps(TenantTransaction& transaction, core::IncidentId incident,
                                                const PageRequest& page);
PageOutcome<codec::InstructionView> list_instructions(TenantTransaction& transaction, core::IncidentId incident,
                                                      const PageRequest& page);
// Shared platforms that the incident concerns, oldest first.
PageOutcome<codec::PlatformLinkView> list_platforms(TenantTransaction& transaction, core::IncidentId incident,
                                                    const PageRequest& page);

// How the labels of the caller's body map, the newest first: those that were withdrawn or replaced too.
PageOutcome<codec::LabelMappingView> list_label_mappings(TenantTransaction& transaction, const PageRequest& page);

struct ObligationFilter {
  std::optional<std::string> holder;
  std::optional<std::string> recipient;
  std::optional<std::string> state;
  std::optional<bool> overdue;
  std::optional<core::IncidentId> incident;
};
// Where only open ones are asked for (state open, or overdue): by due time, the most urgent first. Else
// newest incident first, and its newest duty first.
PageOutcome<codec::ObligationView> list_obligations(TenantTransaction& transaction,
                                                    const ObligationFilter& filter, const PageRequest& page,
                                                    Timestamp now);
std::optional<codec::ObligationDetail> find_obligation(TenantTransaction& transaction, core::ObligationId id);

struct InboxFilter {
  std::optional<bool> acknowledged;
  std::optional<std::string> receipt = {};  // 受付番号, as of IncidentFilter
};
// What was sent to `bodies`: the caller's and those in whose place it stands. Newest first.
PageOutcome<codec::MessageView> list_inbox(TenantTransaction& transaction,
                                           std::span<const std::string> bodies, const InboxFilter& filter,
                                           const PageRequest& page);
// A message to one of `bodies`; of its report what is in the view of the caller's body, as of `now`.
std::optional<codec::MessageDetail> find_message(TenantTransaction& transaction, const routing::Registry& registry,
                                                 std::span<const std::string> bodies, core::MessageId id, Timestamp now);

// What of the caller's body is open, and whether the daemons keep pace; `next_by` is the caller's to fill.
codec::Heartbeat read_heartbeat(TenantTransaction& transaction, const std::string& organization, Timestamp now);

// The latest 200 requests of the caller's body.
codec::RelaySwitchView find_relay_switch(TenantTransaction& transaction);

// The endpoints of the caller's body, those that are used or wait first; at most 200.
std::vector<codec::EndpointView> list_endpoints(TenantTransaction& transaction, const std::optional<std::string>& state,
                                                Timestamp now);
std::optional<codec::EndpointView> find_endpoint(TenantTransaction& transaction, core::EndpointId id, Timestamp now);

struct DeliveryFilter {
  std::optional<std::string> state;
  std::optional<core::EndpointId> endpoint;
  std::optional<core::IncidentId> incident;
  std::optional<core::MessageId> message;
};
// Of messages that the caller's body sent or received. Those queued last, by a replay too, come first.
PageOutcome<codec::DeliveryView> list_deliveries(TenantTransaction& transaction, const DeliveryFilter& filter,
                                                 const PageRequest& page);
std::optional<codec::DeliveryDetail> find_delivery(TenantTransaction& transaction, core::DeliveryId id);

// What stands behind the link that was sent to an endpoint, for whoever holds the link: the caller has checked it. A
// connection of role reader; nothing where the endpoint was withdrawn since.
struct LinkedMessageView {
  std::string organization;  // whose endpoint: for which it is acknowledged
  core::MessageKind kind{};
  std::string number;
  bool exercise = false;
  std::string sender;
  std::string clause;
  Timestamp sent_at;
  std::optional<Timestamp> acknowledged_at;
  std::string acknowledged_by;
  std::optional<std::pair<core::Grades, core::KindRule>> label = {};  // 格付 that held when it was sent
  std::string receipt_number;  // 受付番号 of that body; empty: it has none
};
std::optional<LinkedMessageView> find_linked_message(Connection& reader, core::MessageId message, core::EndpointId endpoint);

struct PeopleFilter {
  std::optional<core::Post> post;  // who holds it
  bool left = false;               // who has left too
};
// By name. `staff` is all of the body, and must outlive the page.
PageOutcome<const core::KnownPerson*> list_people(const core::Staff& staff, const PeopleFilter& filter,
                                                  const PageRequest& page, Timestamp now);
// Who made each appointment and delegation of the caller's body, and recorded each training.
codec::MakersById makers_of_staff(TenantTransaction& transaction);
// What waits for a decision of the caller's body, the oldest first; `token`, `role` and `name` are the caller's.
PageOutcome<codec::ApprovalView> list_approvals(TenantTransaction& transaction, std::string_view token,
                                                std::string_view role, std::string_view name,
                                                const PageRequest& page);
// -- CYMAT: what the caller is a party of, or the home agency of a member --
// Newest first. The centre's is its queue: what waits first, by priority and time; with its place while nobody of the pool
// is free.
PageOutcome<codec::CymatRequestView> list_cymat_requests(TenantTransaction& transaction, bool of_center,
                                                         const PageRequest& page);
std::vector<codec::CymatRequestView> cymat_requests_of(TenantTransaction& transaction, core::IncidentId incident);
std::optional<codec::CymatRequestView> find_cymat_request(TenantTransaction& transaction, core::CymatRequestId id,
                                                          bool of_center);
// Whether the caller is a party, to whom its log is open.
bool is_party_of_cymat(TenantTransaction& transaction, core::CymatRequestId id);
// Oldest first; of no request where the caller is no party.
PageOutcome<codec::CymatEntryView> list_cymat_log(TenantTransaction& transaction, core::CymatRequestId id,
                                                  const PageRequest& page);
// For a centre; for others nobody. Who is free and trained first.
std::vector<codec::CymatPoolView> cymat_pool(TenantTransaction& transaction);
// To whom a member of CYMAT is spoken: himself, and the team that he serves in.
std::vector<std::string> names_of_seat(TenantTransaction& transaction, const std::string& seat);

// Newest first.
PageOutcome<codec::AlarmView> list_alarms(TenantTransaction& transaction, const PageRequest& page);

// --- the live stream
// ------------------------------------------------------------------------------------------------

// How many events are numbered: the numbers 0 to this less one. A place in the stream is such a count too:
// how many numbers lie before it, seen or not.
std::int64_t numbered_events(Connection& reader);
std::int64_t numbered_events(TenantTransaction& transaction);

// A place as text that means nothing to the caller (cursor.h), and back; nothing for any other text.
std::string write_place(std::int64_t place);
std::optional<std::int64_t> read_place(std::string_view cursor);

struct StreamFilter {
  bool own = false;    // only incidents of the body's own, or entered by it: what a reporter sees
  bool inbox = false;  // whether the caller reads the inbox; else a message is an event like others
};
struct StreamPage {
  std::vector<codec::StreamItem> items;  // at most largest_stream_page, in the order of their numbers
  std::int64_t place = 0;                // up to which the record was looked at
  std::int64_t numbered = 0;             // of the same moment: there is more where it is ahead of `place`
};
inline constexpr int largest_stream_page = 256;
// What the caller may see of the events from `place` on. Looks at a bounded part of the record, so a page may
// be empty and yet not the last.
StreamPage read_stream(TenantTransaction& transaction, std::span<const std::string> bodies,
                       const StreamFilter& filter, std::int64_t place);

// --- the record
// ------------------------------------------------------------------------------------------------

// The newest signed note of the record, with the lines of its cosignatures; nothing before the first.
std::optional<std::string> newest_note(TenantTransaction& transaction);

// A checkpoint: the newest, or the one of that size in the newest tree that has one.
std::optional<codec::CheckpointView> find_checkpoint(TenantTransaction& transaction, std::optional<std::int64_t> size);

// Why there is no proof.
enum class NoProof {
  unknown_sequence,  // no event has that number
  not_sealed_yet,    // the event has its number, and no checkpoint covers it yet
  tree_ended,        // nor will one: its tree was ended (record.continued) before it was sealed
  no_checkpoint,     // none of that size
  later_than_size,   // the event came after the checkpoint that was asked for
};
// That the event of that number stands in the tree of a checkpoint: the newest of its tree, or the one of `size`; `own`: with
// its leaf only where it is of an incident of the body's own, or entered by it. Throws std::out_of_range where the tree
// lacks nodes that it must have.
tl::expected<codec::ProofView, NoProof> find_proof(TenantTransaction& transaction, std::int64_t sequence,
                                                   std::optional<std::int64_t> size, bool own);
// That the tree of a checkpoint (`to`, else the newest) continues that of `from` leaves, for `from` <= `to`; nothing where
// there is no checkpoint of `to`, `from` is larger, or the trees are of two origins. Throws as above.
std::optional<codec::ConsistencyView> find_consistency(TenantTransaction& transaction, std::int64_t from,
                                                       std::optional<std::int64_t> to);

struct RecordFilter {
  std::optional<std::string> incident;      // id
  std::optional<std::string> type;          // "obligation.opened"
  std::optional<std::string> organization;  // of who acted, where the caller may know it
  std::optional<Timestamp> from;            // at or after
  std::optional<Timestamp> to;              // before
};
struct RecordPage {
  std::vector<codec::RecordedEventView> items;  // in the order of their numbers
  std::int64_t place = 0;                       // numbers below it were looked at
};
// What the caller may see of the numbered events from `place` on, before `until`. Looks at a bounded part of the record, so
// a page may be empty and yet not the last: that one has reached `until`.
RecordPage read_record(TenantTransaction& transaction, const RecordFilter& filter, std::int64_t place, std::int64_t until,
                       int limit);

// A place in the list of events as its cursor, and back; nothing for any other text.
std::string write_record_place(std::int64_t place);
std::optional<std::int64_t> read_record_place(std::string_view cursor);

}  // namespace noroshi::store
