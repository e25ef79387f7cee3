// Handling inside a body: steps and the duties they meet, who may take them, instructions, shared platforms.
//
// A failure of the walk prints its seed; NOROSHI_TEST_SEED runs it again.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <random>

#include "src/core/decide_handling.h"
#include "tests/core/scene.h"

using namespace noroshi;
using namespace noroshi::core;
using namespace noroshi::core::testing;

namespace {

constexpr std::array kinds = {HandlingStepKind::ciso_told,      HandlingStepKind::situation,
                              HandlingStepKind::record,         HandlingStepKind::rules_followed,
                              HandlingStepKind::cause_reported, HandlingStepKind::measures_ordered,
                              HandlingStepKind::lessons_shared, HandlingStepKind::procedure_followed,
                              HandlingStepKind::information_shared};
// The rule of H30 that each meets: stated a second time.
const std::map<HandlingStepKind, std::string> rules{
    {HandlingStepKind::ciso_told, "c"},        {HandlingStepKind::situation, "j"},
    {HandlingStepKind::record, "k"},           {HandlingStepKind::rules_followed, "f"},
    {HandlingStepKind::cause_reported, "3.a"}, {HandlingStepKind::measures_ordered, "3.b"},
    {HandlingStepKind::lessons_shared, "3.c"}, {HandlingStepKind::procedure_followed, "e"},
    {HandlingStepKind::information_shared, "l"}};

PersonId id_of(int number) {
  PersonId id;
  id.value.bytes[15] = static_cast<std::uint8_t>(number);
  return id;
}

// The people of a body, each by one number: 1 CISO, 2 may be told in his place, 3 may decide in his place, 4 head of the CSIRT,
// 5 may decide in the head's place, 6 information security officer, 7 system security officer, 8 nobody in particular, 9 left.
enum Number { ciso = 1, told_for_ciso, decides_for_ciso, head, decides_for_head, officer, system_officer, nobody, gone };

Staff staff_of(const std::string& organization, bool with_ciso = true) {
  const auto from = at("2018-01-01T00:00:00+09:00"), until = at("2030-01-01T00:00:00+09:00");
  Staff staff;
  staff.organization = organization;
  const std::array<const char*, 10> names{"", "佐藤", "鈴木", "高橋", "田中", "伊藤", "渡辺", "山本", "中村", "小林"};
  for (int i = 1; i <= 9; ++i)
    staff.people.push_back({{id_of(i), organization, names[i], Employment::employee, {}, false},
                            i == gone ? std::optional(from) : std::nullopt,
                            1});
  const auto appoint = [&](Number number, Post post) {
    AppointmentId id;
    id.value.bytes[15] = static_cast<std::uint8_t>(100 + number);
    staff.appointments.push_back({{id, id_of(number), post, Ground::office, "", from, std::nullopt}, std::nullopt});
  };
  const auto delegate = [&](Number by, Number to, Post post, Power power) {
    DelegationId id;
    id.value.bytes[15] = static_cast<std::uint8_t>(200 + to);
    staff.delegations.push_back({{id, id_of(by), id_of(to), post, {power}, "", from, until}, std::nullopt});
  };
  appoint(head, Post::csirt_head);
  appoint(officer, Post::information_security_officer);
  appoint(system_officer, Post::system_security_officer);
  delegate(head, decides_for_head, Post::csirt_head, Power::decide);
  if (!with_ciso) return staff;
  appoint(ciso, Post::ciso);
  delegate(ciso, told_for_ciso, Post::ciso, Power::be_told);
  delegate(ciso, decides_for_ciso, Post::ciso, Power::decide);
  return staff;
}

class Case : public Scene {
 public:
  explicit Case(const SubmitReport& report) : Scene("2018-08-01T09:20:00+09:00") {
    for (const auto* body : {"jps", "mhlw", "mof"}) context.staffs[body] = staff_of(body);
    accept(report);
  }
  explicit Case(const std::string& organization = "jps") : Case(report_of(organization, "2018-08-01T09:00:00+09:00")) {}

