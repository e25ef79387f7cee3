#include "src/core/staff.h"

#include <algorithm>
#include <cstdlib>

#include "src/core/staff_posts.h"

namespace noroshi::core {
namespace {

template <class List, class Id>
auto find_value(const List& list, const Id& id) -> decltype(&list.front()) {
  const auto found = std::find_if(list.begin(), list.end(), [&](const auto& entry) { return entry.value.id == id; });
  return found == list.end() ? nullptr : &*found;
}

}  // namespace

const KnownPerson* Staff::find(PersonId person) const {
  const auto found = std::find_if(people.begin(), people.end(), [&](const auto& known) { return known.person.id == person; });
  return found == people.end() ? nullptr : &*found;
}
const Ending<Appointment>* Staff::find(AppointmentId appointment) const { return find_value(appointments, appointment); }
const Ending<Delegation>* Staff::find(DelegationId delegation) const { return find_value(delegations, delegation); }
const Ending<Shift>* Staff::find(ShiftId shift) const { return find_value(shifts, shift); }

bool Staff::has(PersonId person, Timestamp at) const {
  const auto* known = find(person);
  return known && (!known->left_at || *known->left_at > at);
}

namespace {

template <class Value>
bool in_force(const Ending<Value>& entry, Timestamp at) {
  return entry.value.from <= at && (!entry.ended_at || *entry.ended_at > at);
}
bool lasts(const std::optional<Timestamp>& until, Timestamp at) { return !until || *until > at; }
bool lasts(const Ending<Appointment>& entry, Timestamp at) { return in_force(entry, at) && lasts(entry.value.until, at); }

}  // namespace

bool Staff::holds(PersonId person, Post post, Timestamp at) const {
  return has(person, at) && std::any_of(appointments.begin(), appointments.end(), [&](const auto& entry) {
           return entry.value.person == person && entry.value.post == post && lasts(entry, at);
         });
}

std::vector<PersonId> Staff::holders(Post post, Timestamp at) const {
  std::vector<PersonId> list;
  for (const auto& entry : appointments)
    if (entry.value.post == post && lasts(entry, at) && has(entry.value.person, at) &&
        std::find(list.begin(), list.end(), entry.value.person) == list.end())
      list.push_back(entry.value.person);
  return list;
}

std::vector<Post> Staff::posts_of(PersonId person, Timestamp at) const {
  std::vector<Post> list;
  for (const auto& entry : appointments)
    if (entry.value.person == person && lasts(entry, at) && has(person, at) &&
        std::find(list.begin(), list.end(), entry.value.post) == list.end())
      list.push_back(entry.value.post);
  return list;
}

bool Staff::trained(PersonId person, TrainingKind kind, Timestamp at) const {
  return std::any_of(trainings.begin(), trainings.end(), [&](const Training& training) {
    return training.person == person && training.kind == kind && training.completed_at <= at && training.valid_until > at;
  });
}

const Delegation* Staff::delegation_to(PersonId person, Post post, Power power, Timestamp at) const {
  if (!has(person, at)) return nullptr;
  for (const auto& entry : delegations) {
    const auto& delegation = entry.value;
    const bool granted = std::find(delegation.powers.begin(), delegation.powers.end(), power) != delegation.powers.end();
    if (delegation.to_person == person && delegation.post == post && granted && in_force(entry, at) &&
        delegation.until > at && holds(delegation.from_person, post, at))
      return &delegation;
  }
  return nullptr;
}

std::vector<Shift> Staff::on_duty(Post post, Timestamp at) const {
  std::vector<Shift> regular, overriding;
  for (const auto& entry : shifts) {
    const auto& shift = entry.value;
    if (shift.post != post || !in_force(entry, at) || shift.until <= at || !has(shift.person, at)) continue;
    (shift.overrides ? overriding : regular).push_back(shift);
  }
  auto& list = overriding.empty() ? regular : overriding;
  std::sort(list.begin(), list.end(), [](const Shift& a, const Shift& b) { return a.from < b.from; });
  return list;
}

std::vector<Shift> Staff::next_on_duty(Post post, Timestamp at, std::size_t most) const {
  std::vector<Shift> list;
  for (const auto& entry : shifts)
    if (entry.value.post == post && !entry.ended_at && entry.value.from > at) list.push_back(entry.value);
  std::sort(list.begin(), list.end(), [](const Shift& a, const Shift& b) { return a.from < b.from; });
  if (list.size() > most) list.resize(most);
  return list;
}

std::optional<Timestamp> Staff::on_duty_until(PersonId person, Timestamp at) const {
  std::optional<Timestamp> until;
  for (bool grew = true; grew;) {
    grew = false;
    const auto reached = until.value_or(at);
    for (const auto& entry : shifts) {
      const auto& shift = entry.value;
      if (shift.person != person || (entry.ended_at && *entry.ended_at <= at) || shift.from > reached || shift.until <= reached)
        continue;
      until = shift.until;
      grew = true;
      break;
    }
  }
  return until;
}

bool is_of_staff(const Happening& happening) {
  return std::visit(
      [](const auto& what) {
        using What = std::decay_t<decltype(what)>;
        return std::is_same_v<What, PersonRegistered> || std::is_same_v<What, PersonChanged> ||
               std::is_same_v<What, PersonLeft> || std::is_same_v<What, AppointmentMade> ||
               std::is_same_v<What, AppointmentEnded> || std::is_same_v<What, DelegationMade> ||
               std::is_same_v<What, DelegationEnded> || std::is_same_v<What, TrainingRecorded> ||
               std::is_same_v<What, ShiftSet> || std::is_same_v<What, ShiftCancelled>;
      },
      happening);
}

namespace {

struct StaffFollowing {
  const Staff& known;
  Timestamp at;

