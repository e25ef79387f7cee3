// The staff of a body: who may name whom, and what follows from it. Every command and every office.
#include <iostream>
#include <map>

#include "src/core/staff.h"
#include "tests/core/choices.h"
#include "src/core/staff_needed.h"
#include "tests/core/scene.h"

using namespace noroshi;
using namespace noroshi::core;
using namespace noroshi::core::testing;

namespace {

constexpr auto begin = "2018-08-01T09:00:00+09:00";

// One body's staff, as the store holds it. What is decided is kept only where its events fold to the same.
class Body {
 public:
  explicit Body(std::string organization = "mhlw", std::uint8_t seed = 1) : seed_(seed) {
    staff_.organization = std::move(organization);
  }

  template <class Command>
  std::string perform(const Command& command) {
    ++decisions_;
    IdentifierSequence identifiers(now_, IdentifierSequence::Seed{seed_, static_cast<std::uint8_t>(decisions_ >> 8),
                                                                  static_cast<std::uint8_t>(decisions_)});
    const auto outcome = decide_staff(law(), staff_, command, {now_, identifiers});
    same_of_what_is_needed(command, outcome);
    if (!outcome) {
      CHECK_FALSE(outcome.error().detail.ja.empty());
      CHECK_FALSE(outcome.error().detail.en.empty());
      last_refusal_ = outcome.error();
      return std::string(to_string(outcome.error().code));
    }
    auto folded = staff_;
    for (const auto& event : outcome->events) {
      CHECK(is_of_staff(event.what));
      REQUIRE(may_follow(folded, event));
      evolve(folded, event);
    }
    CHECK(folded == outcome->after);
    staff_ = outcome->after;
    last_ = outcome->events;
    return "accepted";
  }

  Actor actor(std::optional<Role> role, std::optional<PersonId> person = std::nullopt) const {
    Actor actor = core::testing::person(staff_.organization, role.value_or(Role::reporter));
    actor.person = person;
    return actor;
  }
  PersonId add(const std::string& name) {
    REQUIRE(perform(RegisterPerson{actor(Role::ciso), name, Employment::employee, {"forensics"}, true}) == "accepted");
    return staff_.people.back().person.id;
  }
  AppointmentId appoint(PersonId person, Post post, std::optional<Timestamp> until = {}) {
    REQUIRE(perform(Appoint{actor(Role::ciso), person, post, Ground::expertise, "", {}, until}) == "accepted");
    return staff_.appointments.back().value.id;
  }
  PersonId holder(const std::string& name, Post post) {
    const auto person = add(name);
    appoint(person, post);
    return person;
  }
  DelegationId delegate(PersonId from, PersonId to, Post post, std::vector<Power> powers) {
    REQUIRE(perform(Delegate{actor(Role::ciso), from, to, post, std::move(powers), "出張", {}, now_ + hours(24)}) ==
            "accepted");
    return staff_.delegations.back().value.id;
  }
  void wait(seconds time) { now_ += time; }
  Timestamp now() const { return now_; }
  const Staff& staff() const { return staff_; }
  const std::vector<Event>& last() const { return last_; }
  const Refusal& last_refusal() const { return last_refusal_; }

 private:
  // The store loads what a decision needs, and no more.
  template <class Command>
  void same_of_what_is_needed(const Command& command, const StaffOutcome& whole) const {
    IdentifierSequence identifiers(now_, IdentifierSequence::Seed{seed_, static_cast<std::uint8_t>(decisions_ >> 8),
                                                                  static_cast<std::uint8_t>(decisions_)});
    const auto part = decide_staff(law(), narrowed(staff_, needed_by(StaffCommand{command})), command, {now_, identifiers});
    REQUIRE(part.has_value() == whole.has_value());
    if (whole) {
      CHECK(part->events == whole->events);
    } else {
      CHECK(part.error().code == whole.error().code);
      CHECK(part.error().errors == whole.error().errors);
    }
  }