  using Scene::accept;
  using Scene::refuse;
  template <class Command>
  Outcome try_it(const Command& command) {
    identifiers_.emplace(now(), IdentifierSequence::Seed{0xFF, static_cast<std::uint8_t>(++decisions_), static_cast<std::uint8_t>(decisions_ >> 8)});
    return decide_handling(law(), incident(), context, command, {now(), *identifiers_});
  }
  template <class Command>
  Decision done(const Command& command) {
    return take(try_it(command));
  }
  template <class Command>
  std::string refused(const Command& command) {
    const auto outcome = try_it(command);
    if (outcome) return "accepted";
    std::string text{to_string(outcome.error().code)};
    for (const auto& error : outcome.error().errors) text += " " + error.pointer + " " + error.code;
    CHECK(!outcome.error().detail.ja.empty());
    CHECK(!outcome.error().detail.en.empty());
    return text;
  }
  std::string state_of(const std::string& rule, const std::string& holder = "jps") const {
    for (const auto& obligation : incident().obligations)
      if (obligation.rule == rule && obligation.holder == holder) return std::string(to_string(obligation.state));
    return "absent";
  }
  void move(IncidentState to, const std::string& organization = "jps") {
    accept(MoveIncident{core::testing::person(organization), to, "理由"});
  }
  void waive(const std::string& rule) {
    const auto obligation = duty(rule, "jps").id;
    accept(AskWaiver{person("jps"), obligation, "対象外"});
    accept(DecideWaiver{person("jps", Role::exception_officer, "許可権限者"), obligation, incident().waivers.back().id, true, "可"});
  }

  ResponseContext context;

 private:
  std::optional<IdentifierSequence> identifiers_;
  unsigned decisions_ = 0;
};

// With a system that is a shared platform, so that (f) opens.
SubmitReport on_platform(const std::string& organization = "jps",
                         routing::Assessment assessment = routing::Assessment::incident) {
  auto report = report_of(organization, "2018-08-01T09:00:00+09:00");
  report.in_force.shared_platforms = {"共通基盤"};
  report.in_force.assessment = assessment;
  return report;
}

Actor bound(const std::string& organization, Role role, Number number) {
  auto actor = person(organization, role, std::to_string(number));
  actor.person = id_of(number);
  return actor;
}

TakeHandlingStep step(HandlingStepKind kind, Actor actor) {
  TakeHandlingStep command{std::move(actor), kind, "本文", {}};
  if (kind == HandlingStepKind::ciso_told || kind == HandlingStepKind::cause_reported) command.person = id_of(ciso);
  return command;
}

Actor who_takes(HandlingStepKind kind, const std::string& organization = "jps") {
  return person(organization, kind == HandlingStepKind::measures_ordered ? Role::ciso : Role::csirt_head);
}

struct Taker {
  const char* name;
  Actor actor;
  std::string may;  // letters of the rules: c j k f a(3.a) b(3.b) l(3.c) e s(l)
};

std::vector<Taker> takers(const std::string& organization) {
  std::vector<Taker> list{
      {"member", person(organization, Role::csirt_member), "jkfes"},
      {"head", person(organization, Role::csirt_head), "cjkfales"},
      {"contact", person(organization, Role::external_contact), "jkfes"},
      {"ciso", person(organization, Role::ciso), "b"},
      {"section officer", person(organization, Role::section_officer), ""},
      {"member who is head by post", bound(organization, Role::csirt_member, head), "cjkfales"},
      {"member who decides for the head", bound(organization, Role::csirt_member, decides_for_head), "cjkfales"},
      {"member who decides for the CISO", bound(organization, Role::csirt_member, decides_for_ciso), "jkfbes"},
      {"member who is told for the CISO", bound(organization, Role::csirt_member, told_for_ciso), "jkfes"},
      {"section officer who is CISO by post", bound(organization, Role::section_officer, ciso), "b"},
      {"information security officer", bound(organization, Role::section_officer, officer), "a"},
      {"system security officer", bound(organization, Role::section_officer, system_officer), "fe"},
      {"member without a post", bound(organization, Role::csirt_member, nobody), "jkfes"},
      {"ciso's token of another person", bound(organization, Role::ciso, nobody), "b"},
  };
  for (const auto role : {Role::reporter, Role::exception_officer, Role::auditor, Role::operator_, Role::cymat_member,
                          Role::center_liaison, Role::police_desk, Role::crisis_desk}) {
    list.push_back({to_string(role).data(), person(organization, role), ""});
    // A token of another purpose does not stand for the posts of its person.
    list.push_back({"bound to the CISO", bound(organization, role, ciso), ""});
  }
  return list;
}

char letter(HandlingStepKind kind) { return "cjkfables"[static_cast<std::size_t>(kind)]; }

}  // namespace

