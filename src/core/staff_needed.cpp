#include "src/core/staff_needed.h"

#include "src/core/duties.h"

namespace noroshi::core {
namespace {

// What each command names beside its actor.
struct Naming {
  StaffNeeded& needed;

  void operator()(const RegisterPerson&) const {}
  void operator()(const ChangePerson& command) const { needed.people.insert(command.person); }
  void operator()(const RemovePerson& command) const { needed.people.insert(command.person); }
  // Who holds the post already, or ever did.
  void operator()(const Appoint& command) const {
    needed.people.insert(command.person);
    needed.posts.insert(command.post);
  }
  void operator()(const EndAppointment& command) const { needed.appointments.insert(command.appointment); }
  void operator()(const Delegate& command) const {
    needed.people.insert(command.from_person);
    needed.people.insert(command.to_person);
  }
  void operator()(const EndDelegation& command) const { needed.delegations.insert(command.delegation); }
  void operator()(const RecordTraining& command) const { needed.people.insert(command.person); }
  void operator()(const SetShift& command) const { needed.people.insert(command.person); }
  void operator()(const CancelShift& command) const { needed.shifts.insert(command.shift); }
  void operator()(const ImportPeople& command) const {
    for (const auto& line : command.lines) {
      needed.names.insert(line.name);
      if (line.post) needed.posts.insert(line.post->post);
    }
  }
};

template <class Command>
void name_actor(const Command& command, StaffNeeded& needed) {
  if (command.actor.person) needed.people.insert(*command.actor.person);
}

template <class Visit>
void each_of_response(const Incident& known, const Visit& visit) {
  for (const auto& assignment : known.assignments)
    if (is_live(assignment.state)) visit(assignment.organization, assignment.person);
  for (const auto& request : known.cymat_requests)
    for (const auto& member : request.members)
      if (is_live(member.state)) visit(member.organization, member.person);
}

// Of a decision on the response: the person it names, where it names one.
void name_person(const ResponseCommand& command, std::map<std::string, StaffNeeded>& needed, const std::string& own) {
  if (const auto* propose = std::get_if<ProposeAssignment>(&command)) needed[own].people.insert(propose->person);
  if (const auto* member = std::get_if<ProposeCymatMember>(&command)) needed[member->organization].people.insert(member->person);
  if (const auto* step = std::get_if<TakeHandlingStep>(&command); step && step->person)
    needed[own].people.insert(*step->person);
}

}  // namespace

void StaffNeeded::merge(const StaffNeeded& other) {
  people.insert(other.people.begin(), other.people.end());
  names.insert(other.names.begin(), other.names.end());
  posts.insert(other.posts.begin(), other.posts.end());
  appointments.insert(other.appointments.begin(), other.appointments.end());
  delegations.insert(other.delegations.begin(), other.delegations.end());
  shifts.insert(other.shifts.begin(), other.shifts.end());
  all_delegations = all_delegations || other.all_delegations;
}

StaffNeeded needed_by(const StaffCommand& command) {
  StaffNeeded needed;
  std::visit([&](const auto& what) { name_actor(what, needed); }, command);
  std::visit(Naming{needed}, command);
  return needed;
}

std::map<std::string, StaffNeeded> needed_by(const ResponseCommand& command, const Incident* known) {
  std::map<std::string, StaffNeeded> needed;
  for (const auto& body : staffs_of(command)) needed[body];
  const auto& own = std::visit([](const auto& what) -> const std::string& { return what.actor.organization; }, command);
  std::visit([&](const auto& what) { name_actor(what, needed[own]); }, command);
  // Whom the CISO's steps of handling name.
  needed[own].posts.insert(Post::ciso);
  name_person(command, needed, own);
  if (known)
    each_of_response(*known, [&](const std::string& body, PersonId person) {
      if (const auto of_body = needed.find(body); of_body != needed.end()) of_body->second.people.insert(person);
    });
  return needed;
}

std::map<std::string, StaffNeeded> needed_to_ring(const Incident& known) {
  std::map<std::string, StaffNeeded> needed;
  each_of_response(known, [&](const std::string& body, PersonId person) { needed[body].people.insert(person); });
  return needed;
}

Staff narrowed(const Staff& whole, const StaffNeeded& needed) {
  auto people = needed.people;
  for (const auto& known : whole.people)
    if (needed.names.contains(known.person.name)) people.insert(known.person.id);
  for (const auto& entry : whole.appointments)
    if (needed.appointments.contains(entry.value.id) || needed.posts.contains(entry.value.post)) people.insert(entry.value.person);
  for (const auto& entry : whole.shifts)
    if (needed.shifts.contains(entry.value.id)) people.insert(entry.value.person);
  const auto named = people;
  Staff part;
  part.organization = whole.organization;
  for (const auto& entry : whole.delegations) {
    const auto& made = entry.value;
    if (!needed.all_delegations && !needed.delegations.contains(made.id) && !named.contains(made.from_person) &&
        !named.contains(made.to_person))
      continue;
    part.delegations.push_back(entry);
    people.insert(made.from_person);
    people.insert(made.to_person);
  }
  for (const auto& known : whole.people)
    if (people.contains(known.person.id)) part.people.push_back(known);
  for (const auto& entry : whole.appointments)
    if (people.contains(entry.value.person)) part.appointments.push_back(entry);
  for (const auto& training : whole.trainings)
    if (people.contains(training.person)) part.trainings.push_back(training);
  for (const auto& entry : whole.shifts)
    if (people.contains(entry.value.person)) part.shifts.push_back(entry);
  return part;
}

}  // namespace noroshi::core
