#include "src/store/refold.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "routing/time.h"
#include "src/core/clocks.h"
#include "src/core/decide_endpoint.h"
#include "src/core/decision.h"
#include "src/core/relay_switch.h"
#include "src/store/bytes.h"
#include "src/store/column_reader.h"
#include "src/store/compared_tables.h"
#include "src/store/decided.h"
#include "src/record/encodings.h"
#include "src/record/sha256_stream.h"
#include "src/record/subject_public_key.h"
#include "src/store/record_reader.h"

namespace noroshi::store {
namespace {

constexpr std::size_t incidents_at_once = 64;
constexpr std::int64_t events_at_once = 4096;     // of the incidents taken together; one incident may have more
constexpr std::uint64_t bytes_at_once = 4 << 20;  // of reports and their documents
constexpr const char* no_incident = "00000000-0000-0000-0000-000000000000";

constexpr Statement next_incidents{
    "refold_incidents",
    "SELECT n.id, (SELECT count(*) FROM event e WHERE e.incident_id = n.id) AS events FROM ("
    "(SELECT DISTINCT incident_id AS id FROM event WHERE incident_id > $1::uuid ORDER BY 1 LIMIT $2::integer) UNION "
    "(SELECT id FROM incident WHERE id > $1::uuid ORDER BY 1 LIMIT $2::integer) UNION "
    "(SELECT DISTINCT incident_id FROM report WHERE incident_id > $1::uuid ORDER BY 1 LIMIT $2::integer) UNION "
    "(SELECT DISTINCT incident_id FROM judgement WHERE incident_id > $1::uuid ORDER BY 1 LIMIT $2::integer) UNION "
    "(SELECT DISTINCT incident_id FROM incident_access WHERE incident_id > $1::uuid ORDER BY 1 LIMIT $2::integer) "
    "UNION "
    "(SELECT DISTINCT incident_id FROM added_recipient WHERE incident_id > $1::uuid ORDER BY 1 LIMIT $2::integer) "
    "UNION "
    "(SELECT DISTINCT incident_id FROM obligation WHERE incident_id > $1::uuid ORDER BY 1 LIMIT $2::integer) UNION "
    "(SELECT DISTINCT incident_id FROM message WHERE incident_id > $1::uuid ORDER BY 1 LIMIT $2::integer) UNION "
    "(SELECT DISTINCT incident_id FROM alarm WHERE incident_id > $1::uuid ORDER BY 1 LIMIT $2::integer) UNION "
    "(SELECT DISTINCT incident_id FROM assignment WHERE incident_id > $1::uuid ORDER BY 1 LIMIT $2::integer) UNION "
    "(SELECT DISTINCT incident_id FROM label WHERE incident_id > $1::uuid ORDER BY 1 LIMIT $2::integer) UNION "
    "(SELECT DISTINCT incident_id FROM annex WHERE incident_id > $1::uuid ORDER BY 1 LIMIT $2::integer) UNION "
    "(SELECT DISTINCT incident_id FROM attachment WHERE incident_id > $1::uuid ORDER BY 1 LIMIT $2::integer) UNION "
    "(SELECT DISTINCT incident_id FROM withholding WHERE incident_id > $1::uuid ORDER BY 1 LIMIT $2::integer) UNION "
    "(SELECT DISTINCT incident_id FROM inquiry WHERE incident_id > $1::uuid ORDER BY 1 LIMIT $2::integer) UNION "
    "(SELECT DISTINCT incident_id FROM notice_link WHERE incident_id > $1::uuid ORDER BY 1 LIMIT $2::integer) UNION "
    "(SELECT DISTINCT incident_id FROM delivery WHERE incident_id > $1::uuid ORDER BY 1 LIMIT $2::integer) UNION "
    "(SELECT incident_id FROM incident_clock WHERE incident_id > $1::uuid ORDER BY 1 LIMIT $2::integer)"
    ") AS n ORDER BY n.id LIMIT $2::integer"};
constexpr Statement report_sizes{
    "refold_report_sizes",
    "SELECT id, (octet_length(bytes) + octet_length(document) + octet_length(changes))::bigint AS size FROM report "
    "WHERE incident_id = ANY ($1::uuid[]) ORDER BY id"};
constexpr Statement report_contents{
    "refold_report_contents",
    "SELECT id, incident_id, bytes, length, document, changes FROM report WHERE id = ANY ($1::uuid[])"};
constexpr Statement files_of{"refold_files", "SELECT id, incident_id FROM attachment WHERE incident_id = ANY ($1::uuid[]) ORDER BY id"};
constexpr Statement pieces_of{"refold_pieces",
                              "SELECT place FROM attachment_piece WHERE attachment_id = $1::uuid ORDER BY place"};
constexpr Statement piece_of{
    "refold_piece", "SELECT bytes FROM attachment_piece WHERE attachment_id = $1::uuid AND place = $2::integer"};
constexpr Statement steps_of_ladder{"refold_ladder", "SELECT steps FROM clock_ladder"};
// In shown time, which may run faster than an hour in an hour. No daemon leases a clock for longer than that.
constexpr Statement clocks_of{
    "refold_clocks",
    "SELECT incident_id, rings_at, look_at IS NOT NULL AND (n.ends IS NULL OR look_at <= n.ends) AS looked_at, "
    "n.ends IS NOT NULL AS has_end, coalesce(lease_until > clock() + interval '1 hour' * (SELECT rate FROM "
    "clock_setting), false) AS leased_away FROM incident_clock c, LATERAL ("
    // By the tables of the staff and of the response, which are compared themselves.
    "SELECT min(a.valid_until) AS ends FROM appointment a "
    "WHERE a.ended_at IS NULL AND a.valid_until > clock() AND a.person IN ("
    "SELECT s.person FROM assignment s WHERE s.incident_id = c.incident_id AND s.state IN ('proposed', 'accepted', 'active') "
    "UNION ALL SELECT m.person FROM cymat_member m WHERE m.incident_id = c.incident_id "
    "AND m.state IN ('proposed', 'agreed', 'serving'))) AS n WHERE incident_id = ANY ($1::uuid[])"};
constexpr Statement any_ring{"refold_any_ring", "SELECT EXISTS (SELECT FROM event WHERE type = 'alarm.rung') AS rung"};
// In one snapshot: that incidents have the numbers of their events was compared before. The counter rises in the
// transaction that stores the incident, so that a group rolled back gives no number: neither higher nor lower is
// lawful.
constexpr Statement counters{
    "refold_counters",
    "SELECT coalesce(c.organization || '/' || c.year, g.body, '') AS key, c.organization IS NULL AS missing "
    "FROM body_counter c FULL JOIN ("
    "SELECT substring(number FROM '^(.+)-[0-9]+$') AS body, max(substring(number FROM '[0-9]+$')::numeric) AS highest, "
    "count(*) AS given FROM incident GROUP BY 1) AS g ON g.body = upper(c.organization) || '-' || c.year "
    "WHERE c.organization IS NULL OR c.last <> coalesce(g.highest, 0) OR g.given <> g.highest ORDER BY 1"};

// Rows that hang on others by a foreign key, which a superuser can switch off; found in parts of the table.
struct Stray {
  const char* table;
  Statement bound;   // the last key of the next part from $1 on
  Statement strays;  // from $1 to $2, both included
};
constexpr Stray strays[] = {
    {"event_opening",
     {"refold_bound_openings",
      "SELECT event_id::text AS key FROM event_opening WHERE event_id >= $1::uuid ORDER BY event_id OFFSET 50000 LIMIT "
      "1"},
     {"refold_stray_openings",
      "SELECT event_id || '/' || field AS key FROM event_opening p WHERE event_id >= $1::uuid AND event_id <= $2::uuid "
      "AND NOT EXISTS (SELECT FROM event e WHERE e.id = p.event_id) ORDER BY event_id, field LIMIT 100"}},
    {"fulfillment",
     {"refold_bound_fulfillments",
      "SELECT id::text AS key FROM fulfillment WHERE id >= $1::uuid ORDER BY id OFFSET 50000 LIMIT 1"},
     {"refold_stray_fulfillments",
      "SELECT id::text AS key FROM fulfillment f WHERE id >= $1::uuid AND id <= $2::uuid "
      "AND NOT EXISTS (SELECT FROM obligation o WHERE o.id = f.obligation_id) ORDER BY id LIMIT 100"}},
    {"waiver",
     {"refold_bound_waivers",
      "SELECT id::text AS key FROM waiver WHERE id >= $1::uuid ORDER BY id OFFSET 50000 LIMIT 1"},
     {"refold_stray_waivers",
      "SELECT id::text AS key FROM waiver w WHERE id >= $1::uuid AND id <= $2::uuid "
      "AND NOT EXISTS (SELECT FROM obligation o WHERE o.id = w.obligation_id) ORDER BY id LIMIT 100"}},
};
constexpr const char* last_id = "ffffffff-ffff-ffff-ffff-ffffffffffff";

// Rows of one table by their key.
using Columns = std::map<std::string_view, ColumnValue>;
using ExpectedRows = std::map<std::string, Columns>;

// The key as text: ids and words are texts, whose value begins with "text ".
std::string key_text(const ColumnValue& value) {
  return value ? value->substr(5) : std::string();
}

std::string key_of(const Columns& columns, const ComparedTable& table) {
  std::string key;
  for (const auto* part : table.key) {
    const auto found = columns.find(part);
    key.append(key.empty() ? "" : "/").append(found == columns.end() ? "" : key_text(found->second));
  }
  return key;
}

ColumnValue incremented(const ColumnValue& value) {
  return value_of(std::string_view(std::to_string(std::stoll(key_text(value)) + 1)));
}

// The rows that events imply, as apply() would have stored them.
class ExpectedTables {
 public:
  void apply(ImpliedRow row) {
    const auto* list = find_list(row.list);
    if (!list) return;  // events themselves, and what is compared by other means
    Columns columns;
    for (auto& [name, value] : row.columns) columns[list->stored_as(name)] = std::move(value);
    auto& rows = tables_[list->table];
    const auto key = key_of(columns, *list->table);
    if (list->does == ListDoes::erase) {
      rows.erase(key);
      return;
    }
    const auto known = rows.find(key);
    if (known == rows.end()) {
      if (list->does == ListDoes::update) return;  // told of as missing where the row is looked for
      for (const auto& column : list->table->defaults) columns.try_emplace(column.name, default_of(*list->table, column, columns));
      rows.emplace(key, std::move(columns));
      return;
    }
    for (auto& [name, value] : columns)
      if (!list->keeps(name)) known->second[name] = std::move(value);
    if (list->counts_revision) known->second["revision"] = incremented(known->second["revision"]);
  }