TEST_CASE("each step meets the duty of its clause where it is open, and is taken by whom the clause names") {
  const std::map<HandlingStepKind, char> letters{
      {HandlingStepKind::ciso_told, 'c'},      {HandlingStepKind::situation, 'j'},
      {HandlingStepKind::record, 'k'},         {HandlingStepKind::rules_followed, 'f'},
      {HandlingStepKind::cause_reported, 'a'}, {HandlingStepKind::measures_ordered, 'b'},
      {HandlingStepKind::lessons_shared, 'l'}, {HandlingStepKind::procedure_followed, 'e'},
      {HandlingStepKind::information_shared, 's'}};
  for (const auto kind : kinds) REQUIRE(letters.at(kind) == letter(kind));
  std::size_t accepted = 0, refused = 0;
  for (const std::string state : {"absent", "open", "fulfilled", "waived"}) {
    for (const auto kind : kinds) {
      const auto& rule = rules.at(kind);
      Case scene(on_platform("jps", state == "absent" ? routing::Assessment::possible : routing::Assessment::incident));
      if (state == "fulfilled" && kind == HandlingStepKind::situation) scene.move(IncidentState::recovered);
      if (state == "fulfilled")
        scene.accept(FulfillObligation{person("jps"), scene.duty(rule, "jps").id, FulfillmentMethod::done});
      if (state == "waived") scene.waive(rule);
      REQUIRE(scene.state_of(rule) == state);
      for (const auto& organization : {"jps", "mhlw", "mof"}) {
        for (const auto& taker : takers(organization)) {
          CAPTURE(state);
          CAPTURE(rule);
          CAPTURE(organization);
          CAPTURE(taker.name);
          const bool may = taker.may.find(letter(kind)) != std::string::npos;
          const auto outcome = scene.try_it(step(kind, taker.actor));
          if (!may) {
            REQUIRE(!outcome);
            CHECK(outcome.error().code == RefusalCode::role_required);
            ++refused;
            continue;
          }
          if (organization != std::string("jps")) {
            REQUIRE(!outcome);
            CHECK(outcome.error().code == RefusalCode::not_the_holder);
            ++refused;
            continue;
          }
          REQUIRE(outcome);
          ++accepted;
          CHECK(type_of(outcome->events.front().what) == "handling.step_taken");
          std::size_t met = 0;
          for (const auto& event : outcome->events)
            if (const auto* fulfilled = std::get_if<ObligationFulfilled>(&event.what)) {
              ++met;
              CHECK(outcome->after.find(fulfilled->fulfillment.obligation)->rule == rule);
              CHECK(fulfilled->fulfillment.method == FulfillmentMethod::done);
            }
          CHECK(met == (state == "open" ? 1 : 0));
        }
      }
      // Taken, it folds; what it means for the duty stands there.
      scene.done(step(kind, who_takes(kind)));
      const bool recurs = kind == HandlingStepKind::situation && state == "open";
      CHECK(scene.state_of(rule) == (recurs ? "open" : state == "open" ? "fulfilled" : state));
    }
  }
  CHECK(accepted > 100);
  CHECK(refused > 1000);
}

TEST_CASE("who was told is the CISO, or a delegate who may be told, and is shown as such") {
  for (const auto kind : {HandlingStepKind::ciso_told, HandlingStepKind::cause_reported}) {
    Case scene;
    auto command = step(kind, who_takes(kind));
    for (const auto number : {decides_for_ciso, head, nobody}) {
      command.person = id_of(number);
      CHECK(scene.refused(command) == "invalid /person not_the_ciso");
    }
    command.person = id_of(gone);
    CHECK(scene.refused(command) == "invalid /person unknown_person");
    command.person = id_of(99);
    CHECK(scene.refused(command) == "invalid /person unknown_person");
    command.person.reset();
    CHECK(scene.refused(command) == "invalid /person required");

    command.person = id_of(told_for_ciso);
    const auto decision = scene.done(command);
    const auto& taken = std::get<HandlingStepTaken>(decision.events[0].what).step;
    CHECK(taken.by_delegate);
    CHECK(taken.name == "鈴木");
    CHECK(taken.person == id_of(told_for_ciso));
    const auto& note = std::get<ObligationFulfilled>(decision.events[1].what).fulfillment.note;
    CHECK(note.find("佐藤") != std::string::npos);
    CHECK(note.find("鈴木") != std::string::npos);

    command.person = id_of(ciso);
    CHECK(!std::get<HandlingStepTaken>(scene.done(command).events[0].what).step.by_delegate);
  }
}

TEST_CASE("where the staff names no CISO the text alone says who was told") {
  Case scene;
  scene.context.staffs["jps"] = staff_of("jps", false);
  auto command = step(HandlingStepKind::ciso_told, person("jps", Role::csirt_head));
  CHECK(scene.refused(command) == "invalid /person not_the_ciso");
  command.person.reset();
  const auto decision = scene.done(command);
  CHECK(!std::get<HandlingStepTaken>(decision.events[0].what).step.person);
  CHECK(scene.state_of("c") == "fulfilled");
  // The same where nothing at all is known of the body's people.
  Case empty;
  empty.context.staffs.clear();
  CHECK(empty.done(command).events.size() == 2);
}

