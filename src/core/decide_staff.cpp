// Decisions on the staff of a body (standard 2.1.1, 2.2.3).
#include <algorithm>
#include <map>
#include <set>

#include "src/core/duties.h"
#include "src/core/staff.h"
#include "src/core/staff_posts.h"

namespace noroshi::core {
namespace {

using Refused = std::optional<Refusal>;

// Collects the events of a decision, each of which moves the staff.
class StaffBuilder {
 public:
  StaffBuilder(const Staff& known, const Actor& actor, Moment moment) : actor_(actor), moment_(moment) {
    decision_.after = known;
  }
  const Staff& staff() const { return decision_.after; }
  Timestamp now() const { return moment_.now; }
  const Actor& actor() const { return actor_; }
  template <class Id>
  Id next_id() {
    return moment_.identifiers.next<Id>();
  }
  void add(Happening what) {
    Event event{next_id<EventId>(), moment_.now, actor_, IncidentId{}, std::move(what)};
    evolve(decision_.after, event);
    decision_.events.push_back(std::move(event));
  }
  StaffDecision finish() && { return std::move(decision_); }

 private:
  const Actor& actor_;
  Moment moment_;
  StaffDecision decision_;
};

Refusal not_found() { return refuse(RefusalCode::not_found, "見つかりません。", "Not found."); }

// The actor is of the body, and its staff where his token is bound to a person.
Refused refuse_stranger(const Staff& known, const Actor& actor, Timestamp now) {
  if (actor.organization != known.organization) return not_found();
  if (actor.person && !known.has(*actor.person, now))
    return refuse(RefusalCode::not_the_person,
                  "このトークンの名義人は名簿にありません。運用者が noroshi token issue --person で発行し直します。",
                  "The person this token is bound to is not of the staff. The operator issues another: noroshi token issue "
                  "--person ID.");
  return std::nullopt;
}

Refusal needs_office(const char* ja, const char* en) {
  return refuse(RefusalCode::role_required, std::string(ja) + "（統一基準 2.1.1）。",
                std::string(en) + " (standard 2.1.1).");
}

bool heads_staff(const Staff& known, const Actor& actor, Timestamp now) {
  return acts_as(known, actor, Post::csirt_head, Power::appoint, now) ||
         acts_as(known, actor, Post::ciso, Power::appoint, now);
}

// People, training and turns of duty.
Refused refuse_office(const Staff& known, const Actor& actor, Timestamp now) {
  if (auto refusal = refuse_stranger(known, actor, now)) return refusal;
  if (heads_staff(known, actor, now)) return std::nullopt;
  return needs_office("CSIRT 責任者又は最高情報セキュリティ責任者（CISO）、若しくはその指名・任命の委任を受けた者が行います",
                      "The head of the CSIRT or the CISO does this, or who has their power to appoint by delegation");
}

Refused refuse_absent(const Staff& known, PersonId person, Timestamp now) {
  if (!known.find(person)) return not_found();
  if (known.has(person, now)) return std::nullopt;
  return refuse(RefusalCode::person_not_available, "この者は離任しています。", "This person has left.");
}

Refused refuse_span(Timestamp from, std::optional<Timestamp> until, Timestamp now) {
  if (until && *until <= from)
    return refuse_field("/until", "value", "終わりは始まりより後にしてください。", "The end must be after the beginning.");
  if (until && *until <= now)
    return refuse_field("/until", "time_in_past", "既に終わった期間です。", "This period is over.");
  return std::nullopt;
}

Refusal cannot_appoint(Post post) {
  if (post == Post::csirt_member)
    return needs_office("CSIRT に属する職員を指名するのは CSIRT 責任者又は CISO です",
                        "The head of the CSIRT or the CISO names its members");
  if (post == Post::exception_officer)
    return needs_office("許可権限者を定めるのは最高情報セキュリティ責任者（CISO）です",
                        "The CISO names the exception officers (許可権限者)");
  if (post == Post::ciso)
    return needs_office("CISO の指名を記録するのは CSIRT 責任者又は CISO です",
                        "That somebody is the CISO is recorded by the head of the CSIRT or a CISO");
  return needs_office("この職に任ずるのは最高情報セキュリティ責任者（CISO）、又はその指名・任命の委任を受けた者です",
                      "The CISO names who holds this post, or who has the CISO's power to appoint by delegation");
}

// What stands against the appointment itself, whoever makes it.
Refused refuse_appointment(const Law& law, const Staff& staff, const Appointment& wanted, Timestamp now) {
  if (wanted.post == Post::cymat_member) {
    const auto* body = law.registry.find(staff.organization);
    if (!body || !role_fits(Role::cymat_member, *body))
      return refuse(RefusalCode::national_agency_required,
                    "CYMAT に属する職員を指名するのは国の行政機関だけです（統一基準 2.1.1(7)(d)）。独立行政法人・指定法人の"
                    "職員は指名できません。",
                    "CYMAT members are of national agencies alone (standard 2.1.1(7)(d)). A corporation names none.");
  }
  if (auto refusal = refuse_span(wanted.from, wanted.until, now)) return refusal;
  if (one_at_a_time(wanted.post) && holder_between(staff, wanted))
    return refuse(RefusalCode::post_taken, "この期間には別の任命があります。先にそれを終わらせてください。",
                  "Somebody holds this post in that time. End that appointment first.");
  for (const auto& entry : staff.appointments)
    if (entry.value.person == wanted.person && entry.value.post == wanted.post && !entry.ended_at &&
        (!entry.value.until || *entry.value.until > wanted.from) && (!wanted.until || entry.value.from < *wanted.until))
      return refuse(RefusalCode::post_taken, "この者は既にその職にあります。", "This person holds that post already.");
  return std::nullopt;
}

Refused refuse_training(const Training& training, Timestamp now) {
  if (training.completed_at > now)
    return refuse_field("/completed_at", "time_in_future", "修了の時刻が未来です。", "The training is not completed yet.");
  if (training.valid_until <= training.completed_at)
    return refuse_field("/valid_until", "value", "有効期限は修了より後にしてください。",
                        "It must be valid until after its completion.");
  return std::nullopt;
}

bool is_over(const std::optional<Timestamp>& until, Timestamp now) { return until && *until <= now; }

void cancel_shifts(StaffBuilder& builder, PersonId person, std::optional<Post> post, const std::string& reason) {
  const auto shifts = builder.staff().shifts;
  for (const auto& entry : shifts)
    if (entry.value.person == person && (!post || entry.value.post == *post) && !entry.ended_at &&
        entry.value.until > builder.now())
      builder.add(ShiftCancelled{entry.value.id, reason});
}

// Those that the person made, of that post; without a post all that he made or has.
void end_delegations(StaffBuilder& builder, PersonId person, std::optional<Post> post, const std::string& reason) {
  const auto delegations = builder.staff().delegations;
  for (const auto& entry : delegations) {
    const auto& made = entry.value;
    if (entry.ended_at || made.until <= builder.now()) continue;
    const bool his = post ? made.from_person == person && made.post == *post
                          : made.from_person == person || made.to_person == person;
    if (his) builder.add(DelegationEnded{made.id, reason});
  }
}

// Whether the person has another appointment to that post that goes on.
bool goes_on(const Staff& staff, const Appointment& ended, Timestamp now) {
  return std::any_of(staff.appointments.begin(), staff.appointments.end(), [&](const auto& entry) {
    return entry.value.id != ended.id && entry.value.person == ended.person && entry.value.post == ended.post &&
           !entry.ended_at && !is_over(entry.value.until, now);
  });
}

// Whether the person holds the post for the whole of the turn, by one appointment.
bool holds_throughout(const Staff& staff, const Shift& shift) {
  return std::any_of(staff.appointments.begin(), staff.appointments.end(), [&](const auto& entry) {
    const auto& held = entry.value;
    return held.person == shift.person && held.post == shift.post && !entry.ended_at && held.from <= shift.from &&
           (!held.until || *held.until >= shift.until);
  });
}

}  // namespace

bool acts_as(const Staff& known, const Actor& actor, Post office, Power power, Timestamp now) {
  const auto role = office == Post::ciso ? Role::ciso : Role::csirt_head;
  if ((office == Post::ciso || office == Post::csirt_head) && actor.role == role) return true;
  return actor.person && (known.holds(*actor.person, office, now) || known.delegation_to(*actor.person, office, power, now));
}

bool may_appoint(const Staff& known, const Actor& actor, Post post, Timestamp now) {
  if (acts_as(known, actor, Post::ciso, Power::appoint, now)) return true;
  if (post == Post::exception_officer || !acts_as(known, actor, Post::csirt_head, Power::appoint, now)) return false;
  if (post == Post::csirt_member) return true;
  // A body begins with nobody.
  return std::none_of(known.appointments.begin(), known.appointments.end(),
                      [&](const auto& entry) { return entry.value.post == post; });
}

namespace {

// A CISO is not deposed by whom he gave power, nor by the head of the CSIRT.
bool may_end(const Staff& known, const Actor& actor, Post post, Timestamp now) {
  if (post != Post::ciso) return may_appoint(known, actor, post, now);
  return actor.role == Role::ciso || (actor.person && known.holds(*actor.person, Post::ciso, now));
}

}  // namespace

StaffOutcome decide_staff(const Law&, const Staff& known, const RegisterPerson& command, Moment moment) {
  if (auto refusal = refuse_office(known, command.actor, moment.now)) return tl::unexpected(std::move(*refusal));
  StaffBuilder builder(known, command.actor, moment);
  builder.add(PersonRegistered{{builder.next_id<PersonId>(), known.organization, command.name, command.employment,
                                command.skills, command.cleared}});
  return std::move(builder).finish();
}

StaffOutcome decide_staff(const Law&, const Staff& known, const ChangePerson& command, Moment moment) {
  if (auto refusal = refuse_office(known, command.actor, moment.now)) return tl::unexpected(std::move(*refusal));
  if (auto refusal = refuse_absent(known, command.person, moment.now)) return tl::unexpected(std::move(*refusal));
  auto person = known.find(command.person)->person;
  if (command.name) person.name = *command.name;
  if (command.employment) person.employment = *command.employment;
  if (command.skills) person.skills = *command.skills;
  if (command.cleared) person.cleared = *command.cleared;
  StaffBuilder builder(known, command.actor, moment);
  builder.add(PersonChanged{std::move(person)});
  return std::move(builder).finish();
}

StaffOutcome decide_staff(const Law&, const Staff& known, const RemovePerson& command, Moment moment) {
  const auto now = moment.now;
  if (auto refusal = refuse_office(known, command.actor, now)) return tl::unexpected(std::move(*refusal));
  if (auto refusal = refuse_absent(known, command.person, now)) return tl::unexpected(std::move(*refusal));
  StaffBuilder builder(known, command.actor, moment);
  for (const auto& entry : known.appointments) {
    if (entry.value.person != command.person || entry.ended_at || is_over(entry.value.until, now)) continue;
    if (!may_end(known, command.actor, entry.value.post, now))
      return tl::unexpected(cannot_appoint(entry.value.post));
    builder.add(AppointmentEnded{entry.value.id, command.reason});
  }
  end_delegations(builder, command.person, std::nullopt, command.reason);
  cancel_shifts(builder, command.person, std::nullopt, command.reason);
  builder.add(PersonLeft{command.person, command.reason});
  return std::move(builder).finish();
}

StaffOutcome decide_staff(const Law& law, const Staff& known, const Appoint& command, Moment moment) {
  const auto now = moment.now;
  if (auto refusal = refuse_stranger(known, command.actor, now)) return tl::unexpected(std::move(*refusal));
  if (!may_appoint(known, command.actor, command.post, now)) return tl::unexpected(cannot_appoint(command.post));
  if (auto refusal = refuse_absent(known, command.person, now)) return tl::unexpected(std::move(*refusal));
  StaffBuilder builder(known, command.actor, moment);
  Appointment wanted{builder.next_id<AppointmentId>(), command.person,           command.post, command.ground,
                     command.reason,                   command.from.value_or(now), command.until};
  if (auto refusal = refuse_appointment(law, known, wanted, now)) return tl::unexpected(std::move(*refusal));
  builder.add(AppointmentMade{std::move(wanted)});
  return std::move(builder).finish();
}

StaffOutcome decide_staff(const Law&, const Staff& known, const EndAppointment& command, Moment moment) {
  const auto now = moment.now;
  if (auto refusal = refuse_stranger(known, command.actor, now)) return tl::unexpected(std::move(*refusal));
  const auto* entry = known.find(command.appointment);
  if (!entry) return tl::unexpected(not_found());
  const auto held = entry->value;
  if (!may_end(known, command.actor, held.post, now)) return tl::unexpected(cannot_appoint(held.post));
  if (entry->ended_at || is_over(held.until, now))
    return tl::unexpected(refuse(RefusalCode::transition_not_allowed, "この任命は既に終わっています。",
                                 "This appointment has ended."));
  StaffBuilder builder(known, command.actor, moment);
  builder.add(AppointmentEnded{held.id, command.reason});
  if (!goes_on(known, held, now)) {
    end_delegations(builder, held.person, held.post, command.reason);
    cancel_shifts(builder, held.person, held.post, command.reason);
  }
  return std::move(builder).finish();
}

StaffOutcome decide_staff(const Law&, const Staff& known, const Delegate& command, Moment moment) {
  const auto now = moment.now;
  const auto& actor = command.actor;
  if (auto refusal = refuse_stranger(known, actor, now)) return tl::unexpected(std::move(*refusal));
  const bool himself = actor.person == command.from_person && known.holds(command.from_person, command.post, now);
  const bool ciso = actor.role == Role::ciso || (actor.person && known.holds(*actor.person, Post::ciso, now));
  const bool head = command.post == Post::csirt_head && actor.role == Role::csirt_head;
  if (!himself && !ciso && !head)
    return tl::unexpected(needs_office("委任するのは、その職にある本人又は CISO です",
                                       "Who holds the post delegates its powers, or the CISO"));
  for (const auto person : {command.from_person, command.to_person})
    if (auto refusal = refuse_absent(known, person, now)) return tl::unexpected(std::move(*refusal));
  if (command.from_person == command.to_person)
    return tl::unexpected(refuse_field("/to_person", "value", "本人には委任できません。", "Nobody delegates to himself."));
  if (!known.holds(command.from_person, command.post, now))
    return tl::unexpected(refuse(RefusalCode::person_not_available, "委任する者はその職にありません。",
                                 "Who delegates does not hold that post."));
  const auto from = command.from.value_or(now);
  if (from < now)
    return tl::unexpected(refuse_field("/from", "time_in_past", "委任を遡らせることはできません。",
                                       "A delegation does not begin in the past."));
  if (auto refusal = refuse_span(from, command.until, now)) return tl::unexpected(std::move(*refusal));
  if (command.powers.empty())
    return tl::unexpected(refuse_field("/powers", "required", "委任する権限を一つ以上挙げてください。",
                                       "Name the powers that are delegated."));
  StaffBuilder builder(known, actor, moment);
  builder.add(DelegationMade{{builder.next_id<DelegationId>(), command.from_person, command.to_person, command.post,
                              command.powers, command.reason, from, command.until}});
  return std::move(builder).finish();
}

StaffOutcome decide_staff(const Law&, const Staff& known, const EndDelegation& command, Moment moment) {
  const auto now = moment.now;
  const auto& actor = command.actor;
  if (auto refusal = refuse_stranger(known, actor, now)) return tl::unexpected(std::move(*refusal));
  const auto* entry = known.find(command.delegation);
  if (!entry) return tl::unexpected(not_found());
  const bool party = actor.person && (actor.person == entry->value.from_person || actor.person == entry->value.to_person);
  const bool ciso = actor.role == Role::ciso || (actor.person && known.holds(*actor.person, Post::ciso, now));
  const bool head = entry->value.post == Post::csirt_head && actor.role == Role::csirt_head;
  if (!party && !ciso && !head)
    return tl::unexpected(needs_office("委任を終わらせるのは、委任した者、委任を受けた者又は CISO です",
                                       "Who delegated, who has the powers, or the CISO ends a delegation"));
  if (entry->ended_at || entry->value.until <= now)
    return tl::unexpected(refuse(RefusalCode::transition_not_allowed, "この委任は既に終わっています。",
                                 "This delegation has ended."));
  StaffBuilder builder(known, actor, moment);
  builder.add(DelegationEnded{command.delegation, command.reason});
  return std::move(builder).finish();
}

StaffOutcome decide_staff(const Law&, const Staff& known, const RecordTraining& command, Moment moment) {
  if (auto refusal = refuse_office(known, command.actor, moment.now)) return tl::unexpected(std::move(*refusal));
  if (auto refusal = refuse_absent(known, command.person, moment.now)) return tl::unexpected(std::move(*refusal));
  StaffBuilder builder(known, command.actor, moment);
  Training training{builder.next_id<TrainingId>(), command.person,       command.kind,
                    command.course,                command.completed_at, command.valid_until};
  if (auto refusal = refuse_training(training, moment.now)) return tl::unexpected(std::move(*refusal));
  builder.add(TrainingRecorded{std::move(training)});
  return std::move(builder).finish();
}

StaffOutcome decide_staff(const Law&, const Staff& known, const SetShift& command, Moment moment) {
  const auto now = moment.now;
  if (auto refusal = refuse_office(known, command.actor, now)) return tl::unexpected(std::move(*refusal));
  if (auto refusal = refuse_absent(known, command.person, now)) return tl::unexpected(std::move(*refusal));
  if (auto refusal = refuse_span(command.from, command.until, now)) return tl::unexpected(std::move(*refusal));
  StaffBuilder builder(known, command.actor, moment);
  const Shift wanted{builder.next_id<ShiftId>(), command.person, command.post, command.from, command.until,
                     command.overrides};
  if (!holds_throughout(known, wanted))
    return tl::unexpected(refuse(RefusalCode::person_not_available,
                                 "この者は当番の全期間にわたってはその職にありません。先に任命してください。",
                                 "This person does not hold that post for the whole turn. Appoint first."));
  for (const auto& entry : known.shifts)
    if (entry.value.person == wanted.person && entry.value.overrides == wanted.overrides && !entry.ended_at &&
        entry.value.from < wanted.until && wanted.from < entry.value.until)
      return tl::unexpected(refuse(RefusalCode::shift_overlaps, "この者には重なる当番があります。",
                                   "This person has another turn of duty in that time."));
  builder.add(ShiftSet{wanted});
  return std::move(builder).finish();
}

StaffOutcome decide_staff(const Law&, const Staff& known, const CancelShift& command, Moment moment) {
  if (auto refusal = refuse_office(known, command.actor, moment.now)) return tl::unexpected(std::move(*refusal));
  const auto* entry = known.find(command.shift);
  if (!entry) return tl::unexpected(not_found());
  if (entry->ended_at || entry->value.until <= moment.now)
    return tl::unexpected(refuse(RefusalCode::transition_not_allowed, "この当番は既に終わっています。",
                                 "This turn of duty is over."));
  StaffBuilder builder(known, command.actor, moment);
  builder.add(ShiftCancelled{command.shift, command.reason});
  return std::move(builder).finish();
}

namespace {

// Takes the lines one after the other, and goes on after a mistake to find the others.
class Importing {
 public:
  Importing(const Law& law, const Staff& known, const ImportPeople& command, Moment moment)
      : law_(law), known_(known), builder_(known, command.actor, moment) {}

