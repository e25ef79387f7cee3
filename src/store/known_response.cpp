#include <cstdlib>

#include "src/store/known.h"

namespace noroshi::store {
namespace {

constexpr Statement select_people{
    "known_people",
    "SELECT id, organization, name, employment, skills, cleared, left_at, revision FROM person "
    "WHERE organization = ANY ($1) ORDER BY registered_at, id"};
constexpr Statement select_appointments{
    "known_appointments",
    "SELECT id, organization, person, post, ground, reason, valid_from, valid_until, ended_at FROM appointment "
    "WHERE organization = ANY ($1) ORDER BY made_at, id"};
constexpr Statement select_delegations{
    "known_delegations",
    "SELECT id, organization, from_person, to_person, post, powers, reason, valid_from, valid_until, ended_at "
    "FROM delegation WHERE organization = ANY ($1) ORDER BY made_at, id"};
constexpr Statement select_trainings{
    "known_trainings",
    "SELECT id, organization, person, kind, course, completed_at, valid_until FROM training "
    "WHERE organization = ANY ($1) ORDER BY recorded_at, id"};
constexpr Statement select_shifts{
    "known_shifts",
    "SELECT id, organization, person, post, valid_from, valid_until, overrides, ended_at FROM shift "
    "WHERE organization = ANY ($1) ORDER BY set_at, id"};

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

// What the transaction's role may read of them.
template <class AnyTransaction>
Staffs load_staffs(AnyTransaction& transaction, std::span<const std::string> bodies) {
  Staffs staffs;
  for (const auto& body : bodies) staffs[body].organization = body;
  const auto each = [&](const Statement& statement, auto take) {
    for (const auto& row : transaction.execute(statement, {bodies})) take(staffs.at(row.template get<std::string>("organization")), row);
  };
  each(select_people, [](auto& staff, const Row& row) { staff.people.push_back(read_person(row)); });
  each(select_appointments, [](auto& staff, const Row& row) { staff.appointments.push_back(read_appointment(row)); });
  each(select_delegations, [](auto& staff, const Row& row) { staff.delegations.push_back(read_delegation(row)); });
  each(select_trainings, [](auto& staff, const Row& row) { staff.trainings.push_back(read_training(row)); });
  each(select_shifts, [](auto& staff, const Row& row) { staff.shifts.push_back(read_shift(row)); });
  return staffs;
}

}  // namespace

core::Staff load_staff(TenantTransaction& transaction, const std::string& organization) {
  const std::vector<std::string> bodies{organization};
  return std::move(load_staffs(transaction, bodies).at(organization));
}

core::ResponseContext load_response_context(Transaction& transaction, std::span<const std::string> bodies) {
  core::ResponseContext context;
  context.staffs = load_staffs(transaction, bodies);
  for (const auto& row : transaction.execute(select_serving))
    context.serving.emplace(read_id<core::PersonId>(row, "person"), read_id<core::CymatRequestId>(row, "request_id"));
  return context;
}

}  // namespace noroshi::store