TEST_CASE("who decides for the CISO orders in his place, and is shown as such") {
  Case scene;
  auto command = step(HandlingStepKind::measures_ordered, bound("jps", Role::csirt_member, decides_for_ciso));
  command.person = id_of(officer);
  const auto decision = scene.done(command);
  const auto& taken = std::get<HandlingStepTaken>(decision.events[0].what).step;
  CHECK(taken.by_delegate);
  CHECK(taken.name == "渡辺");
  const auto& note = std::get<ObligationFulfilled>(decision.events[1].what).fulfillment.note;
  CHECK(note.find("佐藤") != std::string::npos);
  CHECK(note.find("高橋") != std::string::npos);
  // A delegation that has ended gives nothing.
  Case ended;
  for (auto& delegation : ended.context.staffs["jps"].delegations) delegation.ended_at = at("2018-07-31T00:00:00+09:00");
  CHECK(ended.refused(command) == "role_required");
}

TEST_CASE("the state of handling is owed anew until the case has recovered") {
  Case scene;
  const auto take = [&] { return scene.done(step(HandlingStepKind::situation, person("jps"))); };
  for (int day = 1; day <= 3; ++day) {
    scene.wait(hours(20));
    take();
    const auto& duty = scene.duty("j", "jps");
    CHECK(duty.state == ObligationState::open);
    CHECK(duty.occasion == 1 + day);
    CHECK(duty.due_at == scene.now() + hours(24));
    CHECK(duty.ladder.level == 0);
  }
  // A day without one rings.
  scene.wait(hours(25));
  CHECK(!of(scene.ring(), "(j)").empty());
  take();
  CHECK(of(scene.ring(), "(j)").empty());
  scene.move(IncidentState::contained);
  take();
  CHECK(scene.state_of("j") == "open");
  scene.move(IncidentState::recovered);
  CHECK(scene.state_of("j") == "open");
  take();
  CHECK(scene.state_of("j") == "fulfilled");
  take();
  CHECK(scene.state_of("j") == "fulfilled");
  scene.waive_all();
  scene.move(IncidentState::reviewed);
  scene.move(IncidentState::closed);
  CHECK(scene.refused(step(HandlingStepKind::situation, person("jps"))) == "incident_closed");
  // Taken up again, it has to be kept track of again.
  scene.wait(hours(1));
  scene.move(IncidentState::assessed);
  CHECK(scene.state_of("j") == "open");
  CHECK(scene.duty("j", "jps").due_at == scene.now() + hours(24));
}

namespace {

FulfillObligation word(const Case& scene, const std::string& rule, Actor actor, const std::string& note = "実施",
                       FulfillmentMethod method = FulfillmentMethod::done) {
  return {std::move(actor), scene.duty(rule, "jps").id, method, {}, note, ""};
}

// The people of the case are known where it is asked for them by a word too.
void register_people(Case& scene, Staff staff = staff_of("jps")) { scene.Scene::context().staffs["jps"] = std::move(staff); }

std::string call_of(const Case& scene, HandlingStepKind kind) {
  return "POST /incidents/" + to_string(scene.incident().id) + "/steps {\"kind\":\"" + std::string(to_string(kind)) + "\"}";
}

}  // namespace

TEST_CASE("a word meets an inner duty where its step would be taken, and a refusal names the step") {
  Case scene(on_platform());
  register_people(scene);
  std::size_t met = 0, only_by_step = 0, refused = 0;
  for (const auto kind : kinds) {
    const bool names_who_was_told = kind == HandlingStepKind::ciso_told || kind == HandlingStepKind::cause_reported;
    for (const auto method : {FulfillmentMethod::done, FulfillmentMethod::in_person, FulfillmentMethod::telephone,
                              FulfillmentMethod::report}) {
      for (const auto& taker : takers("jps")) {
        CAPTURE(to_string(kind));
        CAPTURE(to_string(method));
        CAPTURE(taker.name);
        const auto outcome = scene.attempt(word(scene, rules.at(kind), taker.actor, "実施", method));
        const bool may = taker.may.find(letter(kind)) != std::string::npos;
        const bool in_his_place =
            kind == HandlingStepKind::measures_ordered && taker.name == std::string("member who decides for the CISO");
        if (may && !names_who_was_told && !in_his_place) {
          REQUIRE(outcome);
          CHECK(scene.refuse(word(scene, rules.at(kind), taker.actor, "", method)) == "invalid /note required");
          ++met;
          continue;
        }
        REQUIRE(!outcome);
        CHECK(outcome.error().code == (may ? RefusalCode::method_unsuitable : RefusalCode::role_required));
        CHECK(outcome.error().detail.ja.find(call_of(scene, kind)) != std::string::npos);
        CHECK(outcome.error().detail.en.find(call_of(scene, kind)) != std::string::npos);
        ++(may ? only_by_step : refused);
      }
    }
  }
  CHECK(met > 50);
  CHECK(only_by_step > 20);
  CHECK(refused > 200);
  for (const auto role : all_roles()) {
    const auto outcome = scene.attempt(word(scene, "d", person("jps", role)));
    REQUIRE(!outcome);
    CHECK(outcome.error().code == (is_csirt(role) ? RefusalCode::method_unsuitable : RefusalCode::role_required));
    CHECK(outcome.error().detail.en.find("/instructions") != std::string::npos);
  }
  scene.accept(word(scene, "k", person("jps")));
  CHECK(scene.state_of("k") == "fulfilled");
}