  ExpectedRows take(const ComparedTable& table) { return std::exchange(tables_[&table], {}); }
  ExpectedRows& of(const ComparedTable& table) { return tables_[&table]; }

 private:
  static ColumnValue default_of(const ComparedTable& table, const ComparedTable::Default& column, const Columns& columns) {
    if (!column.text) return std::nullopt;
    const std::string_view text = column.text;
    if (text.starts_with('=')) return columns.at(text.substr(1));  // as another column
    const auto same = [&](const Column& other) { return std::string_view(other.name) == column.name; };
    const auto found = std::find_if(table.columns.begin(), table.columns.end(), same);
    const auto kind = found == table.columns.end() ? Column::Kind::text : found->kind;
    if (kind == Column::Kind::words) return value_of(std::vector<std::string>{});
    return kind == Column::Kind::flag ? value_of(text == "true") : value_of(text);
  }

  std::map<const ComparedTable*, ExpectedRows> tables_;
};

// What the leaf commits to and is not there.
std::vector<std::string> absent_texts(const StoredEvent& stored) {
  std::vector<std::string> absent;
  const auto commitments = record::commitments_in(stored.leaf);
  if (!commitments) return absent;
  for (const auto& commitment : *commitments)
    if (std::none_of(stored.openings.begin(), stored.openings.end(),
                     [&](const auto& opening) { return opening.field == commitment.field; }))
      absent.push_back(commitment.field);
  return absent;
}

TableFinding finding_of(TableFault fault, const StoredEvent& stored, std::string incident, std::string_view column = {},
                        std::string detail = {}) {
  return {fault,
          fault == TableFault::opening_absent || fault == TableFault::opening_present ? "event_opening" : "event",
          stored.id,
          std::string(column),
          std::move(detail),
          std::move(incident),
          stored.id,
          stored.type,
          stored.sequence};
}

// What an event beside its leaf has to say, against the row.
void compare_event(const StoredEvent& stored, const ImpliedColumns& implied, const std::string& incident,
                   RefoldSink& sink) {
  for (const auto& [name, value] : stored.columns) {
    const auto expected = std::find_if(implied.begin(), implied.end(),
                                       [&, column = name](const auto& entry) { return entry.first == column; });
    if (value != (expected == implied.end() ? ColumnValue{} : expected->second))
      sink.found(finding_of(TableFault::event_differs, stored, incident, name));
  }
}

// The same of an event that cannot be folded: what needs nothing of the incident.
void compare_plain(const StoredEvent& stored, const core::Event& event, const std::string& incident, RefoldSink& sink) {
  const auto role = event.actor.role ? core::to_string(*event.actor.role) : std::string_view{};
  const std::pair<std::string_view, std::string> implied[] = {
      {"type", value_of(core::type_of(event.what))},
      {"at", value_of(event.at)},
      {"organization", value_of(std::string_view(event.actor.organization))},
      {"role", value_of(role)}};
  for (const auto& [name, value] : stored.columns)
    for (const auto& [column, expected] : implied)
      if (name == column && value != expected)
        sink.found(finding_of(TableFault::event_differs, stored, incident, name));
}

// Everything of one incident while its events pass by.
class IncidentFold {
 public:
  IncidentFold(std::string id, RefoldSink& sink) : id_(std::move(id)), sink_(sink) {}