  bool there(PersonId person) const {
    const auto* found = known.find(person);
    return found && !found->left_at;
  }
  template <class Entry>
  static bool goes_on(const Entry* entry) {
    return entry && !entry->ended_at;
  }
  bool operator()(const PersonRegistered& what) const { return !known.find(what.person.id); }
  bool operator()(const PersonChanged& what) const { return there(what.person.id); }
  bool operator()(const PersonLeft& what) const { return there(what.person); }
  bool operator()(const AppointmentMade& what) const {
    return there(what.appointment.person) && !known.find(what.appointment.id) &&
           (!what.appointment.until || *what.appointment.until > what.appointment.from) &&
           (!one_at_a_time(what.appointment.post) || !holder_between(known, what.appointment));
  }
  bool operator()(const AppointmentEnded& what) const { return goes_on(known.find(what.appointment)); }
  bool operator()(const DelegationMade& what) const {
    const auto& made = what.delegation;
    return there(made.from_person) && there(made.to_person) && made.from_person != made.to_person &&
           !known.find(made.id) && made.until > made.from && !made.powers.empty();
  }
  bool operator()(const DelegationEnded& what) const { return goes_on(known.find(what.delegation)); }
  bool operator()(const TrainingRecorded& what) const {
    return there(what.training.person) && what.training.valid_until > what.training.completed_at;
  }
  bool operator()(const ShiftSet& what) const {
    return there(what.shift.person) && !known.find(what.shift.id) && what.shift.until > what.shift.from;
  }
  bool operator()(const ShiftCancelled& what) const { return goes_on(known.find(what.shift)); }
  template <class Other>
  bool operator()(const Other&) const {
    return false;
  }
};

}  // namespace

bool may_follow(const Staff& known, const Event& event) {
  return event.actor.organization == known.organization && std::visit(StaffFollowing{known, event.at}, event.what);
}

namespace {

template <class Value, class Id>
Ending<Value>& known_of(std::vector<Ending<Value>>& list, const Id& id) {
  const auto found = std::find_if(list.begin(), list.end(), [&](const auto& entry) { return entry.value.id == id; });
  if (found == list.end()) std::abort();
  return *found;
}

struct StaffEvolution {
  Staff& staff;
  const Event& event;

  KnownPerson& known(PersonId id) const {
    const auto found =
        std::find_if(staff.people.begin(), staff.people.end(), [&](const auto& entry) { return entry.person.id == id; });
    if (found == staff.people.end()) std::abort();
    return *found;
  }
  void operator()(const PersonRegistered& what) const { staff.people.push_back({what.person, {}, 1}); }
  void operator()(const PersonChanged& what) const {
    auto& person = known(what.person.id);
    person.person = what.person;
    ++person.revision;
  }
  void operator()(const PersonLeft& what) const {
    auto& person = known(what.person);
    person.left_at = event.at;
    ++person.revision;
  }
  void operator()(const AppointmentMade& what) const { staff.appointments.push_back({what.appointment, {}}); }
  void operator()(const AppointmentEnded& what) const { known_of(staff.appointments, what.appointment).ended_at = event.at; }
  void operator()(const DelegationMade& what) const { staff.delegations.push_back({what.delegation, {}}); }
  void operator()(const DelegationEnded& what) const { known_of(staff.delegations, what.delegation).ended_at = event.at; }
  void operator()(const TrainingRecorded& what) const { staff.trainings.push_back(what.training); }
  void operator()(const ShiftSet& what) const { staff.shifts.push_back({what.shift, {}}); }
  void operator()(const ShiftCancelled& what) const { known_of(staff.shifts, what.shift).ended_at = event.at; }
  template <class Other>
  void operator()(const Other&) const {
    std::abort();
  }
};

}  // namespace

void evolve(Staff& known, const Event& event) { std::visit(StaffEvolution{known, event}, event.what); }

Authority authority_of(const Staff& staff, std::optional<PersonId> person, Timestamp asked, Timestamp decided) {
  Authority authority{person, {}};
  if (!person) return authority;
  const auto lasts = [](const Ending<Delegation>& entry, Timestamp at) {
    return in_force(entry, at) && entry.value.until > at;
  };
  for (const auto& entry : staff.delegations)
    if (entry.value.to_person == *person && (lasts(entry, asked) || lasts(entry, decided)))
      authority.delegators.push_back(entry.value.from_person);
  return authority;
}
Authority authority_of(const Staff& staff, std::optional<PersonId> person, Timestamp at) {
  return authority_of(staff, person, at, at);
}

bool same_authority(const Authority& applicant, const Authority& approver) {
  const auto acts_for = [](const Authority& one, const std::optional<PersonId>& other) {
    return other && std::find(one.delegators.begin(), one.delegators.end(), *other) != one.delegators.end();
  };
  if (applicant.person && applicant.person == approver.person) return true;
  return acts_for(applicant, approver.person) || acts_for(approver, applicant.person);
}

}  // namespace noroshi::core