  Staff staff_;
  Timestamp now_ = at(begin);
  std::uint8_t seed_;
  unsigned decisions_ = 0;
  std::vector<Event> last_;
  Refusal last_refusal_;
};

constexpr Post every_post[] = {Post::ciso,
                               Post::deputy_ciso,
                               Post::csirt_head,
                               Post::csirt_coordinator,
                               Post::external_contact,
                               Post::csirt_member,
                               Post::information_security_officer,
                               Post::section_officer,
                               Post::system_security_officer,
                               Post::exception_officer,
                               Post::cymat_member};

// Everybody is there: posts that one person holds are held, so that nothing is the beginning.
struct Peopled : Body {
  PersonId ciso = holder("長官官房長", Post::ciso);
  PersonId head = holder("責任者", Post::csirt_head);
  PersonId delegate_of_ciso = add("代理");
  PersonId member = holder("職員", Post::csirt_member);
  PersonId officer = holder("許可権限者", Post::exception_officer);
  PersonId newcomer = add("新任");
  Peopled() {
    for (const auto post : every_post)
      if (post != Post::ciso && post != Post::csirt_head && post != Post::csirt_member && post != Post::exception_officer)
        appoint(member, post);
    delegate(ciso, delegate_of_ciso, Post::ciso, {Power::appoint});
  }
};

}  // namespace

TEST_CASE("who names holders of which post: every role, and everybody by his post or delegation") {
  Peopled body;
  for (const auto post : every_post) {
    if (post == Post::ciso || post == Post::csirt_head) continue;  // taken, below
    CAPTURE(to_string(post));
    const auto command = [&](const Actor& actor) {
      return Appoint{actor, body.newcomer, post, Ground::aptitude, "", {}, body.now() + hours(1)};
    };
    for (const auto role : all_roles()) {
      CAPTURE(to_string(role));
      auto trial = body;
      const bool may = role == Role::ciso || (role == Role::csirt_head && post == Post::csirt_member);
      CHECK(trial.perform(command(body.actor(role))) == (may ? "accepted" : "role_required"));
    }
    for (const auto& [person, may] : std::map<PersonId, bool>{{body.ciso, true},
                                                              {body.delegate_of_ciso, true},
                                                              {body.head, post == Post::csirt_member},
                                                              {body.member, false},
                                                              {body.officer, false}}) {
      auto trial = body;
      CHECK(trial.perform(command(body.actor(Role::reporter, person))) == (may ? "accepted" : "role_required"));
    }
  }
}

TEST_CASE("every other command: who may") {
  Peopled body;
  const auto until = body.now() + hours(8);
  REQUIRE(body.perform(SetShift{body.actor(Role::ciso), body.member, Post::csirt_member, body.now(), until, false}) ==
          "accepted");
  const auto shift = body.staff().shifts.back().value.id;
  const auto appointment = body.staff().appointments[2].value;  // of the csirt_member
  REQUIRE(appointment.post == Post::csirt_member);
  for (const auto role : all_roles()) {
    CAPTURE(to_string(role));
    const auto actor = body.actor(role);
    const auto expected = role == Role::ciso || role == Role::csirt_head ? "accepted" : "role_required";
    const auto tried = [&](const auto& command) {
      auto trial = body;
      return trial.perform(command);
    };
    CHECK(tried(RegisterPerson{actor, "新人", Employment::trainee, {}, false}) == expected);
    CHECK(tried(ChangePerson{actor, body.newcomer, "改姓", {}, {}, true}) == expected);
    CHECK(tried(RemovePerson{actor, body.newcomer, "異動"}) == expected);
    CHECK(tried(EndAppointment{actor, appointment.id, "交代"}) == expected);
    CHECK(tried(RecordTraining{actor, body.newcomer, TrainingKind::csirt, "演習", body.now(), until}) == expected);
    CHECK(tried(SetShift{actor, body.member, Post::csirt_member, until, until + hours(8), false}) == expected);
    CHECK(tried(CancelShift{actor, shift, "病気"}) == expected);
    CHECK(tried(ImportPeople{actor, {{2, "名簿", Employment::employee, {}, false, {}, {}}}}) == expected);
    // The head delegates his own post alone.
    CHECK(tried(Delegate{actor, body.head, body.member, Post::csirt_head, {Power::decide}, "", {}, until}) == expected);
    CHECK(tried(Delegate{actor, body.ciso, body.member, Post::ciso, {Power::be_told}, "", {}, until}) ==
          (role == Role::ciso ? "accepted" : "role_required"));
    CHECK(tried(EndDelegation{actor, body.staff().delegations.back().value.id, ""}) ==
          (role == Role::ciso ? "accepted" : "role_required"));
  }
}

