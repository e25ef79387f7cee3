#include <cstdlib>

#include "src/store/known.h"
#include "src/store/known_staff.h"

namespace noroshi::store {
namespace {

// Whole, of a reader; and, of who is needed ($2), of both.
#define NOROSHI_PEOPLE "SELECT id, organization, name, employment, skills, cleared, left_at, revision FROM person WHERE organization = ANY ($1) "
#define NOROSHI_APPOINTMENTS \
  "SELECT id, organization, person, post, ground, reason, valid_from, valid_until, ended_at FROM appointment WHERE organization = ANY ($1) "
#define NOROSHI_DELEGATIONS \
  "SELECT id, organization, from_person, to_person, post, powers, reason, valid_from, valid_until, ended_at FROM delegation " \
  "WHERE organization = ANY ($1) "
#define NOROSHI_TRAININGS \
  "SELECT id, organization, person, kind, course, completed_at, valid_until FROM training WHERE organization = ANY ($1) "
#define NOROSHI_SHIFTS \
  "SELECT id, organization, person, post, valid_from, valid_until, overrides, ended_at FROM shift WHERE organization = ANY ($1) "

constexpr Statement all_people{"all_people", NOROSHI_PEOPLE "ORDER BY registered_at, id"};
constexpr Statement all_appointments{"all_appointments", NOROSHI_APPOINTMENTS "ORDER BY made_at, id"};
constexpr Statement all_delegations{"all_delegations", NOROSHI_DELEGATIONS "ORDER BY made_at, id"};
constexpr Statement all_trainings{"all_trainings", NOROSHI_TRAININGS "ORDER BY recorded_at, id"};
constexpr Statement all_shifts{"all_shifts", NOROSHI_SHIFTS "ORDER BY set_at, id"};

constexpr Statement needed_people{"needed_people", NOROSHI_PEOPLE "AND id = ANY ($2::uuid[]) ORDER BY registered_at, id"};
constexpr Statement needed_appointments{"needed_appointments",
                                        NOROSHI_APPOINTMENTS "AND person = ANY ($2::uuid[]) ORDER BY made_at, id"};
constexpr Statement needed_delegations{
    "needed_delegations",
    NOROSHI_DELEGATIONS "AND ($3 OR id = ANY ($4::uuid[]) OR from_person = ANY ($2::uuid[]) OR to_person = ANY ($2::uuid[])) "
                        "ORDER BY made_at, id"};
constexpr Statement needed_trainings{"needed_trainings",
                                     NOROSHI_TRAININGS "AND person = ANY ($2::uuid[]) ORDER BY recorded_at, id"};
constexpr Statement needed_shifts{"needed_shifts", NOROSHI_SHIFTS "AND person = ANY ($2::uuid[]) ORDER BY set_at, id"};
// Whom names, posts, appointments and turns of duty mean.
constexpr Statement people_meant{
    "people_meant",
    "SELECT id FROM person WHERE organization = ANY ($1) AND name = ANY ($2) UNION "
    "SELECT person FROM appointment WHERE organization = ANY ($1) AND post = ANY ($3) UNION "
    "SELECT person FROM appointment WHERE organization = ANY ($1) AND id = ANY ($4::uuid[]) UNION "
    "SELECT person FROM shift WHERE organization = ANY ($1) AND id = ANY ($5::uuid[])"};

constexpr Statement people_registered{
    "people_registered", "SELECT EXISTS (SELECT FROM person WHERE organization = $1 AND left_at IS NULL)"};
constexpr Statement select_serving{"known_cymat_serving", "SELECT person, request_id FROM cymat_serving()"};

using Staffs = std::map<std::string, core::Staff>;

// A word of a closed list that the schema's CHECK holds: another one is a broken invariant.
template <class Value>
Value must(std::optional<Value> value) {
  if (!value) std::abort();
  return *value;
}
template <class Id>
Id read_id(const Row& row, std::string_view column) {
  return id_of<Id>(row.get<std::string_view>(column));
}
core::Post read_post(const Row& row) { return must(core::parse_post(row.get<std::string_view>("post"))); }

core::KnownPerson read_person(const Row& row) {
  core::KnownPerson known;
  known.person = {read_id<core::PersonId>(row, "id"),
                  row.get<std::string>("organization"),
                  row.get<std::string>("name"),
                  must(core::parse_employment(row.get<std::string_view>("employment"))),
                  row.get<std::vector<std::string>>("skills"),
                  row.get<bool>("cleared")};
  known.left_at = row.get<std::optional<Timestamp>>("left_at");
  known.revision = row.get<std::int32_t>("revision");
  return known;
}

core::Ending<core::Appointment> read_appointment(const Row& row) {
  return {{read_id<core::AppointmentId>(row, "id"), read_id<core::PersonId>(row, "person"), read_post(row),
           must(core::parse_ground(row.get<std::string_view>("ground"))), row.get<std::string>("reason"),
           row.get<Timestamp>("valid_from"), row.get<std::optional<Timestamp>>("valid_until")},
          row.get<std::optional<Timestamp>>("ended_at")};
}

core::Ending<core::Delegation> read_delegation(const Row& row) {
  std::vector<core::Power> powers;
  for (const auto& power : row.get<std::vector<std::string>>("powers")) powers.push_back(must(core::parse_power(power)));
  return {{read_id<core::DelegationId>(row, "id"), read_id<core::PersonId>(row, "from_person"),
           read_id<core::PersonId>(row, "to_person"), read_post(row), std::move(powers), row.get<std::string>("reason"),
           row.get<Timestamp>("valid_from"), row.get<Timestamp>("valid_until")},
          row.get<std::optional<Timestamp>>("ended_at")};
}

core::Training read_training(const Row& row) {
  return {read_id<core::TrainingId>(row, "id"),
          read_id<core::PersonId>(row, "person"),
          must(core::parse_training_kind(row.get<std::string_view>("kind"))),
          row.get<std::string>("course"),
          row.get<Timestamp>("completed_at"),
          row.get<Timestamp>("valid_until")};
}

core::Ending<core::Shift> read_shift(const Row& row) {
  return {{read_id<core::ShiftId>(row, "id"), read_id<core::PersonId>(row, "person"), read_post(row),
           row.get<Timestamp>("valid_from"), row.get<Timestamp>("valid_until"), row.get<bool>("overrides")},
          row.get<std::optional<Timestamp>>("ended_at")};
}

using Texts = std::vector<std::string>;

template <class Ids>
Texts texts_of(const Ids& ids) {
  Texts texts;
  for (const auto& id : ids) texts.push_back(core::to_string(id));
  return texts;
}

// What the transaction's role may read of them.
template <class AnyTransaction>
class Loading {
 public:
  Loading(AnyTransaction& transaction, Texts bodies) : transaction_(transaction), bodies_(std::move(bodies)) {
    for (const auto& body : bodies_) staffs_[body].organization = body;
  }

