// The staff of one body: who is there, in which posts, trained for what, on duty when; and the decisions on it.
//
// Times are instants; who shows them shows JST. Pure: the same arguments give the same answer.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "src/core/authority.h"
#include "src/core/decision.h"
#include "src/core/person.h"

namespace noroshi::core {

// A person with what ended: nobody and nothing is taken out, so that the record of who was there stays readable.
struct KnownPerson {
  Person person;
  std::optional<Timestamp> left_at;
  int revision = 1;
  friend bool operator==(const KnownPerson&, const KnownPerson&) = default;
};
template <class Value>
struct Ending {
  Value value;
  std::optional<Timestamp> ended_at;  // before its own end; of a shift: cancelled
  friend bool operator==(const Ending&, const Ending&) = default;
};

struct Staff {
  std::string organization;
  std::vector<KnownPerson> people;
  std::vector<Ending<Appointment>> appointments;
  std::vector<Ending<Delegation>> delegations;
  std::vector<Training> trainings;
  std::vector<Ending<Shift>> shifts;

  const KnownPerson* find(PersonId person) const;
  const Ending<Appointment>* find(AppointmentId appointment) const;
  const Ending<Delegation>* find(DelegationId delegation) const;
  const Ending<Shift>* find(ShiftId shift) const;

  // Is there, and has not left.
  bool has(PersonId person, Timestamp at) const;
  // Holds the post then, by an appointment that is in force.
  bool holds(PersonId person, Post post, Timestamp at) const;
  std::vector<PersonId> holders(Post post, Timestamp at) const;
  std::vector<Post> posts_of(PersonId person, Timestamp at) const;
  // Has that training, and it is valid then.
  bool trained(PersonId person, TrainingKind kind, Timestamp at) const;
  // The delegation by which the person has that power of the post then, where he does not hold the post himself; null: none.
  const Delegation* delegation_to(PersonId person, Post post, Power power, Timestamp at) const;

  // Who is on duty for the post then: overrides alone where one lasts, else all regular turns; by their start.
  std::vector<Shift> on_duty(Post post, Timestamp at) const;
  // The next turns after that instant, the earliest first, at most `most`; overridden ones too, marked by `overrides` of others.
  std::vector<Shift> next_on_duty(Post post, Timestamp at, std::size_t most) const;
  // Until when the person is on duty, turns that follow without a gap taken together; nothing where he is not then.
  std::optional<Timestamp> on_duty_until(PersonId person, Timestamp at) const;