TEST_CASE("where the staff names no CISO the head's word tells that he was told") {
  Case scene;
  register_people(scene, staff_of("jps", false));
  for (const auto* rule : {"c", "3.a"}) {
    CHECK(scene.refuse(word(scene, rule, person("jps"))) == "role_required");
    scene.accept(word(scene, rule, person("jps", Role::csirt_head)));
    CHECK(scene.state_of(rule) == "fulfilled");
  }
}

TEST_CASE("a body that has registered nobody meets its inner duties by the word of any member of its CSIRT") {
  const std::array<std::optional<Staff>, 3> staffs = [] {
    auto left = staff_of("jps");
    for (auto& known : left.people) known.left_at = at("2018-07-31T00:00:00+09:00");
    return std::array<std::optional<Staff>, 3>{std::nullopt, Staff{}, left};
  }();
  for (const auto& staff : staffs) {
    Case scene(on_platform());
    if (staff) register_people(scene, *staff);
    scene.move(IncidentState::recovered);
    for (const auto* rule : {"c", "d", "e", "f", "j", "k", "l", "3.a", "3.b", "3.c"}) {
      CAPTURE(rule);
      scene.accept(word(scene, rule, person("jps"), ""));
      CHECK(scene.state_of(rule) == "fulfilled");
    }
    scene.accept(FulfillObligation{person("jps"), scene.duty("h", "jps").id, FulfillmentMethod::police_report});
    scene.move(IncidentState::closed);
  }
}

TEST_CASE("what a judgement meets no word meets, whoever is registered") {
  for (const bool registered : {false, true}) {
    for (const auto assessment : {routing::Assessment::possible, routing::Assessment::incident}) {
      auto report = report_of("jps", "2018-08-01T09:00:00+09:00");
      report.in_force.assessment = assessment;
      report.in_force.cyberattack = routing::Cyberattack::unknown;
      Case scene(report);
      if (registered) register_people(scene);
      const auto* rule = assessment == routing::Assessment::possible ? "b" : "h.decide";
      for (const auto role : {Role::csirt_member, Role::csirt_head}) {
        const auto outcome = scene.attempt(word(scene, rule, person("jps", role)));
        REQUIRE(!outcome);
        CHECK(outcome.error().code == RefusalCode::method_unsuitable);
        CHECK(outcome.error().detail.en.find("/assessments") != std::string::npos);
        CHECK(outcome.error().detail.ja.find("/assessments") != std::string::npos);
      }
      CHECK(scene.state_of(rule) == "open");
    }
  }
}

TEST_CASE("by a word too the state of handling is owed anew until the case has recovered") {
  for (const bool registered : {false, true}) {
    Case scene;
    if (registered) register_people(scene);
    int occasion = 1;
    for (const auto method : {FulfillmentMethod::done, FulfillmentMethod::in_person, FulfillmentMethod::telephone,
                              FulfillmentMethod::report}) {
      scene.wait(hours(20));
      scene.accept(word(scene, "j", person("jps"), "異状なし", method));
      const auto& duty = scene.duty("j", "jps");
      CHECK(duty.state == ObligationState::open);
      CHECK(duty.occasion == ++occasion);
      CHECK(duty.due_at == scene.now() + hours(24));
    }
    scene.done(step(HandlingStepKind::situation, person("jps")));
    CHECK(scene.state_of("j") == "open");
    // Another duty that is met leaves it as it is.
    scene.accept(word(scene, "k", person("jps")));
    CHECK(scene.duty("j", "jps").occasion == occasion + 1);
    scene.move(IncidentState::recovered);
    scene.accept(word(scene, "j", person("jps")));
    CHECK(scene.state_of("j") == "fulfilled");
    scene.move(IncidentState::assessed);
    CHECK(scene.state_of("j") == "open");
    CHECK(scene.duty("j", "jps").due_at == scene.now() + hours(24));
    scene.waive("j");
    scene.done(step(HandlingStepKind::situation, person("jps")));
    CHECK(scene.state_of("j") == "waived");
  }
}