  void take(StoredEvent stored) {
    auto event = record::decode(stored.leaf, stored.openings);
    if (!event) {
      broken_ = true;
      return tell(TableFault::event_unreadable, stored, {}, event.error());
    }
    note_openings(stored);
    if (core::to_string(event->incident) != id_ || core::to_string(event->id) != stored.id) {
      // The leaf is of another incident or event than its row says: it moves nothing here.
      broken_ = true;
      const bool other = core::to_string(event->id) != stored.id;
      return tell(TableFault::event_differs, stored, other ? "id" : "incident_id");
    }
    if (!decision_.events.empty() && decision_.events.front().at != event->at) close();
    if (broken_) return compare_plain(stored, *event, number(), sink_);
    if (!core::may_follow(decision_.after, *event)) {
      broken_ = true;
      tell(TableFault::event_out_of_place, stored);
      return compare_plain(stored, *event, number(), sink_);
    }
    core::evolve(decision_.after, *event);
    decision_.events.push_back(std::move(*event));
    stored.leaf.clear();
    stored.openings.clear();
    stored_.push_back(std::move(stored));
  }

  // After the last event.
  void finish() {
    close();
    const auto erased_at = decision_.after.erased_at;
    for (const auto& [stored, field] : absent_)
      if (!erased_at || record::outlives_erasure(stored.type, field)) tell(TableFault::opening_absent, stored, field);
    if (!erased_at) return;
    for (const auto& [stored, field] : erasable_) tell(TableFault::opening_present, stored, field);
    // What erase_content() of the schema does to reports; all other texts read as erased since their openings are gone.
    for (auto& [key, report] : expected_.of(compared_tables::report)) {
      report["sha256"] = std::nullopt;
      report["erased_at"] = value_of(*erased_at);
      report["document"] = report["changes"] = value_of(std::string_view(core::erased_text));
    }
  }