  void take(const ImportedLine& line) {
    const auto person = person_of(line);
    if (!person) return;
    if (line.post) appoint(line, *person);
    if (line.training) train(line, *person);
  }
  StaffOutcome finish() && {
    if (mistakes_.empty()) return std::move(builder_).finish();
    Refusal refusal{RefusalCode::invalid,
                    {"名簿に誤りがあります。errors に挙げた行を全て直して再送してください。何も登録していません。",
                     "The list has mistakes. Mend every line named in errors and send it again. Nothing was stored."},
                    std::move(mistakes_)};
    return tl::unexpected(std::move(refusal));
  }

 private:
  void tell(const ImportedLine& line, const char* column, std::string code, Reason message) {
    mistakes_.push_back({"/" + std::to_string(line.line) + "/" + column, std::move(code), std::move(message)});
  }
  void tell(const ImportedLine& line, const char* column, const Refusal& refusal) {
    const auto& message = refusal.errors.empty() ? refusal.detail : refusal.errors.front().message;
    tell(line, column, refusal.errors.empty() ? std::string(to_string(refusal.code)) : refusal.errors.front().code, message);
  }

  std::optional<PersonId> person_of(const ImportedLine& line) {
    const auto& person = [&]() -> std::optional<PersonId> {
      const auto seen = by_name_.find(line.name);
      return seen == by_name_.end() ? std::nullopt : std::optional(seen->second);
    }();
    if (person) {
      const auto& known = builder_.staff().find(*person)->person;
      if (known.employment != line.employment || known.skills != line.skills || known.cleared != line.cleared)
        tell(line, "name", "contradiction",
             {"同じ氏名の前の行と employment・skills・cleared が食い違います。",
              "Employment, skills or clearance differ from an earlier line of this name."});
      return person;
    }
    for (const auto& known : known_.people)
      if (known.person.name == line.name && known_.has(known.person.id, builder_.now())) {
        tell(line, "name", "person_exists",
             {"この氏名の者は登録済みです。変更は noroshi user change で行います。",
              "Somebody of this name is registered. Change him by noroshi user change."});
        return std::nullopt;
      }
    const auto id = builder_.next_id<PersonId>();
    builder_.add(PersonRegistered{{id, known_.organization, line.name, line.employment, line.skills, line.cleared}});
    by_name_.emplace(line.name, id);
    return id;
  }

