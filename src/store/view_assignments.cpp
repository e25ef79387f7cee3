#include <cstdlib>

#include "src/store/view_rows.h"

namespace noroshi::store {
namespace {

constexpr int most_assignments = 1000;

// Those of the caller's body alone: the policy says so.
#define NOROSHI_ASSIGNMENT_COLUMNS                                                                               \
  "SELECT id, incident_id, organization, person, name, function, trained, replaces, note, proposed_at, state, " \
  "accepted_at, activated_at, ended_at, duty_until, revision FROM assignment WHERE incident_id = $1::uuid "
constexpr Statement select_assignments{"view_assignments",
                                       NOROSHI_ASSIGNMENT_COLUMNS
                                       "AND ($2::uuid IS NULL OR id > $2::uuid) ORDER BY id LIMIT $3"};
constexpr Statement select_latest{"view_latest_assignments", "SELECT * FROM (" NOROSHI_ASSIGNMENT_COLUMNS
                                                             "ORDER BY id DESC LIMIT $2) AS latest ORDER BY id"};
constexpr Statement select_active{"view_active_assignments",
                                  "SELECT person, count(DISTINCT incident_id)::integer AS cases FROM assignment "
                                  "WHERE state = 'active' AND incident_id <> $1::uuid GROUP BY person"};

constexpr Statement content_visible{
    "view_sees_content",
    "SELECT EXISTS (SELECT FROM incident_access WHERE incident_id = $1::uuid AND organization = (SELECT caller()) "
    "AND scope = 'content')"};

// A word of a closed list that the schema's CHECK holds: another one is a broken invariant.
template <class Value>
Value must(std::optional<Value> value) {
  if (!value) std::abort();
  return *value;
}
template <class Id>
Id read_id(std::string_view text) {
  return Id{must(core::parse_uuid(text))};
}

codec::AssignmentView read_assignment(const Row& row) {
  codec::AssignmentView view;
  view.incident_id = row.get<std::string>("incident_id");
  auto& assignment = view.assignment;
  assignment.id = read_id<core::AssignmentId>(row.get<std::string_view>("id"));
  assignment.organization = row.get<std::string>("organization");
  assignment.person = read_id<core::PersonId>(row.get<std::string_view>("person"));
  assignment.name = row.get<std::string>("name");
  assignment.function = must(core::parse_function(row.get<std::string_view>("function")));
  assignment.trained = row.get<bool>("trained");
  if (const auto replaces = row.get<std::optional<std::string>>("replaces"))
    assignment.replaces = read_id<core::AssignmentId>(*replaces);
  assignment.note = row.get<std::string>("note");
  assignment.proposed_at = row.get<Timestamp>("proposed_at");
  assignment.state = must(core::parse_assignment_state(row.get<std::string_view>("state")));
  assignment.accepted_at = row.get<std::optional<Timestamp>>("accepted_at");
  assignment.activated_at = row.get<std::optional<Timestamp>>("activated_at");
  assignment.ended_at = row.get<std::optional<Timestamp>>("ended_at");
  assignment.duty_until = row.get<std::optional<Timestamp>>("duty_until");
  assignment.revision = row.get<std::int32_t>("revision");
  return view;
}

}  // namespace

bool sees_content(TenantTransaction& transaction, core::IncidentId id) {
  return transaction.execute(content_visible, {to_string(id)}).one().get<bool>(0);
}

PageOutcome<codec::AssignmentView> list_assignments(TenantTransaction& transaction, core::IncidentId incident,
                                                    const PageRequest& page) {
  auto key = key_of(page, 'g', "u");
  if (!key) return tl::unexpected(key.error());
  const Rows rows = transaction.execute(select_assignments, {to_string(incident), (*key)[0], page.limit + 1});
  return read_page(rows, page.limit, read_assignment,
                   [](const Row& row) { return write_cursor('g', {uuid_of(row, "id")}); });
}

std::vector<codec::AssignmentView> latest_assignments(TenantTransaction& transaction, core::IncidentId incident) {
  return read_all(transaction.execute(select_latest, {to_string(incident), most_assignments}), read_assignment);
}

std::map<core::PersonId, int> count_active_assignments(TenantTransaction& transaction, core::IncidentId besides) {
  std::map<core::PersonId, int> active;
  for (const auto& row : transaction.execute(select_active, {to_string(besides)}))
    active[read_id<core::PersonId>(row.get<std::string_view>("person"))] = row.get<std::int32_t>("cases");
  return active;
}

}  // namespace noroshi::store