  friend bool operator==(const Staff&, const Staff&) = default;
};

// What was decided of a body's staff. Its events are of no incident.
struct StaffDecision {
  std::vector<Event> events;
  Staff after;
};
using StaffOutcome = tl::expected<StaffDecision, Refusal>;

// Whoever acts has to be of the body, and there: who has left may do nothing. Which office may do what, in this order of power:
// the CISO (or who has his power to appoint by a delegation) names csirt_head, coordinator, external contacts, deputy, officers,
// exception officers and CYMAT members; csirt_head names csirt_members, records training and sets turns of duty.
// A CISO is named by a csirt_head or another CISO: a body begins with nobody. For the same reason who holds a token of the head names
// holders of posts that nobody has held yet, but exception officers, whom the CISO alone names (2.1.1(1), 2.2.2).
// Who may end an appointment is who may make it; that the person stands there no more ends his turns of duty and what he delegated.

struct RegisterPerson {
  Actor actor;
  std::string name;
  Employment employment{};
  std::vector<std::string> skills;
  bool cleared = false;
};
StaffOutcome decide_staff(const Law& law, const Staff& known, const RegisterPerson& command, Moment moment);

// What is absent stays.
struct ChangePerson {
  Actor actor;
  PersonId person;
  std::optional<std::string> name;
  std::optional<Employment> employment;
  std::optional<std::vector<std::string>> skills;
  std::optional<bool> cleared;
};
StaffOutcome decide_staff(const Law& law, const Staff& known, const ChangePerson& command, Moment moment);

// Posts, delegations and turns of duty of the person end with it.
struct RemovePerson {
  Actor actor;
  PersonId person;
  std::string reason;
};
StaffOutcome decide_staff(const Law& law, const Staff& known, const RemovePerson& command, Moment moment);

// Refused: a CYMAT member of a corporation (2.1.1(7)(d)); a second CISO or head of the CSIRT at one time.
struct Appoint {
  Actor actor;
  PersonId person;
  Post post{};
  Ground ground{};
  std::string reason;
  std::optional<Timestamp> from;  // nothing: now
  std::optional<Timestamp> until;
};
StaffOutcome decide_staff(const Law& law, const Staff& known, const Appoint& command, Moment moment);

struct EndAppointment {
  Actor actor;
  AppointmentId appointment;
  std::string reason;
};
StaffOutcome decide_staff(const Law& law, const Staff& known, const EndAppointment& command, Moment moment);

// By who holds the post, or by the CISO.
struct Delegate {
  Actor actor;
  PersonId from_person;
  PersonId to_person;
  Post post{};
  std::vector<Power> powers;
  std::string reason;
  std::optional<Timestamp> from;  // nothing: now
  Timestamp until;
};
StaffOutcome decide_staff(const Law& law, const Staff& known, const Delegate& command, Moment moment);

struct EndDelegation {
  Actor actor;
  DelegationId delegation;
  std::string reason;
};
StaffOutcome decide_staff(const Law& law, const Staff& known, const EndDelegation& command, Moment moment);

struct RecordTraining {
  Actor actor;
  PersonId person;
  TrainingKind kind{};
  std::string course;
  Timestamp completed_at;
  Timestamp valid_until;
};
StaffOutcome decide_staff(const Law& law, const Staff& known, const RecordTraining& command, Moment moment);

// Refused where the person does not hold the post for the whole turn, or has a turn of the same kind that overlaps it.
struct SetShift {
  Actor actor;
  PersonId person;
  Post post{};
  Timestamp from;
  Timestamp until;
  bool overrides = false;
};
StaffOutcome decide_staff(const Law& law, const Staff& known, const SetShift& command, Moment moment);

struct CancelShift {
  Actor actor;
  ShiftId shift;
  std::string reason;
};
StaffOutcome decide_staff(const Law& law, const Staff& known, const CancelShift& command, Moment moment);

// People from a list, each line a person with at most one post and one training; lines of one name are one person. All or nothing:
// the refusal names every mistake, as "/7/post" (line, column).
struct ImportedLine {
  int line = 0;
  std::string name;
  Employment employment{};
  std::vector<std::string> skills;
  bool cleared = false;
  struct ImportedPost {
    Post post{};
    Ground ground{};
    std::optional<Timestamp> from, until;
  };
  struct ImportedTraining {
    TrainingKind kind{};
    std::string course;
    Timestamp completed_at, valid_until;
  };
  std::optional<ImportedPost> post;
  std::optional<ImportedTraining> training;
};
struct ImportPeople {
  Actor actor;
  std::vector<ImportedLine> lines;
};
StaffOutcome decide_staff(const Law& law, const Staff& known, const ImportPeople& command, Moment moment);

using StaffCommand = std::variant<RegisterPerson, ChangePerson, RemovePerson, Appoint, EndAppointment, Delegate, EndDelegation,
                                  RecordTraining, SetShift, CancelShift, ImportPeople>;

// Whether the actor may name holders of that post, or end their appointments, as things stand.
bool may_appoint(const Staff& known, const Actor& actor, Post post, Timestamp now);
// Whether he acts as the CISO, or as the head of the CSIRT, with that power: by the role of his token, by an appointment of the person
// it is bound to, or by a delegation.
bool acts_as(const Staff& known, const Actor& actor, Post office, Power power, Timestamp now);

// The same of a body's staff as of an incident (event.h).
bool may_follow(const Staff& known, const Event& event);
void evolve(Staff& known, const Event& event);

// Whether it is of the staff of a body.
bool is_of_staff(const Happening& happening);

// What the person may do beside his own at that time, by delegations in force.
Authority authority_of(const Staff& staff, std::optional<PersonId> person, Timestamp at);
// The same at either of two times: when something was asked for, and when it is decided.
Authority authority_of(const Staff& staff, std::optional<PersonId> person, Timestamp asked, Timestamp decided);

}  // namespace noroshi::core