TEST_CASE("steps under H28 meet the duties of its letters") {
  auto report = report_of("mof", "2018-07-20T09:00:00+09:00");
  Case scene(report);
  scene.done(step(HandlingStepKind::situation, person("mof")));
  CHECK(scene.duty("h", "mof").occasion == 2);
  scene.done(step(HandlingStepKind::record, person("mof")));
  CHECK(scene.state_of("i", "mof") == "fulfilled");
  scene.done(step(HandlingStepKind::procedure_followed, person("mof")));
  CHECK(scene.state_of("e", "mof") == "fulfilled");
  scene.done(step(HandlingStepKind::information_shared, person("mof")));
  CHECK(scene.state_of("j", "mof") == "fulfilled");
}

TEST_CASE("the first instruction of emergency measures or recovery meets (d); each has one answer") {
  const auto give = [](InstructionKind kind, Actor actor = person("jps")) {
    return GiveInstruction{std::move(actor), kind, InstructionForce::instruction, "情報セキュリティ責任者", "切り離すこと", {}};
  };
  Case scene;
  scene.done(give(InstructionKind::handling));
  CHECK(scene.state_of("d") == "open");
  auto timed = give(InstructionKind::emergency_measures);
  timed.answer_by = scene.now();
  CHECK(scene.refused(timed) == "invalid /answer_by time_in_past");
  timed.answer_by = scene.now() + hours(1);
  CHECK(scene.done(timed).events.size() == 2);
  CHECK(scene.state_of("d") == "fulfilled");
  CHECK(scene.done(give(InstructionKind::recovery)).events.size() == 1);
  Case other;
  other.done(give(InstructionKind::recovery));
  CHECK(other.state_of("d") == "fulfilled");

  for (const auto role : all_roles())
    CHECK(scene.refused(give(InstructionKind::recovery, person("jps", role))) == (is_csirt(role) ? "accepted" : "role_required"));
  CHECK(scene.refused(give(InstructionKind::recovery, person("mhlw"))) == "not_the_holder");

  const auto id = scene.incident().instructions[1].id;
  const auto answer = [&](Actor actor) { return AnswerInstruction{std::move(actor), id, true, "切り離した"}; };
  for (const auto role : all_roles())
    CHECK(scene.refused(answer(person("jps", role))) ==
          (is_csirt(role) || role == Role::section_officer ? "accepted" : "role_required"));
  CHECK(scene.refused(answer(bound("jps", Role::ciso, system_officer))) == "accepted");
  CHECK(scene.refused(answer(person("mhlw"))) == "not_the_holder");
  CHECK(scene.refused(AnswerInstruction{person("jps"), {}, true, "切り離した"}) == "not_found");
  scene.done(answer(person("jps", Role::section_officer)));
  CHECK(scene.incident().instructions[1].answered_at == scene.now());
  CHECK(scene.incident().instructions[1].carried_out);
  CHECK(scene.refused(answer(person("jps"))) == "instruction_answered");
}

TEST_CASE("a system marked as a shared platform opens (f), whenever it is assessed and by whichever version") {
  Case from_start(on_platform());
  CHECK(from_start.state_of("f") == "open");
  CHECK(from_start.incident().platforms.size() == 1);
  CHECK(from_start.incident().platforms[0].operator_organization.empty());

  Case possible(on_platform("jps", routing::Assessment::possible));
  CHECK(possible.state_of("f") == "absent");
  possible.accept(MakeJudgement{person("jps"), routing::Assessment::incident, {}, {}, "", ""});
  CHECK(possible.state_of("f") == "open");

  auto plain = report_of("jps", "2018-08-01T09:00:00+09:00");
  Case later(plain);
  CHECK(later.state_of("f") == "absent");
  auto next = followup(on_platform());
  later.accept(next);
  CHECK(later.state_of("f") == "open");
  later.accept(next);  // the same system is linked once
  CHECK(later.incident().platforms.size() == 1);
}