  bool broken() const { return broken_; }  // its tables cannot be compared
  ExpectedTables& expected() { return expected_; }
  std::string number() const { return decision_.after.number.empty() ? id_ : decision_.after.number; }
  std::optional<Timestamp> rings_at(const core::ClockPolicy& policy) const {
    return core::next_ring(decision_.after, policy);
  }
  const core::Incident& incident() const { return decision_.after; }

 private:
  void close() {
    if (decision_.events.empty()) return;
    auto rows = Decided::as_values();
    rows.add(decision_);
    std::size_t place = 0;
    for (auto& row : rows.take_values()) {
      if (row.list == "events")
        compare_event(stored_[place++], row.columns, number(), sink_);
      else
        expected_.apply(std::move(row));
    }
    decision_.events.clear();
    stored_.clear();
  }

  // What an erasure has to do with: texts that are not there, and those that it would take away.
  void note_openings(const StoredEvent& stored) {
    StoredEvent named;
    named.id = stored.id;
    named.type = stored.type;
    named.sequence = stored.sequence;
    for (const auto& field : absent_texts(stored)) absent_.emplace_back(named, field);
    for (const auto& opening : stored.openings)
      if (erasable_.size() < erasable_kept && !record::outlives_erasure(stored.type, opening.field))
        erasable_.emplace_back(named, opening.field);
  }

  void tell(TableFault fault, const StoredEvent& stored, std::string_view column = {}, std::string detail = {}) {
    sink_.found(finding_of(fault, stored, number(), column, std::move(detail)));
  }

  std::string id_;
  RefoldSink& sink_;
  core::Decision decision_;                          // of the events since the last decision; `after` is of all so far
  std::vector<StoredEvent> stored_;                  // beside them
  static constexpr std::size_t erasable_kept = 100;  // more of them say nothing more
  std::vector<std::pair<StoredEvent, std::string>> absent_, erasable_;
  ExpectedTables expected_;
  bool broken_ = false;
};

// The rows of the record's own acts, as 0012_sealing.sql stores them; no decision makes them.
struct RowsOfRecord {
  const core::Event& event;
  const StoredEvent& stored;
  ExpectedTables& expected;

  void operator()(const core::KeyRegistered& what) const {
    expected.apply({"keys",
                    {{"id", text(what.key)},
                     {"purpose", text(what.purpose)},
                     {"algorithm", text("ed25519")},
                     {"public_key", text(base64(record::subject_public_key(what.public_key)))},
                     {"registered_at", value_of(event.at)},
                     {"event_id", text(stored.id)}}});
  }
  void operator()(const core::KeyRetired& what) const {
    expected.apply(
        {"key_retirements",
         {{"id", text(what.key)}, {"retired_at", value_of(event.at)}, {"retirement_event_id", text(stored.id)}}});
  }
  void operator()(const core::RecordContinued& what) const {
    expected.apply({"origins",
                    {{"name", text(what.origin)},
                     {"first_sequence", stored.sequence ? text(std::to_string(*stored.sequence)) : ColumnValue{}},
                     {"opened_at", value_of(event.at)},
                     {"event_id", text(stored.id)}}});
  }
  template <class Other>
  void operator()(const Other&) const {}

  static ColumnValue text(std::string_view words) { return value_of(words); }
};

// Events of a body or of the record itself, and of no incident.
class BodyFold {
 public:
  explicit BodyFold(RefoldSink& sink) : sink_(sink) {}