  void appoint(const ImportedLine& line, PersonId person) {
    const auto now = builder_.now();
    // By what was known before the list: it gives nobody the power to go on with it.
    if (!may_appoint(known_, builder_.actor(), line.post->post, now))
      return tell(line, "post", cannot_appoint(line.post->post));
    Appointment wanted{builder_.next_id<AppointmentId>(), person,
                       line.post->post,                   line.post->ground,
                       {},                                line.post->from.value_or(now),
                       line.post->until};
    if (const auto refusal = refuse_appointment(law_, builder_.staff(), wanted, now))
      return tell(line, refusal->code == RefusalCode::invalid ? "until" : "post", *refusal);
    builder_.add(AppointmentMade{std::move(wanted)});
  }

  void train(const ImportedLine& line, PersonId person) {
    Training training{builder_.next_id<TrainingId>(), person,
                      line.training->kind,            line.training->course,
                      line.training->completed_at,    line.training->valid_until};
    if (const auto refusal = refuse_training(training, builder_.now()))
      return tell(line, training.completed_at > builder_.now() ? "training_completed" : "training_valid_until", *refusal);
    builder_.add(TrainingRecorded{std::move(training)});
  }

  const Law& law_;
  const Staff& known_;
  StaffBuilder builder_;
  std::map<std::string, PersonId> by_name_;
  std::vector<FieldError> mistakes_;
};

}  // namespace

StaffOutcome decide_staff(const Law& law, const Staff& known, const ImportPeople& command, Moment moment) {
  if (auto refusal = refuse_office(known, command.actor, moment.now)) return tl::unexpected(std::move(*refusal));
  Importing importing(law, known, command, moment);
  for (const auto& line : command.lines) importing.take(line);
  return std::move(importing).finish();
}

}  // namespace noroshi::core