TEST_CASE("a body begins with nobody: a token of the head names whom nobody was before, but no exception officer") {
  for (const auto post : every_post) {
    CAPTURE(to_string(post));
    Body body;
    const auto head = body.actor(Role::csirt_head);
    REQUIRE(body.perform(RegisterPerson{head, "最初の者", Employment::employee, {}, false}) == "accepted");
    const auto person = body.staff().people.back().person.id;
    const Appoint command{head, person, post, Ground::office, "", {}, {}};
    CHECK(body.perform(command) == (post == Post::exception_officer ? "role_required" : "accepted"));
  }
}

TEST_CASE("a corporation names no member of CYMAT, and hears why") {
  Body body("jps");
  const auto person = body.add("職員");
  CHECK(body.perform(Appoint{body.actor(Role::ciso), person, Post::cymat_member, Ground::expertise, "", {}, {}}) ==
        "national_agency_required");
  CHECK(body.last_refusal().detail.ja.find("2.1.1(7)(d)") != std::string::npos);
  CHECK(body.last_refusal().detail.en.find("2.1.1(7)(d)") != std::string::npos);
}

TEST_CASE("one CISO and one head of the CSIRT at a time") {
  for (const auto post : {Post::ciso, Post::csirt_head}) {
    Body body;
    const auto first = body.add("前任");
    const auto second = body.add("後任");
    const auto held = body.appoint(first, post, body.now() + hours(10));
    const auto named = [&](Timestamp from) {
      auto trial = body;
      return trial.perform(Appoint{body.actor(Role::ciso), second, post, Ground::office, "", from, {}});
    };
    CHECK(named(body.now()) == "post_taken");
    CHECK(named(body.now() + hours(9)) == "post_taken");
    CHECK(named(body.now() + hours(10)) == "accepted");
    REQUIRE(body.perform(EndAppointment{body.actor(Role::ciso), held, "退職"}) == "accepted");
    CHECK(named(body.now()) == "accepted");
    CHECK(body.perform(EndAppointment{body.actor(Role::ciso), held, "退職"}) == "transition_not_allowed");
  }
}

TEST_CASE("posts, delegations and turns of duty end with the person, who may do nothing from then on") {
  Peopled body;
  const auto from = body.now();
  REQUIRE(body.perform(SetShift{body.actor(Role::ciso), body.head, Post::csirt_head, from, from + hours(8), false}) ==
          "accepted");
  body.delegate(body.head, body.member, Post::csirt_head, {Power::decide});
  body.wait(hours(1));
  REQUIRE(body.perform(RemovePerson{body.actor(Role::ciso), body.head, "異動"}) == "accepted");
  Lines types;
  for (const auto& event : body.last()) types.emplace_back(type_of(event.what));
  CHECK(types == Lines{"appointment.ended", "delegation.ended", "shift.cancelled", "person.left"});
  CHECK(body.staff().on_duty(Post::csirt_head, body.now()).empty());
  CHECK(body.staff().holders(Post::csirt_head, body.now()).empty());
  CHECK_FALSE(body.staff().delegation_to(body.member, Post::csirt_head, Power::decide, body.now()));
  CHECK(body.perform(RemovePerson{body.actor(Role::ciso), body.head, ""}) == "person_not_available");
  CHECK(body.perform(ChangePerson{body.actor(Role::ciso), body.head, "改姓", {}, {}, {}}) == "person_not_available");
  CHECK(body.perform(RegisterPerson{body.actor(Role::csirt_head, body.head), "新人", Employment::employee, {}, false}) ==
        "not_the_person");
  // The CISO's post is not the head's to take away by a removal.
  CHECK(body.perform(RemovePerson{body.actor(Role::csirt_head), body.officer, ""}) == "role_required");
}