  void take(const StoredEvent& stored) {
    auto event = record::decode(stored.leaf, stored.openings);
    if (!event) {
      sink_.found(finding_of(TableFault::event_unreadable, stored, {}, {}, event.error()));
      return;
    }
    if (core::is_of_staff(event->what)) return take_staff(stored, std::move(*event));
    if (core::is_of_endpoint(event->what)) return take_endpoint(stored, std::move(*event));
    if (core::is_of_body_information(event->what)) return take_information(stored, std::move(*event));
    if (!std::visit(OfNoIncident{}, event->what) || (is_of_switch(*event) && !core::may_follow(switches_, *event))) {
      sink_.found(finding_of(TableFault::event_out_of_place, stored, {}));
      return;
    }
    for (const auto& field : absent_texts(stored))
      sink_.found(finding_of(TableFault::opening_absent, stored, {}, field));
    std::visit(RowsOfRecord{*event, stored, expected_}, event->what);
    core::evolve(switches_, *event);
    core::SwitchDecision decision;
    decision.after.asked_role = event->actor.role.value_or(core::Role::reporter);
    decision.events.push_back(std::move(*event));
    compare(stored, decision);
  }
  ExpectedTables& expected() { return expected_; }

 private:
  // What an event alters it alone tells, so that it stands for the decision that it was of.
  void take_staff(const StoredEvent& stored, core::Event event) {
    auto& staff = staffs_[event.actor.organization];
    staff.organization = event.actor.organization;
    if (!core::may_follow(staff, event)) return sink_.found(finding_of(TableFault::event_out_of_place, stored, {}));
    for (const auto& field : absent_texts(stored))
      sink_.found(finding_of(TableFault::opening_absent, stored, {}, field));
    core::evolve(staff, event);
    compare(stored, core::StaffDecision{{std::move(event)}, staff});
  }

  void take_endpoint(const StoredEvent& stored, core::Event event) {
    if (!core::may_follow(endpoints_, event)) return sink_.found(finding_of(TableFault::event_out_of_place, stored, {}));
    for (const auto& field : absent_texts(stored))
      sink_.found(finding_of(TableFault::opening_absent, stored, {}, field));
    core::evolve(endpoints_, event);
    core::Endpoint after;
    std::visit(
        [&](const auto& what) {
          if constexpr (requires { what.endpoint; }) after = endpoint_of(what.endpoint);
        },
        event.what);
    compare(stored, core::EndpointDecision{{std::move(event)}, std::move(after)});
  }
  void take_information(const StoredEvent& stored, core::Event event) {
    if (!core::may_follow(information_, event)) return sink_.found(finding_of(TableFault::event_out_of_place, stored, {}));
    for (const auto& field : absent_texts(stored))
      sink_.found(finding_of(TableFault::opening_absent, stored, {}, field));
    core::evolve(information_, event);
    compare(stored, core::BodyInformationDecision{{std::move(event)}, information_});
  }
  const core::Endpoint& endpoint_of(const core::Endpoint& endpoint) const { return endpoint; }
  const core::Endpoint& endpoint_of(core::EndpointId id) const {
    return *std::find_if(endpoints_.begin(), endpoints_.end(), [&](const auto& known) { return known.id == id; });
  }

  template <class Decision>
  void compare(const StoredEvent& stored, const Decision& decision) {
    auto rows = Decided::as_values();
    rows.add(decision);
    for (auto& row : rows.take_values()) {
      if (row.list == "events")
        compare_event(stored, row.columns, {}, sink_);
      else
        expected_.apply(std::move(row));
    }
  }

  struct OfNoIncident {
    bool operator()(const core::RelaySwitchAsked&) const { return true; }
    bool operator()(const core::RelaySwitchDecided&) const { return true; }
    bool operator()(const core::RecordContinued&) const { return true; }
    bool operator()(const core::KeyRegistered&) const { return true; }
    bool operator()(const core::KeyRetired&) const { return true; }
    template <class Other>
    bool operator()(const Other&) const {
      return false;
    }
  };

  static bool is_of_switch(const core::Event& event) {
    return std::holds_alternative<core::RelaySwitchAsked>(event.what) ||
           std::holds_alternative<core::RelaySwitchDecided>(event.what);
  }

  RefoldSink& sink_;
  ExpectedTables expected_;
  std::vector<core::RelaySwitchRequest> switches_;
  std::vector<core::Endpoint> endpoints_;
  core::BodyInformation information_;  // of all bodies
  std::map<std::string, core::Staff> staffs_;
};

class Refold {
 public:
  Refold(Connection& owner, RefoldSink& sink) : owner_(owner), sink_(sink) {}

  RefoldProgress run() {
    read_ladder();
    fold_bodies();
    std::string after = no_incident;
    while (fold_some(after)) sink_.progress(progress_);
    compare_strays();
    compare_counters();
    return progress_;
  }

