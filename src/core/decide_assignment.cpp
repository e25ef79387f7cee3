#include "src/core/decide_assignment.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "src/core/departure.h"
#include "src/core/duties.h"

namespace noroshi::core {

bool is_live(AssignmentState state) {
  using enum AssignmentState;
  return state == proposed || state == accepted || state == active;
}

namespace {

bool is_of_csirt(const Staff& staff, PersonId person, Timestamp at) {
  return std::any_of(csirt_posts.begin(), csirt_posts.end(), [&](Post post) { return staff.holds(person, post, at); });
}

const Assignment* live_assignment_of(const Incident& known, const std::string& organization, PersonId person) {
  for (const auto& assignment : known.assignments)
    if (assignment.organization == organization && assignment.person == person && is_live(assignment.state))
      return &assignment;
  return nullptr;
}
const Assignment* live_offer_for(const Incident& known, AssignmentId replaced) {
  for (const auto& assignment : known.assignments)
    if (assignment.replaces == replaced && is_live(assignment.state)) return &assignment;
  return nullptr;
}

// Of the CSIRT by the token's role, or of the response: who leads it, and is still of the CSIRT.
bool leads(const Incident& known, const Staff& staff, const Actor& actor, Timestamp now) {
  if (actor.role == Role::csirt_head) return true;
  const auto* head = known.head_of(actor.organization);
  return head && actor.person && head->person == *actor.person && is_of_csirt(staff, head->person, now);
}
bool is_the_person(const Assignment& assignment, const Actor& actor) {
  return actor.person && assignment.person == *actor.person;
}

Refusal refuse_stranger(const Actor& actor) {
  if (!actor.person)
    return refuse(RefusalCode::not_the_person,
                  "答えられるのは指名された本人だけです。このトークンは誰のものか登録されていません。"
                  "noroshi token issue --person ID で本人のトークンを発行してください。",
                  "Only the person proposed may answer, and this token is bound to nobody. Have one issued to the person: "
                  "noroshi token issue --person ID.");
  return refuse(RefusalCode::not_the_person, "答えられるのは指名された本人だけです。",
                "Only the person proposed may answer.");
}
Refusal refuse_state(const Assignment& assignment) {
  const std::string state(to_string(assignment.state));
  return refuse(RefusalCode::transition_not_allowed,
                "この割当ての状態（" + state + "）ではできません。noroshi assign list で今の状態を確かめてください。",
                "Not possible while the assignment is " + state + ". See how it stands by noroshi assign list.");
}
Refusal refuse_second_head(const Assignment& head) {
  return refuse(RefusalCode::post_taken,
                head.name + " が対応を率いています。交代は引継ぎ（replaces に " + to_string(head.id) + "）で申し出てください。",
                head.name + " leads the response. Offer a hand-over to take over (replaces: " + to_string(head.id) + ").");
}
Refusal refuse_leader_needed() {
  return refuse(RefusalCode::role_required,
                "CSIRT 責任者、または対応を率いる者だけができます（2.1.1(7)）。",
                "Only the head of the CSIRT, or who leads the response, may do this (2.1.1(7)).");
}

std::optional<Refusal> refuse_over(const Incident& known) {
  if (auto refusal = refuse_erased(known)) return refusal;
  if (!has_ended(known.state)) return std::nullopt;
  return refuse(RefusalCode::incident_closed,
                "終わったインシデントです。再開（assessed）または再評価してから割り当ててください。",
                "The case is over. Reopen it (to assessed), or judge it anew, before assigning anybody.");
}

// Whether the person can respond now: still of the body and its CSIRT, and not away with a CYMAT.
std::optional<Refusal> refuse_absent(const ResponseContext& context, const Staff& staff, PersonId person, Timestamp now) {
  if (!staff.has(person, now))
    return refuse(RefusalCode::person_not_available, "離任しています。在任の者を割り当ててください。",
                  "This person has left the body. Assign somebody who is there.");
  if (context.serving.contains(person))
    return refuse(RefusalCode::person_not_available,
                  "CYMAT として従事しています。任務が終わるまでほかの者を割り当ててください。",
                  "This person serves in a CYMAT. Assign somebody else until that has ended.");
  if (!is_of_csirt(staff, person, now))
    return refuse(RefusalCode::person_not_available,
                  "CSIRT の職に就いていません（2.1.1(7)(b)）。noroshi user appoint で csirt_member などに任命してください。",
                  "This person holds no post of the CSIRT (2.1.1(7)(b)). Appoint him first, such as csirt_member: "
                  "noroshi user appoint.");
  return std::nullopt;
}

// What a proposal takes over: an active assignment of the body, which nobody else was asked to take over.
std::optional<Refusal> refuse_replacement(const Incident& known, const ProposeAssignment& command) {
  const auto* before = known.find(*command.replaces);
  if (!before || before->organization != command.actor.organization)
    return refuse_field("/replaces", "unknown_assignment", "このインシデントにその割当てはありません。",
                        "There is no such assignment in this case.");
  if (before->state != AssignmentState::active) return refuse_state(*before);
  if (command.function && *command.function != before->function)
    return refuse_field("/function", "differs", "引継ぎは同じ役割でしかできません。function を省いてください。",
                        "A hand-over keeps the function. Leave the member out.");
  if (const auto* offer = live_offer_for(known, before->id))
    return refuse(RefusalCode::already_assigned,
                  offer->name + " に引継ぎを申し出ています。返答を待つか、取り下げてください。",
                  "The hand-over is offered to " + offer->name + " already. Wait for the answer, or release that offer.");
  return std::nullopt;
}

// Who may propose it: see ProposeAssignment.
bool may_propose(const Incident& known, const Staff& staff, const ProposeAssignment& command, const Assignment* replaced,
                 Timestamp now) {
  const auto& actor = command.actor;
  if (leads(known, staff, actor, now)) return true;
  if (command.replaces) {
    if (!replaced || replaced->organization != actor.organization) return false;
    if (is_the_person(*replaced, actor)) return true;
    // Who leads is gone: whoever of the CSIRT is there gets another to lead.
    return replaced->function == Function::head && actor.role && is_csirt(*actor.role) &&
           gone_since(staff, replaced->person, csirt_posts, now);
  }
  return command.function == Function::head && actor.role && is_csirt(*actor.role) && !known.head_of(actor.organization);
}

// Offers to take over what has ended, and what else nobody can begin any more.
}  // namespace
void release_offers(DecisionBuilder& builder, AssignmentId ended) {
  if (const auto* offer = live_offer_for(builder.incident(), ended))
    builder.add(AssignmentReleased{offer->id, "引き継ぐ割当てが終わったため (what it would take over has ended)"});
}
namespace {
void release_other_heads(DecisionBuilder& builder, const Assignment& head) {
  for (const auto& other : std::vector<Assignment>(builder.incident().assignments))
    if (other.id != head.id && other.organization == head.organization && other.function == Function::head &&
        (other.state == AssignmentState::proposed || other.state == AssignmentState::accepted))
      builder.add(AssignmentReleased{other.id, "ほかの者が率いることになったため (another leads)"});
}

// Until when the turn of duty lasts is of interest for a head alone.
void activate(DecisionBuilder& builder, const Staff& staff, const Assignment& assignment) {
  const bool head = assignment.function == Function::head;
  builder.add(AssignmentActivated{assignment.id,
                                  head ? staff.on_duty_until(assignment.person, builder.now()) : std::nullopt});
  if (head) release_other_heads(builder, assignment);
}

// The assignment of the actor's body, or why there is none.
tl::expected<const Assignment*, Refusal> find_own(const Incident& known, const Actor& actor, AssignmentId id) {
  const auto* assignment = known.find(id);
  if (!assignment || assignment->organization != actor.organization)
    return tl::unexpected(refuse(RefusalCode::not_found, "見つかりません。", "Not found."));
  return assignment;
}

const Staff& staff_for(const ResponseContext& context, const std::string& organization) {
  static const Staff nobody;
  const auto* staff = context.staff_of(organization);
  return staff ? *staff : nobody;
}

}  // namespace

routing::Reason untrained_warning(const std::string& name) {
  return {name + " には有効な CSIRT の教育の記録がありません（2.2.3(2)(c)）。割り当てましたが、記録に残ります。",
          name + " has no valid training of a CSIRT on record (2.2.3(2)(c)). Assigned all the same, and marked so."};
}

Outcome decide_assignment(const Law& law, const Incident& known, const ResponseContext& context,
                          const ProposeAssignment& command, Moment moment) {
  if (auto refusal = refuse_over(known)) return tl::unexpected(std::move(*refusal));
  const auto& actor = command.actor;
  const auto* replaced = command.replaces ? known.find(*command.replaces) : nullptr;
  const auto& staff = staff_for(context, actor.organization);
  if (!may_propose(known, staff, command, replaced, moment.now)) return tl::unexpected(refuse_leader_needed());
  if (command.replaces)
    if (auto refusal = refuse_replacement(known, command)) return tl::unexpected(std::move(*refusal));
  if (!replaced && !command.function)
    return tl::unexpected(refuse_field("/function", "required", "役割を示してください。", "Say which function."));

  const auto* person = staff.find(command.person);
  if (!person)
    return tl::unexpected(refuse_field("/person", "unknown_person",
                                       "この機関の職員に登録されていません。noroshi user add で登録してください。",
                                       "Nobody of this body's staff has that id. Register the person: noroshi user add."));
  if (auto refusal = refuse_absent(context, staff, command.person, moment.now)) return tl::unexpected(std::move(*refusal));
  if (const auto* own = live_assignment_of(known, actor.organization, command.person))
    return tl::unexpected(refuse(RefusalCode::already_assigned,
                                 own->name + " にはこのインシデントで割当て（" + std::string(to_string(own->function)) + "、" +
                                     std::string(to_string(own->state)) + "）があります。先にそれを解いてください。",
                                 own->name + " has an assignment in this case already (" +
                                     std::string(to_string(own->function)) + ", " + std::string(to_string(own->state)) +
                                     "). Release that one first."));
  const auto function = replaced ? replaced->function : *command.function;
  if (const auto* head = known.head_of(actor.organization); head && function == Function::head && !replaced)
    return tl::unexpected(refuse_second_head(*head));

  DecisionBuilder builder(law, known, actor, moment);
  Assignment assignment;
  assignment.id = builder.next_id<AssignmentId>();
  assignment.organization = actor.organization;
  assignment.person = command.person;
  assignment.name = person->person.name;
  assignment.function = function;
  assignment.trained = staff.trained(command.person, TrainingKind::csirt, moment.now);
  assignment.replaces = command.replaces;
  assignment.note = command.note;
  builder.add(AssignmentProposed{std::move(assignment)});
  return std::move(builder).finish();
}

Outcome decide_assignment(const Law& law, const Incident& known, const ResponseContext& context,
                          const AnswerAssignment& command, Moment moment) {
  if (auto refusal = refuse_erased(known)) return tl::unexpected(std::move(*refusal));
  const auto found = find_own(known, command.actor, command.assignment);
  if (!found) return tl::unexpected(found.error());
  const Assignment assignment = **found;
  if (!is_the_person(assignment, command.actor)) return tl::unexpected(refuse_stranger(command.actor));
  if (!next(assignment.state, command.accepted ? AssignmentEvent::accept : AssignmentEvent::decline))
    return tl::unexpected(refuse_state(assignment));

  DecisionBuilder builder(law, known, command.actor, moment);
  if (!command.accepted) {
    if (command.reason.empty())
      return tl::unexpected(refuse_field("/reason", "required", "断るときは理由を書いてください。",
                                         "Say why, to decline."));
    builder.add(AssignmentDeclined{assignment.id, command.reason});
    return std::move(builder).finish();
  }
  const auto& staff = staff_for(context, command.actor.organization);
  if (auto refusal = refuse_absent(context, staff, assignment.person, moment.now)) return tl::unexpected(std::move(*refusal));
  builder.add(AssignmentAccepted{assignment.id});
  if (assignment.replaces) {
    const auto* before = known.find(*assignment.replaces);
    if (!before || before->state != AssignmentState::active) return tl::unexpected(refuse_state(assignment));
    builder.add(AssignmentHandedOver{before->id, assignment.id});
    activate(builder, staff, assignment);
  }
  return std::move(builder).finish();
}

Outcome decide_assignment(const Law& law, const Incident& known, const ResponseContext& context,
                          const ActivateAssignment& command, Moment moment) {
  if (auto refusal = refuse_erased(known)) return tl::unexpected(std::move(*refusal));
  const auto found = find_own(known, command.actor, command.assignment);
  if (!found) return tl::unexpected(found.error());
  const Assignment assignment = **found;
  const auto& staff = staff_for(context, command.actor.organization);
  if (!is_the_person(assignment, command.actor) && !leads(known, staff, command.actor, moment.now))
    return tl::unexpected(refuse_leader_needed());
  if (!next(assignment.state, AssignmentEvent::activate)) return tl::unexpected(refuse_state(assignment));
  if (const auto* head = known.head_of(assignment.organization); head && assignment.function == Function::head)
    return tl::unexpected(refuse_second_head(*head));
  if (auto refusal = refuse_absent(context, staff, assignment.person, moment.now)) return tl::unexpected(std::move(*refusal));
  DecisionBuilder builder(law, known, command.actor, moment);
  activate(builder, staff, assignment);
  return std::move(builder).finish();
}

Outcome decide_assignment(const Law& law, const Incident& known, const ResponseContext& context,
                          const ReleaseAssignment& command, Moment moment) {
  if (auto refusal = refuse_erased(known)) return tl::unexpected(std::move(*refusal));
  const auto found = find_own(known, command.actor, command.assignment);
  if (!found) return tl::unexpected(found.error());
  const Assignment assignment = **found;
  const auto& staff = staff_for(context, command.actor.organization);
  if (!is_the_person(assignment, command.actor) && !leads(known, staff, command.actor, moment.now))
    return tl::unexpected(refuse_leader_needed());
  if (!next(assignment.state, AssignmentEvent::release)) return tl::unexpected(refuse_state(assignment));
  const bool active_head = assignment.function == Function::head && assignment.state == AssignmentState::active;
  if (active_head && !has_ended(known.state))
    return tl::unexpected(refuse(
        RefusalCode::last_head,
        "対応を率いる者がいなくなります（2.1.1(7)(b)）。ほかの者に引き継いで（replaces）ください。事案が終われば解かれます。",
        "The response would be without a head (2.1.1(7)(b)). Hand over to another (replaces); the end of the case releases "
        "its head."));
  DecisionBuilder builder(law, known, command.actor, moment);
  builder.add(AssignmentReleased{assignment.id, command.reason});
  release_offers(builder, assignment.id);
  return std::move(builder).finish();
}

void end_assignments(DecisionBuilder& builder) {
  for (const auto& assignment : std::vector<Assignment>(builder.incident().assignments))
    if (is_live(assignment.state))
      builder.add(AssignmentReleased{assignment.id, "インシデントの対応が終わったため (the case has ended)"});
}

namespace {

std::string joined(const std::vector<std::string>& words, const char* by) {
  std::string text;
  for (const auto& word : words) text.append(text.empty() ? "" : by).append(word);
  return text;
}

// The post that fits the function best, where there is one.
std::optional<Post> post_for(Function function) {
  switch (function) {
    case Function::head: return Post::csirt_head;
    case Function::deputy: return Post::csirt_coordinator;
    case Function::external_contact: return Post::external_contact;
    case Function::handler: return std::nullopt;
  }
  return std::nullopt;
}
std::string name_of(Post post, bool japanese) {
  switch (post) {
    case Post::csirt_head: return japanese ? "CSIRT 責任者" : "head of the CSIRT";
    case Post::csirt_coordinator: return japanese ? "CSIRT の運用・調整を行う担当" : "coordinator of the CSIRT";
    case Post::external_contact: return japanese ? "外部との連絡等を行う担当" : "external contact";
    default: return std::string(to_string(post));
  }
}

std::vector<routing::Reason> reasons_for(const Candidate& candidate, const std::optional<Timestamp>& until,
                                         const std::optional<Post>& fitting) {
  std::vector<routing::Reason> because;
  if (candidate.on_duty) {
    const auto time = format_rfc3339(std::chrono::floor<std::chrono::minutes>(*until));
    because.push_back({"当番（" + time + " まで）", "on duty until " + time});
  } else {
    because.push_back({"当番ではない", "not on duty"});
  }
  if (candidate.trained)
    because.push_back({"CSIRT の教育を受けている（2.2.3(2)(c)）", "trained for the CSIRT (2.2.3(2)(c))"});
  else
    because.push_back({"有効な CSIRT の教育の記録がない（2.2.3(2)(c)）", "no valid training of a CSIRT on record (2.2.3(2)(c))"});
  if (fitting) because.push_back({name_of(*fitting, true) + "である", name_of(*fitting, false)});
  if (!candidate.matching_skills.empty())
    because.push_back({"技能: " + joined(candidate.matching_skills, "、"), "skills: " + joined(candidate.matching_skills, ", ")});
  because.push_back(candidate.active == 0
                        ? routing::Reason{"ほかの事案に従事していない", "works on no other case"}
                        : routing::Reason{"ほかに " + std::to_string(candidate.active) + " 件の事案に従事している",
                                          "works on " + std::to_string(candidate.active) + " other case" +
                                              (candidate.active == 1 ? "" : "s")});
  if (candidate.cleared) because.push_back({"機密性3 を扱える", "cleared for 機密性3"});
  return because;
}

}  // namespace

std::vector<Candidate> candidates_for(const Incident& known, const Staff& staff, const std::map<PersonId, int>& active,
                                      Function function, const std::vector<std::string>& skills, Timestamp at) {
  struct Ranked {
    Candidate candidate;
    bool fits;
  };
  std::vector<Ranked> ranked;
  for (const auto& entry : staff.people) {
    const auto& person = entry.person;
    if (!staff.has(person.id, at) || !is_of_csirt(staff, person.id, at) ||
        live_assignment_of(known, staff.organization, person.id))
      continue;
    const auto until = staff.on_duty_until(person.id, at);
    auto fitting = post_for(function);
    if (fitting && !staff.holds(person.id, *fitting, at)) fitting.reset();
    Candidate candidate{.person = person.id,
                        .name = person.name,
                        .on_duty = until.has_value(),
                        .trained = staff.trained(person.id, TrainingKind::csirt, at),
                        .cleared = person.cleared,
                        .active = 0,
                        .matching_skills = {},
                        .because = {}};
    if (const auto busy = active.find(person.id); busy != active.end()) candidate.active = busy->second;
    for (const auto& skill : skills)
      if (std::find(person.skills.begin(), person.skills.end(), skill) != person.skills.end())
        candidate.matching_skills.push_back(skill);
    candidate.because = reasons_for(candidate, until, fitting);
    ranked.push_back({std::move(candidate), fitting.has_value()});
  }
  std::sort(ranked.begin(), ranked.end(), [](const Ranked& a, const Ranked& b) {
    const auto order = [](const Ranked& one) {
      return std::make_tuple(!one.candidate.on_duty, !one.candidate.trained, -static_cast<int>(one.candidate.matching_skills.size()),
                             !one.fits, one.candidate.active, one.candidate.name, one.candidate.person);
    };
    return order(a) < order(b);
  });
  std::vector<Candidate> candidates;
  for (auto& one : ranked) candidates.push_back(std::move(one.candidate));
  return candidates;
}

}  // namespace noroshi::core