  Staffs whole() && {
    people(transaction_.execute(all_people, {bodies_}));
    appointments(transaction_.execute(all_appointments, {bodies_}));
    delegations(transaction_.execute(all_delegations, {bodies_}));
    trainings(transaction_.execute(all_trainings, {bodies_}));
    shifts(transaction_.execute(all_shifts, {bodies_}));
    return std::move(staffs_);
  }

  // As core::narrowed().
  Staffs part(const core::StaffNeeded& needed) && {
    auto ids = needed.people;
    add_meant(needed, ids);
    delegations(transaction_.execute(needed_delegations,
                                     {bodies_, texts_of(ids), needed.all_delegations, texts_of(needed.delegations)}));
    for (const auto& [body, staff] : staffs_)
      for (const auto& entry : staff.delegations) ids.insert({entry.value.from_person, entry.value.to_person});
    const auto all = texts_of(ids);
    if (all.empty()) return std::move(staffs_);
    people(transaction_.execute(needed_people, {bodies_, all}));
    appointments(transaction_.execute(needed_appointments, {bodies_, all}));
    trainings(transaction_.execute(needed_trainings, {bodies_, all}));
    shifts(transaction_.execute(needed_shifts, {bodies_, all}));
    return std::move(staffs_);
  }

 private:
  void add_meant(const core::StaffNeeded& needed, std::set<core::PersonId>& ids) {
    if (needed.names.empty() && needed.posts.empty() && needed.appointments.empty() && needed.shifts.empty()) return;
    Texts posts;
    for (const auto post : needed.posts) posts.emplace_back(core::to_string(post));
    for (const auto& row : transaction_.execute(
             people_meant, {bodies_, Texts(needed.names.begin(), needed.names.end()), posts, texts_of(needed.appointments),
                            texts_of(needed.shifts)}))
      ids.insert(id_of<core::PersonId>(row.template get<std::string_view>(0)));
  }
  template <class Take>
  void each(const Rows& rows, Take take) {
    for (const auto& row : rows) take(staffs_.at(row.get<std::string>("organization")), row);
  }
  void people(const Rows& rows) {
    each(rows, [](auto& staff, const Row& row) { staff.people.push_back(read_person(row)); });
  }
  void appointments(const Rows& rows) {
    each(rows, [](auto& staff, const Row& row) { staff.appointments.push_back(read_appointment(row)); });
  }
  void delegations(const Rows& rows) {
    each(rows, [](auto& staff, const Row& row) { staff.delegations.push_back(read_delegation(row)); });
  }
  void trainings(const Rows& rows) {
    each(rows, [](auto& staff, const Row& row) { staff.trainings.push_back(read_training(row)); });
  }
  void shifts(const Rows& rows) {
    each(rows, [](auto& staff, const Row& row) { staff.shifts.push_back(read_shift(row)); });
  }

  AnyTransaction& transaction_;
  Texts bodies_;
  Staffs staffs_;
};

}  // namespace

core::Staff load_staff(TenantTransaction& transaction, const std::string& organization) {
  return std::move(Loading(transaction, {organization}).whole().at(organization));
}

core::Staff load_staff(TenantTransaction& transaction, const std::string& organization, const core::StaffNeeded& needed) {
  return std::move(Loading(transaction, {organization}).part(needed).at(organization));
}

core::ResponseContext load_response_context(Transaction& transaction,
                                            const std::map<std::string, core::StaffNeeded>& needed) {
  Texts bodies;
  core::StaffNeeded all;
  for (const auto& [body, of_body] : needed) {
    bodies.push_back(body);
    all.merge(of_body);
  }
  core::ResponseContext context;
  context.staffs = Loading(transaction, std::move(bodies)).part(all);
  for (const auto& row : transaction.execute(select_serving))
    context.serving.emplace(read_id<core::PersonId>(row, "person"), read_id<core::CymatRequestId>(row, "request_id"));
  return context;
}

bool has_people(Transaction& transaction, const std::string& organization) {
  return transaction.execute(people_registered, {organization}).one().get<bool>(0);
}

}  // namespace noroshi::store