TEST_CASE("a delegate acts while the delegation lasts, and no longer than the delegator holds his post") {
  Peopled body;
  const auto by_delegate = body.actor(Role::reporter, body.delegate_of_ciso);
  const auto names = [&] {
    auto trial = body;
    return trial.perform(Appoint{by_delegate, body.newcomer, Post::deputy_ciso, Ground::office, "", {}, {}});
  };
  CHECK(names() == "accepted");
  {
    auto trial = body;
    REQUIRE(trial.perform(EndDelegation{by_delegate, body.staff().delegations[0].value.id, "返上"}) == "accepted");
    CHECK(trial.perform(Appoint{by_delegate, body.newcomer, Post::deputy_ciso, Ground::office, "", {}, {}}) ==
          "role_required");
  }
  body.wait(hours(23));
  CHECK(names() == "accepted");
  body.wait(hours(1));
  CHECK(names() == "role_required");
  // Not to oneself, not into the past, not without powers, not by who does not hold the post.
  const auto until = body.now() + hours(1);
  const auto ciso = body.actor(Role::ciso);
  CHECK(body.perform(Delegate{ciso, body.ciso, body.ciso, Post::ciso, {Power::approve}, "", {}, until}) == "invalid");
  CHECK(body.perform(Delegate{ciso, body.ciso, body.member, Post::ciso, {}, "", {}, until}) == "invalid");
  CHECK(body.perform(Delegate{ciso, body.ciso, body.member, Post::ciso, {Power::approve}, "", at(begin), until}) ==
        "invalid");
  CHECK(body.perform(Delegate{ciso, body.newcomer, body.member, Post::ciso, {Power::approve}, "", {}, until}) ==
        "person_not_available");
  CHECK(body.perform(Delegate{body.actor(Role::reporter, body.officer), body.officer, body.member,
                              Post::exception_officer, {Power::approve}, "", {}, until}) == "accepted");
}

TEST_CASE("turns of duty: within the appointment, no two at a time but by an override") {
  Body body;
  const auto person = body.add("当直");
  const auto head = body.actor(Role::csirt_head);
  const auto now = body.now();
  const auto turn = [&](Timestamp from, Timestamp until, bool overrides) {
    return body.perform(SetShift{head, person, Post::csirt_member, from, until, overrides});
  };
  CHECK(turn(now, now + hours(8), false) == "person_not_available");
  body.appoint(person, Post::csirt_member, now + hours(10));
  CHECK(turn(now, now + hours(8), false) == "accepted");
  CHECK(turn(now + hours(7), now + hours(9), false) == "shift_overlaps");
  CHECK(turn(now + hours(7), now + hours(9), true) == "accepted");
  CHECK(turn(now + hours(8), now + hours(10), false) == "accepted");
  CHECK(turn(now + hours(10), now + hours(11), false) == "person_not_available");
  CHECK(turn(now + hours(2), now + hours(2), true) == "invalid");
  CHECK(body.staff().on_duty_until(person, now) == now + hours(10));
  CHECK(body.staff().on_duty(Post::csirt_member, now + hours(7)).front().overrides);
  body.wait(hours(9));
  CHECK(body.perform(CancelShift{head, body.staff().shifts.front().value.id, ""}) == "transition_not_allowed");
  CHECK(body.perform(CancelShift{head, body.staff().shifts.back().value.id, "病気"}) == "accepted");
}

TEST_CASE("a list of people is taken whole or not at all, and every mistake is named by its line") {
  Body body;
  body.add("登録済み");
  const auto now = body.now();
  const auto line = [](int number, std::string name) {
    ImportedLine made;
    made.line = number;
    made.name = std::move(name);
    return made;
  };
  ImportPeople command{body.actor(Role::csirt_head), {line(2, "甲"), line(3, "登録済み"), line(4, "甲"), line(5, "乙")}};
  command.lines[0].post = {Post::csirt_member, Ground::expertise, {}, {}};
  command.lines[2].cleared = true;
  command.lines[3].post = {Post::exception_officer, Ground::office, {}, {}};
  command.lines[3].training = {TrainingKind::csirt, "演習", now + hours(1), now + hours(2)};
  const auto before = body.staff();
  REQUIRE(body.perform(command) == "invalid");
  Lines mistakes;
  for (const auto& error : body.last_refusal().errors) mistakes.push_back(error.pointer + " " + error.code);
  CHECK(mistakes == Lines{"/3/name person_exists", "/4/name contradiction", "/5/post role_required",
                          "/5/training_completed time_in_future"});
  CHECK(body.staff() == before);
  command.lines = {command.lines[0], command.lines[2]};
  command.lines[1].cleared = false;
  command.lines[1].training = {TrainingKind::csirt, "演習", now - hours(1), now + hours(2)};
  REQUIRE(body.perform(command) == "accepted");
  CHECK(body.staff().people.size() == 2);
  CHECK(body.staff().trained(body.staff().people.back().person.id, TrainingKind::csirt, now));
}