 private:
  void read_ladder() {
    const auto row = owner_.execute(steps_of_ladder).maybe_one();
    const auto text = row ? row->get<std::string>("steps") : std::string();
    // The schema makes the row, empty; the first daemon writes its steps there before it lets a clock ring.
    if (!row)
      tell_ladder(TableFault::row_missing);
    else if (text.empty() && owner_.execute(any_ring).one().get<bool>("rung"))
      tell_ladder(TableFault::column_differs);
    policy_.steps.clear();
    for (std::size_t begin = 0; begin < text.size();) {
      const auto end = std::min(text.find(' ', begin), text.size());
      if (const auto step = parse_duration(text.substr(begin, end - begin))) policy_.steps.push_back(*step);
      begin = end + 1;
    }
  }

  void tell_ladder(TableFault fault) {
    TableFinding finding;
    finding.fault = fault;
    finding.table = "clock_ladder";
    finding.key = "true";
    if (fault == TableFault::column_differs) finding.column = "steps";
    sink_.found(std::move(finding));
  }

  // The next incidents; false when there were none.
  bool fold_some(std::string& after) {
    Transaction transaction(owner_, Isolation::repeatable_read, Access::read_only);
    std::vector<std::string> ids;
    std::int64_t events = 0;
    for (const auto& row : transaction.execute(next_incidents, {after, incidents_at_once})) {
      events += row.get<std::int64_t>("events");
      if (!ids.empty() && events > events_at_once) break;
      ids.push_back(row.get<std::string>("id"));
    }
    if (ids.empty()) return false;

    std::map<std::string, IncidentFold> folds;
    for (const auto& id : ids) folds.try_emplace(id, id, sink_);
    read_events_between(transaction, after, ids.back(), [&](StoredEvent event) {
      ++progress_.events;
      folds.at(event.incident).take(std::move(event));
    });
    for (auto& [id, fold] : folds) fold.finish();
    compare_reports(transaction, ids, folds);
    compare_files(transaction, ids, folds);
    for (const auto* table : compared_tables::of_incidents()) compare(transaction, *table, ids, folds);
    compare_clocks(transaction, ids, folds);
    progress_.incidents += ids.size();
    after = ids.back();
    return true;
  }

  void compare(Transaction& transaction, const ComparedTable& table, const std::vector<std::string>& ids,
               std::map<std::string, IncidentFold>& folds) {
    std::map<std::string, ExpectedRows> expected;
    for (auto& [id, fold] : folds) expected[id] = fold.expected().take(table);
    for (const auto& row : transaction.execute(table.of_incidents, {ids})) {
      ++progress_.rows;
      auto& fold = folds.at(row.get<std::string>(table.incident));
      compare_row(table, row, expected[row.get<std::string>(table.incident)], fold);
    }
    for (const auto& [id, rows] : expected)
      for (const auto& [key, columns] : rows)
        if (!folds.at(id).broken()) tell(TableFault::row_missing, table, key, {}, columns, folds.at(id).number());
  }

  void compare_row(const ComparedTable& table, const Row& row, ExpectedRows& expected, const IncidentFold& fold) {
    Columns columns;
    for (auto& [name, value] : read_columns(row, table.columns)) columns[name] = std::move(value);
    const auto key = key_of(columns, table);
    const auto implied = expected.find(key);
    if (implied == expected.end()) {
      if (!fold.broken()) tell(TableFault::row_unimplied, table, key, {}, columns, fold.number());
      return;
    }
    if (!fold.broken()) compare_columns(table, key, columns, implied->second, fold.number());
    expected.erase(implied);
  }

  void compare_columns(const ComparedTable& table, const std::string& key, const Columns& columns,
                       const Columns& implied, const std::string& number) {
    for (const auto& [name, value] : columns) {
      const auto found = implied.find(name);
      if (value != (found == implied.end() ? ColumnValue{} : found->second))
        tell(TableFault::column_differs, table, key, name, implied, number);
    }
  }

  void tell(TableFault fault, const ComparedTable& table, const std::string& key, std::string_view column,
            const Columns& row, const std::string& incident) {
    TableFinding finding{fault, table.name, key, std::string(shown_column(column)), {}, incident, {}, {}, {}};
    if (const auto event = row.find("event_id"); event != row.end()) finding.event = key_text(event->second);
    sink_.found(std::move(finding));
  }

  // Bytes, document and changes, which are large: a part at a time.
  void compare_reports(Transaction& transaction, const std::vector<std::string>& ids,
                       std::map<std::string, IncidentFold>& folds) {
    std::vector<std::string> reports;
    std::vector<std::uint64_t> sizes;
    for (const auto& row : transaction.execute(report_sizes, {ids})) {
      reports.push_back(row.get<std::string>("id"));
      sizes.push_back(static_cast<std::uint64_t>(row.get<std::int64_t>("size")));
    }
    for (const auto& part : parts_by_size(reports, sizes, bytes_at_once))
      for (const auto& row : transaction.execute(report_contents, {part})) {
        auto& fold = folds.at(row.get<std::string>("incident_id"));
        const auto& implied = fold.expected().of(compared_tables::report);
        const auto key = row.get<std::string>("id");
        if (const auto found = implied.find(key); found != implied.end() && !fold.broken())
          compare_content(row, key, found->second, fold.number());
      }
  }