TEST_CASE("a platform is linked with its operator, who is told and sees the case") {
  Case scene;
  const LinkPlatform link{person("jps"), "政府共通基盤", "mic"};
  for (const auto role : all_roles()) {
    auto by = link;
    by.actor = person("jps", role);
    CHECK(scene.refused(by) == (is_csirt(role) ? "accepted" : "role_required"));
  }
  auto by = link;
  by.actor = person("mhlw");
  CHECK(scene.refused(by) == "not_the_holder");
  by = link;
  by.operator_organization = "no-such-body";
  CHECK(scene.refused(by) == "invalid /operator_organization unknown_organization");
  by.operator_organization = "nco";  // not founded that day
  CHECK(scene.refused(by) == "invalid /operator_organization unknown_organization");

  REQUIRE(!scene.incident().access.contains("mic"));
  const auto decision = scene.done(link);
  CHECK(scene.state_of("f") == "open");
  CHECK(scene.incident().content_visible_to("mic"));
  bool granted = false;
  for (const auto& event : decision.events)
    if (const auto* access = std::get_if<AccessGranted>(&event.what))
      granted = granted || (access->organization == "mic" && access->because == "2.2.4(2)(f)");
  CHECK(granted);
  const auto& message = scene.message_to("mic");
  CHECK(message.kind == MessageKind::notice);
  CHECK(message.report == scene.incident().latest_report);
  CHECK(message.sender == "jps");
  CHECK(scene.messages_to("mic") == 1);
  // It owes nothing by this incident.
  for (const auto& obligation : scene.incident().obligations) CHECK(obligation.holder != "mic");
  CHECK(scene.refused(link) == "platform_linked");
  // It sees, and does nothing of the body's own.
  for (const auto kind : kinds) CHECK(scene.refused(step(kind, who_takes(kind, "mic"))) == "not_the_holder");
  // Later versions reach it too.
  scene.accept(followup(report_of("jps", "2018-08-01T09:00:00+09:00")));
  CHECK(scene.messages_to("mic") == 2);
}

TEST_CASE("a body that operates the platform itself tells nobody; a report of confidentiality 3 is not sent") {
  Case own;
  const auto before = own.incident().messages.size();
  own.done(LinkPlatform{person("jps"), "基盤", "jps"});
  CHECK(own.incident().messages.size() == before);
  CHECK(own.state_of("f") == "open");

  Case secret;
  auto known = secret.incident();
  known.confidentiality = 3;
  IdentifierSequence identifiers(secret.now(), {7});
  const auto decided = decide_handling(law(), known, secret.context, LinkPlatform{person("jps"), "基盤", "mic"},
                                       {secret.now(), identifiers});
  REQUIRE(decided);
  CHECK(!decided->after.access.contains("mic"));
  CHECK(decided->after.messages.size() == known.messages.size());
}

TEST_CASE("nothing is noted of a dismissed or an erased case") {
  Case scene;
  scene.accept(MakeJudgement{person("jps"), routing::Assessment::not_incident, {}, {}, "誤検知", ""});
  for (const auto kind : kinds) CHECK(scene.refused(step(kind, who_takes(kind))) == "incident_closed");
  CHECK(scene.refused(LinkPlatform{person("jps"), "基盤", "mic"}) == "incident_closed");
  auto known = scene.incident();
  known.erased_at = scene.now();
  IdentifierSequence identifiers(scene.now(), {8});
  const auto decided = decide_handling(law(), known, scene.context, step(HandlingStepKind::record, person("jps")),
                                       {scene.now(), identifiers});
  REQUIRE(!decided);
  CHECK(decided.error().code == RefusalCode::incident_erased);
}

TEST_CASE("from assessment to closing every inner duty is met by its step, and the refusal to close names what is left") {
  Case scene(on_platform("jps", routing::Assessment::possible));
  CHECK(scene.state_of("b") == "open");
  scene.accept(MakeJudgement{person("jps"), routing::Assessment::incident, routing::Cyberattack::yes, {}, "", ""});
  CHECK(scene.state_of("b") == "fulfilled");
  for (auto to : {IncidentState::contained, IncidentState::recovered, IncidentState::reviewed}) scene.move(to);

  const auto left = [&] {
    const auto outcome = scene.attempt(MoveIncident{person("jps"), IncidentState::closed, ""});
    return outcome ? std::string() : outcome.error().detail.en;
  };
  const auto id = to_string(scene.incident().id);
  for (const auto kind : kinds) {
    const auto call = "POST /incidents/" + id + "/steps {\"kind\":\"" + std::string(to_string(kind)) + "\"}";
    CAPTURE(call);
    CHECK(left().find(call) != std::string::npos);
    for (const auto* stranger : {"mhlw", "mof", "nisc"})
      CHECK(scene.refused(step(kind, who_takes(kind, stranger))) == "not_the_holder");
    scene.wait(minutes(10));
    scene.done(step(kind, who_takes(kind)));
    CHECK(left().find(call) == std::string::npos);
  }
  CHECK(left().find("POST /incidents/" + id + "/instructions") != std::string::npos);
  scene.done(GiveInstruction{person("jps"), InstructionKind::recovery, InstructionForce::recommendation, "責任者", "復旧", {}});
  CHECK(left().find("/instructions") == std::string::npos);
  const auto police = scene.duty("h", "jps").id;
  CHECK(left().find("POST /obligations/" + to_string(police) + "/fulfillments") != std::string::npos);
  scene.accept(FulfillObligation{person("jps"), police, FulfillmentMethod::police_report});
  CHECK(left().empty());
  scene.move(IncidentState::closed);
  for (const auto& obligation : scene.incident().obligations)
    if (obligation.holder == "jps") CHECK(obligation.state == ObligationState::fulfilled);
}