TEST_CASE("who asks and who approves differ: one person, and one who acts by delegation of the other") {
  Peopled body;
  const auto asked = body.now();
  body.delegate(body.officer, body.member, Post::exception_officer, {Power::approve});
  const auto authority = [&](std::optional<PersonId> person) {
    return authority_of(body.staff(), person, asked, body.now());
  };
  CHECK(same_authority(authority(body.officer), authority(body.officer)));
  CHECK(same_authority(authority(body.officer), authority(body.member)));
  CHECK(same_authority(authority(body.member), authority(body.officer)));
  CHECK_FALSE(same_authority(authority(body.head), authority(body.officer)));
  CHECK_FALSE(same_authority(authority({}), authority({})));
  // A delegation that ended meanwhile was in force when it was asked for.
  const auto delegation = body.staff().delegations.back().value.id;
  body.wait(hours(1));
  REQUIRE(body.perform(EndDelegation{body.actor(Role::ciso), delegation, "帰任"}) == "accepted");
  CHECK(same_authority(authority(body.member), authority(body.officer)));
}

// Whatever is asked of it in whatever order: one CISO and one head at a time, no corporation's member of CYMAT, nothing of who
// has left.
TEST_CASE("a random walk over commands keeps what must hold of a staff") {
  CHECK(rc::check("one CISO and one head, no corporation's member of CYMAT, nothing of who has left", [] {
    Body body(*rc::gen::element<std::string>("mhlw", "jps"));
    const auto acts = *any_walk(120);
    for (const auto& act : acts) {
      Choices choices(act);
      const auto pick = [&](std::size_t size) { return static_cast<std::size_t>(choices.below(static_cast<int>(size))); };
      body.wait(minutes(pick(600)));
      const auto& staff = body.staff();
      const auto anybody = [&] { return staff.people.empty() ? PersonId{} : staff.people[pick(staff.people.size())].person.id; };
      const auto role = std::array{Role::ciso, Role::csirt_head, Role::csirt_member}[pick(3)];
      const auto actor = body.actor(role, pick(2) ? std::optional(anybody()) : std::nullopt);
      const auto post = every_post[pick(std::size(every_post))];
      const auto from = body.now() + hours(pick(48)) - hours(12);
      const auto until = from + hours(pick(72));
      switch (pick(8)) {
        case 0: body.perform(RegisterPerson{actor, "甲", Employment::employee, {}, false}); break;
        case 1: body.perform(Appoint{actor, anybody(), post, Ground::office, "", from, until}); break;
        case 2: body.perform(Appoint{actor, anybody(), post, Ground::office, "", {}, {}}); break;
        case 3: body.perform(Delegate{actor, anybody(), anybody(), post, {Power::appoint}, "", {}, until}); break;
        case 4: body.perform(SetShift{actor, anybody(), post, from, until, pick(2) == 0}); break;
        case 5:
          if (pick(4) == 0) body.perform(RemovePerson{actor, anybody(), ""});
          break;
        case 6:
          if (!staff.appointments.empty())
            body.perform(EndAppointment{actor, staff.appointments[pick(staff.appointments.size())].value.id, ""});
          break;
        case 7: body.perform(RecordTraining{actor, anybody(), TrainingKind::cymat, "", from, until}); break;
      }
      for (const auto at : {body.now(), body.now() + hours(pick(100))}) {
        RC_ASSERT(staff.holders(Post::ciso, at).size() <= 1);
        RC_ASSERT(staff.holders(Post::csirt_head, at).size() <= 1);
        if (staff.organization == "jps") RC_ASSERT(staff.holders(Post::cymat_member, at).empty());
        for (const auto post_on_duty : every_post)
          for (const auto& shift : staff.on_duty(post_on_duty, at)) RC_ASSERT(staff.holds(shift.person, post_on_duty, at));
      }
      for (const auto& known : staff.people) {
        if (!known.left_at) continue;
        RC_ASSERT(staff.posts_of(known.person.id, body.now()).empty());
        for (const auto& entry : staff.delegations)
          if (entry.value.to_person == known.person.id || entry.value.from_person == known.person.id)
            RC_ASSERT((entry.ended_at || entry.value.until <= *known.left_at));
      }
    }
  }));
}