  void compare_content(const Row& row, const std::string& key, const Columns& implied, const std::string& number) {
    const auto& table = compared_tables::report;
    for (const auto* column : {"document", "changes"})
      if (read_column(row, {column}) != implied.at(column))
        tell(TableFault::column_differs, table, key, column, implied, number);
    const auto opened = bytes_if_they_open(row, "bytes");
    if (!opened) return tell(TableFault::bytes_differ, table, key, "bytes", implied, number);
    const auto& bytes = *opened;
    if (!implied.at("sha256")) {  // erased
      if (!bytes.empty()) tell(TableFault::bytes_differ, table, key, "bytes", implied, number);
    } else if (value_of(std::string_view(base64(sha256(bytes)))) != implied.at("sha256")) {
      tell(TableFault::bytes_differ, table, key, "bytes", implied, number);
    }
    if (row.get<std::int32_t>("length") != static_cast<std::int64_t>(bytes.size()))
      tell(TableFault::bytes_differ, table, key, "length", implied, number);
  }

  // The bytes of files, a piece at a time: their hash has to be the one that the event states.
  void compare_files(Transaction& transaction, const std::vector<std::string>& ids,
                     std::map<std::string, IncidentFold>& folds) {
    const auto& table = compared_tables::attachment;
    for (const auto& row : transaction.execute(files_of, {ids})) {
      auto& fold = folds.at(row.get<std::string>("incident_id"));
      const auto key = row.get<std::string>("id");
      const auto& implied = fold.expected().of(table);
      const auto found = implied.find(key);
      if (found == implied.end() || fold.broken()) continue;
      if (hash_of_file(transaction, key) != found->second.at("sha256"))
        tell(TableFault::bytes_differ, table, key, "sha256", found->second, fold.number());
    }
  }
  static ColumnValue hash_of_file(Transaction& transaction, const std::string& file) {
    const auto places = transaction.execute(pieces_of, {file});
    if (places.empty()) return value_of(core::erased_text);
    record::Sha256Stream hash;
    for (const auto& place : places) {
      const auto rows = transaction.execute(piece_of, {file, place.get<std::int32_t>("place")});
      const auto piece = bytes_if_they_open(rows.one(), "bytes");
      if (!piece) return std::nullopt;
      hash.add(*piece);
    }
    return value_of(std::string_view(record::to_hex(record::bytes_of(hash.finish()))));
  }

  void compare_clocks(Transaction& transaction, const std::vector<std::string>& ids,
                      std::map<std::string, IncidentFold>& folds) {
    std::set<std::string> seen;
    for (const auto& row : transaction.execute(clocks_of, {ids})) {
      ++progress_.rows;
      const auto id = row.get<std::string>("incident_id");
      seen.insert(id);
      const auto& fold = folds.at(id);
      if (fold.broken()) continue;
      if (fold.incident().number.empty()) {
        tell_clock(TableFault::row_unimplied, id, fold);
        continue;
      }
      if (row.get<bool>("leased_away")) tell_clock(TableFault::column_differs, id, fold);
      // Sooner than needed is no harm: the incident is looked at, and what has not come due is not told. Without steps
      // no time is known, but that there is a clock to run.
      const bool steps_known = !policy_.steps.empty();
      const auto needed = fold.rings_at(steps_known ? policy_ : core::ClockPolicy{});
      if (needed && (steps_known ? !rings_by(row, *needed) : row.is_null("rings_at")))
        tell_clock(TableFault::clock_late, id, fold);
      // The end of a post of whoever responds would pass unseen.
      if (row.get<bool>("has_end") && !row.get<bool>("looked_at")) tell_clock(TableFault::clock_late, id, fold, "look_at");
    }
    for (const auto& [id, fold] : folds)
      if (!seen.contains(id) && !fold.broken() && !fold.incident().number.empty())
        tell_clock(TableFault::row_missing, id, fold);
  }

  static bool rings_by(const Row& row, Timestamp needed) {
    if (row.is_null("rings_at")) return false;
    try {
      return row.get<Timestamp>("rings_at") <= needed;
    } catch (const std::logic_error&) {
      return false;  // a time that this program never writes
    }
  }

  void tell_clock(TableFault fault, const std::string& id, const IncidentFold& fold, const char* late = "rings_at") {
    sink_.found({fault,
                 "incident_clock",
                 id,
                 fault == TableFault::clock_late       ? late
                 : fault == TableFault::column_differs ? "lease_until"
                                                       : "",
                 {},
                 fold.number(),
                 {},
                 {},
                 {}});
  }

