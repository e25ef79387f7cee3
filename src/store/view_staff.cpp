#include <algorithm>
#include <tuple>

#include "src/store/view_rows.h"

namespace noroshi::store {
namespace {

constexpr Statement select_makers{
    "view_makers_of_staff",
    "SELECT id, made_by_name AS name, made_at AS at FROM appointment UNION ALL "
    "SELECT id, made_by_name, made_at FROM delegation UNION ALL SELECT id, recorded_by_name, recorded_at FROM training"};

// What waits for a decision of the caller's body: of duties that it holds, of its own incidents, of its switches. The policies of
// these tables let nothing else through; of annexes and keys others see some too, who do not decide on them.
constexpr Statement select_approvals{
    "view_approvals",
    "SELECT r.*, l.number, l.exercise, asked_by_oneself(r.asked_by, r.asked_at, $1::uuid) AS by_oneself, "
    "decider_unproven($1::uuid) AS unproven FROM ("
    "SELECT 'waiver' AS kind, id, incident_id, obligation_id, reason, asked_by, asked_by_name, asked_at, '' AS asked_role "
    "FROM waiver WHERE decision = 'pending' UNION ALL "
    "SELECT 'erasure', id, incident_id, NULL, reason, asked_by, asked_by_name, asked_at, '' FROM erasure "
    "WHERE decision = 'pending' UNION ALL "
    "SELECT 'relay_switch', id, NULL, NULL, reason, asked_by, asked_by_name, asked_at, asked_role FROM relay_switch "
    "WHERE decision = 'pending' UNION ALL "
    "SELECT 'label_change', id, incident_id, NULL, reason, asked_by, asked_by_name, asked_at, '' FROM label_change "
    "WHERE decision = 'pending' UNION ALL "
    "SELECT 'endpoint', id, NULL, NULL, name, asked_by, asked_by_name, asked_at, '' FROM endpoint "
    "WHERE state = 'proposed' UNION ALL "
    "SELECT 'annex', n.id, n.incident_id, NULL, n.title, n.asked_by, n.asked_by_name, n.asked_at, '' FROM annex n "
    "JOIN incident_access a ON a.incident_id = n.incident_id AND a.organization = caller() AND n.organization = ANY (a.stands_for) "
    "WHERE n.state = 'asked' AND $5::boolean UNION ALL "
    "SELECT 'sealing_key', id, NULL, NULL, name, asked_by, asked_by_name, asked_at, '' FROM sealing_key "
    "WHERE state = 'proposed' AND organization = caller() AND $5::boolean) AS r LEFT JOIN incident l ON l.id = r.incident_id "
    "WHERE $2::timestamptz IS NULL OR (r.asked_at, r.id) > ($2::timestamptz, $3::uuid) ORDER BY r.asked_at, r.id LIMIT $4"};

codec::ApprovalView read_approval(const Row& row) {
  codec::ApprovalView view;
  view.kind = row.get<std::string>("kind");
  view.id = row.get<std::string>("id");
  view.incident_id = row.get<std::optional<std::string>>("incident_id").value_or("");
  view.number = row.get<std::optional<std::string>>("number").value_or("");
  view.exercise = row.get<std::optional<bool>>("exercise").value_or(false);
  view.obligation_id = row.get<std::optional<std::string>>("obligation_id").value_or("");
  view.reason = row.get<std::string>("reason");
  view.asked_by = row.get<std::string>("asked_by_name");
  view.asked_at = row.get<Timestamp>("asked_at");
  view.by_oneself = row.get<bool>("by_oneself");
  view.may_decide = !row.get<bool>("unproven");
  if (view.kind == "waiver") {
    view.role = "exception_officer";
    view.path = "/api/v1/obligations/" + view.obligation_id + "/waivers/" + view.id + "/decision";
  } else if (view.kind == "erasure") {
    view.role = "section_officer";
    view.path = "/api/v1/incidents/" + view.incident_id + "/erasures/" + view.id + "/decision";
  } else if (view.kind == "label_change") {
    view.role = "csirt_head, section_officer, ciso";
    view.path = "/api/v1/incidents/" + view.incident_id + "/label-changes/" + view.id + "/decision";
  } else if (view.kind == "annex") {
    view.role = "section_officer";
    view.path = "/api/v1/annexes/" + view.id + "/permission";
  } else if (view.kind == "sealing_key") {
    view.role = "csirt_head, section_officer, ciso, center_liaison, police_desk, crisis_desk";
    view.path = "/api/v1/sealing-keys/" + view.id + "/decision";
  } else if (view.kind == "endpoint") {
    view.role = "csirt_head, external_contact, ciso, center_liaison, police_desk, crisis_desk";
    view.path = "/api/v1/endpoints/" + view.id + "/decision";
  } else {
    // One of the two is the CISO.
    view.role = row.get<std::string_view>("asked_role") == "ciso" ? "csirt_head, ciso" : "ciso";
    view.path = "/api/v1/relay-switch/" + view.id + "/decision";
  }
  return view;
}

}  // namespace

codec::MakersById makers_of_staff(TenantTransaction& transaction) {
  codec::MakersById makers;
  for (const auto& row : transaction.execute(select_makers))
    makers.emplace(uuid_of(row, "id"), codec::MadeBy{row.get<std::string>("name"), row.get<Timestamp>("at")});
  return makers;
}

PageOutcome<codec::ApprovalView> list_approvals(TenantTransaction& transaction, std::string_view token,
                                                std::string_view role, std::string_view name,
                                                const PageRequest& page) {
  auto key = key_of(page, 'v', "tu");
  if (!key) return tl::unexpected(key.error());
  // Who reads no annexes and no keys does not read of them here either.
  const bool sees_annexes = role != core::to_string(core::Role::exception_officer);
  const Rows rows = transaction.execute(select_approvals, {token, (*key)[0], (*key)[1], page.limit + 1, sees_annexes});
  auto found = read_page(rows, page.limit, read_approval, [](const Row& row) {
    return write_cursor('v', {row.get<Timestamp>("asked_at"), uuid_of(row, "id")});
  });
  for (auto& view : found.items) {
    view.by_oneself = view.by_oneself || (!name.empty() && view.asked_by == name);
    view.may_decide = view.may_decide && !view.by_oneself && view.role.find(role) != std::string::npos;
  }
  return found;
}

PageOutcome<const core::KnownPerson*> list_people(const core::Staff& staff, const PeopleFilter& filter,
                                                  const PageRequest& page, Timestamp now) {
  const auto by_name = [](const core::KnownPerson* a, const core::KnownPerson* b) {
    return std::tie(a->person.name, a->person.id) < std::tie(b->person.name, b->person.id);
  };
  const core::KnownPerson* before = nullptr;
  if (page.cursor) {
    // People stay in the staff when they leave: the one that a page ended with is found again.
    const auto fields = read_cursor(*page.cursor, 'p', "u");
    before = fields ? staff.find(core::PersonId{std::get<core::Uuid>(fields->front())}) : nullptr;
    if (!before) return tl::unexpected(BadCursor{});
  }
  std::vector<const core::KnownPerson*> people;
  for (const auto& known : staff.people)
    if ((filter.left || staff.has(known.person.id, now)) &&
        (!filter.post || staff.holds(known.person.id, *filter.post, now)) && (!before || by_name(before, &known)))
      people.push_back(&known);
  std::sort(people.begin(), people.end(), by_name);
  Page<const core::KnownPerson*> shown;
  const auto limit = static_cast<std::size_t>(page.limit);
  if (people.size() > limit) {
    people.resize(limit);
    shown.next = write_cursor('p', {people.back()->person.id.value});
  }
  shown.items = std::move(people);
  return shown;
}

}  // namespace noroshi::store