TEST_CASE("commands at random: nobody acts for another body or without the office, and (j) is owed while a case is handled") {
  const auto* given = std::getenv("NOROSHI_TEST_SEED");
  const auto base = given ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  MESSAGE("seed " << base);
  std::size_t accepted = 0, refused = 0, met = 0;
  for (unsigned walk = 0; walk < 150; ++walk) {
    CAPTURE(base);
    CAPTURE(walk);
    std::mt19937_64 random(base + walk);
    const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
    Case scene(below(2) == 0 ? on_platform() : report_of("jps", "2018-08-01T09:00:00+09:00"));
    for (int i = 0; i < 40; ++i) {
      scene.wait(minutes(below(2000)));
      const auto before = scene.incident();
      const auto all = takers(std::array{"jps", "jps", "mhlw", "mof"}[below(4)]);
      const auto& taker = all[below(all.size())];
      const auto kind = kinds[below(kinds.size())];
      auto command = step(kind, taker.actor);
      if (below(3) == 0) command.person = id_of(static_cast<int>(below(11)));
      std::optional<Decision> decision;
      const auto note = [&](const auto& what) {
        auto outcome = scene.try_it(what);
        if (!outcome) {
          ++refused;
          return;
        }
        ++accepted;
        decision = scene.done(what);
      };
      switch (below(6)) {
        case 0: note(GiveInstruction{taker.actor, static_cast<InstructionKind>(below(3)), InstructionForce::advice, "責任者", "助言",
                                     below(2) ? std::optional(scene.now() + hours(below(9))) : std::nullopt});
          break;
        case 1: note(AnswerInstruction{taker.actor, before.instructions.empty() ? InstructionId{} : before.instructions[below(before.instructions.size())].id,
                                       below(2) == 0, "回答"});
          break;
        case 2: note(LinkPlatform{taker.actor, std::array{"甲", "乙"}[below(2)], std::array{"mic", "mof", "jps"}[below(3)]});
          break;
        case 3: {
          const auto to = std::array{IncidentState::assessed, IncidentState::contained, IncidentState::recovered,
                                     IncidentState::reviewed, IncidentState::closed}[below(5)];
          if (const MoveIncident move{person("jps"), to, "理由"}; scene.attempt(move)) scene.accept(move);
          break;
        }
        default: note(command);
      }
      if (!decision) continue;
      REQUIRE(taker.actor.organization == "jps");
      REQUIRE(before.state != IncidentState::closed);
      for (const auto& event : decision->events) {
        if (const auto* taken = std::get_if<HandlingStepTaken>(&event.what)) {
          REQUIRE(taker.may.find(letter(taken->step.kind)) != std::string::npos);
          REQUIRE(taken->step.organization == "jps");
          if (taken->step.person) REQUIRE(!taken->step.name.empty());
        }
        if (const auto* fulfilled = std::get_if<ObligationFulfilled>(&event.what)) {
          ++met;
          const auto& duty = *scene.incident().find(fulfilled->fulfillment.obligation);
          REQUIRE(duty.inner);
          REQUIRE(duty.holder == "jps");
        }
      }
      // What crosses a border stands as it stood; nobody but the operator of a platform came to see the case.
      for (const auto& obligation : before.obligations)
        if (!obligation.inner) REQUIRE(*scene.incident().find(obligation.id) == obligation);
      for (const auto& [organization, access] : scene.incident().access) {
        if (before.access.contains(organization)) continue;
        REQUIRE(std::any_of(scene.incident().platforms.begin(), scene.incident().platforms.end(),
                            [&, name = organization](const auto& link) { return link.operator_organization == name; }));
      }
      const auto state = scene.incident().state;
      if (state == IncidentState::assessed || state == IncidentState::contained)
        if (const auto& duty = scene.duty("j", "jps"); duty.occasion > 1)
          REQUIRE(duty.state != ObligationState::superseded);
      REQUIRE((!scene.incident().platforms.empty()) == (scene.state_of("f") != "absent"));
    }
  }
  CHECK(accepted > 200);
  CHECK(refused > 200);
  CHECK(met > 50);
}