  // Events of no incident: the switches of relays, keys, trees.
  void fold_bodies() {
    Transaction transaction(owner_, Isolation::repeatable_read, Access::read_only);
    BodyFold fold(sink_);
    read_events_of(transaction, no_incident, [&](StoredEvent event) {
      ++progress_.events;
      fold.take(event);
    });
    using namespace compared_tables;
    for (const auto* table :
         {&relay_switch, &signing_key, &record_origin, &person, &appointment, &delegation, &training, &shift, &endpoint, &label_mapping,
          &sealing_key, &notice})
      compare_whole(transaction, *table, fold.expected().take(*table));
    // The id of no incident: none has it, so that no table of incidents has a row of it.
    const std::vector<std::string> nobody{no_incident};
    for (const auto* table : of_incidents()) {
      for (const auto& row : transaction.execute(table->of_incidents, {nobody})) {
        ++progress_.rows;
        Columns columns;
        for (auto& [name, value] : read_columns(row, table->columns)) columns[name] = std::move(value);
        tell(TableFault::row_unimplied, *table, key_of(columns, *table), {}, columns, {});
      }
    }
    for (const auto& row : transaction.execute(clocks_of, {nobody})) {
      ++progress_.rows;
      sink_.found(
          {TableFault::row_unimplied, "incident_clock", row.get<std::string>("incident_id"), {}, {}, {}, {}, {}, {}});
    }
  }

  void compare_whole(Transaction& transaction, const ComparedTable& table, ExpectedRows expected) {
    for (const auto& row : transaction.execute(table.of_incidents)) {
      ++progress_.rows;
      Columns columns;
      for (auto& [name, value] : read_columns(row, table.columns)) columns[name] = std::move(value);
      const auto key = key_of(columns, table);
      const auto implied = expected.find(key);
      if (implied == expected.end()) {
        tell(TableFault::row_unimplied, table, key, {}, columns, {});
        continue;
      }
      compare_columns(table, key, columns, implied->second, {});
      expected.erase(implied);
    }
    for (const auto& [key, columns] : expected) tell(TableFault::row_missing, table, key, {}, columns, {});
  }

  void compare_strays() {
    for (const auto& stray : strays) {
      std::string after = no_incident;
      std::set<std::string> told;  // a key at a bound is of two parts
      while (true) {
        const auto bound = owner_.execute(stray.bound, {after}).maybe_one();
        const auto last = bound ? bound->get<std::string>("key") : std::string(last_id);
        for (const auto& row : owner_.execute(stray.strays, {after, last})) {
          TableFinding finding;
          finding.fault = TableFault::row_unimplied;
          finding.table = stray.table;
          finding.key = row.get<std::string>("key");
          if (told.insert(finding.key).second) sink_.found(std::move(finding));
        }
        if (!bound) break;
        after = last;
      }
    }
  }

  void compare_counters() {
    for (const auto& row : owner_.execute(counters)) {
      TableFinding finding;
      finding.fault = row.get<bool>("missing") ? TableFault::row_missing : TableFault::counter_differs;
      finding.table = "body_counter";
      finding.key = row.get<std::string>("key");
      if (finding.fault == TableFault::counter_differs) finding.column = "last";
      sink_.found(std::move(finding));
    }
  }

  Connection& owner_;
  RefoldSink& sink_;
  core::ClockPolicy policy_;
  RefoldProgress progress_;
};

}  // namespace

std::string_view name_of(TableFault fault) {
  switch (fault) {
    case TableFault::event_unreadable:
      return "event_unreadable";
    case TableFault::event_differs:
      return "event_differs";
    case TableFault::event_out_of_place:
      return "event_out_of_place";
    case TableFault::opening_absent:
      return "opening_absent";
    case TableFault::opening_present:
      return "opening_present";
    case TableFault::row_missing:
      return "row_missing";
    case TableFault::row_unimplied:
      return "row_unimplied";
    case TableFault::column_differs:
      return "column_differs";
    case TableFault::bytes_differ:
      return "bytes_differ";
    case TableFault::clock_late:
      return "clock_late";
    case TableFault::counter_differs:
      return "counter_differs";
    case TableFault::checkpoint_unrecorded:
      return "checkpoint_unrecorded";
    case TableFault::history_absent:
      return "history_absent";
    case TableFault::history_wrong:
      return "history_wrong";
    case TableFault::checkpoints_missing:
      return "checkpoints_missing";
    case TableFault::checkpoints_surplus:
      return "checkpoints_surplus";
    case TableFault::checkpoints_differ:
      return "checkpoints_differ";
    case TableFault::cosignatures_missing:
      return "cosignatures_missing";
    case TableFault::cosignatures_differ:
      return "cosignatures_differ";
  }
  return {};
}

RefoldProgress refold(Connection& owner, RefoldSink& sink) {
  return Refold(owner, sink).run();
}

}  // namespace noroshi::store
